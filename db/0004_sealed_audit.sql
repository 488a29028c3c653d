-- The record is sealed: each row has a keyed hash over itself and the row before (docs/audit.md).
-- Rows of an older database get theirs at the next start; until then there are rows without.

ALTER TABLE audit ADD COLUMN caller TEXT CHECK (caller <> '');
ALTER TABLE audit ADD COLUMN hash BLOB CHECK (length(hash) = 32);

CREATE INDEX audit_by_caller ON audit (caller) WHERE caller IS NOT NULL;
-- what calls do is found by their number
CREATE INDEX audit_by_actor ON audit (actor) WHERE actor NOT GLOB 'call:*';
CREATE INDEX audit_unsealed ON audit (seq) WHERE hash IS NULL;

-- For each 4,096 numbers: between which times their rows are, and how far they go. By it a time is
-- found without an index of times; the last one is the end of the chain. Sealed like the rows.
CREATE TABLE audit_blocks (
  block    INTEGER PRIMARY KEY CHECK (block >= 0),
  from_at  INTEGER NOT NULL,
  to_at    INTEGER NOT NULL CHECK (to_at >= from_at),
  last_seq INTEGER NOT NULL,
  hash     BLOB    NOT NULL CHECK (length(hash) = 32),
  seal     BLOB    NOT NULL CHECK (length(seal) = 32)
) STRICT;

-- What was removed because of its age: each row allows its own range to be deleted, and tells
-- what was in it. The chain goes on from one hash to the other.
CREATE TABLE audit_removals (
  through_seq INTEGER PRIMARY KEY,
  from_seq    INTEGER NOT NULL CHECK (from_seq BETWEEN 1 AND through_seq),
  rows        INTEGER NOT NULL CHECK (rows > 0),
  from_at     INTEGER NOT NULL,
  to_at       INTEGER NOT NULL CHECK (to_at >= from_at),
  -- an object in JSON: how many rows of which kind
  kinds       TEXT    NOT NULL CHECK (json_valid(kinds) AND json_type(kinds) = 'object'),
  hash_before BLOB    NOT NULL CHECK (length(hash_before) = 32),
  hash_after  BLOB    NOT NULL CHECK (length(hash_after) = 32),
  at          INTEGER NOT NULL,
  seal        BLOB    NOT NULL CHECK (length(seal) = 32)
) STRICT;

-- The triggers keep the record from mistakes, and make tampering an act; the hashes show it.

DROP TRIGGER audit_no_update;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
  WHEN NOT (
    OLD.hash IS NULL AND NEW.hash IS NOT NULL
    AND NEW.seq = OLD.seq AND NEW.at = OLD.at AND NEW.actor = OLD.actor AND NEW.kind = OLD.kind
    AND NEW.user_id IS OLD.user_id AND NEW.grant_id IS OLD.grant_id AND NEW.call_id IS OLD.call_id
    AND NEW.address IS OLD.address AND NEW.detail IS OLD.detail
    AND (OLD.caller IS NULL OR NEW.caller IS OLD.caller)
  )
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

DROP TRIGGER audit_no_delete;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
  WHEN coalesce(
    (SELECT from_seq FROM audit_removals WHERE through_seq >= OLD.seq ORDER BY through_seq LIMIT 1)
      > OLD.seq, 1)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_sealed BEFORE INSERT ON audit
  WHEN NEW.hash IS NULL AND NOT EXISTS (SELECT 1 FROM audit WHERE hash IS NULL)
    -- the end of the chain is put where the row will be before it is there
    OR NEW.hash IS NOT NULL
       AND (NEW.seq, NEW.hash) IS NOT
           (SELECT last_seq, hash FROM audit_blocks ORDER BY block DESC LIMIT 1)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only, and sealed');
END;

CREATE TRIGGER audit_blocks_go_on BEFORE INSERT ON audit_blocks
  WHEN EXISTS (SELECT 1 FROM audit_blocks WHERE block >= NEW.block)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_blocks_grow BEFORE UPDATE ON audit_blocks
  WHEN NEW.block <> OLD.block OR NEW.last_seq <= OLD.last_seq
    OR NEW.from_at > OLD.from_at OR NEW.to_at < OLD.to_at
    OR OLD.block <> (SELECT max(block) FROM audit_blocks)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_blocks_stay BEFORE DELETE ON audit_blocks
  WHEN OLD.last_seq > coalesce((SELECT max(through_seq) FROM audit_removals), 0)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_removals_go_on BEFORE INSERT ON audit_removals
  WHEN NEW.from_seq <> coalesce((SELECT max(through_seq) FROM audit_removals), 0) + 1
    OR NEW.hash_after IS NOT (SELECT hash FROM audit WHERE seq = NEW.through_seq)
    OR NEW.through_seq >= (SELECT last_seq FROM audit_blocks ORDER BY block DESC LIMIT 1)
BEGIN
  SELECT RAISE(ABORT, 'only the oldest rows of the audit log may be removed');
END;

CREATE TRIGGER audit_removals_no_update BEFORE UPDATE ON audit_removals
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_removals_no_delete BEFORE DELETE ON audit_removals
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;
