CREATE OR REPLACE FUNCTION public.audit_hash(prev bytea, id bigint, at timestamp with time zone, actor text, action text, target text, result text, address inet, detail jsonb)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT sha256(prev || convert_to(string_agg(octet_length(part)::text || ':' || part, '' ORDER BY place), 'UTF8'))
  FROM unnest(ARRAY[
    id::text, (extract(epoch FROM at) * 1000000)::numeric(20)::text, actor, action, coalesce('+' || target, '-'), result,
    coalesce('+' || address::text, '-'), coalesce('+' || detail::text, '-')
  ]) WITH ORDINALITY AS parts(part, place)
$function$;
