#!/bin/sh
set -eu
exec gosu "${PUID:-0}" "$@"
