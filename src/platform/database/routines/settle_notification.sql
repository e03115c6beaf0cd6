CREATE OR REPLACE FUNCTION public.settle_notification(p_notifier text, p_call uuid, p_staff uuid, p_message uuid, p_type text, p_lease integer, p_generation integer, p_try integer, p_asked_at timestamp with time zone, p_level integer, p_priority integer, p_repeat integer, p_tried_for double precision, p_is_delivered boolean, p_answer text, p_most_pause_sec double precision, p_give_up_sec double precision)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
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
END $function$;
