#!/usr/bin/env bash
# The whole library, encrypted, to a bucket of another provider. The bucket's lifecycle keeps 40 days.
set -euo pipefail
: "${DATABASE_URL:?}" "${AGE_RECIPIENT:?}"
stamp=$(date -u +%F)
pg_dump --format=custom --dbname="$DATABASE_URL" | age --recipient "$AGE_RECIPIENT" \
  | aws s3 cp - "s3://tannhof-library-backups/postgres/library-$stamp.dump.age"
curl --fail --silent --max-time 10 https://hc-ping.com/77b0a1c2-6d5e-4f3a-9b8c-0d1e2f3a4b5c
