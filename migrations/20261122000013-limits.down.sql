ALTER TABLE sessions DROP socket_seen_at;
DROP TABLE limits;
