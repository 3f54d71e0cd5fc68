#!/bin/sh
set -eu
psql "$DATABASE_URL" -f rollback.sql
