ALTER TABLE staff DROP COLUMN password_change_required;
DROP INDEX sign_in_attempts_network;
DROP INDEX sign_in_attempts_who;
ALTER TABLE sign_in_attempts DROP COLUMN device;
CREATE INDEX sign_in_attempts_who ON sign_in_attempts (username_hash, address, at);
