-- The annunciation ledger: one row for each asking. `annunciations` holds the newest asking of each person for each call;
-- `past_annunciations` the earlier ones, as they ended. The view holds both.
--
-- asked_after: the department's last seq when the person was asked. The event that asked them has a later one, and every event of the
-- call before it an earlier one: the call's row is locked meanwhile. What proves a receipt never depends on a clock.
ALTER TABLE annunciations
  ADD COLUMN withdrawn_reason text CHECK (withdrawn_reason IN ('accepted_by_another', 'closed', 'stepped_back', 'reopened')),
  ADD COLUMN asked_after bigint NOT NULL DEFAULT 0;

UPDATE annunciations SET withdrawn_reason = 'stepped_back' WHERE withdrawn_at IS NOT NULL;
-- Closed calls of before stay as they are: a million rows rewritten would keep the ward waiting.
UPDATE annunciations a SET withdrawn_at = c.accepted_at, withdrawn_reason = 'accepted_by_another'
FROM calls c JOIN call_types t ON t.id = c.type
WHERE c.id = a.call_id AND a.withdrawn_at IS NULL AND a.staff_id IS DISTINCT FROM c.accepted_by AND c.accepted_at IS NOT NULL
  AND (c.state = 'in_progress' OR c.state = 'accepted' AND t.rank < 2);
UPDATE annunciations a SET asked_after = e.before FROM calls c
CROSS JOIN LATERAL (SELECT min(v.seq) - 1 AS before FROM events v WHERE v.call_id = c.id) e
WHERE c.id = a.call_id AND c.state IN ('pending', 'accepted', 'in_progress') AND e.before IS NOT NULL;

ALTER TABLE annunciations ADD CONSTRAINT withdrawn_for_a_reason CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL));

CREATE TABLE past_annunciations (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id uuid NOT NULL REFERENCES calls,
  staff_id uuid NOT NULL REFERENCES staff,
  role text NOT NULL,
  reason text NOT NULL,
  queued_at timestamptz NOT NULL,
  sent_at timestamptz,
  received_at timestamptz,
  accepted_at timestamptz,
  declined_at timestamptz,
  withdrawn_at timestamptz NOT NULL,
  withdrawn_reason text NOT NULL,
  asked_after bigint NOT NULL
);
CREATE INDEX past_annunciations_call ON past_annunciations (call_id);

CREATE VIEW annunciation_ledger AS
  SELECT call_id, staff_id, role, reason, queued_at, sent_at, received_at, accepted_at, declined_at, withdrawn_at, withdrawn_reason, asked_after
  FROM annunciations
  UNION ALL
  SELECT call_id, staff_id, role, reason, queued_at, sent_at, received_at, accepted_at, declined_at, withdrawn_at, withdrawn_reason, asked_after
  FROM past_annunciations;

-- Which call each person took on: the credit stays, also when the call went on to somebody else.
CREATE TABLE call_acceptances (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id uuid NOT NULL REFERENCES calls,
  dept_id text NOT NULL,
  placed_at timestamptz NOT NULL,
  staff_id uuid NOT NULL REFERENCES staff,
  accepted_at timestamptz NOT NULL
);
INSERT INTO call_acceptances (call_id, dept_id, placed_at, staff_id, accepted_at)
SELECT id, dept_id, placed_at, accepted_by, coalesce(accepted_at, completed_at, placed_at) FROM calls WHERE accepted_by IS NOT NULL;
CREATE INDEX call_acceptances_placed ON call_acceptances (dept_id, placed_at);

-- Keeps the ledger, whichever statement asks or withdraws: an asking that is over is kept when its person is asked once more; a decline is
-- a withdrawal; a withdrawal that is lifted is a new asking.
CREATE FUNCTION keep_asking() RETURNS trigger LANGUAGE plpgsql AS $$
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
        withdrawn_at, withdrawn_reason, asked_after)
      VALUES (OLD.call_id, OLD.staff_id, OLD.role, OLD.reason, OLD.queued_at, OLD.sent_at, OLD.received_at, OLD.accepted_at, OLD.declined_at,
        coalesce(OLD.withdrawn_at, NEW.queued_at), coalesce(OLD.withdrawn_reason, 'reopened'), OLD.asked_after);
    END IF;
  END IF;
  SELECT s.last_seq INTO NEW.asked_after FROM calls c JOIN dept_stream s ON s.dept_id = c.dept_id COLLATE "C" WHERE c.id = NEW.call_id;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_asking BEFORE INSERT OR UPDATE OF queued_at, declined_at, withdrawn_at ON annunciations
  FOR EACH ROW EXECUTE FUNCTION keep_asking();

-- Ends the askings of a call that are in force, but for one person's. Rows are locked in the one order that all writers of annunciations keep.
CREATE FUNCTION withdraw_askings(p_call uuid, p_except uuid, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE annunciations SET withdrawn_at = app_now(), withdrawn_reason = p_reason WHERE call_id = p_call AND staff_id IN (
    SELECT a.staff_id FROM annunciations a WHERE a.call_id = p_call AND a.withdrawn_at IS NULL AND a.staff_id IS DISTINCT FROM p_except
    ORDER BY a.staff_id FOR NO KEY UPDATE);
END $$;

-- What a call's change of hands means for the people who were asked, whichever statement changes it.
--   accepted: others are withdrawn; from rank 2 on only when presence is shown.
--   closed: all are withdrawn.
--   pending again: its people are asked once more, but for those who stepped back. In a new round nobody is, until the round asks them.
CREATE FUNCTION follow_call() RETURNS trigger LANGUAGE plpgsql AS $$
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
    UPDATE annunciations SET accepted_at = v_now, received_at = coalesce(received_at, v_now), sent_at = coalesce(sent_at, v_now)
    WHERE call_id = NEW.id AND staff_id = NEW.accepted_by AND accepted_at IS NULL AND withdrawn_at IS NULL;
    IF NEW.state = 'in_progress' OR NOT EXISTS (SELECT FROM call_types t WHERE t.id = NEW.type AND t.rank >= 2) THEN
      PERFORM withdraw_askings(NEW.id, NEW.accepted_by, 'accepted_by_another');
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER follow_call AFTER UPDATE OF state, accepted_by, attended_at ON calls FOR EACH ROW
  WHEN ((OLD.state, OLD.accepted_by, OLD.attended_at) IS DISTINCT FROM (NEW.state, NEW.accepted_by, NEW.attended_at))
  EXECUTE FUNCTION follow_call();

-- Since when receipts can be written down (again): time in which they could not does not count against anybody.
ALTER TABLE ward_watch ADD receipts_since timestamptz NOT NULL DEFAULT '-infinity';
