#!/bin/sh
# Once, in an empty database: the server's user, the standby's user and its slot. The standby becomes
# a synchronous one with the restart that follows: an acknowledged write is on both. When it is gone,
# commits wait, and nodes tell 503 after 15 s; to go on without it:
#   ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf();
set -eu
secrets=${SECRETS:-/run/secrets}
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  -v hotswap="$(cat "$secrets/hotswap_password")" \
  -v replication="$(cat "$secrets/replication_password")" <<'SQL'
CREATE ROLE hotswap LOGIN PASSWORD :'hotswap';
CREATE DATABASE hotswap OWNER hotswap ENCODING 'UTF8' TEMPLATE template0;
CREATE ROLE replication LOGIN REPLICATION PASSWORD :'replication';
SELECT pg_create_physical_replication_slot('standby');
ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby)';
SQL
echo 'host replication replication all scram-sha-256' >>"$PGDATA/pg_hba.conf"
