-- The hospital's directory. Ids of places are slugs chosen by people and never reused: what is
-- given up is retired, not deleted, so that its id stays taken and old calls keep their place.
CREATE TABLE facility (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  time_zone text NOT NULL
);
INSERT INTO facility (name, time_zone) VALUES ('Hospital', 'UTC');

CREATE TABLE departments (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT app_now(),
  retired_at timestamptz
);

CREATE TABLE rooms (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  dept_id text NOT NULL REFERENCES departments,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  retired_at timestamptz
);
CREATE INDEX rooms_dept ON rooms (dept_id);

CREATE TABLE beds (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  room_id text NOT NULL REFERENCES rooms,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  retired_at timestamptz,
  UNIQUE (id, room_id)
);
CREATE INDEX beds_room ON beds (room_id);

CREATE TABLE stations (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  room_id text NOT NULL REFERENCES rooms,
  bed_id text,
  kind text NOT NULL CHECK (kind IN ('bedside', 'bathroom', 'staff_console')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  key_hash bytea NOT NULL UNIQUE,
  last_seen_at timestamptz,
  retired_at timestamptz,
  FOREIGN KEY (bed_id, room_id) REFERENCES beds (id, room_id)
);
CREATE INDEX stations_room ON stations (room_id);

CREATE TABLE staff (
  id uuid PRIMARY KEY,
  username text NOT NULL UNIQUE CHECK (username = lower(username) AND length(username) BETWEEN 1 AND 64),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  role text NOT NULL CHECK (role IN ('nurse', 'manager', 'admin')),
  password_hash text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT app_now()
);

CREATE TABLE memberships (
  staff_id uuid NOT NULL REFERENCES staff,
  dept_id text NOT NULL REFERENCES departments,
  since timestamptz NOT NULL DEFAULT app_now(),
  PRIMARY KEY (staff_id, dept_id)
);
CREATE INDEX memberships_dept ON memberships (dept_id);

CREATE TABLE call_types (
  id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9_]{0,31}$'),
  rank int NOT NULL CHECK (rank BETWEEN 0 AND 9),
  dispatch text NOT NULL CHECK (dispatch IN ('assigned', 'broadcast')),
  cancel_policy text NOT NULL CHECK (cancel_policy IN
    ('on_duty_or_station', 'on_duty', 'present', 'station_or_present', 'station_or_complete')),
  retired_at timestamptz
);
INSERT INTO call_types (id, rank, dispatch, cancel_policy) VALUES
  ('service_request', 0, 'assigned', 'on_duty_or_station'),
  ('patient_normal', 0, 'assigned', 'on_duty_or_station'),
  ('technical_fault', 1, 'assigned', 'on_duty'),
  ('cord_out', 1, 'assigned', 'on_duty'),
  ('bed_exit', 1, 'assigned', 'present'),
  ('device_alarm', 1, 'assigned', 'present'),
  ('staff_assist', 1, 'broadcast', 'station_or_present'),
  ('bath_emergency', 2, 'broadcast', 'station_or_complete'),
  ('staff_emergency', 2, 'broadcast', 'station_or_complete'),
  ('code_blue', 2, 'broadcast', 'station_or_complete');
