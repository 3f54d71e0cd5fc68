#!/usr/bin/env bash
set -euo pipefail
docker compose -f docker-compose.prod.yml pull
alembic upgrade head
docker compose -f docker-compose.prod.yml up -d
docker logs --tail 50 fleet-web
docker logs --tail 50 fleet-api
