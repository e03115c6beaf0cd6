DROP TRIGGER open_station_supervision ON departments;
DROP FUNCTION open_station_supervision();
DROP TABLE station_supervision;
DROP INDEX stations_heard;
ALTER TABLE stations DROP stale_since, DROP stale_call_id, DROP supervision_retry_at;
