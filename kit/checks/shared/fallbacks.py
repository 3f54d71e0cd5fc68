"""Literals in code that a secret falls back to where nobody sets its variable."""

from __future__ import annotations

import re


def is_rejected(text: str, default: str) -> bool:
    """Whether the same file compares against the default, and stops right after."""
    value = rf"['\"`]{re.escape(default)}['\"`]"
    compared = rf"===?\s*{value}|{value}\s*===?|in\s*[\[({{][^\])}}]{{0,200}}{value}"
    stops = r"\b(?:throw|raise|panic|log\.Fatal\w*|sys\.exit|process\.exit|os\.Exit|System\.exit|abort)\b"
    return any(re.search(stops, text[m.end() : m.end() + 400]) for m in re.finditer(compared, text))
