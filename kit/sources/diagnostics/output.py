"""Outputs of a terminal as lines that a reader can match."""

from __future__ import annotations

import re

MOST = 2000
"""Characters of a line that are looked at."""
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")


def plain(text: str) -> list[str]:
    """The lines of an output without colours, each cut at a length that a pattern may look through."""
    return [line[:MOST] for line in _COLOUR.sub("", text).split("\n")]
