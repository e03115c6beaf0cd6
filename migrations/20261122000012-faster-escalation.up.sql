-- What runs for every call that falls due, as PL/pgSQL: a function in SQL that cannot be inlined is parsed and planned anew by every
-- statement that uses it. The answers are those of before.
CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz
  LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  v_skew interval;
BEGIN
  SELECT skew INTO v_skew FROM clock_skew;
  RETURN statement_timestamp() + v_skew;
END $$;

-- Whether a node is dead goes by the server's own time, as its heartbeats do; graces go by the application's. Most people who are
-- asked for are connected: that is looked at first.
CREATE OR REPLACE FUNCTION is_reachable(p_staff uuid, p_grace_sec float8, p_stale_sec float8) RETURNS boolean
  LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_now timestamptz;
  v_gone_before timestamptz;
  v_ready timestamptz;
BEGIN
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
END $$;

-- On duty in the queue, active and not excluded: who may be asked, if they can be reached and were not told of the call yet.
CREATE VIEW queued_nurses AS
  SELECT s.dept_id, s.staff_id, s.queue_position FROM shifts s JOIN staff p ON p.id = s.staff_id
  WHERE s.ended_at IS NULL AND s.queue_position IS NOT NULL AND p.active
    AND NOT EXISTS (SELECT FROM exclusions x
      WHERE x.dept_id = s.dept_id AND x.staff_id = s.staff_id AND x.ended_at IS NULL AND x.until > app_now());

-- Whose turn it is: the room's primary, its backup, else the head of the queue, who goes to the tail; null when nobody may be asked.
-- The queue's row is locked first, by taking a place at the tail (one that is not used leaves a gap, which means nothing). Each statement
-- sees what was committed before it began, so that two calls at once never take the same turn.
CREATE FUNCTION take_turn(p_dept text, p_call uuid, p_room text, p_grace_sec float8, p_stale_sec float8, OUT o_staff uuid, OUT o_reason text)
  LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_tail bigint;
BEGIN
  UPDATE department_queue SET next_position = next_position + 1 WHERE dept_id = p_dept RETURNING next_position - 1 INTO v_tail;

  SELECT n.staff_id, CASE WHEN n.staff_id = ra.primary_id THEN 'primary' ELSE 'backup' END INTO o_staff, o_reason
  FROM room_assignments ra JOIN queued_nurses n ON n.dept_id = ra.dept_id AND n.staff_id IN (ra.primary_id, ra.backup_id)
  WHERE ra.room_id = p_room AND ra.dept_id = p_dept AND (ra.until IS NULL OR ra.until > app_now())
    AND NOT EXISTS (SELECT FROM annunciations a WHERE a.call_id = p_call AND a.staff_id = n.staff_id)
    AND is_reachable(n.staff_id, p_grace_sec, p_stale_sec)
  ORDER BY n.staff_id = ra.primary_id DESC LIMIT 1;
  IF FOUND THEN
    RETURN;
  END IF;

  LOOP
    SELECT n.staff_id, 'queue' INTO o_staff, o_reason FROM queued_nurses n
    WHERE n.dept_id = p_dept
      AND NOT EXISTS (SELECT FROM annunciations a WHERE a.call_id = p_call AND a.staff_id = n.staff_id)
      AND is_reachable(n.staff_id, p_grace_sec, p_stale_sec)
    ORDER BY n.queue_position LIMIT 1;
    EXIT WHEN NOT FOUND;
    UPDATE shifts SET queue_position = v_tail WHERE dept_id = p_dept AND staff_id = o_staff AND ended_at IS NULL;
    EXIT WHEN FOUND;
    -- Their shift ended while we waited for its row; the next look no longer finds them.
  END LOOP;
END $$;
