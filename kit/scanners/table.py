"""The table of rules: which of our checks a scanner's alarm belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from kit.model import Severity
from kit.sources.formats.settings import Settings
from kit.sources.scanners.model import Alarm, Level

FILE = Path(__file__).with_name("rules.yaml")
_LEVELS: tuple[Level, ...] = ("note", "warning", "error")
_REST: dict[Level, Severity] = {"error": Severity.MEDIUM, "warning": Severity.LOW, "note": Severity.LOW}

Near = Literal["place", "file", "project"]


class Mapped(Settings):
    """Rules that one check of ours asks about."""

    check: str
    severity: Severity
    rules: tuple[str, ...]
    near: Near = "place"
    stands: str = ""
    final: bool = False


class Left(Settings):
    """Rules that are not told, and why; with `below` only alarms of a lower level."""

    rules: tuple[str, ...]
    why: str
    below: Level | None = None


class Scanner(Settings):
    """What becomes of the rules of one scanner."""

    rest: str
    maps: tuple[Mapped, ...] = ()
    leaves: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alarm goes: the check, the severity of a finding of its own, how near ours has to be.

    `stands`: where ours passed, the alarm is left. `final`: only in stages that an image is made of.
    """

    check: str
    severity: Severity
    near: Near = "place"
    stands: bool = False
    final: bool = False


@lru_cache(maxsize=1)
def table() -> dict[str, Scanner]:
    """The scanners by id, as `rules.yaml` has them."""
    return {id: Scanner.model_validate(data) for id, data in yaml.safe_load(FILE.read_text("utf-8")).items()}


def place_of(alarm: Alarm) -> Place | None:
    """Where the alarm goes; None where its rule is left out."""
    scanner = table()[alarm.table or alarm.scanner]
    if any(_left(left, alarm) for left in scanner.leaves):
        return None
    for mapped in scanner.maps:
        if _named(mapped.rules, alarm.rule):
            severity = _stepped(mapped.severity, alarm.level)
            return Place(mapped.check, severity, mapped.near, bool(mapped.stands), mapped.final)
    return Place(scanner.rest, _REST[alarm.level])


def _stepped(severity: Severity, level: Level) -> Severity:
    """A warning is one step milder than an error, a note low."""
    order = tuple(Severity)
    milder = order[min(order.index(severity) + 1, len(order) - 1)]
    return {"error": severity, "warning": milder, "note": Severity.LOW}[level]


def _left(left: Left, alarm: Alarm) -> bool:
    milder = left.below is None or _LEVELS.index(alarm.level) < _LEVELS.index(left.below)
    return milder and _named(left.rules, alarm.rule)


def _named(rules: tuple[str, ...], rule: str) -> bool:
    return any(fnmatchcase(rule, pattern) for pattern in rules)
