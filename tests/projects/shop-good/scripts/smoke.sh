#!/usr/bin/env bash
# Asks a running shop whether it sells: smoke.sh https://shop.fernhillgoods.com
set -euo pipefail

base=${1:?the address of the shop}

expect() {
  local status
  status=$(curl --silent --show-error --max-time 10 --retry 5 --retry-all-errors \
    --output /dev/null --write-out '%{http_code}' "$base$2")
  if [ "$status" != "$1" ]; then
    echo "$2 answered $status, not $1" >&2
    exit 1
  fi
}

expect 200 /
expect 200 "/api/v1/products?limit=1"
expect 401 /api/v1/orders
echo "the shop at $base sells"
