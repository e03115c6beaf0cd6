CREATE OR REPLACE FUNCTION public.is_reachable(p_staff uuid, p_grace_sec double precision, p_stale_sec double precision)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  v_now timestamptz;
  v_gone_before timestamptz;
  v_ready timestamptz;
BEGIN
  PERFORM FROM missed_receipts m WHERE m.staff_id = p_staff AND m.unresponsive_since IS NOT NULL;
  IF FOUND THEN
    RETURN false;
  END IF;
  PERFORM FROM staff_connections c JOIN nodes n USING (server_id)
  WHERE c.staff_id = p_staff AND n.heartbeat_at > statement_timestamp() - make_interval(secs => p_stale_sec);
  IF FOUND THEN
    RETURN true;
  END IF;
  v_now := app_now();
  v_gone_before := v_now - make_interval(secs => p_grace_sec);
  SELECT ready_at INTO v_ready FROM ward_watch;
  RETURN EXISTS (
      SELECT FROM staff_connections c JOIN nodes n USING (server_id)
      WHERE c.staff_id = p_staff AND greatest(n.heartbeat_at + (v_now - statement_timestamp()), v_ready) > v_gone_before)
    OR EXISTS (SELECT FROM staff_absences a WHERE a.staff_id = p_staff AND greatest(a.since, v_ready) > v_gone_before);
END $function$;
