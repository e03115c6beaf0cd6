#!/bin/sh
# Run once by the postgres image, on an empty volume: the owner of the schema, and the role that Wardline works under.
# The application's role owns nothing, so it cannot change or delete the log and the audit.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set owner_password="$WARDLINE_OWNER_PASSWORD" --set app_password="$WARDLINE_APP_PASSWORD" <<'SQL'
CREATE ROLE wardline_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE wardline_app LOGIN PASSWORD :'app_password';
ALTER DATABASE wardline OWNER TO wardline_owner;
ALTER SCHEMA public OWNER TO wardline_owner;
SQL
