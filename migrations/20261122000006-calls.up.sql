CREATE TABLE shifts (
  id uuid PRIMARY KEY,
  staff_id uuid NOT NULL REFERENCES staff,
  dept_id text NOT NULL REFERENCES departments,
  started_at timestamptz NOT NULL DEFAULT app_now(),
  ended_at timestamptz,
  end_reason text CHECK (end_reason IN ('ended', 'abandoned')),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX shifts_active ON shifts (dept_id, staff_id) WHERE ended_at IS NULL;

CREATE TABLE calls (
  id uuid PRIMARY KEY,
  dept_id text NOT NULL REFERENCES departments,
  room_id text NOT NULL REFERENCES rooms,
  bed_id text REFERENCES beds,
  station_id text REFERENCES stations,
  raised_by uuid REFERENCES staff,
  type text NOT NULL REFERENCES call_types,
  state text NOT NULL CHECK (state IN ('pending', 'accepted', 'in_progress', 'completed', 'cancelled')),
  level int NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 3),
  priority int NOT NULL,
  version int NOT NULL DEFAULT 1,
  accepted_by uuid REFERENCES staff,
  placed_at timestamptz NOT NULL DEFAULT app_now(),
  annunciated_at timestamptz,
  accepted_at timestamptz,
  present_at timestamptz,
  -- Who showed the presence: staff:<id> by arriving, station:<id> at the bedside, which names nobody.
  present_by text,
  completed_at timestamptz,
  cancelled_at timestamptz,
  closed_by text,
  cancel_reason text,
  repeats int NOT NULL DEFAULT 0,
  repeated_event_at timestamptz,
  supersedes uuid REFERENCES calls,
  CHECK ((state = 'accepted') <= (accepted_by IS NOT NULL)),
  CHECK ((state = 'completed') = (completed_at IS NOT NULL)),
  CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL)),
  CHECK ((state = 'in_progress') <= (present_at IS NOT NULL))
);
-- The same kind of call is open at most once at a station; at a place, for calls that people raise.
CREATE UNIQUE INDEX calls_open_at_station ON calls (station_id, type)
  WHERE station_id IS NOT NULL AND state IN ('pending', 'accepted', 'in_progress');
CREATE UNIQUE INDEX calls_open_at_place ON calls (room_id, (coalesce(bed_id, '')), type)
  WHERE station_id IS NULL AND state IN ('pending', 'accepted', 'in_progress');
CREATE INDEX calls_open ON calls (dept_id, priority DESC, placed_at, id) WHERE state IN ('pending', 'accepted', 'in_progress');
CREATE INDEX calls_listed ON calls (dept_id, priority DESC, placed_at, id);
CREATE INDEX calls_accepted_by ON calls (accepted_by) WHERE state IN ('accepted', 'in_progress');

CREATE TABLE call_recipients (
  call_id uuid NOT NULL REFERENCES calls,
  staff_id uuid NOT NULL REFERENCES staff,
  role text NOT NULL CHECK (role IN ('nurse', 'manager', 'admin')),
  since timestamptz NOT NULL DEFAULT app_now(),
  reason text NOT NULL,
  declined_at timestamptz,
  PRIMARY KEY (call_id, staff_id)
);

-- The answer that a key got, for 24 hours.
CREATE TABLE idempotency_keys (
  actor text NOT NULL,
  key uuid NOT NULL,
  command_hash bytea NOT NULL,
  answer jsonb,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
