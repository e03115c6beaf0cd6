-- additive: an older program has no extension points that are off, and no consumers of events.
-- Extension points that held a process up. A second time within ten minutes turns the point off, until an administrator enables it.
CREATE TABLE extension_points (
  point text PRIMARY KEY CHECK (length(point) BETWEEN 1 AND 200),
  stuck_at timestamptz NOT NULL,
  off_since timestamptz
);

-- The cursor of each consumer of events in each department: events up to seq were handled, in the transaction that moved it there.
CREATE TABLE event_consumers (
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_-]{0,31}$'),
  dept_id text NOT NULL REFERENCES departments,
  seq bigint NOT NULL CHECK (seq >= 0),
  failures integer NOT NULL DEFAULT 0,
  retry_at timestamptz,
  PRIMARY KEY (name, dept_id)
);

-- What an engine waits for is bounded, whoever answered it.
ALTER TABLE calls ADD CONSTRAINT calls_times_check
  CHECK (presence_sec <= 86400 AND (attendance_sec IS NULL OR attendance_sec <= 86400)) NOT VALID;
