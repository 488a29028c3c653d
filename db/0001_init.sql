-- The first schema. Times are milliseconds since the Unix epoch, UTC.
-- Ids are never used twice (AUTOINCREMENT): the record refers to them for ever.

CREATE TABLE users (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  name              TEXT    NOT NULL UNIQUE
                    -- length() stops at a NUL, as GLOB does; octet_length() does not
                    CHECK (length(name) BETWEEN 1 AND 64 AND octet_length(name) = length(name)
                           AND name GLOB '[A-Za-z0-9]*' AND name NOT GLOB '*[^A-Za-z0-9._-]*'),
  disabled          INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
  -- an array of service names in JSON; empty means the site's default
  services          TEXT    NOT NULL CHECK (json_valid(services) AND json_type(services) = 'array'),
  -- keyed hash of the knock code, and scrypt of the PIN: never the secrets themselves
  knock_code_lookup TEXT    NOT NULL UNIQUE CHECK (knock_code_lookup <> ''),
  pin_hash          TEXT    NOT NULL CHECK (pin_hash <> ''),
  created_at        INTEGER NOT NULL
) STRICT;

CREATE TABLE calls (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  caller_number TEXT,
  dialled       TEXT    NOT NULL,
  began_at      INTEGER NOT NULL,
  ended_at      INTEGER,
  outcome       TEXT,
  user_id       INTEGER REFERENCES users (id),
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;

CREATE INDEX calls_unended ON calls (id) WHERE ended_at IS NULL;

CREATE TABLE grants (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id    INTEGER NOT NULL REFERENCES users (id),
  address    TEXT    NOT NULL CHECK (length(address) BETWEEN 2 AND 45),
  services   TEXT    NOT NULL CHECK (json_valid(services) AND json_type(services) = 'array'),
  opened_at  INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  call_id    INTEGER REFERENCES calls (id),
  ended_at   INTEGER,
  "end"      TEXT CHECK ("end" IN ('expired', 'closed', 'renewed')),
  CHECK (expires_at >= opened_at),
  CHECK ((ended_at IS NULL) = ("end" IS NULL))
) STRICT;

CREATE INDEX grants_unended ON grants (id) WHERE ended_at IS NULL;
CREATE INDEX grants_unended_by_address ON grants (address) WHERE ended_at IS NULL;
CREATE INDEX grants_unended_by_user ON grants (user_id) WHERE ended_at IS NULL;

-- What has ended stays ended: access is given anew, under a new id and a new audit row.
CREATE TRIGGER grants_ended_stays BEFORE UPDATE ON grants WHEN OLD.ended_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'an ended grant cannot be changed');
END;

CREATE TABLE lockouts (
  subject TEXT    PRIMARY KEY,
  count   INTEGER NOT NULL CHECK (count > 0),
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT    NOT NULL UNIQUE CHECK (name <> ''),
  role       TEXT    NOT NULL CHECK (role IN ('admin', 'auditor')),
  hash       TEXT    NOT NULL UNIQUE CHECK (hash <> ''),
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

-- No foreign keys here: the record must never be refused for what it refers to.
CREATE TABLE audit (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  actor    TEXT    NOT NULL CHECK (actor <> ''),
  kind     TEXT    NOT NULL CHECK (kind <> ''),
  user_id  INTEGER,
  grant_id INTEGER,
  call_id  INTEGER,
  address  TEXT,
  detail   TEXT CHECK (detail IS NULL OR (json_valid(detail) AND json_type(detail) = 'object'))
) STRICT;

CREATE INDEX audit_by_kind ON audit (kind);
CREATE INDEX audit_by_user ON audit (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX audit_by_call ON audit (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX audit_by_address ON audit (address) WHERE address IS NOT NULL;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- INSERT OR REPLACE removes the old row without firing the trigger above.
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
  WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;
