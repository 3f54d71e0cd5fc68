"""What the headings above a statement say of it: strengths, gaps, plans, or that nothing is claimed there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import yaml

from kit.claims import marks
from kit.claims.model import Stated
from kit.sources.formats.settings import Settings


class Mood(StrEnum):
    """What stands under a heading: what holds, what is missing, what is wrong, what is meant to come, or no claim."""

    HOLDS = "holds"
    MISSING = "missing"
    WRONG = "wrong"
    PARTIAL = "partial"
    PLANNED = "planned"
    NO_CLAIM = "no claim"


FILE = Path(__file__).with_name("moods.yaml")


class Moods(Settings):
    """`moods.yaml`: regular expressions of whole words, the first mood that one belongs to counts."""

    fixed: tuple[str, ...]
    moods: dict[Mood, tuple[str, ...]]


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE)


_READ = Moods.model_validate(yaml.safe_load(FILE.read_text("utf-8")))
_FIXED = _pattern(_READ.fixed)
_PATTERNS = tuple((mood, _pattern(words)) for mood, words in _READ.moods.items())
_DOCUMENT = re.compile(r"[\w-]\.(?:md|mdx|rst|pdf|docx?)\b", re.IGNORECASE)
"""What stands under a document's name is what that document speaks of."""
_ADVICE = re.compile(
    r"\b(?:next steps?|recommend\w*|immediate\w*|remediation|suggest\w*|(?:short|long)[- ]term|week \d|hours)\b", re.I
)
_POOR = frozenset({Mood.WRONG, Mood.MISSING})
_BY_MARK = {Stated.PASS: Mood.HOLDS, Stated.FAIL: Mood.MISSING, Stated.PARTIAL: Mood.PARTIAL}


def mood_of(section: Sequence[str]) -> Mood | None:
    """What the headings say, the innermost that says something first; None where none does."""
    if any(_DOCUMENT.search(heading) for heading in section[-2:]):
        return Mood.NO_CLAIM
    for heading in reversed(section):
        mood = _mood(heading)
        if mood is not None:
            return mood
    return None


def is_advice(section: Sequence[str]) -> bool:
    """Whether the nearest heading gives advice, so that a tick in front of a task does not say that it was done."""
    return bool(section) and _ADVICE.search(section[-1]) is not None


def _mood(heading: str) -> Mood | None:
    bare = marks.without_signs(heading)
    if _FIXED.search(bare) and not re.search(r"\b(?:not|un\w+|to be|must be|needs?)\b", bare, re.IGNORECASE):
        return Mood.HOLDS
    named = next((mood for mood, pattern in _PATTERNS if pattern.search(bare)), None)
    said = marks.mark_of(heading)
    if said is Stated.PASS and named is Mood.NO_CLAIM and dict(_PATTERNS)[Mood.HOLDS].search(bare):
        return Mood.HOLDS
    if said is not None and named in {None, Mood.HOLDS, Mood.WRONG, Mood.MISSING}:
        return Mood.HOLDS if said is Stated.PASS else (named if named in _POOR else _BY_MARK[said])
    return named
