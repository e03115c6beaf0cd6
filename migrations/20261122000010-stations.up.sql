-- Supervision of stations. Stale: silent for longer than STATION_STALE_SEC, told once, until the next heartbeat.
-- stale_call_id: the call that supervision has placed for this station alone.
ALTER TABLE stations
  ADD stale_since timestamptz,
  ADD stale_call_id uuid REFERENCES calls,
  ADD supervision_retry_at timestamptz;
CREATE INDEX stations_heard ON stations (last_seen_at) WHERE stale_since IS NULL;

-- A row per department, locked before its stations: how many are silent at once is counted under it.
-- call_id: the one call for many stations, from the sixth that is stale on until the last is heard again.
CREATE TABLE station_supervision (
  dept_id text PRIMARY KEY REFERENCES departments,
  call_id uuid REFERENCES calls
);
INSERT INTO station_supervision (dept_id) SELECT id FROM departments;
CREATE FUNCTION open_station_supervision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO station_supervision (dept_id) VALUES (NEW.id);
  RETURN NEW;
END $$;
CREATE TRIGGER open_station_supervision AFTER INSERT ON departments FOR EACH ROW EXECUTE FUNCTION open_station_supervision();
