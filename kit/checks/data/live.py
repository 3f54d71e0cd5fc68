"""Data: what was run and what was asked, where the params file says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kit.checks.shared.asked import answered, live, name, probes, silent
from kit.checks.shared.ran import ran
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.orm.model import Migration, MigrationSet
from kit.sources.probes.model import Applied, PostgresProbe


@check(
    "DAT-080",
    "Commands that were run for data succeed",
    Severity.HIGH,
    Clause.INVARIANTS,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_data_succeed(project: Project) -> Iterator[Fact]:
    """
    Migrations and queries are right when a database accepts them.

    Decides: each command of the params file with `area: data` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the dry run of the migrations does not try, and outputs of tools whose format is not known.

    See: https://www.postgresql.org/docs/current/sql-altertable.html
    """
    yield from ran(project, "data")


_ENDS = {9: "2021-11-11", 10: "2022-11-10", 11: "2023-11-09", 12: "2024-11-21", 13: "2025-11-13", 14: "2026-11-12",
         15: "2027-11-11", 16: "2028-11-09", 17: "2029-11-08", 18: "2030-11-14"}  # fmt: skip
"""Major version of PostgreSQL to the day of its last release."""
_TABLES = {
    "prisma": {"_prisma_migrations"},
    "alembic": {"alembic_version"},
    "django": {"django_migrations"},
    "flyway": {"flyway_schema_history"},
    "liquibase": {"databasechangelog"},
    "knex": {"knex_migrations"},
    "typeorm": {"migrations", "typeorm_migrations"},
    "golang-migrate": {"schema_migrations"},
    "goose": {"goose_db_version"},
    "sequelize": {"SequelizeMeta"},
    "sqlx": {"_sqlx_migrations"},
    "dbmate": {"schema_migrations"},
    "rails": {"schema_migrations"},
}
_LAST_ONLY = frozenset({"alembic", "golang-migrate"})
"""Tools that keep nothing but the last migration that they ran."""
_NAMED = 4


@check("DAT-081", "Databases run a version that is mended", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=8)
def databases_run_a_mended_version(project: Project) -> Iterator[Fact]:
    """
    A version past its end gets no mends for holes that everybody can read about.

    Decides: the version that each PostgreSQL server of the params file tells, against the day of that version's last release.

    Fix: move to a supported major version with `pg_upgrade` or logical replication, after a rehearsal on a copy.

    Blind to: mends that a provider carries back.

    See: https://www.postgresql.org/support/versioning/
    """
    found = probes(project)
    yield from silent(found.postgres, "its version")
    for probe in answered(found.postgres):
        major, about = probe.version // 10000, f"version of {probe.variable}"
        end = _ENDS.get(major)
        if end is not None and end < found.at[:10]:
            yield live(bad, f"{name(probe)}: PostgreSQL {major} has had no mends since {end}.", about)
        else:
            until = f", which is mended until {end}" if end else ""
            yield live(ok, f"{name(probe)}: PostgreSQL {major}{until}.", about)


@check("DAT-082", "Databases have the extensions that are needed", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=1)
def databases_have_their_extensions(project: Project) -> Iterator[Fact]:
    """
    A migration or a query that needs an extension fails at the worst time where it is missing.

    Decides: `extensions` of each PostgreSQL target against those of the database.

    Fix: `CREATE EXTENSION IF NOT EXISTS ...;` by a role that may, in the first migration.

    Blind to: extensions that the params file does not name.

    See: https://www.postgresql.org/docs/current/sql-createextension.html
    """
    wanted = tuple(probe for probe in probes(project).postgres if probe.wanted)
    yield from silent(wanted, "its extensions")
    for probe in answered(wanted):
        missing = [extension for extension in probe.wanted if extension not in probe.extensions]
        about, said = f"extensions of {probe.variable}", "\n".join(f"{n} {v}" for n, v in probe.extensions.items())
        if "the extensions" in probe.unseen:
            yield unknown(f"{name(probe)}: the role may not see the extensions.", At("."), about=about)
        elif missing:
            yield live(bad, f"{name(probe)}: {', '.join(missing)} is not installed.", about, said)
        else:
            yield live(ok, f"{name(probe)}: {', '.join(probe.wanted)} are installed.", about, said)


@check("DAT-083", "Databases have run the migrations of the project", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def databases_have_run_the_migrations(project: Project) -> Iterator[Fact]:
    """
    Code that meets a schema other than the one it was written for fails in ways that no test has seen.

    Decides: the table of the migration tool in each PostgreSQL server of the params file, against the files of the project:
    files that have not run, rows without a file, and runs that broke off.

    Fix: where the database has one that the project lacks, find out who made it; run the others before the new code
    starts.
    - prisma: `prisma migrate deploy`.
    - typeorm: `typeorm migration:run`.
    - knex: `knex migrate:latest`.
    - django: `manage.py migrate`.
    - alembic: `alembic upgrade head`.
    - flyway: `flyway migrate`.
    - liquibase: `liquibase update`.

    Blind to: changes by hand that no migration holds, and tools whose table is not known.

    See: https://martinfowler.com/articles/evodb.html
    """
    yield from silent(probes(project).postgres, "its migrations")
    for probe in answered(probes(project).postgres):
        for found in _sets(project, probe):
            yield from _migrated(probe, found)


def _sets(project: Project, probe: PostgresProbe) -> Iterator[MigrationSet]:
    """The sets of migrations that are this database's: those of the folder that the params file names, else those whose
    tool has a table there, else the only one."""
    known = [s for s in project.migrations if s.tool in _TABLES]
    if probe.migrations:
        wanted = probe.migrations.strip("/")
        return (s for s in known if s.dir == wanted or s.dir.startswith(f"{wanted}/"))
    there = [s for s in known if _applied(probe, s) is not None]
    return iter(there or (known if len(known) == 1 else []))


def _applied(probe: PostgresProbe, found: MigrationSet) -> Applied | None:
    return next((table for table in probe.applied if table.table in _TABLES[found.tool]), None)


def _migrated(probe: PostgresProbe, found: MigrationSet) -> Iterator[Fact]:
    about, table = f"migrations of {found.dir} in {probe.variable}", _applied(probe, found)
    if table is None:
        yield live(
            bad,
            f"{name(probe)}: none of the {len(found.migrations)} migrations of {found.dir} has run.",
            about,
            "",
            found,
        )
        return
    ran = [_plain(each) for each in table.names]
    waiting = [m for m in _in_question(found, ran) if not _ran(_plain(m.revision), m.path, ran)]
    known = [(_plain(m.revision), m.path) for m in found.migrations]
    strange = [each for each in ran if not any(_ran(revision, path, [each]) for revision, path in known)]
    said = "\n".join([table.table, *table.names[-8:], *(f"{each} (broke off)" for each in table.failed)])
    if table.failed:
        yield live(bad, f"{name(probe)}: {_few(table.failed)} broke off.", f"{about}: broke off", said, found)
    if waiting:
        names = _few([m.revision or m.path for m in waiting])
        yield live(
            bad, f"{name(probe)}: {names} of {found.dir} has not run.", f"{about}: waiting", said, *waiting[:_NAMED]
        )
    if strange and found.tool != "django":
        message = f"{name(probe)}: it has run {_few(strange)}, which {found.dir} does not have."
        yield live(bad, message, f"{about}: strange", said, found)
    if not table.failed and not waiting and (not strange or found.tool == "django"):
        yield live(
            ok, f"{name(probe)}: it has run all {len(found.migrations)} migrations of {found.dir}.", about, said, found
        )


def _in_question(found: MigrationSet, ran: list[str]) -> Iterator[Migration]:
    """The migrations that the table should name: all, or the last for tools that keep no more."""
    if found.tool not in _LAST_ONLY:
        yield from found.migrations
    elif not any(_plain(head) in ran for head in found.heads):
        yield from found.migrations[-1:]


def _ran(revision: str, path: str, ran: Iterable[str]) -> bool:
    names = {revision, _plain(path.rpartition("/")[2]), _plain(path.rpartition("/")[2].partition(".")[0])}
    return any(
        each in names or each.rpartition("/")[2] in names or each.lstrip("0") == revision.lstrip("0") for each in ran
    )


def _plain(text: str) -> str:
    return text.strip().removesuffix(".sql").removesuffix(".js").removesuffix(".ts")


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


@check("DAT-084", "Foreign keys of running databases have an index", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=1)
def foreign_keys_have_an_index(project: Project) -> Iterator[Fact]:
    """
    Without an index on the referring columns, each delete of a row that is referred to reads the whole table under a lock.

    Decides: the foreign keys of each PostgreSQL server of the params file, against its valid indexes that begin with their
    columns.

    Fix: `CREATE INDEX CONCURRENTLY ON child (parent_id);`.

    Blind to: tables so small that it does not matter.

    See: https://www.postgresql.org/docs/current/ddl-constraints.html
    """
    yield from silent(probes(project).postgres, "its foreign keys")
    for probe in answered(probes(project).postgres):
        about = f"foreign keys of {probe.variable}"
        if "the foreign keys" in probe.unseen:
            yield unknown(f"{name(probe)}: the role may not see the foreign keys.", At("."), about=about)
            continue
        for key in probe.unindexed:
            message = f"{name(probe)}: {key.table}({', '.join(key.columns)}) refers to another table and has no index."
            yield live(bad, message, f"{about}: {key.table} {key.name}")
        if not probe.unindexed:
            yield live(ok, f"{name(probe)}: every foreign key has an index.", about)
