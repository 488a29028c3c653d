-- Standing entries: hosts, networks and names that are let in for good, or until a date.

CREATE TABLE entries (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  label      TEXT    NOT NULL UNIQUE
             CHECK (length(label) BETWEEN 1 AND 64 AND octet_length(label) = length(label)
                    AND label GLOB '[A-Za-z0-9]*' AND label NOT GLOB '*[^A-Za-z0-9._-]*'),
  kind       TEXT    NOT NULL CHECK (kind IN ('host', 'network', 'name')),
  target     TEXT    NOT NULL CHECK (length(target) BETWEEN 2 AND 253),
  -- an array of service names in JSON; empty means the site's default
  services   TEXT    NOT NULL CHECK (json_valid(services) AND json_type(services) = 'array'),
  expires_at INTEGER,
  note       TEXT    NOT NULL CHECK (length(note) <= 200),
  source     TEXT    NOT NULL CHECK (source <> ''),
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX entries_by_kind ON entries (kind, id);

-- who lets an address in
CREATE INDEX entries_by_target ON entries (target);

CREATE INDEX entries_by_end ON entries (expires_at) WHERE expires_at IS NOT NULL;

-- What a name means: the last answer, kept while it fails.
CREATE TABLE resolutions (
  entry_id      INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
  addresses     TEXT    NOT NULL CHECK (json_valid(addresses) AND json_type(addresses) = 'array'),
  resolved_at   INTEGER,
  changed_at    INTEGER,
  failing_since INTEGER,
  failure       TEXT
) STRICT;

-- One row, whose number becomes another whenever what the gate shall let in may have changed:
-- so that this can be asked every few seconds without reading a hundred thousand entries.
CREATE TABLE entries_revision (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  revision INTEGER NOT NULL
) STRICT;

INSERT INTO entries_revision VALUES (1, 0);

CREATE TRIGGER entries_added AFTER INSERT ON entries
BEGIN
  UPDATE entries_revision SET revision = revision + 1;
END;

CREATE TRIGGER entries_changed AFTER UPDATE ON entries
BEGIN
  UPDATE entries_revision SET revision = revision + 1;
END;

CREATE TRIGGER entries_removed AFTER DELETE ON entries
BEGIN
  UPDATE entries_revision SET revision = revision + 1;
END;

CREATE TRIGGER resolutions_added AFTER INSERT ON resolutions
BEGIN
  UPDATE entries_revision SET revision = revision + 1;
END;

CREATE TRIGGER resolutions_changed AFTER UPDATE ON resolutions
  WHEN NEW.addresses <> OLD.addresses
BEGIN
  UPDATE entries_revision SET revision = revision + 1;
END;
