CREATE OR REPLACE FUNCTION public.notify_asked()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO notifications (notifier, call_id, staff_id)
  SELECT s.name, a.call_id, a.staff_id FROM notifier_subscriptions s CROSS JOIN added a WHERE a.withdrawn_at IS NULL
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $function$;
