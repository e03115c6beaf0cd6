CREATE OR REPLACE FUNCTION public.notify_escalated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF EXISTS (SELECT FROM notifier_subscriptions) THEN
    PERFORM queue_notification(a.call_id, a.staff_id) FROM annunciations a
    WHERE a.call_id = NEW.id AND a.withdrawn_at IS NULL AND a.accepted_at IS NULL;
  END IF;
  RETURN NULL;
END $function$;
