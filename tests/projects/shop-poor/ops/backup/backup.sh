#!/usr/bin/env bash
# Dumps the database.

stamp=$(date -u +%Y%m%dT%H%M%SZ)
pg_dump --no-owner --dbname="$DATABASE_URL" | gzip >"/backups/shop-$stamp.sql.gz"
find /backups -name 'shop-*.sql.gz' -mtime +7 -delete
echo "wrote shop-$stamp.sql.gz"
