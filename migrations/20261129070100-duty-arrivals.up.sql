-- People who came on duty (again) in a department, and are still to be asked for its calls: committed with their coming.
CREATE TABLE duty_arrivals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dept_id text NOT NULL REFERENCES departments,
  staff_id uuid NOT NULL REFERENCES staff,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  retry_at timestamptz
);

-- A person who did not hear of a call: since when, by the deadline of the first receipt that they missed. From the second one on, more than
-- RECEIPT_SEC later, they count as not reachable. An acknowledgement or a command of theirs removes the row.
CREATE TABLE missed_receipts (
  staff_id uuid PRIMARY KEY REFERENCES staff,
  first_missed_at timestamptz NOT NULL,
  unresponsive_since timestamptz,
  -- The last miss, by the server's own time: compared with what nodes heard of the person.
  noticed_at timestamptz NOT NULL DEFAULT statement_timestamp()
);
-- When the asking had no receipt in time; it counts where it is not older than the asking.
ALTER TABLE annunciations ADD missed_at timestamptz;

-- A person who does not hear is not reachable, whatever is connected. Whether a node is dead goes by the server's own time, as its heartbeats do;
-- graces go by the application's. Most people who are asked for are connected: that is looked at first.
CREATE OR REPLACE FUNCTION is_reachable(p_staff uuid, p_grace_sec float8, p_stale_sec float8) RETURNS boolean
  LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_now timestamptz;
  v_gone_before timestamptz;
  v_ready timestamptz;
BEGIN
  PERFORM FROM missed_receipts m WHERE m.staff_id = p_staff AND m.unresponsive_since IS NOT NULL;
  IF FOUND THEN
    RETURN false;
  END IF;
  PERFORM FROM staff_connections c JOIN nodes n USING (server_id)
  WHERE c.staff_id = p_staff AND n.heartbeat_at > statement_timestamp() - make_interval(secs => p_stale_sec);
  IF FOUND THEN
    RETURN true;
  END IF;
  v_now := app_now();
  v_gone_before := v_now - make_interval(secs => p_grace_sec);
  SELECT ready_at INTO v_ready FROM ward_watch;
  RETURN EXISTS (
      SELECT FROM staff_connections c JOIN nodes n USING (server_id)
      WHERE c.staff_id = p_staff AND greatest(n.heartbeat_at + (v_now - statement_timestamp()), v_ready) > v_gone_before)
    OR EXISTS (SELECT FROM staff_absences a WHERE a.staff_id = p_staff AND greatest(a.since, v_ready) > v_gone_before);
END $$;
