"""Does a program say when its store is not there, or does it quietly take another?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.calls import runs
from kit.checks.shared.texts import at_offset, without_comments
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT

_SERVERS = frozenset({"postgres", "mysql", "mongodb", "mssql"})
_ADDRESS = re.compile(r"(?i)(?:^|_)(?:database|db|sqlalchemy_database|postgres|mysql|mongo)\w*_?(?:url|uri|dsn)$")
_OTHER = re.compile(r"(?i)^(?:sqlite|file:|libsql)|:memory:")
_CAUGHT = re.compile(
    r"(?:\bexcept\b[^\n]{0,120}:\s*\n|\bcatch\s*(?:\([^()\n]{0,60}\)\s*)?\{\s*\n?)(?:[^\n]*\n){0,3}?[^\n]*(?:sqlite|MongoMemoryServer|mongomock|:memory:)"
)


@check(
    "RES-061", "A store that is missing is not replaced in silence", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1
)
def stores_are_not_replaced(project: Project) -> Iterator[Fact]:
    """
    A program that turns to a file when the address of its database is not given starts, looks healthy, and writes orders
    into a container that is deleted at the next release.

    Decides: for systems with a database server: addresses of databases whose default in code is SQLite or memory, and
    handlers of errors that open such a store.

    Fix: demand the address, and stop with a message where it is absent; name the file in `.env` for development.

    Blind to: defaults that are chosen by another switch, such as a debug mode in the same place.

    See: https://12factor.net/config
    """
    servers = {s.engine for s in project.system.stores} & _SERVERS
    if not servers:
        return
    asked = [r for r in project.env_reads if _ADDRESS.search(r.name) and runs(r.at.path)]
    for read in asked:
        if read.default is not None and _OTHER.search(read.default):
            yield bad(
                f"Without {read.name} the program takes {read.default.split(':')[0]} in place of the database.", read
            )
        elif read.required:
            yield ok(f"{read.name} is demanded.", read)
    for path in project.code.holding(
        "sqlite", "MongoMemoryServer", "mongomock", ":memory:", languages=("python", *JAVASCRIPT)
    ):
        text = without_comments(path, project.code.text(path))
        caught = _CAUGHT.search(text) if runs(path) else None
        if caught is not None:
            yield bad("An error of the database is answered with another store.", at_offset(path, text, caught.start()))
