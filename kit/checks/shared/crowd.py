"""What is wrong alike with many things is told once: a list of forty lines that say the same hides the others."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps

from kit.model import At, CheckFunction, Fact, Outcome, Severity
from kit.project import Project

CROWD = 15
"""Up to so many things are told one by one."""
_SUBJECT = re.compile(r": | asks ")
SHOWN = 8
NAMED = 3
MOST = 40


def crowded(what: str) -> Callable[[CheckFunction], CheckFunction]:
    """A check whose open facts of one kind become one where they are many: how many, and `what` of them."""

    def decorate(check: CheckFunction) -> CheckFunction:
        @wraps(check)
        def facts(project: Project) -> Iterator[Fact]:
            alike: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
            for fact in check(project):
                alone = not fact.outcome.open or not fact.at
                key = (fact.outcome, fact.severity, fact.environment, len(alike) if alone else None)
                alike[key].append(fact)
            for same in alike.values():
                yield from same if len(same) <= CROWD else [_one(same, what)]

        return facts

    return decorate


def gathered(by: Callable[[Project, str], str], *, above: int = 1) -> Callable[[CheckFunction], CheckFunction]:
    """A check whose open facts of one severity are told as one where `by` names the same for their places: a file, or the
    service that a file belongs to. One hand wrote them, and one change mends them. Up to `above` are told one by one."""

    def decorate(check: CheckFunction) -> CheckFunction:
        @wraps(check)
        def facts(project: Project) -> Iterator[Fact]:
            alike: dict[tuple[object, ...], list[Fact]] = {}
            for fact in check(project):
                alone = not fact.outcome.open or not fact.at
                where = len(alike) if alone else by(project, fact.at[0].path)
                alike.setdefault((fact.outcome, fact.severity, fact.environment, alone, where), []).append(fact)
            for same in alike.values():
                yield from same if len(same) <= above else [_several(same)]

        return facts

    return decorate


def repeated(above: int) -> Callable[[CheckFunction], CheckFunction]:
    """A check whose open facts that say the same of more than `above` files are told as one, with all of the places."""

    def decorate(check: CheckFunction) -> CheckFunction:
        @wraps(check)
        def facts(project: Project) -> Iterator[Fact]:
            alike: dict[tuple[object, ...], list[Fact]] = {}
            for fact in check(project):
                alone = len(alike) if not fact.outcome.open or not fact.at else None
                key = (fact.outcome, fact.severity, fact.environment, fact.message, alone)
                alike.setdefault(key, []).append(fact)
            for same in alike.values():
                if len(same) <= above:
                    yield from same
                    continue
                places = tuple(dict.fromkeys(at for fact in same for at in fact.at))
                message = f"In {len(same)} files: {same[0].message}"
                yield replace(same[0], message=message, at=places[:MOST])

        return facts

    return decorate


def by_file(_project: Project, path: str) -> str:
    """The file itself."""
    return path


def by_folder(_project: Project, path: str) -> str:
    """The folder of the file."""
    return posixpath.dirname(path)


def _several(same: list[Fact]) -> Fact:
    places = tuple(dict.fromkeys(at for fact in same for at in fact.at))
    more = list(dict.fromkeys(fact.message.rstrip(".") for fact in same))
    others = len(same) - 1
    told = f"{more[0]}; {more[1]}" if len(more) == 2 else more[0]
    tail = "" if len(more) == 2 else f"; likewise in {others} more {'place' if others == 1 else 'places'}"
    return replace(same[0], message=f"{told}{tail}.", at=places[:MOST], fix=None)


def _one(same: list[Fact], what: str) -> Fact:
    names = list(dict.fromkeys(_SUBJECT.split(fact.message)[0] for fact in same))
    places: list[At] = list({fact.at[0].path: fact.at[0] for fact in same}.values())
    spread = places if len(places) > 1 else [fact.at[0] for fact in same]
    message = f"{len(same)} {what} ({', '.join(names[:NAMED])} and others)."
    return replace(same[0], message=message, at=tuple(spread[:SHOWN]), fix=None)


def joined(what: str, *, counted: bool = True) -> Callable[[CheckFunction], CheckFunction]:
    """A check that looks up one thing in another. Where many are not found, one cause is likelier than many: they are told
    as one. Where most are not (`counted`: what is found is told one by one, too), the kit rather than the project is
    wrong, and nobody can tell."""

    def decorate(check: CheckFunction) -> CheckFunction:
        @wraps(check)
        def facts(project: Project) -> Iterator[Fact]:
            found = list(check(project))
            lost = [f for f in found if f.outcome is Outcome.FAIL and f.at and f.severity in _GRAVE]
            places = tuple(dict.fromkeys(f.at[0] for f in lost))
            if len(places) <= LOST:
                yield from found
                return
            yield from (f for f in found if f not in lost)
            held = len({f.at[0] for f in found if f.outcome is Outcome.PASS and f.at})
            if counted and len(places) > held:
                message = f"{len(places)} of {len(places) + held} {what} are not found: probably they are laid out in a way that cannot be read."
                yield Fact(Outcome.UNKNOWN, message, places[:MOST])
            else:
                named = "; ".join(list(dict.fromkeys(f.message.rstrip(".") for f in lost))[:NAMED])
                message = f"{len(places)} {what} are not there: {named}; and others."
                yield replace(lost[0], message=message, at=places[:MOST], fix=None)

        return facts

    return decorate


LOST = 5
"""Up to so many things that are not found are told one by one."""
_GRAVE = frozenset({None, Severity.CRITICAL, Severity.HIGH})
