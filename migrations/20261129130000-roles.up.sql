-- additive: an older program knows the three roles, and lets people of another one do nothing.
-- The roles of people: Wardline's three, and those that a hospital's program declares. Each start brings the rows to what it declares.
CREATE TABLE roles (
  id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9_]{0,31}$'),
  capabilities text[] NOT NULL CHECK (cardinality(capabilities) <= 100 AND array_position(capabilities, NULL) IS NULL),
  labels jsonb NOT NULL CHECK (is_label_list(labels))
);
INSERT INTO roles (id, capabilities, labels) VALUES
  ('nurse', '{call.raise,call.accept,call.decline,call.arrive,call.complete,call.cancel,shift.work}', '{}'),
  ('manager', '{call.raise,call.accept,call.decline,call.arrive,call.complete,call.cancel,shift.work,call.lead,call.reassign,staffing.manage,report.read}', '{}'),
  ('admin', '{call.raise,call.accept,call.decline,call.arrive,call.complete,call.cancel,shift.work,call.lead,call.reassign,staffing.manage,report.read,administration}', '{}');

ALTER TABLE staff DROP CONSTRAINT staff_role_check, ADD CONSTRAINT staff_role_fkey FOREIGN KEY (role) REFERENCES roles;
ALTER TABLE annunciations DROP CONSTRAINT call_recipients_role_check;
