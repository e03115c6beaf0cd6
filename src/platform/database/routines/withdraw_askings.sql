CREATE OR REPLACE FUNCTION public.withdraw_askings(p_call uuid, p_except uuid, p_reason text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  UPDATE annunciations SET withdrawn_at = app_now(), withdrawn_reason = p_reason WHERE call_id = p_call AND staff_id IN (
    SELECT a.staff_id FROM annunciations a WHERE a.call_id = p_call AND a.withdrawn_at IS NULL AND a.staff_id IS DISTINCT FROM p_except
    ORDER BY a.staff_id FOR NO KEY UPDATE);
END $function$;
