-- What notifiers are still to be told, as the difference of two states: what each was told last, and what is true now. One row for each
-- notifier, call and person, for as long as a device of theirs rings or may ring: so only the newest waits, and in order.
--
-- due_at: when to look next; null while what was told last is true. leased_until: a node tries until then; lease names that try. generation: rises
-- with every change, so that what changes during a try is looked at after it. may_ring: something was tried since the last `withdrawn`.
-- told_*: what was told last. message_key, message_id, sequence: the message that is tried; one that says something else has another id.
DROP TRIGGER queue_notifications ON annunciations;
DROP FUNCTION queue_notifications();
DROP TABLE notifications;
CREATE TABLE notifications (
  notifier text NOT NULL,
  call_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  due_at timestamptz DEFAULT app_now(),
  generation int NOT NULL DEFAULT 1,
  leased_until timestamptz,
  lease int NOT NULL DEFAULT 0,
  may_ring boolean NOT NULL DEFAULT false,
  told_asked_at timestamptz,
  told_level int,
  told_priority int,
  told_repeat int,
  message_key text,
  message_id uuid,
  sequence bigint,
  tries int NOT NULL DEFAULT 0,
  first_try_at timestamptz,
  PRIMARY KEY (notifier, call_id, staff_id),
  FOREIGN KEY (call_id, staff_id) REFERENCES annunciations ON DELETE CASCADE
);
CREATE INDEX notifications_due ON notifications (notifier, due_at) WHERE due_at IS NOT NULL;
-- Rises over all messages: a receiver that gets an older one late knows it by this.
CREATE SEQUENCE notification_sequence;

-- What was tried, when, with which answer.
CREATE TABLE notification_tries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notifier text NOT NULL,
  call_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  message_id uuid NOT NULL,
  type text NOT NULL CHECK (type IN ('told', 'reminded', 'escalated', 'withdrawn')),
  try int NOT NULL,
  tried_at timestamptz NOT NULL,
  result text NOT NULL CHECK (result IN ('delivered', 'failed', 'given_up')),
  answer text CHECK (length(answer) <= 200)
);
CREATE INDEX notification_tries_call ON notification_tries (call_id, id);
CREATE INDEX notification_tries_age ON notification_tries (tried_at);

-- Something about a call and a person has changed: every notifier's row is due, or looked at again after the try that is under way.
CREATE FUNCTION queue_notification(p_call uuid, p_staff uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO notifications AS n (notifier, call_id, staff_id) SELECT s.name, p_call, p_staff FROM notifier_subscriptions s ORDER BY s.name
  ON CONFLICT (notifier, call_id, staff_id) DO UPDATE SET generation = n.generation + 1,
    due_at = CASE WHEN n.leased_until > app_now() THEN n.due_at ELSE app_now() END;
END $$;

-- Once a statement. A person who declined without having been asked was shown nothing.
CREATE FUNCTION notify_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO notifications (notifier, call_id, staff_id)
  SELECT s.name, a.call_id, a.staff_id FROM notifier_subscriptions s CROSS JOIN added a WHERE a.withdrawn_at IS NULL
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER notify_asked AFTER INSERT ON annunciations REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION notify_asked();

CREATE FUNCTION notify_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM queue_notification(NEW.call_id, NEW.staff_id);
  RETURN NULL;
END $$;
CREATE TRIGGER notify_changed AFTER UPDATE ON annunciations FOR EACH ROW
  WHEN ((OLD.queued_at, OLD.withdrawn_at, OLD.accepted_at) IS DISTINCT FROM (NEW.queued_at, NEW.withdrawn_at, NEW.accepted_at))
  EXECUTE FUNCTION notify_changed();

CREATE FUNCTION notify_escalated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM notifier_subscriptions) THEN
    PERFORM queue_notification(a.call_id, a.staff_id) FROM annunciations a
    WHERE a.call_id = NEW.id AND a.withdrawn_at IS NULL AND a.accepted_at IS NULL;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER notify_escalated AFTER UPDATE OF level, priority, failsafe_repeats ON calls FOR EACH ROW
  WHEN ((OLD.level, OLD.priority, OLD.failsafe_repeats) IS DISTINCT FROM (NEW.level, NEW.priority, NEW.failsafe_repeats))
  EXECUTE FUNCTION notify_escalated();

-- The next message that is due for a notifier, leased for so many seconds: what is true now against what was told last. What says nothing new is
-- put to rest. Null when nothing is due. A change that is not committed holds the row, which is then passed over: what is read here is whole.
CREATE FUNCTION lease_notification(p_notifier text, p_lease_sec float8) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  n notifications%ROWTYPE;
  a annunciations%ROWTYPE;
  c calls%ROWTYPE;
  v_now timestamptz := app_now();
  v_rings boolean;
  v_type text;
  v_key text;
BEGIN
  LOOP
    SELECT * INTO n FROM notifications w WHERE w.notifier = p_notifier AND w.due_at <= v_now ORDER BY w.due_at LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      -- Nothing waits for as long as this: the clock went back.
      SELECT * INTO n FROM notifications w WHERE w.notifier = p_notifier AND w.due_at > v_now + interval '10 minutes'
      ORDER BY w.due_at DESC LIMIT 1 FOR UPDATE SKIP LOCKED;
      IF NOT FOUND THEN
        RETURN NULL;
      END IF;
    END IF;
    SELECT * INTO a FROM annunciations w WHERE w.call_id = n.call_id AND w.staff_id = n.staff_id;
    SELECT * INTO c FROM calls w WHERE w.id = n.call_id;
    v_rings := a.withdrawn_at IS NULL AND a.accepted_at IS NULL AND c.state IN ('pending', 'accepted', 'in_progress');
    v_type := CASE
      WHEN v_rings AND n.told_asked_at IS DISTINCT FROM a.queued_at THEN 'told'
      WHEN v_rings AND c.failsafe_repeats > n.told_repeat THEN 'reminded'
      WHEN v_rings AND (c.level, c.priority) IS DISTINCT FROM (n.told_level, n.told_priority) THEN 'escalated'
      WHEN NOT v_rings AND n.may_ring THEN 'withdrawn' END;
    IF v_type IS NULL AND v_rings THEN
      UPDATE notifications w SET due_at = NULL, leased_until = NULL, message_key = NULL
      WHERE w.notifier = n.notifier AND w.call_id = n.call_id AND w.staff_id = n.staff_id;
      CONTINUE;
    ELSIF v_type IS NULL THEN
      DELETE FROM notifications w WHERE w.notifier = n.notifier AND w.call_id = n.call_id AND w.staff_id = n.staff_id;
      CONTINUE;
    END IF;
    v_key := concat_ws('/', v_type, a.queued_at, CASE v_type WHEN 'reminded' THEN c.failsafe_repeats::text WHEN 'escalated' THEN c.level || '/' || c.priority END);
    IF v_key IS DISTINCT FROM n.message_key THEN
      n.message_id := gen_random_uuid();
      n.sequence := nextval('notification_sequence');
      n.tries := 0;
      n.first_try_at := v_now;
    END IF;
    n.tries := n.tries + 1;
    n.lease := n.lease + 1;
    UPDATE notifications w SET message_key = v_key, message_id = n.message_id, sequence = n.sequence, tries = n.tries, first_try_at = n.first_try_at,
      lease = n.lease, leased_until = v_now + make_interval(secs => p_lease_sec), due_at = v_now + make_interval(secs => p_lease_sec), may_ring = true
    WHERE w.notifier = n.notifier AND w.call_id = n.call_id AND w.staff_id = n.staff_id;
    RETURN jsonb_build_object(
      'lease', n.lease, 'generation', n.generation, 'tries', n.tries, 'asked_at', a.queued_at, 'repeats', c.failsafe_repeats,
      'notification', jsonb_strip_nulls(jsonb_build_object(
        'id', n.message_id, 'sequence', n.sequence, 'type', v_type, 'call_id', c.id, 'dept', c.dept_id, 'room_id', c.room_id, 'bed_id', c.bed_id,
        'call_type', c.type, 'priority', c.priority, 'level', c.level, 'staff_id', n.staff_id, 'queued_at', iso(a.queued_at),
        'repeat', CASE v_type WHEN 'reminded' THEN c.failsafe_repeats END,
        'reason', CASE WHEN v_type = 'withdrawn' THEN CASE WHEN a.withdrawn_at IS NULL AND a.accepted_at IS NOT NULL THEN 'accepted'
          ELSE coalesce(a.withdrawn_reason, 'closed') END END)));
  END LOOP;
END $$;

-- A try has ended. What it was is written down whoever tried; the row is changed only by the holder of its lease. p_told: the facts that the message
-- held, null when it was not delivered. Answers `given_up` when the day is over in which it is tried.
CREATE FUNCTION settle_notification(p_notifier text, p_call uuid, p_staff uuid, p_message uuid, p_type text, p_lease int, p_generation int, p_try int,
  p_asked_at timestamptz, p_level int, p_priority int, p_repeat int, p_tried_for float8, p_is_delivered boolean, p_answer text,
  p_most_pause_sec float8, p_give_up_sec float8) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  n notifications%ROWTYPE;
  v_now timestamptz := app_now();
  v_result text := CASE WHEN p_is_delivered THEN 'delivered' ELSE 'failed' END;
BEGIN
  -- The order of a call's own transaction: the asking before its notifications.
  IF p_is_delivered AND p_type <> 'withdrawn' THEN
    UPDATE annunciations SET sent_at = v_now WHERE call_id = p_call AND staff_id = p_staff AND queued_at = p_asked_at AND sent_at IS NULL;
  END IF;
  SELECT * INTO n FROM notifications w WHERE w.notifier = p_notifier AND w.call_id = p_call AND w.staff_id = p_staff FOR UPDATE;
  IF FOUND AND n.lease = p_lease THEN
    IF NOT p_is_delivered AND n.first_try_at <= v_now - make_interval(secs => p_give_up_sec) THEN
      v_result := 'given_up';
    END IF;
    IF v_result = 'failed' THEN
      UPDATE notifications w SET leased_until = NULL, due_at = CASE WHEN n.generation <> p_generation THEN v_now
          ELSE v_now + make_interval(secs => least(2 ^ (p_try - 1), p_most_pause_sec)) END
      WHERE w.notifier = p_notifier AND w.call_id = p_call AND w.staff_id = p_staff;
    ELSIF p_type = 'withdrawn' AND n.generation = p_generation THEN
      DELETE FROM notifications w WHERE w.notifier = p_notifier AND w.call_id = p_call AND w.staff_id = p_staff;
    ELSE
      UPDATE notifications w SET leased_until = NULL, message_key = NULL, may_ring = p_type <> 'withdrawn',
        told_asked_at = CASE WHEN p_type <> 'withdrawn' THEN p_asked_at END, told_level = p_level, told_priority = p_priority, told_repeat = p_repeat,
        due_at = CASE WHEN n.generation <> p_generation THEN v_now END
      WHERE w.notifier = p_notifier AND w.call_id = p_call AND w.staff_id = p_staff;
    END IF;
  END IF;
  INSERT INTO notification_tries (notifier, call_id, staff_id, message_id, type, try, tried_at, result, answer)
  VALUES (p_notifier, p_call, p_staff, p_message, p_type, p_try, v_now - make_interval(secs => p_tried_for), v_result, left(p_answer, 200));
  RETURN v_result;
END $$;
