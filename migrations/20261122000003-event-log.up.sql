-- The event log: per department in order and without gaps. append_events is the only writer.
CREATE TABLE dept_stream (
  dept_id text COLLATE "C" PRIMARY KEY REFERENCES departments,
  last_seq bigint NOT NULL DEFAULT 0,
  last_hash bytea NOT NULL DEFAULT '\x'::bytea,
  last_at timestamptz NOT NULL DEFAULT '-infinity',
  -- What retention left: events up to purged_seq are gone, and the chain goes on from purged_hash.
  purged_seq bigint NOT NULL DEFAULT 0,
  purged_hash bytea NOT NULL DEFAULT '\x'::bytea
);

CREATE TABLE events (
  dept_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  id uuid NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  call_id uuid,
  actor_id text,
  at timestamptz NOT NULL,
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (dept_id, seq)
);
CREATE INDEX events_call ON events (call_id, seq) WHERE call_id IS NOT NULL;

-- A department has its stream from the first moment, so that a reader always finds a head.
CREATE FUNCTION open_dept_stream() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dept_stream (dept_id) VALUES (NEW.id);
  RETURN NEW;
END $$;
CREATE TRIGGER open_dept_stream AFTER INSERT ON departments
  FOR EACH ROW EXECUTE FUNCTION open_dept_stream();

-- Length before each part, and a mark for what is absent: no two different events have the same input.
-- PL/pgSQL: this runs under the stream's lock, at half the cost of the same in one SQL statement.
CREATE FUNCTION event_hash(prev bytea, dept text, seq bigint, id uuid, type text, payload jsonb, call uuid, actor text, at timestamptz)
  RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
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
END $$;

-- Appends events, the last statement before COMMIT. For each department in ascending order it locks the stream
-- row, THEN draws seq, time and hash: commit order is seq order, and a rollback leaves no hole.
-- p_events: [{ "dept", "id", "type", "payload", "call_id"?, "actor_id"? }, …], kept in the order given within a department.
CREATE FUNCTION append_events(p_events jsonb) RETURNS TABLE (dept text, seq bigint)
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
      INSERT INTO events (dept_id, seq, id, type, payload, call_id, actor_id, at, prev_hash, hash)
      VALUES (v_dept, v_stream.last_seq, (v_event ->> 'id')::uuid, v_event ->> 'type', v_event -> 'payload',
        (v_event ->> 'call_id')::uuid, v_event ->> 'actor_id', v_stream.last_at, v_stream.last_hash, v_hash);
      v_stream.last_hash := v_hash;
      dept := v_dept;
      seq := v_stream.last_seq;
      RETURN NEXT;
    END LOOP;
    UPDATE dept_stream s SET last_seq = v_stream.last_seq, last_hash = v_stream.last_hash, last_at = v_stream.last_at
    WHERE s.dept_id = v_dept;
  END LOOP;
END $$;

-- It writes as its owner: only who is granted it may call it.
REVOKE EXECUTE ON FUNCTION append_events(jsonb) FROM PUBLIC;

-- Nobody changes or deletes what is in the log, whoever owns the table.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('wardline.retention', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN COALESCE(OLD, NULL);
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Names this history: another one after a restore or a fail-over. The timeline and the system's id are
-- added when it is read; the stored part is drawn anew by `npm run epoch:renew`.
CREATE TABLE log_epoch (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  stored uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO log_epoch DEFAULT VALUES;
