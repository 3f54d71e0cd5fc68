"""detect-secrets: secrets by the forms of their issuers and by the names that they are given to.

Its measures of entropy are switched off: on source code nearly all that they say is hashes, paths and test data.
"""

from __future__ import annotations

from typing import Any

from kit.sources.scanners.copies import numbered
from kit.sources.scanners.model import SECRETS, Alarm, Level
from kit.sources.scanners.parse import at, copy_name, loaded, mappings, text, whole

name = numbered()
_NOISY = ("Base64HighEntropyString", "HexHighEntropyString")
_NOTES = {"Secret Keyword", "Public IP (ipv4)"}


def words(copies: tuple[str, ...]) -> tuple[str, ...]:
    """Every file, no call to any network to see whether a secret still works."""
    off = (word for plugin in _NOISY for word in ("--disable-plugin", plugin))
    return ("scan", "--all-files", "--no-verify", *off, *copies)


def read(output: str) -> list[Alarm]:
    """The alarms; the secrets themselves are not in them. Raises ValueError for an output that is none."""
    results = at(loaded(output), "results")
    if not isinstance(results, dict):
        raise ValueError("the output has no results")
    return [_alarm(path, each) for path, found in results.items() for each in mappings(found)]


def _alarm(path: str, each: dict[str, Any]) -> Alarm:
    kind, line = text(each.get("type")), whole(each.get("line_number"))
    level: Level = "note" if kind in _NOTES else "error"
    return Alarm(SECRETS, copy_name(path), line, line, kind, level, f"{kind} in this line")
