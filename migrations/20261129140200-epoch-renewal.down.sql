DROP FUNCTION renew_epoch(uuid);
