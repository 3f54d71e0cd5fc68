#!/bin/sh
# Keys for a developer's machine.
export CARD_SIGNING_KEY="${CARD_SIGNING_KEY:-only-for-my-laptop-77}"
