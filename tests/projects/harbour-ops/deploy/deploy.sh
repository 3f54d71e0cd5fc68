#!/bin/sh
set -eu
docker pull harbour/tides:1.9.0
docker rm -f tides lights || true
docker run -d --name tides \
  -p 127.0.0.1:8090:8090 \
  harbour/tides:1.9.0
docker run -d --name lights --restart unless-stopped harbour/lights:0.7.2
docker run --rm harbour/tides:1.9.0 tides --check
