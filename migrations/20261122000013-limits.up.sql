-- Limits that an administrator has set over the settings' own, in the settings' format. No row: the setting holds.
CREATE TABLE limits (
  name text PRIMARY KEY,
  value text NOT NULL,
  changed_by uuid NOT NULL REFERENCES staff,
  changed_at timestamptz NOT NULL DEFAULT app_now()
);

-- When the session last held a socket or an event stream, on any node: who comes back soon is let in before others.
ALTER TABLE sessions ADD socket_seen_at timestamptz;
