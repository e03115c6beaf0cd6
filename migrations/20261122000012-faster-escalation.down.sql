DROP FUNCTION take_turn(text, uuid, text, float8, float8);
DROP VIEW queued_nurses;

CREATE OR REPLACE FUNCTION is_reachable(p_staff uuid, p_grace_sec float8, p_stale_sec float8) RETURNS boolean
  LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
      SELECT FROM staff_connections c JOIN nodes n USING (server_id)
      WHERE c.staff_id = p_staff AND (n.heartbeat_at > statement_timestamp() - make_interval(secs => p_stale_sec)
        OR greatest(n.heartbeat_at + (app_now() - statement_timestamp()), (SELECT ready_at FROM ward_watch)) > app_now() - make_interval(secs => p_grace_sec)))
    OR EXISTS (
      SELECT FROM staff_absences a
      WHERE a.staff_id = p_staff AND greatest(a.since, (SELECT ready_at FROM ward_watch)) > app_now() - make_interval(secs => p_grace_sec))
$$;

CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT statement_timestamp() + (SELECT skew FROM clock_skew) $$;
