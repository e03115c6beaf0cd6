-- The trace (W3C traceparent) of the command that an event came of: what follows the event on its way is told apart by it. No part of
-- what happened, and so no part of the hash.
ALTER TABLE events ADD COLUMN trace text CHECK (length(trace) = 55);

CREATE OR REPLACE FUNCTION append_events(p_events jsonb) RETURNS TABLE (dept text, seq bigint)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
      RETURN NEXT;
    END LOOP;
    UPDATE dept_stream s SET last_seq = v_stream.last_seq, last_hash = v_stream.last_hash, last_at = v_stream.last_at
    WHERE s.dept_id = v_dept;
  END LOOP;
END $$;
