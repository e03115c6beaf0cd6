CREATE OR REPLACE FUNCTION public.take_turn(p_dept text, p_call uuid, p_room text, p_grace_sec double precision, p_stale_sec double precision, OUT o_staff uuid, OUT o_reason text)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_tail bigint;
BEGIN
  UPDATE department_queue SET next_position = next_position + 1 WHERE dept_id = p_dept RETURNING next_position - 1 INTO v_tail;

  SELECT n.staff_id, CASE WHEN n.staff_id = ra.primary_id THEN 'primary' ELSE 'backup' END INTO o_staff, o_reason
  FROM room_assignments ra JOIN queued_nurses n ON n.dept_id = ra.dept_id AND n.staff_id IN (ra.primary_id, ra.backup_id)
  WHERE ra.room_id = p_room AND ra.dept_id = p_dept AND (ra.until IS NULL OR ra.until > app_now())
    AND NOT EXISTS (SELECT FROM annunciations a WHERE a.call_id = p_call AND a.staff_id = n.staff_id AND (a.withdrawn_at IS NULL OR a.declined_at IS NOT NULL))
    AND is_reachable(n.staff_id, p_grace_sec, p_stale_sec)
  ORDER BY n.staff_id = ra.primary_id DESC LIMIT 1;
  IF FOUND THEN
    RETURN;
  END IF;

  LOOP
    SELECT n.staff_id, 'queue' INTO o_staff, o_reason FROM queued_nurses n
    WHERE n.dept_id = p_dept
      AND NOT EXISTS (SELECT FROM calls c WHERE c.accepted_by = n.staff_id AND c.state IN ('accepted', 'in_progress'))
      AND NOT EXISTS (SELECT FROM annunciations a WHERE a.call_id = p_call AND a.staff_id = n.staff_id AND (a.withdrawn_at IS NULL OR a.declined_at IS NOT NULL))
      AND is_reachable(n.staff_id, p_grace_sec, p_stale_sec)
    ORDER BY n.queue_position LIMIT 1;
    IF NOT FOUND THEN
      SELECT n.staff_id, 'queue' INTO o_staff, o_reason FROM queued_nurses n
      WHERE n.dept_id = p_dept
        AND NOT EXISTS (SELECT FROM annunciations a WHERE a.call_id = p_call AND a.staff_id = n.staff_id AND (a.withdrawn_at IS NULL OR a.declined_at IS NOT NULL))
        AND is_reachable(n.staff_id, p_grace_sec, p_stale_sec)
      ORDER BY n.queue_position LIMIT 1;
      EXIT WHEN NOT FOUND;
    END IF;
    UPDATE shifts SET queue_position = v_tail WHERE dept_id = p_dept AND staff_id = o_staff AND ended_at IS NULL AND queue_position IS NOT NULL;
    EXIT WHEN FOUND;
    -- They left the queue while we waited for its row; the next look no longer finds them.
  END LOOP;
END $function$;
