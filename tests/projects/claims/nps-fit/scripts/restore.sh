#!/bin/sh
set -eu
psql "$DATABASE_URL" < backup.sql
