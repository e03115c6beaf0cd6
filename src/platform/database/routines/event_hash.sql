CREATE OR REPLACE FUNCTION public.event_hash(prev bytea, dept text, seq bigint, id uuid, type text, payload jsonb, call uuid, actor text, at timestamp with time zone)
 RETURNS bytea
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
  s text := seq::text;
  i text := id::text;
  p text := payload::text;
  c text := coalesce('+' || call::text, '-');
  a text := coalesce('+' || actor, '-');
  t text := (extract(epoch FROM at) * 1000000)::numeric(20)::text;
BEGIN
  RETURN sha256(prev || convert_to(
    octet_length(dept) || ':' || dept || octet_length(s) || ':' || s || octet_length(i) || ':' || i || octet_length(type) || ':' || type ||
    octet_length(p) || ':' || p || octet_length(c) || ':' || c || octet_length(a) || ':' || a || octet_length(t) || ':' || t, 'UTF8'));
END $function$;
