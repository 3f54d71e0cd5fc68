#!/bin/bash
set -euo pipefail
cd /srv/depot
git fetch origin
git reset --hard origin/main
docker compose -f docker-compose.prod.yml down
if ! docker compose -f docker-compose.prod.yml up -d --build; then
  docker volume rm -f depot_pallets
  docker compose -f docker-compose.prod.yml up -d --build
fi
docker image prune -f
