-- Settings of users, second factors, attestation and calls back.

ALTER TABLE users ADD COLUMN language TEXT CHECK (language <> '');
ALTER TABLE users ADD COLUMN caller_policy TEXT NOT NULL DEFAULT 'any'
  CHECK (caller_policy IN ('any', 'listed', 'call-back'));
ALTER TABLE users ADD COLUMN least_attestation TEXT CHECK (least_attestation IN ('A', 'B', 'C'));
ALTER TABLE users ADD COLUMN pairing TEXT NOT NULL DEFAULT 'spoken-port'
  CHECK (pairing IN ('spoken-port', 'knock-code'));
ALTER TABLE users ADD COLUMN second_factor TEXT NOT NULL DEFAULT 'none'
  CHECK (second_factor IN ('none', 'totp', 'sheet'));
-- the secret of time-based codes, encrypted under the key file
ALTER TABLE users ADD COLUMN totp TEXT
  CHECK (totp <> '' AND (second_factor = 'totp') = (totp IS NOT NULL));
-- the last step whose code was used: no earlier one is taken again
ALTER TABLE users ADD COLUMN totp_step INTEGER CHECK (totp_step IS NULL OR totp IS NOT NULL);
-- rises with every change of the settings or the secrets
ALTER TABLE users ADD COLUMN revision INTEGER NOT NULL DEFAULT 0 CHECK (revision >= 0);
-- telephones are known for a user by calls later than this one: by its id, for a clock can be set
ALTER TABLE users ADD COLUMN known_after_call INTEGER NOT NULL DEFAULT 0;

-- The telephones of a user; the first is the one to call back.
CREATE TABLE user_numbers (
  user_id INTEGER NOT NULL REFERENCES users (id),
  place   INTEGER NOT NULL CHECK (place >= 0),
  number  TEXT    NOT NULL
          CHECK (length(number) BETWEEN 1 AND 15 AND octet_length(number) = length(number)
                 AND number NOT GLOB '*[^0-9]*'),
  PRIMARY KEY (user_id, place),
  UNIQUE (user_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_numbers_by_number ON user_numbers (number);

-- Keyed hashes of the codes that are left on a user's sheet; a used one goes.
CREATE TABLE sheet_codes (
  user_id INTEGER NOT NULL REFERENCES users (id),
  lookup  TEXT    NOT NULL CHECK (lookup <> ''),
  PRIMARY KEY (user_id, lookup)
) STRICT, WITHOUT ROWID;

ALTER TABLE calls ADD COLUMN attestation TEXT CHECK (attestation IN ('A', 'B', 'C'));
ALTER TABLE calls ADD COLUMN call_back_of INTEGER REFERENCES calls (id);

CREATE INDEX calls_recognised ON calls (user_id, caller_number, began_at) WHERE user_id IS NOT NULL;

CREATE INDEX lockouts_by_time ON lockouts (last_at);
