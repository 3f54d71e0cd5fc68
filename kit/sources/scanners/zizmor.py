"""zizmor: GitHub workflows, composite actions and Dependabot's configuration."""

from __future__ import annotations

import posixpath
from typing import Any

from kit.sources.scanners.model import Alarm, Level
from kit.sources.scanners.parse import at, copy_name, loaded, mappings, text, whole

_LEVELS: dict[str, Level] = {"High": "error", "Medium": "warning"}


def name(number: int, path: str) -> str:
    """Copies stand where zizmor looks for files of their kind."""
    base = posixpath.basename(path)
    if base in {"action.yml", "action.yaml"}:
        return f"{number:05}/action.yml"
    if base in {"dependabot.yml", "dependabot.yaml"}:
        return f"{number:05}/.github/dependabot.yml"
    return f".github/workflows/{number:05}.yml"


def words(copies: tuple[str, ...]) -> tuple[str, ...]:
    """Offline, by no configuration, no comment silencing anything."""
    return ("--offline", "--no-config", "--no-ignores", "--collect=all", "--no-exit-codes", "--no-progress", "--quiet",
            "--format=json-v1", "--", *copies)  # fmt: skip


def read(output: str) -> list[Alarm]:
    """The alarms, each at its primary location. Raises ValueError for an output that is none."""
    found = loaded(output)
    return [alarm for each in mappings(found) for alarm in _alarms(each)]


def _alarms(each: dict[str, Any]) -> list[Alarm]:
    places = [p for p in mappings(each.get("locations")) if at(p, "symbolic", "kind") == "Primary"]
    level = _LEVELS.get(text(at(each, "determinations", "severity")), "note")
    if at(each, "determinations", "confidence") == "Low":
        level = "note"
    return [_alarm(each, level, place) for place in places[:1]]


def _alarm(each: dict[str, Any], level: Level, place: dict[str, Any]) -> Alarm:
    start, end = (at(place, "concrete", "location", point) for point in ("start_point", "end_point"))
    first = whole(at(start, "row"), 0) + 1 if at(start, "row") else 1
    row = at(end, "row")
    last = row + (1 if at(end, "column") else 0) if isinstance(row, int) else first
    said = ": ".join(filter(None, (text(each.get("desc")), text(at(place, "symbolic", "annotation")))))
    path = copy_name(at(place, "symbolic", "key", "Local", "verbatim_path"))
    return Alarm("zizmor", path, first, max(first, last), text(each.get("ident")), level, said)
