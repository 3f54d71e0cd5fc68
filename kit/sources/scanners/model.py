"""What scanners say, in one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]
SECRETS = "detect-secrets"
"""The scanner whose alarms are secrets that stand in the line."""


@dataclass(frozen=True, slots=True, order=True)
class Alarm:
    """One alarm: `path` and 1-based lines are those of the project, `rule` and `level` the scanner's own."""

    scanner: str
    path: str
    line: int
    end_line: int
    rule: str
    level: Level
    message: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What one scanner did: its version, the files it was given, its alarms, or why there are none."""

    scanner: str
    version: str
    paths: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    error: str | None = None
