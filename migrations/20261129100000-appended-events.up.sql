-- additive: an older program runs on it.
-- append_events answers with the events as they are read, so that a node can hand out what it has just written.
DO $migration$
DECLARE
  v_before aclitem[];
  v_role oid;
BEGIN
  SELECT proacl INTO v_before FROM pg_proc WHERE oid = 'append_events(jsonb)'::regprocedure;
  DROP FUNCTION append_events(jsonb);
CREATE FUNCTION append_events(p_events jsonb) RETURNS TABLE (dept text, seq bigint, event_id uuid, event_at timestamptz, event_data text)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
DECLARE
  v_dept text;
  v_stream dept_stream%ROWTYPE;
  v_event jsonb;
  v_hash bytea;
BEGIN
  FOR v_dept IN SELECT DISTINCT (e ->> 'dept') COLLATE "C" AS d FROM jsonb_array_elements(p_events) e ORDER BY d LOOP
    SELECT * INTO v_stream FROM dept_stream s WHERE s.dept_id = v_dept FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'department % has no stream', v_dept USING ERRCODE = 'foreign_key_violation';
    END IF;
    v_stream.last_at := greatest(clock_timestamp() + (SELECT skew FROM clock_skew), v_stream.last_at); -- app_clock(), inlined
    FOR v_event IN SELECT e FROM jsonb_array_elements(p_events) WITH ORDINALITY AS x(e, n)
                   WHERE (e ->> 'dept') COLLATE "C" = v_dept ORDER BY n LOOP
      v_stream.last_seq := v_stream.last_seq + 1;
      v_hash := event_hash(v_stream.last_hash, v_dept, v_stream.last_seq, (v_event ->> 'id')::uuid, v_event ->> 'type',
        v_event -> 'payload', (v_event ->> 'call_id')::uuid, v_event ->> 'actor_id', v_stream.last_at);
      INSERT INTO events (dept_id, seq, id, type, payload, call_id, actor_id, at, prev_hash, hash, trace)
      VALUES (v_dept, v_stream.last_seq, (v_event ->> 'id')::uuid, v_event ->> 'type', v_event -> 'payload',
        (v_event ->> 'call_id')::uuid, v_event ->> 'actor_id', v_stream.last_at, v_stream.last_hash, v_hash, v_event ->> 'trace');
      v_stream.last_hash := v_hash;
      dept := v_dept;
      seq := v_stream.last_seq;
      event_id := (v_event ->> 'id')::uuid;
      event_at := v_stream.last_at;
      event_data := (v_event -> 'payload')::text;
      RETURN NEXT;
    END LOOP;
    UPDATE dept_stream s SET last_seq = v_stream.last_seq, last_hash = v_stream.last_hash, last_at = v_stream.last_at
    WHERE s.dept_id = v_dept;
  END LOOP;
END $function$;
  -- Whoever could append still can: an older program goes on meanwhile.
  REVOKE EXECUTE ON FUNCTION append_events(jsonb) FROM PUBLIC;
  FOR v_role IN SELECT DISTINCT grantee FROM aclexplode(v_before) WHERE grantee <> 0 LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION append_events(jsonb) TO %s', v_role::regrole);
  END LOOP;
END $migration$;
