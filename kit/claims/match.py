"""Which phrases stand in a line of words, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kit.claims.phrases import Conditions, Phrase, by_first_word
from kit.claims.words import Word

WIDE = 4
"""How many other words `..` stands for at most."""

_NO_GAP = frozenset(
    {
        "and",
        "or",
        "but",
        "no",
        "not",
        "without",
        "with",
        "for",
        "from",
        "to",
        "by",
        "via",
        "in",
        "on",
        "is",
        "are",
        "than",
    }
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: the words from `first` to `last`, both among the statement's."""

    phrase: Phrase
    first: int
    last: int


def hits(words: Sequence[Word], above: Sequence[Word]) -> tuple[Hit, ...]:
    """The phrases that stand in `words` and whose conditions `words` and the headings `above` meet."""
    here, there = [word.stem for word in words], [word.stem for word in above]
    found: dict[tuple[str, bool], Hit] = {}
    for index, word in enumerate(words):
        for phrase in by_first_word().get(word.stem, ()):
            last = _end(phrase.words, words, index)
            if last is None or not _meets(phrase.group, here, there):
                continue
            key = (phrase.check, phrase.lacks)
            if key not in found or last - index > found[key].last - found[key].first:
                found[key] = Hit(phrase, index, last)
    return _largest(tuple(found.values()))


def _largest(found: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Of one check what says that it lacks, where that holds the other phrase's words ("hardcoded secrets")."""
    lacking = {hit.phrase.check: hit for hit in found if hit.phrase.lacks}
    return tuple(
        hit
        for hit in found
        if hit.phrase.lacks or hit.phrase.check not in lacking or _weight(hit) > _weight(lacking[hit.phrase.check])
    )


def _weight(hit: Hit) -> tuple[int, int]:
    """How much of the statement a phrase takes up."""
    return hit.last - hit.first, len(hit.phrase.words)


def _end(wanted: Sequence[str | None], words: Sequence[Word], index: int) -> int | None:
    """Where a phrase that begins at `index` ends; None where it does not stand there."""
    at, slack = index, 0
    for want in wanted[1:]:
        if want is None:
            slack = WIDE
            continue
        step = next(_places(want, words, at, slack or 1), None)
        if step is None:
            return None
        at, slack = step, 0
    return at


def _places(want: str, words: Sequence[Word], at: int, slack: int) -> Iterator[int]:
    """Where the wanted word stands next, with at most `slack` other words before it."""
    for place in range(at + 1, min(at + 2 + slack, len(words))):
        word = words[place]
        if word.gap == 2 or (word.gap == 1 and word.sign not in {"/", "-", '"', "(", "&", "+"}):
            return
        if word.stem == want:
            yield place
        if word.stem in _NO_GAP and slack < WIDE:
            return


def _meets(group: Conditions, here: list[str], there: list[str]) -> bool:
    return (
        (not group.with_ or stands(group.with_, here) or stands(group.with_, there))
        and (not group.near or stands(group.near, here))
        and not stands(group.without, here)
        and not stands(group.outside, here)
        and not stands(group.outside, there)
    )


def stands(sequences: Sequence[Sequence[str]], words: list[str]) -> bool:
    """Whether one of the sequences of words stands among the words."""
    return any(_inside(sequence, words) for sequence in sequences)


def _inside(sequence: Sequence[str], words: list[str]) -> bool:
    size = len(sequence)
    return any(tuple(words[i : i + size]) == tuple(sequence) for i in range(len(words) - size + 1))
