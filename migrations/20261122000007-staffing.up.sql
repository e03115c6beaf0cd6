-- The queue: a department's on-duty nurses in round-robin order. Its row is locked before anybody is chosen from it;
-- the places themselves stand on the shifts.
CREATE TABLE department_queue (
  dept_id text PRIMARY KEY REFERENCES departments,
  next_position bigint NOT NULL DEFAULT 1
);
INSERT INTO department_queue (dept_id) SELECT id FROM departments;
CREATE FUNCTION open_department_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO department_queue (dept_id) VALUES (NEW.id);
  RETURN NEW;
END $$;
CREATE TRIGGER open_department_queue AFTER INSERT ON departments FOR EACH ROW EXECUTE FUNCTION open_department_queue();

-- Null: not in the queue (a manager, or a nurse whose grace has run out).
ALTER TABLE shifts ADD queue_position bigint;
CREATE INDEX shifts_queue ON shifts (dept_id, queue_position) WHERE ended_at IS NULL AND queue_position IS NOT NULL;
CREATE INDEX shifts_of_staff ON shifts (staff_id) WHERE ended_at IS NULL;
UPDATE shifts s SET queue_position = q.place FROM (
  SELECT h.id, row_number() OVER (PARTITION BY h.dept_id ORDER BY h.started_at, h.id) AS place
  FROM shifts h JOIN staff p ON p.id = h.staff_id WHERE h.ended_at IS NULL AND p.role = 'nurse'
) q WHERE q.id = s.id;
UPDATE department_queue q SET next_position = 1 + coalesce((SELECT max(queue_position) FROM shifts s WHERE s.dept_id = q.dept_id), 0);

-- A nurse taken out of the queue for a time. The reason stays here, never in an event.
CREATE TABLE exclusions (
  id uuid PRIMARY KEY,
  dept_id text NOT NULL REFERENCES departments,
  staff_id uuid NOT NULL REFERENCES staff,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  author_id uuid NOT NULL REFERENCES staff,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  until timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE UNIQUE INDEX exclusions_active ON exclusions (dept_id, staff_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_due ON exclusions (until) WHERE ended_at IS NULL;

-- Who answers a room's calls first, over the queue.
CREATE TABLE room_assignments (
  room_id text PRIMARY KEY REFERENCES rooms,
  dept_id text NOT NULL REFERENCES departments,
  primary_id uuid NOT NULL REFERENCES staff,
  backup_id uuid REFERENCES staff,
  until timestamptz,
  author_id uuid NOT NULL REFERENCES staff,
  assigned_at timestamptz NOT NULL DEFAULT app_now(),
  warned_at timestamptz,
  CHECK (backup_id IS DISTINCT FROM primary_id)
);
CREATE INDEX room_assignments_due ON room_assignments (until) WHERE until IS NOT NULL;

-- Nodes and the staff sockets they hold: rows, so that who is reachable is known after any crash. Heartbeats are of this world:
-- they go by the server's own time, which no rehearsal moves.
CREATE TABLE nodes (
  server_id text PRIMARY KEY,
  started_at timestamptz NOT NULL DEFAULT app_now(),
  heartbeat_at timestamptz NOT NULL DEFAULT statement_timestamp()
);
CREATE TABLE staff_connections (
  connection_id uuid PRIMARY KEY,
  server_id text NOT NULL REFERENCES nodes ON DELETE CASCADE,
  staff_id uuid NOT NULL REFERENCES staff,
  since timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX staff_connections_staff ON staff_connections (staff_id);
CREATE INDEX staff_connections_server ON staff_connections (server_id);
-- A person whose last socket has closed. handled_at: the grace has run out, and they were taken out of the queue.
CREATE TABLE staff_absences (
  staff_id uuid PRIMARY KEY REFERENCES staff,
  since timestamptz NOT NULL,
  handled_at timestamptz
);
CREATE INDEX staff_absences_due ON staff_absences (since) WHERE handled_at IS NULL;
-- When the first node was ready after all had been gone: no grace ends before it has run once in full since.
CREATE TABLE ward_watch (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  ready_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO ward_watch DEFAULT VALUES;

-- Reachable: a live socket anywhere, or within the grace of the last one. A node without a heartbeat for p_stale is dead,
-- and its people count as disconnected since its last heartbeat.
CREATE FUNCTION is_reachable(p_staff uuid, p_grace_sec float8, p_stale_sec float8) RETURNS boolean
  LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
      SELECT FROM staff_connections c JOIN nodes n USING (server_id)
      WHERE c.staff_id = p_staff AND (n.heartbeat_at > statement_timestamp() - make_interval(secs => p_stale_sec)
        OR greatest(n.heartbeat_at + (app_now() - statement_timestamp()), (SELECT ready_at FROM ward_watch)) > app_now() - make_interval(secs => p_grace_sec)))
    OR EXISTS (
      SELECT FROM staff_absences a
      WHERE a.staff_id = p_staff AND greatest(a.since, (SELECT ready_at FROM ward_watch)) > app_now() - make_interval(secs => p_grace_sec))
$$;

-- A department's own deadlines; without a row the settings' hold.
CREATE TABLE escalation_policies (
  dept_id text PRIMARY KEY REFERENCES departments,
  l1_sec int NOT NULL CHECK (l1_sec > 0),
  l2_sec int NOT NULL CHECK (l2_sec > l1_sec),
  l3_sec int NOT NULL CHECK (l3_sec > l2_sec),
  repeat_sec int NOT NULL CHECK (repeat_sec > 0)
);

-- Departments with open calls and nobody of theirs connected.
CREATE TABLE unattended_departments (
  dept_id text PRIMARY KEY REFERENCES departments,
  since timestamptz NOT NULL DEFAULT app_now()
);

-- A node holds this lock on a connection of its own for as long as its process lives.
CREATE FUNCTION node_is_held(p_server_id text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.classid = (hashtext('wardline node')::bigint & 4294967295)::oid AND l.objid = (hashtext(p_server_id)::bigint & 4294967295)::oid)
$$;
