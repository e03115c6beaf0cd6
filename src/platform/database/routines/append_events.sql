CREATE OR REPLACE FUNCTION public.append_events(p_events jsonb)
 RETURNS TABLE(dept text, seq bigint, event_id uuid, event_at timestamp with time zone, event_data text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
