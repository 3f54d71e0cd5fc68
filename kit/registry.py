"""The catalogue: `@check` registers a function, `catalogue()` finds them all."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module

from kit.model import AREAS, CHECK_ID, Check, CheckFunction, Clause, Severity
from kit.sources.packages.technologies import PLATFORM

_registered: dict[str, Check] = {}
_WAY = re.compile(r"^- ([a-z, -]+): ", re.MULTILINE)
_SECTION = re.compile(r"^(Decides|Fix|Blind to|See):[ \t]*", re.MULTILINE)


class CatalogueError(Exception):
    """A check is written wrongly: a duplicate or malformed id, or a docstring without its sections."""


def check(
    id: str,
    title: str,
    severity: Severity,
    clause: Clause = Clause.DEPLOYMENT,
    *,
    blocker: str | None = None,
    effort_hours: float = 2.0,
    documents: bool = False,
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a generator of facts as a check of the area that its module is named after.

    The docstring is the rationale, then the sections `Decides:` (how), `Fix:`, `Blind to:` (what it does not
    see) and `See:` (references, one a line). `Fix:` is a sentence that fits every project; below it may stand how it is
    done in one technology or another, `- node, python: ...`, of which a finding gets what its project is made with.
    `blocker` says in two words what cannot happen while it is open ("cannot build"): such a finding decides the verdict
    whatever the score is. `documents` says that the check judges documents themselves.

    Raises CatalogueError for a malformed or duplicate id, a missing section or an unknown technology.
    """

    def register(function: CheckFunction) -> CheckFunction:
        area = _area_of(function.__module__)
        if not CHECK_ID.fullmatch(id) or not id.startswith(AREAS[area][0]):
            raise CatalogueError(f"{id}: an id of area {area} reads {AREAS[area][0]}-000")
        if id in _registered and _registered[id].source != f"{function.__module__}.{function.__name__}":
            raise CatalogueError(
                f"{id}: used by {_registered[id].source} and {function.__module__}.{function.__name__}"
            )
        sections = _sections(id, inspect.getdoc(function) or "")
        fix, ways = _ways(id, sections["Fix"])
        _registered[id] = Check(
            id=id,
            area=area,
            title=title,
            severity=severity,
            clause=clause,
            rationale=sections[""],
            decides=sections["Decides"],
            fix=fix,
            blind_to=sections["Blind to"],
            references=tuple(sections["See"].split()),
            blocker=blocker,
            effort_hours=effort_hours,
            function=function,
            documents=documents,
            ways=ways,
        )
        return function

    return register


@cache
def catalogue() -> tuple[Check, ...]:
    """Every check, in the order of the areas and then of the ids."""
    package = import_module("kit.checks")
    for module in pkgutil.walk_packages(package.__path__, "kit.checks."):
        import_module(module.name)
    order = list(AREAS)
    return tuple(sorted(_registered.values(), key=lambda c: (order.index(c.area), c.id)))


def checks_of(area: str) -> tuple[Check, ...]:
    """The checks of one area."""
    return tuple(c for c in catalogue() if c.area == area)


def _area_of(module: str) -> str:
    area = module.split(".")[2]
    if area not in AREAS:
        raise CatalogueError(f"{module}: no such area; one of {', '.join(AREAS)}")
    return area


def _sections(id: str, doc: str) -> dict[str, str]:
    parts = _SECTION.split(doc)
    found = {"": parts[0].strip(), **{name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}}
    missing = [name or "rationale" for name in ("", "Decides", "Fix", "Blind to", "See") if not found.get(name)]
    if missing:
        raise CatalogueError(f"{id}: the docstring lacks {', '.join(missing)}")
    return found


def _ways(id: str, fix: str) -> tuple[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """The fix for every project, and the ways of single technologies: their names and what to do."""
    plain, *parts = _WAY.split(fix)
    ways = tuple((tuple(n.split(", ")), " ".join(w.split())) for n, w in zip(parts[::2], parts[1::2], strict=True))
    unknown = {name for names, _ in ways for name in names} - PLATFORM.keys()
    if unknown:
        raise CatalogueError(f"{id}: no technology is called {', '.join(sorted(unknown))}")
    return plain.strip(), ways
