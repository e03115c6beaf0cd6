DROP TABLE audit;
DROP FUNCTION append_audit(text, text, text, text, inet, jsonb);
DROP FUNCTION audit_hash(bytea, bigint, timestamptz, text, text, text, text, inet, jsonb);
DROP TABLE audit_head;
