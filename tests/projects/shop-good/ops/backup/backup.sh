#!/usr/bin/env bash
# Dumps PostgreSQL, encrypted, to a bucket in another region. Redis is filled again from the outbox.
set -euo pipefail

: "${DATABASE_URL:?}" "${BACKUP_BUCKET:?}" "${BACKUP_AGE_RECIPIENT:?}" "${BACKUP_HEARTBEAT_URL:?}"

stamp=$(date -u +%Y%m%dT%H%M%SZ)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pg_dump --format=custom --no-owner --dbname="$DATABASE_URL" \
  | age --recipient "$BACKUP_AGE_RECIPIENT" >"$work/shop.dump.age"
aws s3 cp --only-show-errors "$work/shop.dump.age" "s3://$BACKUP_BUCKET/postgres/shop-$stamp.dump.age"

# Whoever waits for this request raises the alarm when it does not come. Retention is the bucket's lifecycle: 35 days.
curl --fail --silent --show-error --max-time 10 --retry 3 "$BACKUP_HEARTBEAT_URL"
