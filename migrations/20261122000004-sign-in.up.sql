-- A session's id is known to its cookie only; the table holds its SHA-256.
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  staff_id uuid NOT NULL REFERENCES staff,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  last_used_at timestamptz NOT NULL DEFAULT app_now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  end_reason text,
  address inet
);
CREATE INDEX sessions_live ON sessions (staff_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Sign-ins that failed or are being tried: what the brute-force limit counts, on every node alike.
CREATE TABLE sign_in_attempts (
  id uuid PRIMARY KEY,
  username_hash bytea NOT NULL,
  address inet NOT NULL,
  at timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX sign_in_attempts_who ON sign_in_attempts (username_hash, address, at);
CREATE INDEX sign_in_attempts_age ON sign_in_attempts (at);
