-- additive: an older program knows no boards, and reads and writes nothing of them.
-- Wall boards: devices that read departments. An administrator makes a code, which the board exchanges once for a token of its own.
-- code_hash: until the code is exchanged. token_hash: from then on. cookie_renewed_at: when the browser last got the cookie.
CREATE TABLE boards (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  departments text[] NOT NULL CHECK (cardinality(departments) > 0),
  code_hash bytea UNIQUE,
  code_expires_at timestamptz NOT NULL,
  token_hash bytea UNIQUE,
  created_at timestamptz NOT NULL DEFAULT app_now(),
  exchanged_at timestamptz,
  cookie_renewed_at timestamptz,
  last_seen_at timestamptz,
  address inet,
  revoked_at timestamptz,
  CHECK ((token_hash IS NULL) = (exchanged_at IS NULL)),
  CHECK (code_hash IS NULL OR token_hash IS NULL)
);
