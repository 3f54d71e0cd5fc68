#!/bin/sh
set -eu
mc mb --ignore-existing store/originals
mc mb --ignore-existing store/albums
mc version enable store/originals
