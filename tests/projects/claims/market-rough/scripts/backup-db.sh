#!/bin/sh
set -eu
pg_dump "$DATABASE_URL" > /backups/market.sql
