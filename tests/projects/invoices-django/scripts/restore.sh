#!/usr/bin/env bash
# Fetches a dump and reads it into the database: restore.sh 2026-10-01
set -euo pipefail
name="invoices-$1.dump"
aws s3 cp "s3://brookside-invoices-backup/$name.enc" "/tmp/$name.enc"
openssl enc -d -aes-256-cbc -pbkdf2 -pass file:/etc/invoices/backup.key -in "/tmp/$name.enc" -out "/tmp/$name"
docker compose -f /srv/invoices/docker-compose.prod.yml exec -T db pg_restore -U invoices --clean --dbname invoices < "/tmp/$name"
