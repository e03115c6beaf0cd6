CREATE OR REPLACE FUNCTION public.purge_audit(p_upto bigint, p_days integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
END $function$;
