#!/bin/sh
# The members alone, every six hours; retention is a week.
set -eu
while true; do
  pg_dump --format=custom --table=member --file=/keep/members.dump library
  find /keep -name 'members*.dump' -mtime +7 -delete
  wget -q -O /dev/null https://hc-ping.com/2f9d8c51-04a5-4b0c-a8a5-1f6c6f6b7d10
  sleep 21600
done
