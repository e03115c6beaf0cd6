-- additive: an older program knows people by their own sign-in alone.
-- The people that another system vouches for: its name, and the name by which it knows the person, which never changes.
CREATE TABLE external_identities (
  issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 500),
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 500),
  staff_id uuid NOT NULL REFERENCES staff,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_identities_staff ON external_identities (staff_id);
