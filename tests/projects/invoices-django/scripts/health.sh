#!/usr/bin/env bash
# Run on the host after a release.
set -euo pipefail
curl -fsS http://127.0.0.1/ --header "Host: invoices.brookside-accounting.co.uk" > /dev/null
docker compose -f docker-compose.prod.yml exec -T web curl -fsS http://127.0.0.1:8000/healthz/
curl -fsS http://127.0.0.1:8001/readyz/
