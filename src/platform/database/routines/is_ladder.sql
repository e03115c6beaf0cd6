CREATE OR REPLACE FUNCTION public.is_ladder(p_l1 integer, p_l2 integer, p_l3 integer, p_repeat integer, p_presence integer, p_attendance integer)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE num_nonnulls(p_l1, p_l2, p_l3, p_repeat)
      WHEN 0 THEN true
      WHEN 4 THEN p_l1 >= 1 AND p_l2 > p_l1 AND p_l3 > p_l2 AND p_l3 <= 86400 AND p_repeat BETWEEN 1 AND 86400
      ELSE false END
    AND coalesce(p_presence BETWEEN 1 AND 86400, true) AND coalesce(p_attendance BETWEEN 0 AND 86400, true)
$function$;
