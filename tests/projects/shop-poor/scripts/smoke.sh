#!/usr/bin/env bash
# Asks a running shop whether it sells: smoke.sh [ADDRESS]
set -euo pipefail

base=${1:-http://localhost:3000}
curl --fail --silent --show-error --max-time 10 "$base/api/v1/products" >/dev/null
curl --fail --silent --show-error --max-time 10 "$base/api/v1/status" >/dev/null
echo "the shop at $base sells"
