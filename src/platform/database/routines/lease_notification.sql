CREATE OR REPLACE FUNCTION public.lease_notification(p_notifier text, p_lease_sec double precision)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
END $function$;
