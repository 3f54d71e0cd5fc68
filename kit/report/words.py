"""Words that many parts of the report share, and how numbers, names and dates are put into them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kit.model import Finding
from kit.report.texts import mapping, pairs, text

OUTCOME_WORDS = mapping("outcomes")
STATE_WORDS = mapping("states")
VERDICT_MEANING = mapping("verdicts")
AREA_QUESTIONS = mapping("questions")
CLASS_WORDS = mapping("classes")
METHOD = pairs("method")
GLOSSARY = pairs("glossary")


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 service", "3 services", "no services"."""
    word = one if number == 1 else (many or f"{one}s")
    return f"{number or 'no'} {word}"


def have(number: float, one: str, many: str) -> str:
    """The form of a word for so many: "is" or "are", "hour" or "hours"."""
    return one if number == 1 else many


def sentence(words: str) -> str:
    """The words with a large first letter, as a title."""
    return words[:1].upper() + words[1:]


def and_more(number: int) -> str:
    """Said at the end of a list that was cut."""
    return text("page.more", number=number)


def listed(names: Iterable[str], limit: int = 4) -> str:
    """Names in a row, cut with how many more there are."""
    found = list(dict.fromkeys(names))
    shown = limit if len(found) > limit + 1 else len(found)  # a single further name is as short as its count
    more = f" and {len(found) - shown} more" if len(found) > shown else ""
    return ", ".join(found[:shown]) + more


def hours(amount: float) -> str:
    """An effort in hours, so that sums can be followed, and from two days on in days of eight hours too."""
    return f"{amount:.0f} h ({round(amount / 8, 1):g} days)" if amount >= 16 else f"{round(amount, 1):g} h"


def long_date(moment: str) -> str:
    """An ISO moment as a date spelled out: "22 November 2026"."""
    day = datetime.fromisoformat(moment)
    return f"{day.day} {day:%B %Y}"


def at(finding: Finding) -> str:
    """The first place of a finding as `path:line`; empty where it has none."""
    if not finding.evidence:
        return ""
    first = finding.evidence[0]
    return first.path if first.line is None else f"{first.path}:{first.line}"
