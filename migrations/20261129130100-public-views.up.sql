-- additive: views that hospitals' own programs read; nothing of Wardline's uses them.
-- Their columns are part of the public promise (docs/reference/sql.md). Columns may be added at the end; none changes or goes within a major.
CREATE VIEW wardline_open_calls AS
  SELECT c.id AS call_id, c.dept_id, c.room_id, c.bed_id, c.station_id, c.type, t.rank, c.state, c.level, c.priority, c.round,
    c.placed_at, c.accepted_by, c.accepted_at, c.present_by, c.present_at, c.superseded_by
  FROM calls c JOIN call_types t ON t.id = c.type
  WHERE c.state IN ('pending', 'accepted', 'in_progress');
COMMENT ON VIEW wardline_open_calls IS 'public: one row for each call that is not closed';

-- A person whose grace has run out has left the queue: whoever is in it can be reached.
CREATE VIEW wardline_available_nurses AS
  SELECT q.dept_id, q.staff_id, p.name, p.role, s.started_at AS on_duty_since, q.queue_position,
    EXISTS (SELECT FROM staff_connections c WHERE c.staff_id = q.staff_id) AS connected,
    EXISTS (SELECT FROM calls c WHERE c.accepted_by = q.staff_id AND c.state IN ('accepted', 'in_progress')) AS busy
  FROM queued_nurses q JOIN staff p ON p.id = q.staff_id
  JOIN shifts s ON s.dept_id = q.dept_id AND s.staff_id = q.staff_id AND s.ended_at IS NULL
  WHERE NOT EXISTS (SELECT FROM missed_receipts m WHERE m.staff_id = q.staff_id AND m.unresponsive_since IS NOT NULL);
COMMENT ON VIEW wardline_available_nurses IS 'public: people whom the next call of their department may be given to, one row for each department';
