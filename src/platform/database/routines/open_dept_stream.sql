CREATE OR REPLACE FUNCTION public.open_dept_stream()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO dept_stream (dept_id) VALUES (NEW.id);
  RETURN NEW;
END $function$;
