#!/usr/bin/env bash
# Restores the newest dump into a scratch database and looks at what came back.
set -euo pipefail

: "${VERIFY_DATABASE_URL:?}" "${VERIFY_HEARTBEAT_URL:?}"

"$(dirname "$0")/restore.sh" "$VERIFY_DATABASE_URL"
newest=$(psql "$VERIFY_DATABASE_URL" --tuples-only --no-align \
  --command "SELECT count(*) FROM orders WHERE created_at > now() - interval '2 days'")
if [ "$newest" -eq 0 ]; then
  echo "the restored database has no recent order" >&2
  exit 1
fi
curl --fail --silent --show-error --max-time 10 --retry 3 "$VERIFY_HEARTBEAT_URL"
