DROP TRIGGER notify_escalated ON calls;
DROP TRIGGER notify_changed ON annunciations;
DROP TRIGGER notify_asked ON annunciations;
DROP FUNCTION settle_notification(text, uuid, uuid, uuid, text, int, int, int, timestamptz, int, int, int, float8, boolean, text, float8, float8);
DROP FUNCTION lease_notification(text, float8);
DROP FUNCTION notify_escalated();
DROP FUNCTION notify_changed();
DROP FUNCTION notify_asked();
DROP FUNCTION queue_notification(uuid, uuid);
DROP TABLE notification_tries;
DROP SEQUENCE notification_sequence;
DROP TABLE notifications;
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
CREATE FUNCTION queue_notifications() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO notifications (notifier, call_id, staff_id)
  SELECT s.name, a.call_id, a.staff_id FROM notifier_subscriptions s CROSS JOIN added a WHERE a.declined_at IS NULL
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER queue_notifications AFTER INSERT ON annunciations REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION queue_notifications();
