"""The nouns every room shares. Frozen, and ignorant of where anything comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Severity(StrEnum):
    """How much harm an open defect does, the worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """What a check learned about one thing that it examined."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    PARTIAL = "partial"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"

    @property
    def decided(self) -> bool:
        """True where the project was seen to hold, to hold in part, or not to hold."""
        return self in {Outcome.PASS, Outcome.PARTIAL, Outcome.FAIL}

    @property
    def open(self) -> bool:
        """True where something is left to mend."""
        return self in {Outcome.PARTIAL, Outcome.FAIL}


class Strength(StrEnum):
    """How far a piece of evidence can be trusted, the strongest first."""

    LIVE = "live"
    MEASURED = "measured"
    STATIC = "static"
    ATTESTED = "attested"
    DOCUMENTED = "documented"


class Clause(StrEnum):
    """The part of the formal statement that a check speaks to."""

    SPECIFICATION = "S"
    INVARIANTS = "I"
    ASSUMPTIONS = "A"
    EXECUTION = "E"
    DEPLOYMENT = "D"
    UNDEFINED = "U"
    COMPLIANCE = "C"


class FileClass(StrEnum):
    """What a file is for. Only production files weigh in a verdict."""

    PRODUCTION = "production"
    TEST = "test"
    EXAMPLE = "example"
    DOCUMENTATION = "documentation"
    VENDORED = "vendored"
    GENERATED = "generated"
    BUILD = "build"


@dataclass(frozen=True, slots=True)
class At:
    """A place in the project: `path` relative to its root with `/`, lines 1-based or None for the whole file."""

    path: str
    line: int | None = None
    end_line: int | None = None

    @property
    def at(self) -> At:
        """Itself, so that a place and a thing that has one are used alike."""
        return self

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


class Located(Protocol):
    """Anything that knows its place: a node, a service, a route."""

    @property
    def at(self) -> At: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place with what stands there, and the lines `before` and `after` it; secrets masked."""

    path: str
    line: int | None
    end_line: int | None
    excerpt: str
    strength: Strength = Strength.STATIC
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a check yields: one thing examined, what was seen, and where.

    `measured` are places where another tool says the same. `blocks` is False where an open finding is not certain
    enough to decide the verdict by itself. `said` is what a command or a probe answered, shown where a place has no
    line; `about` names what was asked, where that is no place of the project: a command, an address.
    """

    outcome: Outcome
    message: str
    at: tuple[At, ...] = ()
    severity: Severity | None = None
    fix: str | None = None
    environment: str | None = None
    strength: Strength = Strength.STATIC
    measured: tuple[At, ...] = ()
    blocks: bool = True
    said: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted risk: who accepts it, why, and until when (ISO date)."""

    reason: str
    owner: str
    expires: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact under its check, with evidence: what exports, judgement and reports work on."""

    check: str
    area: str
    title: str
    severity: Severity
    outcome: Outcome
    message: str
    fix: str
    fingerprint: str
    evidence: tuple[Evidence, ...] = ()
    waived: Waiver | None = None
    clause: Clause = Clause.DEPLOYMENT
    blocker: str | None = None
    file_class: FileClass = FileClass.PRODUCTION
    environment: str | None = None
    effort_hours: float = 2.0

    @property
    def open(self) -> bool:
        """True where it counts against the system: open, not waived, in a production file."""
        return self.outcome.open and self.waived is None and self.file_class is FileClass.PRODUCTION


CheckFunction = Callable[[Any], Iterator[Fact]]


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the catalogue and the function that answers it.

    `documents` is True where it judges documents themselves: there a finding in one weighs as in any other file.
    `fix` fits every project; `ways` says how to do it in the technologies that it names, the most special first.
    """

    id: str
    area: str
    title: str
    severity: Severity
    clause: Clause
    rationale: str
    decides: str
    fix: str
    blind_to: str
    references: tuple[str, ...]
    blocker: str | None
    effort_hours: float
    function: CheckFunction
    documents: bool = False
    ways: tuple[tuple[tuple[str, ...], str], ...] = ()

    @property
    def source(self) -> str:
        """Where it is written: module and function."""
        return f"{self.function.__module__}.{self.function.__name__}"


def ok(message: str, *at: Located, **more: Any) -> Fact:
    """The thing examined holds."""
    return _fact(Outcome.PASS, message, at, **more)


def bad(message: str, *at: Located, **more: Any) -> Fact:
    """The thing examined does not hold. `more`: severity, fix, environment, strength."""
    return _fact(Outcome.FAIL, message, at, **more)


def partial(message: str, *at: Located, **more: Any) -> Fact:
    """It holds in part: there, but not enough."""
    return _fact(Outcome.PARTIAL, message, at, **more)


def unknown(message: str, *at: Located, **more: Any) -> Fact:
    """It could not be seen from here; the message says what would show it."""
    return _fact(Outcome.UNKNOWN, message, at, **more)


def not_applicable(message: str, *at: Located, **more: Any) -> Fact:
    """There is nothing of the kind to look at."""
    return _fact(Outcome.NOT_APPLICABLE, message, at, **more)


def _fact(outcome: Outcome, message: str, at: Iterable[Located], **more: Any) -> Fact:
    return Fact(outcome, message, tuple(place.at for place in at), **more)


AREAS: dict[str, tuple[str, str]] = {
    "delivery": ("DEL", "Delivery"),
    "containers": ("CON", "Containers"),
    "orchestration": ("ORC", "Orchestration"),
    "infrastructure": ("INF", "Infrastructure"),
    "configuration": ("CFG", "Configuration"),
    "security": ("SEC", "Security"),
    "testing": ("TST", "Testing"),
    "contract": ("CTR", "Contract"),
    "data": ("DAT", "Data"),
    "recovery": ("REC", "Recovery"),
    "observability": ("OBS", "Observability"),
    "performance": ("PRF", "Performance"),
    "resilience": ("RES", "Resilience"),
    "compliance": ("CMP", "Compliance"),
    "operations": ("OPS", "Operations"),
}
"""Area id to the prefix of its checks' ids and its title, in the order of the report."""

CHECK_ID = re.compile(r"[A-Z]{3}-\d{3}")
