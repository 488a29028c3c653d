-- Calls and grants that are as old as what the record has let go of are removed: what refers to
-- one of them must be found without looking through all.
CREATE INDEX grants_by_call ON grants (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX calls_by_first_call ON calls (call_back_of) WHERE call_back_of IS NOT NULL;
