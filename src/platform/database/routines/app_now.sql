CREATE OR REPLACE FUNCTION public.app_now()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
AS $function$
DECLARE
  v_skew interval;
BEGIN
  SELECT skew INTO v_skew FROM clock_skew;
  RETURN statement_timestamp() + v_skew;
END $function$;
