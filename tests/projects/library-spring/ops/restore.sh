#!/usr/bin/env bash
# Brings the newest dump back: restore.sh TARGET_URL
set -euo pipefail
target=${1:?the URL of the database to restore into}
newest=$(aws s3 ls s3://tannhof-library-backups/postgres/ | awk '{print $4}' | sort | tail -n 1)
aws s3 cp "s3://tannhof-library-backups/postgres/$newest" /tmp/library.dump
pg_restore --clean --if-exists --no-owner --dbname="$target" /tmp/library.dump
