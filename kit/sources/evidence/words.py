"""How tools grade what they found, in one scale."""

from __future__ import annotations

from kit.model import Severity
from kit.sources.evidence.model import Level

_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "blocker": Severity.CRITICAL,
    "high": Severity.HIGH,
    "error": Severity.HIGH,
    "important": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "low": Severity.LOW,
    "negligible": Severity.LOW,
    "info": Severity.LOW,
    "minor": Severity.LOW,
    "trace": Severity.LOW,
}
_LEVELS: dict[str, Level] = {
    "error": "error",
    "critical": "error",
    "high": "error",
    "fatal": "error",
    "warning": "warning",
    "warn": "warning",
    "medium": "warning",
    "moderate": "warning",
}


def severity(word: str) -> Severity | None:
    """The severity that a word stands for; None for "unknown" and words that nobody knows."""
    return _SEVERITIES.get(word.strip().lower())


def by_score(score: float | None) -> Severity | None:
    """The severity of a CVSS score, by the bands of CVSS 3."""
    if score is None or not 0 < score <= 10:
        return None
    if score >= 9:
        return Severity.CRITICAL
    return Severity.HIGH if score >= 7 else Severity.MEDIUM if score >= 4 else Severity.LOW


def level(word: str) -> Level:
    """error, warning or note."""
    return _LEVELS.get(word.strip().lower(), "note")
