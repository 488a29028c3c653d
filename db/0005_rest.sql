-- Roles and ends of tokens, users who are removed, lists by user and address, answers that are kept.

-- SQLite cannot change a CHECK, so the table is made anew (nothing refers to it).
CREATE TABLE tokens_new (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT    NOT NULL UNIQUE CHECK (name <> ''),
  role       TEXT    NOT NULL CHECK (role IN ('admin', 'operator', 'auditor')),
  hash       TEXT    NOT NULL UNIQUE CHECK (hash <> ''),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT;

INSERT INTO tokens_new (id, name, role, hash, created_at, revoked_at)
  SELECT id, name, role, hash, created_at, revoked_at FROM tokens;

DROP TABLE tokens;

ALTER TABLE tokens_new RENAME TO tokens;

-- A removed user's row stays, for the grants and calls that refer to it; the secrets go.
ALTER TABLE users ADD COLUMN removed_at INTEGER CHECK (removed_at IS NULL OR disabled = 1);

CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_address ON grants (address);
CREATE INDEX calls_by_number ON calls (caller_number);
CREATE INDEX calls_by_user ON calls (user_id) WHERE user_id IS NOT NULL;

-- What was answered to requests that had a key, so that asking again does nothing again.
CREATE TABLE kept_answers (
  -- keyed hashes of the key, and of what was asked
  lookup   TEXT    PRIMARY KEY CHECK (lookup <> ''),
  owner    TEXT    NOT NULL CHECK (owner <> ''),
  request  TEXT    NOT NULL CHECK (request <> ''),
  began_at INTEGER NOT NULL,
  -- encrypted: it may hold a PIN; null until it is known
  answer   TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX kept_answers_by_time ON kept_answers (began_at);
CREATE INDEX kept_answers_by_owner ON kept_answers (owner);
