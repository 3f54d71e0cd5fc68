#!/usr/bin/env bash
# Every night: the database, to the disk of the host.
pg_dump "$DATABASE_URL" | gzip > /var/backups/clinic-$(date +%F).sql.gz
