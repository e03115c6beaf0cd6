-- additive: an older program asks the same people again; it only judges differently whether one of them may come.
-- A call that is pending again asks those of this round who may come: nobody off duty, on a break, excluded, or gone.
CREATE OR REPLACE FUNCTION public.follow_call()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_now timestamptz := app_now();
BEGIN
  IF NEW.accepted_by IS NOT NULL AND NEW.state <> 'pending' AND (NEW.accepted_by IS DISTINCT FROM OLD.accepted_by OR OLD.state = 'pending') THEN
    INSERT INTO call_acceptances (call_id, dept_id, placed_at, staff_id, accepted_at)
    VALUES (NEW.id, NEW.dept_id, NEW.placed_at, NEW.accepted_by, v_now);
  END IF;
  IF NEW.state IN ('completed', 'cancelled') THEN
    PERFORM withdraw_askings(NEW.id, NULL, 'closed');
  ELSIF NEW.state = 'pending' THEN
    IF OLD.state = 'pending' THEN
      NULL; -- nothing changed hands
    ELSIF NEW.round <> OLD.round THEN
      PERFORM withdraw_askings(NEW.id, NULL, 'reopened');
    ELSE
      -- Members of this round who may come. An asking in force stays one; of the others, the person leads, is signed in, or on duty in the queue.
      UPDATE annunciations SET queued_at = v_now, withdrawn_at = NULL WHERE call_id = NEW.id AND staff_id IN (
        SELECT a.staff_id FROM annunciations a JOIN staff p ON p.id = a.staff_id AND p.active
        WHERE a.call_id = NEW.id AND a.declined_at IS NULL AND a.withdrawn_reason IS DISTINCT FROM 'stepped_back'
          AND a.queued_at >= coalesce(NEW.round_started_at, NEW.placed_at)
          AND (p.role = 'admin' OR EXISTS (SELECT FROM memberships m WHERE m.staff_id = p.id AND m.dept_id = NEW.dept_id))
          AND (a.withdrawn_at IS NULL OR p.role IN ('manager', 'admin')
            OR a.reason = 'signed_in' AND EXISTS (SELECT FROM sessions s WHERE s.staff_id = p.id AND s.ended_at IS NULL AND s.expires_at > v_now)
            OR EXISTS (SELECT FROM shifts h WHERE h.staff_id = p.id AND h.dept_id = NEW.dept_id AND h.ended_at IS NULL
              AND (h.paused_until IS NULL OR EXISTS (SELECT FROM call_types t WHERE t.id = NEW.type AND t.dispatch = 'broadcast' AND t.rank >= 2))
              AND NOT EXISTS (SELECT FROM exclusions x
                WHERE x.dept_id = h.dept_id AND x.staff_id = h.staff_id AND x.ended_at IS NULL AND x.until > v_now)))
        ORDER BY a.staff_id FOR NO KEY UPDATE OF a);
    END IF;
  ELSE
    -- Handed over: another person's, and nobody has arrived.
    IF NOT (OLD.state = 'in_progress' AND NEW.accepted_by IS DISTINCT FROM OLD.accepted_by AND NEW.attended_at IS NOT DISTINCT FROM OLD.attended_at) THEN
      UPDATE annunciations SET accepted_at = v_now, received_at = coalesce(received_at, v_now), sent_at = coalesce(sent_at, v_now)
      WHERE call_id = NEW.id AND staff_id = NEW.accepted_by AND accepted_at IS NULL AND withdrawn_at IS NULL;
    END IF;
    IF NEW.state = 'in_progress' OR NOT EXISTS (SELECT FROM call_types t WHERE t.id = NEW.type AND t.rank >= 2) THEN
      PERFORM withdraw_askings(NEW.id, NEW.accepted_by, 'accepted_by_another');
    END IF;
  END IF;
  RETURN NULL;
END $function$;
