CREATE OR REPLACE FUNCTION public.renew_epoch(p_stored uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  UPDATE log_epoch SET stored = gen_random_uuid() WHERE stored = p_stored;
$function$;
