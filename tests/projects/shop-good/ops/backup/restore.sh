#!/usr/bin/env bash
# Restores a dump that backup.sh wrote: restore.sh TARGET_URL [OBJECT]. Without OBJECT, the newest one.
set -euo pipefail

: "${BACKUP_BUCKET:?}" "${BACKUP_AGE_IDENTITY_FILE:?}"

target=${1:?the URL of the database to restore into}
object=${2:-$(aws s3 ls "s3://$BACKUP_BUCKET/postgres/" | awk '{print $4}' | sort | tail -n 1)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

aws s3 cp --only-show-errors "s3://$BACKUP_BUCKET/postgres/$object" "$work/shop.dump.age"
age --decrypt --identity "$BACKUP_AGE_IDENTITY_FILE" --output "$work/shop.dump" "$work/shop.dump.age"
pg_restore --exit-on-error --no-owner --clean --if-exists --dbname="$target" "$work/shop.dump"
echo "restored $object"
