ALTER TABLE shifts DROP COLUMN retry_at;
ALTER TABLE nodes DROP COLUMN retry_at;
