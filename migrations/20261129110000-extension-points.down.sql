ALTER TABLE calls DROP CONSTRAINT calls_times_check;
DROP TABLE event_consumers;
DROP TABLE extension_points;
