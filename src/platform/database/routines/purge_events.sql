CREATE OR REPLACE FUNCTION public.purge_events(p_dept text, p_upto bigint, p_days integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
END $function$;
