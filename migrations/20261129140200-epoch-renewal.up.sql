-- additive: a function that no older program calls.
-- A node that finds a log that went back draws a new epoch. Several that find it draw one: the second one names an epoch that is no more.
CREATE FUNCTION renew_epoch(p_stored uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE log_epoch SET stored = gen_random_uuid() WHERE stored = p_stored;
$$;
