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
      UPDATE annunciations SET queued_at = v_now, withdrawn_at = NULL WHERE call_id = NEW.id AND staff_id IN (
        SELECT a.staff_id FROM annunciations a
        WHERE a.call_id = NEW.id AND a.declined_at IS NULL AND a.withdrawn_reason IS DISTINCT FROM 'stepped_back'
        ORDER BY a.staff_id FOR NO KEY UPDATE);
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
