-- Retention: what is old enough leaves the log and the record, its last hash stays as the anchor that the chain goes on from.
ALTER TABLE audit_head ADD COLUMN purged_id bigint NOT NULL DEFAULT 0, ADD COLUMN purged_hash bytea NOT NULL DEFAULT '\x'::bytea;

-- Removes a department's events up to p_upto, when that one is older than p_days (1 at least: nobody empties a log by a number).
-- Answers how many are gone.
CREATE FUNCTION purge_events(p_dept text, p_upto bigint, p_days int) RETURNS int
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_hash bytea;
  v_gone int;
BEGIN
  PERFORM FROM dept_stream WHERE dept_id = p_dept FOR UPDATE;
  SELECT hash INTO v_hash FROM events
    WHERE dept_id = p_dept AND seq = p_upto AND at < app_now() - make_interval(days => greatest(p_days, 1));
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
REVOKE EXECUTE ON FUNCTION purge_events(text, bigint, int) FROM PUBLIC;

CREATE FUNCTION purge_audit(p_upto bigint, p_days int) RETURNS int
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_hash bytea;
  v_gone int;
BEGIN
  PERFORM FROM audit_head FOR UPDATE;
  SELECT hash INTO v_hash FROM audit WHERE id = p_upto AND at < app_now() - make_interval(days => greatest(p_days, 1));
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  PERFORM set_config('wardline.retention', 'on', true);
  DELETE FROM audit WHERE id <= p_upto;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  PERFORM set_config('wardline.retention', 'off', true);
  UPDATE audit_head SET purged_id = p_upto, purged_hash = v_hash;
  RETURN v_gone;
END $$;
REVOKE EXECUTE ON FUNCTION purge_audit(bigint, int) FROM PUBLIC;
