CREATE OR REPLACE FUNCTION public.open_station_supervision()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO station_supervision (dept_id) VALUES (NEW.id);
  RETURN NEW;
END $function$;
