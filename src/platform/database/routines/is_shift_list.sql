CREATE OR REPLACE FUNCTION public.is_shift_list(p_shifts jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE WHEN jsonb_typeof(p_shifts) = 'array' THEN (
    SELECT count(*) BETWEEN 1 AND 12 AND count(DISTINCT s ->> 'name') = count(*) AND count(DISTINCT s ->> 'start') = count(*)
      AND bool_and(coalesce(s ->> 'name' ~ '^[a-z][a-z0-9_]{0,31}$' AND s ->> 'name' <> 'all'
        AND s ->> 'start' ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$', false))
    FROM jsonb_array_elements(p_shifts) AS s) ELSE false END
$function$;
