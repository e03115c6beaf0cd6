ALTER TABLE annunciations DROP decline_code, DROP decline_reason;
ALTER TABLE calls
  DROP CONSTRAINT pending_has_deadline,
  DROP CONSTRAINT attendance_is_awaited_in_progress,
  DROP CONSTRAINT press_again_in_progress,
  DROP CONSTRAINT superseded_since,
  DROP CONSTRAINT superseded_while_open;
UPDATE calls SET next_escalation_at = app_now() WHERE state = 'pending' AND next_escalation_at IS NULL;
ALTER TABLE calls ADD CONSTRAINT pending_has_deadline CHECK ((state = 'pending') = (next_escalation_at IS NOT NULL));
DROP INDEX calls_open_at_place;
DROP INDEX calls_open_in_room;
ALTER TABLE calls DROP timer_at, DROP place;
CREATE UNIQUE INDEX calls_open_at_station ON calls (station_id, type)
  WHERE station_id IS NOT NULL AND state IN ('pending', 'accepted', 'in_progress');
CREATE UNIQUE INDEX calls_open_at_place ON calls (room_id, (coalesce(bed_id, '')), type)
  WHERE station_id IS NULL AND state IN ('pending', 'accepted', 'in_progress');
CREATE INDEX calls_presence_due ON calls (presence_due_at) WHERE presence_due_at IS NOT NULL;
ALTER TABLE calls ALTER supersedes DROP DEFAULT, ALTER supersedes DROP NOT NULL;
ALTER TABLE calls ALTER supersedes TYPE uuid USING supersedes[1];
ALTER TABLE calls ADD CONSTRAINT calls_supersedes_fkey FOREIGN KEY (supersedes) REFERENCES calls;
ALTER TABLE calls
  DROP round, DROP round_started_at, DROP presence_sec, DROP attendance_sec, DROP no_presences, DROP attended_at, DROP attendance_due_at,
  DROP attendance_asked_at, DROP press_again_at, DROP repeat_due_at, DROP superseded_by, DROP superseded_at, DROP clock_left,
  DROP station_ids, DROP at_device;
