-- Rounds, attendance, supersession, and one call for one kind at one place.
--
-- round: how often the call has started again. round_started_at: the start of the round, from which its deadlines count; null in round 0 (placed_at).
-- presence_sec, attendance_sec: the policy that stays with the call; attendance_sec null: nobody is asked.
-- no_presences: how often in this round somebody accepted and did not come.
-- attended_at: the last arrival, which the attendance and a press again count from. present_at: the first one of the round.
-- attendance_asked_at: the person who is present was asked whether they still are.
-- press_again_at: a press came while somebody was present; the new round starts at this time.
-- repeat_due_at: presses came within a second of the last call.repeated; the next one is due at this time.
-- superseded_by, superseded_at, clock_left: an open, more urgent call of the place has stopped the clocks; what was left of presence or attendance.
-- station_ids: the stations that pressed; each of them sees the call as its own.
-- at_device: a fault of the station itself: its place is the station, whichever bed it belongs to.
ALTER TABLE calls
  ADD round int NOT NULL DEFAULT 0,
  ADD round_started_at timestamptz,
  ADD presence_sec int NOT NULL DEFAULT 180 CHECK (presence_sec > 0),
  ADD attendance_sec int CHECK (attendance_sec > 0),
  ADD no_presences int NOT NULL DEFAULT 0,
  ADD attended_at timestamptz,
  ADD attendance_due_at timestamptz,
  ADD attendance_asked_at timestamptz,
  ADD press_again_at timestamptz,
  ADD repeat_due_at timestamptz,
  ADD superseded_by uuid REFERENCES calls,
  ADD superseded_at timestamptz,
  ADD clock_left interval,
  ADD station_ids text[] NOT NULL DEFAULT '{}',
  ADD at_device boolean NOT NULL DEFAULT false;

-- A call names all the less urgent ones of its place.
ALTER TABLE calls DROP CONSTRAINT calls_supersedes_fkey;
ALTER TABLE calls ALTER supersedes TYPE uuid[] USING CASE WHEN supersedes IS NULL THEN '{}' ELSE ARRAY[supersedes] END;
ALTER TABLE calls ALTER supersedes SET DEFAULT '{}', ALTER supersedes SET NOT NULL;

UPDATE calls SET station_ids = ARRAY[station_id] WHERE station_id IS NOT NULL;
UPDATE calls SET at_device = true WHERE id IN (SELECT stale_call_id FROM stations UNION SELECT call_id FROM station_supervision);
UPDATE calls c SET presence_sec = least(c.presence_sec, 60) FROM call_types t WHERE t.id = c.type AND t.rank >= 2;
UPDATE calls c SET attendance_sec = CASE WHEN t.rank >= 2 THEN 3600 ELSE 1200 END FROM call_types t
WHERE t.id = c.type AND t.id <> 'technical_fault' AND c.state IN ('pending', 'accepted', 'in_progress');
UPDATE calls SET attended_at = present_at, attendance_due_at = app_now() + make_interval(secs => attendance_sec) WHERE state = 'in_progress';
-- Until now a phone and a button, or two buttons, could each have a call of one kind at one bed: these stay apart until they close.
UPDATE calls c SET at_device = true
WHERE c.station_id IS NOT NULL AND c.state IN ('pending', 'accepted', 'in_progress') AND EXISTS (
  SELECT FROM calls o WHERE o.id <> c.id AND o.bed_id = c.bed_id AND o.type = c.type AND o.state IN ('pending', 'accepted', 'in_progress'));

-- The place of a call: its bed; without a bed its station; without either its room.
ALTER TABLE calls ADD place text NOT NULL GENERATED ALWAYS AS (
  CASE WHEN at_device AND station_id IS NOT NULL THEN 'station:' || station_id WHEN bed_id IS NOT NULL THEN 'bed:' || bed_id
    WHEN station_id IS NOT NULL THEN 'station:' || station_id ELSE 'room:' || room_id END) STORED;
DROP INDEX calls_open_at_station;
DROP INDEX calls_open_at_place;
CREATE UNIQUE INDEX calls_open_at_place ON calls (place, type) WHERE state IN ('pending', 'accepted', 'in_progress');
CREATE INDEX calls_open_in_room ON calls (room_id, type) WHERE state IN ('pending', 'accepted', 'in_progress');
CREATE INDEX calls_superseded ON calls (superseded_by) WHERE superseded_by IS NOT NULL;

-- When an engine has to look at the call next, the ladder apart.
ALTER TABLE calls ADD timer_at timestamptz GENERATED ALWAYS AS (least(presence_due_at, attendance_due_at, press_again_at, repeat_due_at)) STORED;
DROP INDEX calls_presence_due;
CREATE INDEX calls_timer_due ON calls (timer_at) WHERE timer_at IS NOT NULL;

ALTER TABLE calls DROP CONSTRAINT pending_has_deadline;
ALTER TABLE calls
  ADD CONSTRAINT pending_has_deadline CHECK ((state = 'pending' AND superseded_by IS NULL) = (next_escalation_at IS NOT NULL)),
  ADD CONSTRAINT attendance_is_awaited_in_progress CHECK (attendance_due_at IS NULL OR state = 'in_progress'),
  ADD CONSTRAINT press_again_in_progress CHECK (press_again_at IS NULL OR state = 'in_progress'),
  ADD CONSTRAINT superseded_since CHECK ((superseded_by IS NULL) = (superseded_at IS NULL)),
  ADD CONSTRAINT superseded_while_open CHECK (superseded_by IS NULL OR state IN ('pending', 'accepted', 'in_progress'));

-- decline_reason is free text: it stays in the record, no event carries it.
ALTER TABLE annunciations
  ADD decline_code text CHECK (decline_code IN ('busy', 'break', 'too_far', 'not_qualified', 'other')),
  ADD decline_reason text CHECK (length(decline_reason) BETWEEN 1 AND 500);
