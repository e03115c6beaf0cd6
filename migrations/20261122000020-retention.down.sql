DROP FUNCTION purge_audit(bigint, int);
DROP FUNCTION purge_events(text, bigint, int);
ALTER TABLE audit_head DROP COLUMN purged_hash, DROP COLUMN purged_id;
