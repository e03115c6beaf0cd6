CREATE OR REPLACE FUNCTION public.is_label_list(p_labels jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE WHEN jsonb_typeof(p_labels) = 'object' THEN NOT EXISTS (
    SELECT FROM jsonb_each(p_labels) AS l WHERE jsonb_typeof(l.value) <> 'string' OR length(l.value #>> '{}') NOT BETWEEN 1 AND 100)
  ELSE false END
$function$;
