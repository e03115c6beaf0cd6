DROP TRIGGER queue_notifications ON annunciations;
DROP FUNCTION queue_notifications();
DROP TABLE notifications, notifier_subscriptions;
