-- additive: an older program reads and writes as before; the ledger keeps more, and a hand-over asks.
-- The ledger keeps the code and the text of each decline, also after the person was asked once more.
ALTER TABLE past_annunciations ADD COLUMN decline_code text;
ALTER TABLE past_annunciations ADD COLUMN decline_reason text;

CREATE OR REPLACE VIEW annunciation_ledger AS
  SELECT call_id, staff_id, role, reason, queued_at, sent_at, received_at, accepted_at, declined_at, withdrawn_at, withdrawn_reason, asked_after,
    decline_code, decline_reason FROM annunciations
  UNION ALL
  SELECT call_id, staff_id, role, reason, queued_at, sent_at, received_at, accepted_at, declined_at, withdrawn_at, withdrawn_reason, asked_after,
    decline_code, decline_reason FROM past_annunciations;

CREATE OR REPLACE FUNCTION keep_asking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.declined_at IS NOT NULL AND NEW.withdrawn_at IS NULL THEN
    NEW.withdrawn_at := NEW.declined_at;
  END IF;
  IF NEW.withdrawn_at IS NULL THEN
    NEW.withdrawn_reason := NULL;
  ELSIF NEW.withdrawn_reason IS NULL THEN
    NEW.withdrawn_reason := 'stepped_back';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.queued_at = OLD.queued_at AND OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL THEN
      NEW.queued_at := app_now();
    END IF;
    IF NEW.queued_at = OLD.queued_at THEN
      RETURN NEW;
    END IF;
    NEW.sent_at := NULL;
    NEW.received_at := NULL;
    NEW.accepted_at := NULL;
    -- Asked twice in one transaction is asked once.
    IF OLD.queued_at < app_now() - (statement_timestamp() - transaction_timestamp()) OR OLD.withdrawn_at IS NOT NULL THEN
      INSERT INTO past_annunciations (call_id, staff_id, role, reason, queued_at, sent_at, received_at, accepted_at, declined_at,
        withdrawn_at, withdrawn_reason, asked_after, decline_code, decline_reason)
      VALUES (OLD.call_id, OLD.staff_id, OLD.role, OLD.reason, OLD.queued_at, OLD.sent_at, OLD.received_at, OLD.accepted_at, OLD.declined_at,
        coalesce(OLD.withdrawn_at, NEW.queued_at), coalesce(OLD.withdrawn_reason, 'reopened'), OLD.asked_after, OLD.decline_code, OLD.decline_reason);
      NEW.decline_code := NULL;
      NEW.decline_reason := NULL;
    END IF;
  END IF;
  SELECT s.last_seq INTO NEW.asked_after FROM calls c JOIN dept_stream s ON s.dept_id = c.dept_id COLLATE "C" WHERE c.id = NEW.call_id;
  RETURN NEW;
END $$;

-- A manager hands a call in progress over: the person who gets it is asked, until an arrival of theirs or the end of the call.
CREATE OR REPLACE FUNCTION follow_call() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$;
