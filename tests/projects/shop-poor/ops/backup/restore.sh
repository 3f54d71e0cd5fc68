#!/usr/bin/env bash
# Restores the newest dump: restore.sh TARGET_URL
set -euo pipefail

target=${1:?the URL of the database to restore into}
newest=$(ls -1 /backups/shop-*.dump | sort | tail -n 1)
pg_restore --exit-on-error --no-owner --clean --if-exists --dbname="$target" "$newest"
echo "restored $newest"
