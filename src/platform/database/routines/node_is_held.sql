CREATE OR REPLACE FUNCTION public.node_is_held(p_server_id text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.classid = (hashtext('wardline node')::bigint & 4294967295)::oid AND l.objid = (hashtext(p_server_id)::bigint & 4294967295)::oid)
$function$;
