-- additive: an older program neither makes backups nor reads when the last one was made.
-- The moment that the newest backup holds: one row, which only the owner writes.
CREATE TABLE last_backup (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  taken_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO last_backup DEFAULT VALUES;
