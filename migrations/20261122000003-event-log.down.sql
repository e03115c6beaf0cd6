DROP TABLE log_epoch;
DROP TABLE events;
DROP FUNCTION refuse_change();
DROP FUNCTION append_events(jsonb);
DROP FUNCTION event_hash(bytea, text, bigint, uuid, text, jsonb, uuid, text, timestamptz);
DROP TRIGGER open_dept_stream ON departments;
DROP FUNCTION open_dept_stream();
DROP TABLE dept_stream;
