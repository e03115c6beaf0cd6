-- Links for patients and relatives, one bed each. A token names the bed and the generation: ending the links of a bed takes its generation out of use.
-- last_call_id: the call that the link's last press belongs to; kept although the call may be purged.
CREATE TABLE guest_links (
  bed_id text PRIMARY KEY REFERENCES beds,
  generation int NOT NULL DEFAULT 1,
  issued_at timestamptz NOT NULL DEFAULT app_now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  last_call_id uuid
);
-- device: the hash of what tells it apart.
CREATE TABLE guest_devices (
  bed_id text NOT NULL REFERENCES guest_links,
  device bytea NOT NULL,
  last_seen_at timestamptz NOT NULL DEFAULT app_now(),
  PRIMARY KEY (bed_id, device)
);
