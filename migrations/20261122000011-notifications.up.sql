-- Which notifiers there are: a row each, kept fresh by the nodes that have it. Without one nothing is queued.
CREATE TABLE notifier_subscriptions (
  name text PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT app_now()
);

-- What notifiers are still to be told: written with the annunciation itself, gone when it was delivered or given up.
-- due_at: the next try; while one is made, the end of its lease.
CREATE TABLE notifications (
  notifier text NOT NULL,
  call_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  tries int NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT app_now(),
  PRIMARY KEY (notifier, call_id, staff_id),
  FOREIGN KEY (call_id, staff_id) REFERENCES annunciations ON DELETE CASCADE
);
CREATE INDEX notifications_due ON notifications (notifier, due_at);

-- Once a statement. One who declined without having been asked was shown nothing.
CREATE FUNCTION queue_notifications() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO notifications (notifier, call_id, staff_id)
  SELECT s.name, a.call_id, a.staff_id FROM notifier_subscriptions s CROSS JOIN added a WHERE a.declined_at IS NULL
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER queue_notifications AFTER INSERT ON annunciations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION queue_notifications();
