CREATE OR REPLACE FUNCTION public.queue_notification(p_call uuid, p_staff uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO notifications AS n (notifier, call_id, staff_id) SELECT s.name, p_call, p_staff FROM notifier_subscriptions s ORDER BY s.name
  ON CONFLICT (notifier, call_id, staff_id) DO UPDATE SET generation = n.generation + 1,
    due_at = CASE WHEN n.leased_until > app_now() THEN n.due_at ELSE app_now() END;
END $function$;
