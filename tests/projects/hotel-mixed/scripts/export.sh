#!/bin/sh
set -eu
pg_dump -Fc "$DATABASE_URL" > /exports/hotel.dump
pg_restore --list /exports/hotel.dump > /dev/null
age -r "$RECIPIENT" -o /exports/hotel.age /exports/hotel.dump
aws s3 cp /exports/hotel.age s3://hotel-exports/
find /exports -mtime +30 -delete
curl -fsS https://hc-ping.com/hotel-export
