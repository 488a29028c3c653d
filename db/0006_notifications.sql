-- Where users are written to, and the queue of what is still to be told (docs/notifications.md).

ALTER TABLE users ADD COLUMN email TEXT CHECK (
  length(email) <= 254 AND octet_length(email) = length(email)
  AND email GLOB '?*@?*' AND email NOT GLOB '*[^!-~]*'
);

-- How far the record was looked through. It goes on in the transaction that fills the queue, so
-- that no row is left out and none told of twice, wherever a crash comes.
CREATE TABLE notice_cursor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL CHECK (seq >= 0)
) STRICT;

CREATE TABLE notices (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  -- the same however often it is sent: receivers drop repeats by it
  delivery   TEXT    NOT NULL UNIQUE CHECK (delivery <> ''),
  receiver   TEXT    NOT NULL CHECK (receiver <> ''),
  kind       TEXT    NOT NULL CHECK (kind <> ''),
  -- the row of the record that it tells of; the last one, where it sums up several
  about      TEXT    NOT NULL CHECK (json_valid(about) AND json_type(about) = 'object'),
  count      INTEGER NOT NULL DEFAULT 1 CHECK (count > 0),
  made_at    INTEGER NOT NULL,
  -- later than that, where it waits for more to sum up
  not_before INTEGER NOT NULL CHECK (not_before >= made_at),
  tries      INTEGER NOT NULL DEFAULT 0,
  -- why the last try failed
  why        TEXT,
  state      TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
  ended_at   INTEGER,
  CHECK ((state = 'waiting') = (ended_at IS NULL))
) STRICT;

CREATE INDEX notices_waiting ON notices (receiver, id) WHERE state = 'waiting';
CREATE INDEX notices_ended ON notices (state, ended_at) WHERE state <> 'waiting';
CREATE INDEX notices_by_kind ON notices (receiver, kind, id);
