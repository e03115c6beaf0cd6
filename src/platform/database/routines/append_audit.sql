CREATE OR REPLACE FUNCTION public.append_audit(p_actor text, p_action text, p_target text, p_result text, p_address inet, p_detail jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_head audit_head%ROWTYPE;
  v_at timestamptz;
  v_hash bytea;
BEGIN
  SELECT * INTO v_head FROM audit_head FOR UPDATE;
  v_at := app_clock();
  v_hash := audit_hash(v_head.last_hash, v_head.last_id + 1, v_at, p_actor, p_action, p_target, p_result, p_address, p_detail);
  INSERT INTO audit (id, at, actor, action, target, result, address, detail, prev_hash, hash)
  VALUES (v_head.last_id + 1, v_at, p_actor, p_action, p_target, p_result, p_address, p_detail, v_head.last_hash, v_hash);
  UPDATE audit_head SET last_id = v_head.last_id + 1, last_hash = v_hash;
  RETURN v_head.last_id + 1;
END $function$;
