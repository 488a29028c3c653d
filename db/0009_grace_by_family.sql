-- The families (IPv4, IPv6) in which a name that had addresses is not answered: for how long somebody has
-- asked in vain, which is what the grace time is counted by, and when that was last found out.
ALTER TABLE resolutions ADD COLUMN unanswered TEXT NOT NULL DEFAULT '[]'
  CHECK (json_valid(unanswered) AND json_type(unanswered) = 'array');
