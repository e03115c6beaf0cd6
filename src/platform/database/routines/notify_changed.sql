CREATE OR REPLACE FUNCTION public.notify_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM queue_notification(NEW.call_id, NEW.staff_id);
  RETURN NULL;
END $function$;
