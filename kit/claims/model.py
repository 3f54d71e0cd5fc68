"""The nouns of a report that others wrote: a statement, what it speaks of, what the project shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kit.model import Evidence


class Stated(StrEnum):
    """What a statement says of its subject: that it holds, holds in part or fails; a fact says none of these."""

    PASS = "pass"  # noqa: S105 - what is stated, no password
    PARTIAL = "partial"
    FAIL = "fail"
    FACT = "fact"


class Verdict(StrEnum):
    """What the project shows of a statement.

    Refuted: the opposite. Unsupported: one would see it in the project, and it is not there. Undecidable: no file could
    show it, or none that is here does so beyond doubt.
    """

    CONFIRMED = "confirmed"
    PARTLY = "partly"
    REFUTED = "refuted"
    UNSUPPORTED = "unsupported"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a report says, at its lines (1-based) in the file as given.

    `text` is repaired plain text without markup; of a table's row the cells joined with ` | `, with `columns` their
    headings. `section` are the headings above it, the outermost first. `mark` is what a checkbox, a glyph or a status
    word says; `also` are further lines where the same is said. `to_tick` is True for an open box in a list of which
    nothing is ticked: it says what is to be gone through, not what is missing.
    """

    id: str
    source: str
    line: int
    end_line: int
    section: tuple[str, ...]
    text: str
    kind: str  # "item" | "cell" | "sentence" | "heading" | "code"
    mark: Stated | None = None
    also: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    to_tick: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A check that a statement speaks to, what it states of that check's question, and the words that say so.

    `defect` is True where the words name what is wrong ("hardcoded secrets"), not what ought to be ("rate limiting").
    """

    check: str
    stated: Stated
    phrase: str
    defect: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What one look at the project says of one part of a statement.

    `decisive` is True where the part is what the statement is about, not only what it mentions. `exists`: the verdict
    is about a thing being there, so that a statement which denies it is turned round; `absent`: the statement's own
    words deny it, and the verdict has taken that in.
    """

    verdict: Verdict
    reason: str
    evidence: tuple[Evidence, ...] = ()
    checks: tuple[str, ...] = ()
    about: str = ""
    decisive: bool = True
    exists: bool = False
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with its verdict: why, by which checks, and where the project shows it."""

    statement: Statement
    stated: Stated
    verdict: Verdict
    reason: str
    checks: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two claims, by id, that cannot both be true; `supported` is the one that the project bears out."""

    a: str
    b: str
    about: str
    supported: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One report as read: its name, its repaired lines, its statements, and how it had to be repaired."""

    source: str
    lines: tuple[str, ...]
    statements: tuple[Statement, ...]
    repaired: str | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """All reports of a run held against one project: readings and claims in the order of the reports' lines."""

    project: str
    revision: str | None
    readings: tuple[Reading, ...]
    claims: tuple[Claim, ...]
    contradictions: tuple[Contradiction, ...]
