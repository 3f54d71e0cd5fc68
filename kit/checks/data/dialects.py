"""Are migrations written for the database that runs?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.data.common import ONCE, label, owners, pairs, sets
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.orm.model import MigrationSet

_ENGINE_OF = {"tsql": "mssql"}


@check("DAT-009", "Migrations speak the dialect of the database", Severity.HIGH, Clause.SPECIFICATION, effort_hours=3)
def dialect_fits(project: Project) -> Iterator[Fact]:
    """
    Migrations that were written for SQLite stop at the first statement that PostgreSQL does not know.

    Decides: the dialect that a set of migrations states against the schema's provider, against the databases that the
    service's code and environment name, and else against those that deployments run.

    Fix: generate the migrations against the database that production uses, and use the same one for development.

    Blind to: databases that are chosen at run time.

    See: https://12factor.net/dev-prod-parity
    """
    for pair in pairs(project):
        one, two = pair.declared.dialect, pair.made_by.dialect
        if pair.sure and pair.declared.kind == "prisma" and one and two and one != two:
            yield bad(
                f"{label(pair.declared)} is declared for {one}, its migrations are written for {two}.",
                pair.made_by.migrations[-1],
                pair.declared,
            )
    kinds = {_ENGINE_OF.get(s.dialect or "", s.dialect) for s in sets(project)}
    for found in sets(project):
        dialect = _ENGINE_OF.get(found.dialect or "", found.dialect)
        engines = _engines(project, found)
        if dialect is None or not engines or found.tool in ONCE:
            continue
        if dialect in engines:
            yield ok(f"{label(found)}: written for {dialect}, which is what runs.", engines[dialect])
        elif not kinds & set(engines):
            yield bad(
                f"{label(found)} is written for {dialect}; the database is {listed(engines)}.",
                found.migrations[-1],
                next(iter(engines.values())),
            )


def _engines(project: Project, found: MigrationSet) -> dict[str, At]:
    """The databases that the services around the migrations use, or those that deployments run, each with its place."""
    near = {s.engine: s.at for o in owners(project, found.dir) for s in o.stores if s.engine in _SPEAKING}
    run = {s.engine: s.at for s in project.system.stores if s.engine in _SPEAKING}
    return near | run


_SPEAKING = frozenset({"postgres", "mysql", "sqlite", "mssql", "oracle", "clickhouse"})
