-- A person steps back from a call (a decline, the end of a shift, a break, an exclusion): it is withdrawn from them. Only a decline bars asking
-- them again.
ALTER TABLE annunciations ADD withdrawn_at timestamptz;
UPDATE annunciations SET withdrawn_at = declined_at WHERE declined_at IS NOT NULL;

-- On a break until then: out of the queue, and still signed in.
ALTER TABLE shifts ADD paused_until timestamptz, ADD CONSTRAINT paused_is_out_of_the_queue CHECK (paused_until IS NULL OR queue_position IS NULL);
CREATE INDEX shifts_paused ON shifts (paused_until) WHERE paused_until IS NOT NULL AND ended_at IS NULL;

-- Managers on duty take turns like nurses. Those who are on duty now join the tail.
UPDATE shifts s SET queue_position = q.place FROM (
  SELECT h.id, d.next_position - 1 + row_number() OVER (PARTITION BY h.dept_id ORDER BY h.started_at, h.id) AS place
  FROM shifts h JOIN staff p ON p.id = h.staff_id JOIN department_queue d USING (dept_id) WHERE h.ended_at IS NULL AND p.role <> 'nurse'
) q WHERE q.id = s.id;
UPDATE department_queue q SET next_position = greatest(q.next_position, 1 + (SELECT max(queue_position) FROM shifts s WHERE s.dept_id = q.dept_id))
WHERE EXISTS (SELECT FROM shifts s WHERE s.dept_id = q.dept_id AND s.ended_at IS NULL AND s.queue_position IS NOT NULL);

-- Level 3 can come before any deadline, where nobody can be reached. The failsafe then counts from that moment: failsafe_from is 0, and
-- top_level_sec holds the seconds on the ladder's clock.
ALTER TABLE calls ADD top_level_sec float8 NOT NULL DEFAULT 0;
ALTER TABLE calls DROP CONSTRAINT calls_failsafe_from_check, ADD CONSTRAINT calls_failsafe_from_check CHECK (failsafe_from BETWEEN 0 AND 3);

-- Why a call leaves its person: they are lost, or excluded.
ALTER TABLE call_moves ADD reason text NOT NULL DEFAULT 'nurse_disconnected' CHECK (reason IN ('nurse_disconnected', 'excluded'));

-- Whose turn it is: the room's primary, its backup, else the head of the queue, who goes to the tail; null when nobody may be asked. People
-- without an accepted call or one in progress come first. A person who is passed over keeps their place. The queue's row is locked first, by
-- taking a place at the tail (one that is not used leaves a gap, which means nothing). Each statement sees what was committed before it began,
-- so that two calls at once never take the same turn.
CREATE OR REPLACE FUNCTION take_turn(p_dept text, p_call uuid, p_room text, p_grace_sec float8, p_stale_sec float8, OUT o_staff uuid, OUT o_reason text)
  LANGUAGE plpgsql VOLATILE AS $$
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
END $$;
