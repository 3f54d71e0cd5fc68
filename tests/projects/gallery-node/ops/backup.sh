#!/bin/sh
set -eu
DAY=$(date +%F)
pg_dump -Fc -f "/backup/gallery-$DAY.dump" gallery
pg_restore --list "/backup/gallery-$DAY.dump" > /dev/null
tar -czf "/backup/proxy-$DAY.tgz" -C /srv/volumes proxy_data
rclone copy /backup offsite:gallery
