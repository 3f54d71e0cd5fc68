"""What scanners say, in one shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kit.model import At

Level = Literal["error", "warning", "note"]
SECRETS = "detect-secrets"
"""The scanner whose alarms are secrets that stand in the line."""


@dataclass(frozen=True, slots=True, order=True)
class Alarm:
    """One alarm: `path` and 1-based lines are those of the project, `rule` and `level` the scanner's own.

    `table` names the scanner whose rules it is read by, where that is not `scanner`; `told` is the line of the report
    that told it, where one was given.
    """

    scanner: str
    path: str
    line: int
    end_line: int
    rule: str
    level: Level
    message: str
    table: str = field(default="", compare=False)
    told: At | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Scan:
    """What one scanner did: its version, the files it was given, its alarms, or why there are none."""

    scanner: str
    version: str
    paths: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    error: str | None = None
