#!/usr/bin/env bash
# restore.sh OBJECT: brings a dump of the ledger back into $DATABASE_URL.
set -euo pipefail

aws s3 cp --only-show-errors "s3://$BUCKET/${1:?}" /tmp/ledger.dump
pg_restore --clean --if-exists --no-owner --dbname="$DATABASE_URL" /tmp/ledger.dump
