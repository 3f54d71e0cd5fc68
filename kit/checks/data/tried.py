"""Does a pipeline try the migrations, forward and back?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.data.common import label, sets
from kit.checks.data.running import migrating
from kit.checks.shared.started import runs
from kit.checks.shared.testfiles import test_files
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.orm.model import MigrationSet

_BACK = re.compile(
    r"(?i)\balembic\b.*\bdowngrade\b|\bflask db downgrade\b|migrate:rollback|migration:revert|migrate:undo|db:rollback|\bgoose\b.*\b(?:down|reset)\b"
    r"|\bmigrate\b.*\bdown\b|\bdbmate (?:down|rollback)\b|flyway.*\bundo\b|manage\.py migrate \S+ (?:zero|\d{4})|liquibase.*\brollback\b|\bsqlx migrate revert\b"
)
_TESTED = re.compile(
    r"\bcommand\.downgrade\(|\bpytest_alembic\b|\bmigrate\.rollback\(|\bundoLastMigration\(|\bmigrate_from\b|\.Down\(\)|django_test_migrations"
)
_OF_SPRING = frozenset({"flyway", "liquibase"})
_AT_START = ("command.upgrade(", "migrate.latest(", "migrationsRun: true", "runMigrations(", "goose.Up(")


@check("DAT-065", "A pipeline tries the migrations", Severity.LOW, Clause.EXECUTION, effort_hours=2)
def migrations_are_tried(project: Project) -> Iterator[Fact]:
    """
    A migration that was never run on an empty database fails on the next new environment, and a way back that was never
    taken is a hope.

    Decides: for each set of migrations, whether a pipeline or a test applies it to a database, and, where steps back are
    written, whether one takes them.

    Fix: apply every migration to an empty database in the pipeline; where they have a way back, go it, and apply them
    again.
    - prisma: `prisma migrate deploy`.
    - typeorm: `typeorm migration:run && typeorm migration:revert && typeorm migration:run`.
    - knex: `knex migrate:latest && knex migrate:rollback --all && knex migrate:latest`.
    - sequelize: `sequelize db:migrate && sequelize db:migrate:undo:all && sequelize db:migrate`.
    - django: `manage.py migrate && manage.py migrate <app> zero && manage.py migrate`.
    - alembic: `alembic upgrade head && alembic downgrade base && alembic upgrade head`.
    - flyway: `flyway migrate`.
    - liquibase: `liquibase update-testing-rollback`.
    - go: `migrate ... up && migrate ... down -all && migrate ... up`.
    - entity-framework: `dotnet ef database update && dotnet ef database update 0 && dotnet ef database update`.

    Blind to: what tests do through helpers of their own.

    See: https://alembic.sqlalchemy.org/en/latest/tutorial.html
    """
    if not project.workflows:
        return
    seen: set[str] = set()  # what a tool does for one set it does for all
    for found in sets(project):
        if found.tool in {"initdb", "sql"} or found.tool in seen:
            continue
        seen.add(found.tool)
        up = _up(project, found)
        back = _back(project)
        written = [m for m in found.migrations if m.down]
        place = found.migrations[-1]
        if up is None and (started := _at_start(project, found)) is not None:
            yield unknown(
                f"{label(found)}: the program migrates when it starts; whether tests start it is not seen.",
                At(started),
                place,
            )
        elif up is None:
            yield bad(
                f"{label(found)}: no pipeline and no test applies the migrations before a deployment does.", place
            )
        elif back is None and len(written) * 2 > len(found.migrations):
            yield partial(
                f"{label(found)}: a pipeline applies the migrations; nothing takes the written steps back.", up, place
            )
        else:
            yield ok(f"{label(found)}: migrations are applied before they are deployed.", up, *([back] if back else []))


def _up(project: Project, found: MigrationSet) -> At | None:
    """Where a pipeline applies the migrations for tests, or a framework's tests do by themselves."""
    tried = next((r for r in migrating(project, found) if r.kind == "pipeline"), None)
    if tried is not None:
        return tried.at
    if found.tool == "django":  # its test runner makes the test database by the migrations
        return next((t.at for t in test_files(project) if t.family == "python"), None)
    pattern = re.compile(
        r"command\.upgrade\(|migrate\.latest\(|runMigrations\(|migrate\(|\.Up\(|pytest_alembic|flyway|liquibase|testcontainers|migrate deploy|upgrade head"
    )
    for test in project.code.files(every_class=True):
        if project.files.class_of(test) == "test" and (match := pattern.search(project.code.text(test))):
            return at_offset(test, project.code.text(test), match.start())
    return None


def _at_start(project: Project, found: MigrationSet) -> str | None:
    """The file by which the program migrates when it starts; Spring does so by itself."""
    if found.tool in _OF_SPRING:
        return next(iter(project.code.holding("SpringApplication.run", "runApplication<")), None)
    return next(iter(project.code.holding(*_AT_START)), None)


def _back(project: Project) -> At | None:
    command = next((r.at for r in runs(project) if r.kind == "pipeline" and _BACK.search(r.text)), None)
    if command is not None:
        return command
    for path in project.code.files(every_class=True):
        if project.files.class_of(path) == "test" and (match := _TESTED.search(project.code.text(path))):
            return at_offset(path, project.code.text(path), match.start())
    return None
