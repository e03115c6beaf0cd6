CREATE OR REPLACE FUNCTION purge_events(p_dept text, p_upto bigint, p_days int) RETURNS int
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

CREATE OR REPLACE FUNCTION purge_audit(p_upto bigint, p_days int) RETURNS int
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

DROP TABLE retention_floor;
