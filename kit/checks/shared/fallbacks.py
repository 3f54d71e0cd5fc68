"""Literals in code that a secret falls back to where nobody sets its variable."""

from __future__ import annotations

import re


def is_rejected(text: str, default: str) -> bool:
    """Whether the same file compares against the default, and stops right after."""
    value = rf"['\"`]{re.escape(default)}['\"`]"
    compared = rf"===?\s*{value}|{value}\s*===?|in\s*[\[({{][^\])}}]{{0,200}}{value}"
    stops = r"\b(?:throw|raise|panic|log\.Fatal\w*|sys\.exit|process\.exit|os\.Exit|System\.exit|abort)\b"
    return any(re.search(stops, text[m.end() : m.end() + 400]) for m in re.finditer(compared, text))


_STOPS_WHERE = re.compile(r"\bif\s{0,9}\(([^;{}]{1,300}?)\)\s{0,20}\{?\s{0,80}(?:throw\b|process\.exit\()")
_MISSING = re.compile(r"!\s{0,9}process\.env\.(\w+)")


def demanded(text: str) -> frozenset[str]:
    """The variables without which this JavaScript ends at once, at least in production."""
    asked = (_MISSING.findall(found[1]) for found in _STOPS_WHERE.finditer(text))
    return frozenset(names[0] for names in asked if len(names) == 1)  # of several, one may stand in for another
