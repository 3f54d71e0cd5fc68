"""What is said of a subject: that it holds, holds in part, is missing, or nothing that one could hold against files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from kit.claims.model import Stated
from kit.claims.sections import Mood
from kit.claims.words import Word, cues, plain_cues


class Said(StrEnum):
    """What the words around a subject do to it."""

    NEGATED = "negated"
    NEEDED = "needed"
    PARTLY = "partly"
    ENDED = "ended"
    ASKED = "asked"
    MAYBE = "maybe"
    PLAIN = "plain"
    UNCLEAR = "unclear"


REACH = 6
"""How many words away what denies a subject may stand."""
_TURNS, _NO, _NOT, _LEAVES = cues("turns"), cues("no"), cues("not"), cues("leaves")
_MISSING_AFTER, _PARTLY, _WISHES = cues("missing_after"), cues("partly"), cues("wishes")
_ONLY_LOOKED_AT, _TO_BE_MADE, _BASES = cues("only_looked_at"), cues("to_be_made"), cues("bases")
_IF, _POORLY = cues("if"), cues("poorly")
_FOREIGN = plain_cues("foreign")
_POINTER = re.compile(
    r"^\W*(?:locations?|files?|paths?|lines?|sources?|cwe|cvss|owasp|references?|category)\b[^:|]{0,20}[:|]",
    re.IGNORECASE,
)
_TROUBLES, _RESERVES = cues("troubles"), cues("reserves")
_TASKS, _STEPS = plain_cues("tasks"), plain_cues("steps")
_ENDED = re.compile(
    r"(?:remov|eliminat|fix|resolv|prevent|mitigat|address|replac|patch|block|reject|refus|forbidd|protect|clean|correct|neutrali[sz]|sanitiz"
    r"|escap|avoid)(?:ed|s|ing|ion|d|en|es)?|prevention|protection|against|free|safe|immune|guard(?:s|ed)?|defen[cs]es?|detection|detect(?:s|ed)|scan\w*"
    r"|check(?:s|ed|ing)?|resistan\w+|hardened|mitigation|safeguards?|validation|encod\w+|tests?|tested|audit\w*|analysis|policy|policies|handling"
)
_ASKING = re.compile(
    r"\?\s*$|^\s*(?:if|when|once|unless|how to|why|what|where|whether|see|refer to|for (?:more|details))\b",
    re.IGNORECASE,
)


def said_of(words: Sequence[Word], first: int, last: int, own: Sequence[str | None] = ()) -> Said:
    """What the words around the subject from `first` to `last`, and between its `own` ones, say of it."""
    begin, end = _clause(words, first, last)
    before, after = words[begin:first], words[last + 1 : end]
    inside = [word for word in words[first + 1 : last] if word.stem not in own]
    if any(word.stem in _IF for word in after[:3]):
        return Said.MAYBE
    if _wished(before) or _asked_after(after) or any(w.stem in _WISHES or w.stem == "need" for w in inside):
        return Said.ASKED
    denied = (
        _denied_before(before)
        or any(w.stem in _POORLY for w in before[-2:])
        or any(w.stem in _NOT | _NO for w in inside)
    )
    behind = _after(after) if not _reserved(words[end : end + 3]) else Said.PARTLY
    if denied:
        return Said.NEGATED if behind is not Said.NEGATED else Said.UNCLEAR
    if behind is not Said.PLAIN:
        return behind
    return Said.PARTLY if _somewhat(before) else Said.PLAIN


def ended(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether a defect is said to be gone, prevented, or looked for ("prevents SQL injection", "secrets removed")."""
    begin, end = _clause(words, first, last)
    near = [*words[max(begin, first - 4) : first], *words[first + 1 : last], *words[last + 1 : min(end, last + 6)]]
    if any(w.stem in {"to", "must", "should", "need"} for w in near) and any(w.stem in _BASES for w in near):
        return False
    return any(_ENDED.fullmatch(w.text.lower()) and not _base(w, words) for w in near)


def is_task(words: Sequence[Word]) -> bool:
    """Whether a statement, or what stands behind its label, says what to do: "Implement rate limiting"."""
    starts = [0, *(i for i, w in enumerate(words) if w.sign in {":", "\u2014", "\u2013", "-", "|"} and i < 8)]
    return any(i < len(words) and words[i].text.lower() in _TASKS for i in starts)


def is_step(words: Sequence[Word]) -> bool:
    """Whether a statement names a step of a procedure: "Run smoke tests on staging", "Smoke test: log in and out"."""
    if len(words) > 2 and words[0].stem in {"smoketest", "loadtest", "integrationtest"} and words[1].sign == ":":
        return True
    named = len(words) > 2 and words[1].stem == "test" and words[2].sign == ":"
    return bool(words) and (named or words[0].text.lower() in _STEPS)


def is_asked(text: str) -> bool:
    """Whether it is a question, a condition, or a pointer to elsewhere."""
    return bool(_ASKING.search(text) or _POINTER.match(text))


def is_foreign(text: str, *, marked: bool = False) -> bool:
    """Whether it is told in a language whose denials are not understood; with a mark only where it denies."""
    letters = [sign for sign in text if sign.isalpha()]
    strange = sum(not sign.isascii() for sign in letters)
    denied = any(word in _FOREIGN for word in re.findall(r"[^\W\d_]+", text.lower()))
    return denied or (strange * 4 > len(letters) and not marked)


def held(said: Said, mark: Stated | None, mood: Mood | None) -> Stated | None:
    """What is stated of a thing that ought to hold; None where nothing is claimed."""
    if mood is Mood.NO_CLAIM or said is Said.MAYBE:
        return None
    if said in {Said.ASKED, Said.UNCLEAR}:
        return mark if mark in {Stated.FAIL, Stated.PARTIAL} else None
    if said in {Said.NEGATED, Said.NEEDED}:
        return None if mark is Stated.PASS else Stated.FAIL
    if said is Said.PARTLY:
        return Stated.FAIL if mark is Stated.FAIL else Stated.PARTIAL
    if mark is Stated.PARTIAL and mood in {Mood.MISSING, Mood.WRONG, Mood.PLANNED}:
        return Stated.FAIL
    if mark is not None:
        return mark
    if mood is Mood.MISSING:
        return Stated.FAIL
    if mood is Mood.PARTIAL:
        return Stated.PARTIAL
    return None if mood in {Mood.WRONG, Mood.PLANNED, Mood.NO_CLAIM} else Stated.PASS


def failed(said: Said, gone: bool, mark: Stated | None, mood: Mood | None) -> Stated | None:
    """What is stated where a defect is named: that it is not there is a pass."""
    if said is Said.MAYBE:
        return None
    if mark is not None:
        return mark
    if said is Said.ASKED or mood in {Mood.PLANNED, Mood.NO_CLAIM}:
        return None
    if said is Said.NEGATED or (gone and said is not Said.NEEDED):
        return Stated.PASS
    return None if mood is Mood.HOLDS else Stated.FAIL


def together(stated: Iterable[Stated | None]) -> Stated | None:
    """Of several things said of one subject: all alike that one, else partial; None where nothing is said."""
    found = {one for one in stated if one is not None}
    return next(iter(found)) if len(found) == 1 else (Stated.PARTIAL if found else None)


def _clause(words: Sequence[Word], first: int, last: int) -> tuple[int, int]:
    """The words that belong to what is said of the subject: to the next stop or turn, a label's value included."""
    begin = first
    while begin > 0 and words[begin - 1].stem not in _TURNS:
        if _ends(words[begin], label=False) and not (begin == 1 and words[0].stem in _MISSING_AFTER):
            break
        begin -= 1
    end = last + 1
    while end < len(words) and not _ends(words[end], label=True) and words[end].stem not in _TURNS:
        end += 1
    return begin, end


def _ends(word: Word, *, label: bool) -> bool:
    """Whether a new clause begins at the word; behind a label's sign the same one goes on."""
    if word.gap < 2:
        return False
    return word.sign in {".", "!", "?", ";"} if label else True


def _denied_before(before: Sequence[Word]) -> bool:
    for index in range(len(before) - 1, -1, -1):
        word = before[index]
        distance = len(before) - index
        if word.stem in _NO and distance <= REACH:
            behind = before[index + 1] if index + 1 < len(before) else None
            return behind is None or behind.stem not in _LEAVES
        if word.stem in _NOT and distance <= REACH - 2:
            return not (index + 1 < len(before) and before[index + 1].stem in {"onli", "just"})
    return False


def _after(after: Sequence[Word]) -> Said:
    """What stands right behind the subject, or at the head of its label's value."""
    if after and after[0].stem in _TROUBLES:
        return Said.UNCLEAR
    for index, word in enumerate(after[:REACH]):
        if word.sign == "," and word.gap == 1:
            break
        following = after[index + 1 : index + 4]
        if word.stem in _PARTLY:
            return Said.PARTLY
        if word.stem in _MISSING_AFTER:
            return Said.NEGATED
        if word.stem in _NOT:
            return Said.PARTLY if any(w.stem in _ONLY_LOOKED_AT for w in following) else Said.NEGATED
        if word.stem in _NO:
            return Said.UNCLEAR
        if word.stem == "need":
            return Said.NEEDED if any(w.stem in _TO_BE_MADE for w in following) else Said.PARTLY
    return Said.PLAIN


def _reserved(turn: Sequence[Word]) -> bool:
    """Whether what follows takes something back ("but is not tested"), and does not speak of another thing."""
    return bool(turn) and turn[0].stem in _TURNS and any(word.stem in _RESERVES for word in turn[1:])


def _wished(before: Sequence[Word]) -> bool:
    return any(word.stem in _WISHES for word in before[-REACH:])


def _asked_after(after: Sequence[Word]) -> bool:
    return any(word.stem in {"should", "must", "recommend", "will"} for word in after[:3])


def _somewhat(before: Sequence[Word]) -> bool:
    near = list(before[-3:])
    while near and any(word.gap for word in near[1:]):
        near.pop(0)
    return any(word.stem in _PARTLY for word in near)


def _base(word: Word, words: Sequence[Word]) -> bool:
    """An imperative at the head ("Remove hardcoded secrets"): what is to be done, not what was."""
    return word is words[0] and word.text.lower() in _TASKS
