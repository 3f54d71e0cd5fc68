"""Which checks a statement speaks to, and what it says of each: by phrases and by the words around them."""

from __future__ import annotations

import re
from functools import lru_cache

from kit.claims.match import Hit, hits
from kit.claims.model import Spoken, Stated, Statement
from kit.claims.polarity import Said, ended, failed, held, is_asked, is_foreign, is_step, is_task, said_of, together
from kit.claims.sections import Mood, is_advice, mood_of
from kit.claims.words import Word, words_of

_FALSE_ALARM = re.compile(r"\bfalse (?:positives?|alarms?)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def speak_to(statement: Statement) -> tuple[Spoken, ...]:
    """The checks that a statement speaks to, each with what is stated of it; empty where it claims nothing of them.

    A check that asks whether a thing is there at all comes before those that look at how it is made.
    """
    if statement.kind == "heading" and statement.mark is Stated.PARTIAL:
        return ()
    if is_asked(statement.text) or is_foreign(statement.text, marked=statement.mark is not None):
        return ()
    if statement.kind in {"code", "heading"} and statement.mark is None:
        return ()
    if _FALSE_ALARM.search(statement.text):
        return ()
    words = words_of(statement.text)
    above = tuple(word for heading in statement.section for word in words_of(heading))
    return _spoken(statement, words, hits(words, above))


@lru_cache(maxsize=4096)
def stated(statement: Statement) -> Stated:
    """What a statement says on the whole; FACT where it only tells something."""
    said = together(spoken.stated for spoken in speak_to(statement))
    if said is not None:
        return said
    if statement.mark is not None:
        return statement.mark
    if statement.kind == "code":
        return Stated.FACT
    return _of_words(statement)


def to_be_done(statement: Statement) -> bool:
    """Whether an open box names what somebody is to go through or to do, not what is missing."""
    if statement.to_tick and mood_of(statement.section) is not Mood.MISSING:
        return True
    return statement.mark is Stated.FAIL and is_step(words_of(statement.text))


def _spoken(statement: Statement, words: tuple[Word, ...], found: tuple[Hit, ...]) -> tuple[Spoken, ...]:
    mood = mood_of(statement.section)
    if to_be_done(statement):
        return ()
    if is_task(words) and (mood is Mood.PLANNED if statement.mark is not Stated.PASS else is_advice(statement.section)):
        return ()
    if statement.mark is not Stated.PASS and is_task(words):
        mood = Mood.PLANNED if mood is not Mood.MISSING else mood
    spoken: dict[str, Spoken] = {}
    for hit in sorted(found, key=lambda h: (h.phrase.check, -(h.last - h.first))):
        said = _stated_at(hit, words, statement.mark, mood)
        if said is not None and hit.phrase.check not in spoken:
            text = " ".join(word.text for word in words[hit.first : hit.last + 1])
            spoken[hit.phrase.check] = Spoken(hit.phrase.check, said, text, hit.phrase.hunts)
    return tuple(spoken.values())


def _stated_at(hit: Hit, words: tuple[Word, ...], mark: Stated | None, mood: Mood | None) -> Stated | None:
    said = said_of(words, hit.first, hit.last, hit.phrase.words)
    if hit.phrase.lacks:
        return failed(said, ended(words, hit.first, hit.last), mark, mood)
    return held(said, mark, mood)


def _of_words(statement: Statement) -> Stated:
    """What a statement without a mark says that no check of the catalogue is spoken to by."""
    words = words_of(statement.text)
    if not words:
        return Stated.FACT
    mood = mood_of(statement.section)
    first = said_of(words, 0, 0)
    if first is Said.NEGATED or words[0].stem in {"no", "miss", "lack", "without"}:
        return Stated.FAIL
    if mood is Mood.MISSING:
        return Stated.FAIL
    if first is Said.PARTLY or mood is Mood.PARTIAL:
        return Stated.PARTIAL
    return Stated.PASS if mood is Mood.HOLDS else Stated.FACT
