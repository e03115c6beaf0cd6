-- Time, as all SQL takes it. `clock_skew` stays zero outside of tests and rehearsals, which move it.
CREATE TABLE clock_skew (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  skew interval NOT NULL DEFAULT '0'
);
INSERT INTO clock_skew DEFAULT VALUES;

-- STABLE, so that it can bound an index scan; the time of the statement, so that a statement
-- which follows a lock never sees a time from before the wait.
CREATE FUNCTION app_now() RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT statement_timestamp() + (SELECT skew FROM clock_skew) $$;

-- Its volatile twin, for the one place that needs the time of the instant: append_events.
CREATE FUNCTION app_clock() RETURNS timestamptz
  LANGUAGE sql VOLATILE
  AS $$ SELECT clock_timestamp() + (SELECT skew FROM clock_skew) $$;

-- Times as the API writes them.
CREATE FUNCTION iso(at timestamptz) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
