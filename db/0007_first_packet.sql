-- When the first packet came from what a grant opened: put on record once, also across restarts.
ALTER TABLE grants ADD COLUMN used_at INTEGER;

-- Those at which it is looked for.
CREATE INDEX grants_unused ON grants (id) WHERE ended_at IS NULL AND used_at IS NULL;
