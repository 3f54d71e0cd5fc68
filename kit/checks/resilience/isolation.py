"""Is a transaction that the database refuses tried again?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.calls import runs
from kit.checks.shared.texts import at_offset, without_comments
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check

_STATED = re.compile(
    r"TransactionIsolationLevel\.(?:Serializable|RepeatableRead)|isolationLevel\s*:\s*['\"](?:Serializable|RepeatableRead|SERIALIZABLE|REPEATABLE READ)['\"]"
    r"|isolation_level\s*=\s*['\"](?:SERIALIZABLE|REPEATABLE READ)['\"]|Isolation\.(?:SERIALIZABLE|REPEATABLE_READ)\b|sql\.Level(?:Serializable|RepeatableRead)"
    r"|pgx\.(?:Serializable|RepeatableRead)\b|(?i:set\s+(?:session\s+)?transaction\s+isolation\s+level\s+(?:serializable|repeatable\s+read))"
    r"|\.transaction\(\s*['\"](?:SERIALIZABLE|REPEATABLE READ)['\"]"
)
_AGAIN = re.compile(
    r"40001|P2034|SerializationFailure|SerializationError|CannotSerializeTransaction|CannotAcquireLock|ConcurrencyFailure|(?i:retr(?:y|ies)|attempts?\b|backoff|tenacity)"
)
_NEEDLES = ("erializable", "SERIALIZABLE", "serializable", "epeatable", "REPEATABLE")


@check(
    "RES-060",
    "Transactions that the database refuses are tried again",
    Severity.MEDIUM,
    Clause.EXECUTION,
    effort_hours=2,
)
def refused_transactions_are_tried_again(project: Project) -> Iterator[Fact]:
    """
    At the levels serializable and repeatable read the database refuses one of two transactions that cross; it counts on
    being asked again. Where nobody asks again, people see an error whenever two of them are quick.

    Decides: places in production code that state one of these levels; the file, or one that names what it defines, speaks
    of serialization failures or of retries.

    Fix: catch the error (`P2034`, SQLSTATE 40001) and run the whole transaction again, three times at most.

    Blind to: retries in a proxy; transactions that only read.

    See: https://www.postgresql.org/docs/current/transaction-iso.html
    """
    told: set[str] = set()
    for path in project.code.holding(*_NEEDLES):
        text = without_comments(path, project.code.text(path))
        stated = _STATED.search(text) if runs(path) and path not in told else None
        if stated is None:
            continue
        told.add(path)
        again = _again(project, path, text)
        at = at_offset(path, text, stated.start())
        if again is not None:
            yield ok("What the database refuses at this level is tried again.", at, again)
        else:
            yield bad("The database may refuse a transaction at this level, and nothing tries it again.", at)


def _again(project: Project, path: str, text: str) -> At | None:
    own = _AGAIN.search(text)
    if own is not None:
        return at_offset(path, text, own.start())
    stem = path.rsplit("/", 1)[-1].split(".")[0]
    for other in project.code.holding(stem):
        said = _AGAIN.search(project.code.text(other))
        if said is not None and runs(other):
            return at_offset(other, project.code.text(other), said.start())
    return None
