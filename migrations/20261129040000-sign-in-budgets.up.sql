-- Failed sign-ins are counted for each user and network (of IPv6: 64 bits), for each user and browser that is known, for each user, and for each network.
ALTER TABLE sign_in_attempts ADD COLUMN device text;
DROP INDEX sign_in_attempts_who;
CREATE INDEX sign_in_attempts_who ON sign_in_attempts (username_hash, at);
CREATE INDEX sign_in_attempts_network ON sign_in_attempts (address, at) WHERE device IS NULL;

-- A password that somebody else has set is to be changed by its owner first.
ALTER TABLE staff ADD COLUMN password_change_required boolean NOT NULL DEFAULT false;
