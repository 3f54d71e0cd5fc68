#!/usr/bin/env bash
set -euo pipefail
name="invoices-$(date +%F).dump"
docker compose -f /srv/invoices/docker-compose.prod.yml exec -T db pg_dump -U invoices --format custom invoices > "/tmp/$name"
openssl enc -aes-256-cbc -pbkdf2 -pass file:/etc/invoices/backup.key -in "/tmp/$name" -out "/tmp/$name.enc"
aws s3 cp "/tmp/$name.enc" "s3://brookside-invoices-backup/$name.enc"
rm "/tmp/$name" "/tmp/$name.enc"
curl -fsS --max-time 10 https://hc-ping.com/6a1bfa52-5f0e-4ea7-9c5f-4b7d1f5f2a90 > /dev/null
