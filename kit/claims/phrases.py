"""How people speak of what a check decides: the phrases of each check, read from `phrases/` and made comparable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BeforeValidator, Field, model_validator

from kit.claims.words import SKIPPED, stems_of
from kit.sources.formats.settings import Settings

FOLDER = Path(__file__).with_name("phrases")
MAX_FORMS = 400
"""How many forms one phrase may stand for; more is a phrase that says too little."""

_CHOICE = re.compile(r"\(([^()]*)\)")


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Group(Settings):
    """Phrases under the same conditions.

    In a phrase `(a|b)` stands for either, `(a|)` for a word that may be left out, `..` for up to four other words.
    `with`: one of these must stand in the statement or a heading above it. `near`: one must stand in the statement
    itself. `without`: none of these may stand in the statement, `outside`: nor in a heading. `hunts`: the check looks
    for a defect everywhere, so that one place speaks against a statement about everything only.
    """

    holds: Texts = ()
    lacks: Texts = ()
    with_: Texts = Field(default=(), alias="with")
    near: Texts = ()
    without: Texts = ()
    outside: Texts = ()
    hunts: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Group:
        if not self.holds and not self.lacks:
            raise ValueError("a group needs `holds` or `lacks`")
        return self


class Silent(Settings):
    """A check that nobody speaks of in a report, and why."""

    silent: str = Field(min_length=10)


Entry = Silent | Group | tuple[Group, ...]


class Area(Settings):
    """One file of phrases: what is said of each check."""

    checks: dict[str, Entry]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One form of a phrase, in words as they are compared; None among them stands for a few others.

    `lacks`: it names a defect; `hunts`: its check looks for one, whatever the phrase names.
    """

    check: str
    words: tuple[str | None, ...]
    says: str
    lacks: bool
    hunts: bool
    group: Conditions


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of a group, each a tuple of sequences of words."""

    with_: tuple[tuple[str, ...], ...] = ()
    near: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()
    outside: tuple[tuple[str, ...], ...] = ()


@lru_cache(maxsize=1)
def entries() -> dict[str, Entry]:
    """What is said of each check, by its id. Raises ValueError for a check that has two entries."""
    found: dict[str, Entry] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        area = Area.model_validate({"checks": yaml.safe_load(path.read_text("utf-8"))})
        twice = found.keys() & area.checks.keys()
        if twice:
            raise ValueError(f"{path.name}: {', '.join(sorted(twice))} has an entry in another file, too")
        found.update(area.checks)
    return found


@lru_cache(maxsize=1)
def by_first_word() -> dict[str, tuple[Phrase, ...]]:
    """Every form of every phrase, by its first word."""
    table: dict[str, list[Phrase]] = {}
    for check, entry in entries().items():
        for phrase in _phrases(check, entry):
            table.setdefault(str(phrase.words[0]), []).append(phrase)
    return {word: tuple(phrases) for word, phrases in table.items()}


def _phrases(check: str, entry: Entry) -> Iterator[Phrase]:
    if isinstance(entry, Silent):
        return
    for group in entry if isinstance(entry, tuple) else (entry,):
        conditions = Conditions(
            *(_sequences(texts) for texts in (group.with_, group.near, group.without, group.outside))
        )
        for lacks, texts in ((False, group.holds), (True, group.lacks)):
            for text in texts:
                yield from (
                    Phrase(check, form, text, lacks, lacks or group.hunts, conditions) for form in forms_of(text)
                )


def _sequences(texts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(sequence for text in texts for form in forms_of(text) if (sequence := tuple(w for w in form if w)))


def forms_of(phrase: str) -> tuple[tuple[str | None, ...], ...]:
    """The forms of a phrase, its choices taken apart. Raises ValueError for one without words or with too many."""
    parts = [part.split("|") if index % 2 else [part] for index, part in enumerate(_CHOICE.split(phrase))]
    found = dict.fromkeys(_form(" ".join(chosen)) for chosen in product(*parts))
    if len(found) > MAX_FORMS or not all(form and form[0] for form in found):
        raise ValueError(f"{phrase!r}: a phrase begins with a word and has at most {MAX_FORMS} forms")
    if any(word.lower() in SKIPPED for word in re.findall(r"\w+", phrase)):
        raise ValueError(f"{phrase!r}: articles and their like are not compared; leave them out")
    return tuple(found)


def _form(text: str) -> tuple[str | None, ...]:
    words: list[str | None] = []
    for index, part in enumerate(text.split("..")):
        words += [None] if index else []
        words += stems_of(part)
    return tuple(words)
