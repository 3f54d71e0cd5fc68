"""What a command wrote, as lines that a report can show: decoded, without control signs, masked, both ends."""

from __future__ import annotations

import re

from kit.sources.secrets.find import mask
from kit.sources.secrets.known import Known

FIRST, LAST = 25, 45
"""Lines that are shown of each end."""
WIDEST = 400
_MASKED = 200_000
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def readable(raw: bytes, known: Known) -> str:
    """The text of what was written, as a terminal would show it; secrets that we hold hidden."""
    text = _ESCAPES.sub("", raw.decode("utf-8", "replace")).replace("\r\n", "\n")
    lines = (line.rpartition("\r")[2] or line.rpartition("\r")[0] for line in text.split("\n"))
    return known.hide(_CONTROLS.sub("", "\n".join(lines)))


def masked(text: str) -> str:
    """A text with what looks like a secret masked; one that is too long to be looked through is cut first."""
    return mask(text[:_MASKED])


def both_ends(text: str, total: int) -> tuple[tuple[str, ...], int]:
    """The lines to show and how many are left out between them; `total` lines were written in all."""
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    if len(lines) <= FIRST + LAST:
        kept, cut = lines, 0
    else:
        kept, cut = [*lines[:FIRST], *lines[-LAST:]], max(total, len(lines)) - FIRST - LAST
    short = (line if len(line) <= WIDEST else f"{line[:WIDEST]} …" for line in kept)
    return tuple(masked("\n".join(short)).split("\n")) if kept else (), cut
