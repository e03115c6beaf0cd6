-- Nothing is purged before its time: the floor of retention is a row that only the owner writes, and the start does so from the settings. A shorter time that
-- the application names counts for nothing. A purge of the record leaves a record, which verification follows.
CREATE TABLE retention_floor (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  event_days int NOT NULL DEFAULT 90 CHECK (event_days >= 1),
  audit_days int NOT NULL DEFAULT 730 CHECK (audit_days >= 1)
);
INSERT INTO retention_floor DEFAULT VALUES;

CREATE OR REPLACE FUNCTION purge_events(p_dept text, p_upto bigint, p_days int) RETURNS int
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_hash bytea;
  v_gone int;
BEGIN
  PERFORM FROM dept_stream WHERE dept_id = p_dept FOR UPDATE;
  SELECT e.hash INTO v_hash FROM events e, retention_floor f
    WHERE e.dept_id = p_dept AND e.seq = p_upto AND e.at < app_now() - make_interval(days => greatest(p_days, f.event_days));
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  PERFORM set_config('wardline.retention', 'on', true);
  DELETE FROM events WHERE dept_id = p_dept AND seq <= p_upto;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  PERFORM set_config('wardline.retention', 'off', true);
  UPDATE dept_stream SET purged_seq = p_upto, purged_hash = v_hash WHERE dept_id = p_dept;
  RETURN v_gone;
END $$;

CREATE OR REPLACE FUNCTION purge_audit(p_upto bigint, p_days int) RETURNS int
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_hash bytea;
  v_gone int;
BEGIN
  PERFORM FROM audit_head FOR UPDATE;
  SELECT a.hash INTO v_hash FROM audit a, retention_floor f
    WHERE a.id = p_upto AND a.at < app_now() - make_interval(days => greatest(p_days, f.audit_days));
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  PERFORM set_config('wardline.retention', 'on', true);
  DELETE FROM audit WHERE id <= p_upto;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  PERFORM set_config('wardline.retention', 'off', true);
  UPDATE audit_head SET purged_id = p_upto, purged_hash = v_hash;
  PERFORM append_audit('system', 'audit.purge', NULL, 'ok', NULL,
    jsonb_build_object('count', v_gone, 'upto', p_upto, 'last_hash', encode(v_hash, 'hex')));
  RETURN v_gone;
END $$;

-- An anchor from before purges left records.
SELECT append_audit('system', 'audit.purge', NULL, 'ok', NULL,
    jsonb_build_object('count', purged_id, 'upto', purged_id, 'last_hash', encode(purged_hash, 'hex')))
  FROM audit_head WHERE purged_id > 0;
