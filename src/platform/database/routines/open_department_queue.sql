CREATE OR REPLACE FUNCTION public.open_department_queue()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO department_queue (dept_id) VALUES (NEW.id);
  RETURN NEW;
END $function$;
