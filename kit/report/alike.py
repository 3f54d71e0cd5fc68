"""Things that are told alike: messages that differ in their subject only, told once with their subjects."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Generic, TypeVar

from kit.report.texts import text

T = TypeVar("T")

LEAST = 3
"""Messages that are told as one; two stand better by themselves."""

LONGEST = 1200
"""Letters of subjects in one row: a cell is kept on one page of paper."""


@dataclass(frozen=True, slots=True)
class Alike(Generic[T]):
    """Items that one message tells: of several it is what they share, then what each puts in its place."""

    items: tuple[T, ...]
    message: str


@dataclass(slots=True)
class _Group:
    """Places of items whose messages begin with the same `head` words and end with the same `tail` words."""

    places: list[int] = field(default_factory=list)
    messages: list[list[str]] = field(default_factory=list)
    head: int = 0
    tail: int = 0

    def takes(self, place: int, words: list[str]) -> bool:
        """Takes a further message in where most of its words are shared."""
        if not self.messages:
            self.head = self.tail = len(words)
        first = self.messages[0] if self.messages else words
        head, tail = min(_shared(first, words), self.head), min(_shared(first[::-1], words[::-1]), self.tail)
        if 2 * (head + tail) < min(len(first), len(words)):
            return False
        self.head, self.tail = head, tail
        self.places.append(place)
        self.messages.append(words)
        return True

    def parts(self) -> Iterator[tuple[list[int], str]]:
        """The places with the message of each row; too few of them each for itself."""
        if len(self.places) < LEAST:
            yield from (([place], " ".join(words)) for place, words in zip(self.places, self.messages, strict=True))
            return
        tail = min(self.tail, min(map(len, self.messages)) - self.head)
        first = self.messages[0]
        shared = " ".join((*first[: self.head], "…", *first[len(first) - tail :]))
        before = [words[: len(words) - tail] for words in self.messages]
        named = not self.head and all(words and words[-1].endswith(":") for words in before)
        taken: list[int] = []
        subjects: list[str] = []
        for place, words in zip(self.places, self.messages, strict=True):
            subject = " ".join(words[self.head : len(words) - tail]).rstrip(":,;.")
            if sum(map(len, subjects)) + len(subject) > LONGEST and subjects:
                yield taken, _said(shared, subjects, named=named)
                taken, subjects = [], []
            taken.append(place)
            subjects.append(subject)
        yield taken, _said(shared, subjects, named=named) if any(subjects) else _same(first, len(taken))


def gathered(items: Iterable[T], kind: Callable[[T], Hashable], said: Callable[[T], str]) -> list[Alike[T]]:
    """Items of one kind whose messages are alike together, each row in the place of its first item."""
    listed = list(items)
    groups: dict[Hashable, list[_Group]] = {}
    for place, item in enumerate(listed):
        words, found = said(item).split(), groups.setdefault(kind(item), [])
        if not any(group.takes(place, words) for group in found):
            found.append(_Group())
            found[-1].takes(place, words)
    parts = sorted(part for found in groups.values() for group in found for part in group.parts())
    return [Alike(tuple(listed[place] for place in places), message) for places, message in parts]


def _said(shared: str, subjects: Sequence[str], *, named: bool) -> str:
    """The message with its subjects; `named` where each is a name with a colon before what is said of it."""
    rest = shared.removeprefix("… ")
    if rest != shared:  # the subjects begin the sentence
        return f"{', '.join(subjects)}: {rest}" if named else f"{'; '.join(subjects)} {rest}"
    return text("views.alike", said=shared, count=len(subjects), subjects="; ".join(subjects))


def _same(words: Sequence[str], count: int) -> str:
    return text("views.alike-same", said=" ".join(words), count=count)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words two messages begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
