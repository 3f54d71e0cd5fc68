#!/bin/sh
set -eu
pg_dump -Fc "$DATABASE_URL" > /backups/hotel.dump
age -r "$RECIPIENT" -o /backups/hotel.age /backups/hotel.dump
aws s3 cp /backups/hotel.age s3://hotel-backups/
find /backups -mtime +30 -delete
curl -fsS https://hc-ping.com/hotel
