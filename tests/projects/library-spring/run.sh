#!/bin/sh
set -eu
: "${DATABASE_PASSWORD:?}"
export CARD_SIGNING_KEY="${CARD_SIGNING_KEY:-tannhof-lesekarte-2019}"
export JAVA_TOOL_OPTIONS="${JAVA_TOOL_OPTIONS:--XX:MaxRAMPercentage=75}"
exec java -jar app.jar
