#!/bin/sh
# The first start copies the primary; all starts run what is there. After a failover
# (docker compose exec postgres-2 pg_ctl promote) the old primary must be emptied and copied likewise.
set -eu
secrets=${SECRETS:-/run/secrets}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  umask 077
  printf '*:*:*:replication:%s\n' "$(cat "$secrets/replication_password")" >"$PGDATA.pass"
  until pg_basebackup --pgdata "$PGDATA" --wal-method stream --slot standby --write-recovery-conf \
    --checkpoint fast --dbname "host=${PRIMARY_HOST:-postgres-1} port=${PRIMARY_PORT:-5432} user=replication application_name=standby passfile=$PGDATA.pass"; do
    rm -rf "${PGDATA:?}"/*
    sleep 1
  done
fi
exec postgres "$@"
