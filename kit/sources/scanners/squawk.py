"""squawk: PostgreSQL migrations that lock or break."""

from __future__ import annotations

from typing import Any

from kit.sources.scanners.copies import numbered
from kit.sources.scanners.model import Alarm, Level
from kit.sources.scanners.parse import copy_name, loaded, mappings, text, whole

SETTINGS = (("empty.toml", ""),)
_LEVELS: dict[str, Level] = {"Error": "error", "Warning": "warning"}
name = numbered(".sql")


def words(copies: tuple[str, ...]) -> tuple[str, ...]:
    """By an empty configuration; a migration is one transaction, so that a table made in it is locked by nobody."""
    return ("--config", "empty.toml", "--assume-in-transaction", "--reporter", "json", *copies)


def read(output: str) -> list[Alarm]:
    """The alarms. Raises ValueError for an output that is none."""
    return [_alarm(each) for each in mappings(loaded(output))]


def _alarm(each: dict[str, Any]) -> Alarm:
    first, last = (whole(each.get(key), 0) + 1 if each.get(key) else 1 for key in ("line", "line_end"))
    level = _LEVELS.get(text(each.get("level")), "note")
    path, rule = copy_name(each.get("file")), text(each.get("rule_name"))
    return Alarm("squawk", path, first, max(first, last), rule, level, text(each.get("message")))
