#!/usr/bin/env bash
set -euo pipefail
pg_dump --format=custom fleet > /var/backups/fleet.dump
alembic upgrade head
