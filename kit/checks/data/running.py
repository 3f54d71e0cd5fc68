"""Does something run the migrations, once, and does nothing change the schema beside them?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.data.common import ASIDE, ONCE, label, sets
from kit.checks.shared.deployed import production_is_told
from kit.checks.shared.started import Run, runs
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code import dotnet
from kit.sources.code.dotnet import in_development
from kit.sources.code.index import JAVASCRIPT, Match
from kit.sources.orm.model import MigrationSet
from kit.system.purposes import prints_only, purposes

_MIGRATES = re.compile(
    r"(?<![a-z])(?:auto)?migrat(?:e|ion)s?(?![a-z])|\bumzug\b|\b(?:flask|manage\.py)\b[^\n;|&]{0,80}\bdb upgrade\b|\balembic\b[^\n;|&]{0,80}\bupgrade\b",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"migrate (?:dev|create|new|diff|status|reset)|makemigrations|migration:(?:create|generate|show)|revision\b|migrate:make|"
    r"generate\b|--check\b|check\b|lint\b|validate\b|showmigrations|\b(?:cp|mkdir|rm|ls|cat|git|install|chmod|COPY)\b",
)
_BY_CODE = (
    (("python",), "$A.upgrade($$$)", ("alembic",), "alembic"),
    (("python",), 'call_command("migrate", $$$)', ("call_command",), "django"),
    (JAVASCRIPT, "$A.runMigrations($$$)", ("runMigrations",), "typeorm"),
    (JAVASCRIPT, "$A.migrate.latest($$$)", ("migrate.latest",), "knex"),
    (JAVASCRIPT, "$A.migrate.up($$$)", ("migrate.up",), "knex"),
    (JAVASCRIPT, "migrate($$$)", ("orm/", "postgres-migrations", "migrator"), ""),
    (JAVASCRIPT, "$A.up($$$)", ("umzug", "Umzug"), "sequelize"),
)
_BY_GO = re.compile(r"^[\w.]*\b(?:Up|UpContext|Steps|MigrateUp)\(")
_FLYWAY = (
    "flyway-core", "flyway-database-postgresql", "flyway-database-oracle", "flyway-mysql", "flyway-sqlserver",
)  # fmt: skip
_BY_DEPENDENCY = (
    *_FLYWAY, *(f"org.flywaydb:{name}" for name in _FLYWAY), "liquibase-core", "org.liquibase:liquibase-core",
    *(f"{group}spring-boot-starter-{tool}" for group in ("", "org.springframework.boot:") for tool in ("flyway", "liquibase")),
)  # fmt: skip


@check("DAT-004", "A deployment runs the migrations", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def deployment_migrates(project: Project) -> Iterator[Fact]:
    """
    Migrations that somebody has to remember are run after the first error of the new release.

    Decides: for each set of migrations, a command in a pipeline that deploys, a job, an init container, a release phase
    or the start of a process runs its tool, directly, through scripts, or in code at the start.

    Fix: run it as a step of its own before the new version starts, for example as a job.
    - prisma: `npx prisma migrate deploy`.
    - typeorm: `npx typeorm migration:run`.
    - knex: `npx knex migrate:latest`.
    - sequelize: `npx sequelize db:migrate`.
    - django: `manage.py migrate --noinput`.
    - alembic: `alembic upgrade head`.
    - flyway: `flyway migrate`.
    - liquibase: `liquibase update`.
    - entity-framework: `dotnet ef database update`.

    Blind to: operators, and pipelines kept elsewhere.

    See: https://12factor.net/admin-processes
    """
    for found in sets(project):
        if found.tool in ONCE:
            continue
        if (asked := _only_in_development(project, found)) is not None:
            yield asked
            continue
        done = [r for r in migrating(project, found) if not r.tests]
        real = next((r for r in done if r.environment not in ASIDE), None)
        code = _in_code(project, found)
        if real is not None:
            yield ok(f"{label(found)}: {who(real)} migrates.", *real.places)
        elif code is not None:
            yield ok(f"{label(found)}: the program migrates when it starts.", code)
        elif done:
            yield partial(
                f"{label(found)}: only {who(done[0])} migrates, which is for {done[0].environment}; nothing does elsewhere.",
                *done[0].places,
            )
        elif (told := _told(project, found)) is not None and project.files.class_of(
            told.path
        ) is FileClass.DOCUMENTATION:
            yield partial(
                f"{label(found)}: only a document says that the migrations are to be run; nothing in the project does.",
                found.migrations[-1],
                told,
                severity=Severity.MEDIUM,
            )
        elif told is not None:
            yield unknown(
                f"{label(found)}: {told.path} speaks of running the migrations; what that file does could not be followed.",
                told,
                found.migrations[-1],
            )
        elif (engine := _of_another_store(project, found)) is not None:
            yield unknown(f"{label(found)}: they are for {engine}, which nothing in the project runs.", found)
        else:
            yield bad(
                f"{label(found)}: nothing runs the migrations in a deployment{_by_hand(project, found)}.",
                found.migrations[-1],
                found,
                severity=None if production_is_told(project) else Severity.MEDIUM,
            )


def _only_in_development(project: Project, found: MigrationSet) -> Fact | None:
    """A program of .NET that migrates at its start for developers alone, where nothing else does."""
    calls = list(_by_ef(project)) if found.tool == "ef" else []
    if not calls or not all(in_development(call.node) for call in calls) or migrating(project, found):
        return None
    words = "the program migrates when it starts, and only in development; nothing does elsewhere"
    return bad(f"{label(found)}: {words}.", calls[0], found)


def _by_ef(project: Project) -> Iterator[Match]:
    return (m for m in dotnet.migrating(project.code) if project.files.class_of(m.path) is FileClass.PRODUCTION)


_ENGINES = {
    "clickhouse": "clickhouse", "mysql": "mysql", "mariadb": "mysql", "postgres": "postgres", "postgresql": "postgres",
    "sqlite": "sqlite", "mssql": "sqlserver", "sqlserver": "sqlserver", "oracle": "oracle", "cockroachdb": "cockroachdb",
}  # fmt: skip


def _of_another_store(project: Project, found: MigrationSet) -> str | None:
    """The database that the folder of the migrations is called after, where deployments run others and not that one: one
    of several that users may choose from."""
    named = [part for part in found.dir.lower().split("/") if part in _ENGINES]
    run = {store.engine for store in project.system.stores if not store.managed} & set(_ENGINES.values())
    return named[0] if named and run and not run & {_ENGINES[part] for part in named} else None


def is_applied(project: Project, found: MigrationSet) -> bool:
    """Whether something of the project applies the migrations outside of tests: a run, or the program itself."""
    return any(not r.tests for r in migrating(project, found)) or _in_code(project, found) is not None


def migrating(project: Project, found: MigrationSet) -> list[Run]:
    """The runs that apply a set of migrations."""
    others = {s.tool for s in sets(project)} - {found.tool}
    return [r for r in runs(project) if r.kind != "build" and _applies(r, found, others)]


def _applies(run: Run, found: MigrationSet, others: set[str]) -> bool:
    text = run.text[:600]
    if prints_only(run.command) or _MAKES.search(text):
        return False
    if any(_word(tool) in text for tool in others) and _word(found.tool) not in text:
        return False
    by_file = found.dir in text or any(m.path in text for m in found.migrations[:1])
    return "migrate" in purposes(run.command) or _MIGRATES.search(text) is not None or (by_file and "sql" in text)


def _word(tool: str) -> str:
    return {"django": "manage.py", "golang-migrate": "migrate ", "sql": "\0"}.get(tool, tool)


def who(run: Run) -> str:
    return {"pipeline": f"the job {run.name}", "once": run.name, "start": f"the start of {run.name}"}.get(
        run.kind, run.name
    )


def _in_code(project: Project, found: MigrationSet) -> At | None:
    for languages, pattern, needles, tool in _BY_CODE:
        if tool in {"", found.tool}:
            match = next(project.code.find(pattern, languages=languages, needles=needles), None)
            if match is not None:
                return match.at
    for match in project.code.find(
        kind="call_expression", languages=("go",), needles=("golang-migrate", "pressly/goose", "sql-migrate")
    ):
        if _BY_GO.match(match.text):
            return match.at
    if (embedded := _embedded(project, found)) is not None:
        return embedded
    if found.tool == "typeorm" and (run := _setting(project, "migrationsRun")) is not None:
        return run.at
    if found.tool == "ef" and (call := next(_by_ef(project), None)) is not None:
        return call.at
    for package in project.packages:
        dependency = package.depends_on(*_BY_DEPENDENCY)
        if (
            found.tool in {"flyway", "liquibase"}
            and dependency is not None
            and package.ecosystem in {"maven", "gradle"}
        ):
            return dependency.at
    return None


def _embedded(project: Project, found: MigrationSet) -> At | None:
    """Where a program of Go takes the migrations into its binary, to apply them itself."""
    above, name = posixpath.split(found.dir)
    taken = re.compile(rf"//go:embed [^\n]*(?:\b{re.escape(name)}\b|\*\.sql)")
    for path in project.code.holding("//go:embed", languages=("go",)):
        match = taken.search(project.code.text(path)) if not above or path.startswith(f"{above}/") else None
        if match is not None:
            return at_offset(path, project.code.text(path), match.start())
    return None


def _told(project: Project, found: MigrationSet) -> At | None:
    """Where a file that is not followed (a template, a document) applies the migrations; other files before documents."""
    word = r"(?:alembic|flask)" if found.tool == "alembic" else re.escape(_word(found.tool).strip())
    applied = re.compile(rf"{word}\b[^\n`]{{0,80}}\b(?:deploy|upgrade|migrate|up|latest|run)\b")
    names = project.files.glob(
        "Procfile*",
        "Jenkinsfile*",
        "*.sh",
        "*.tf",
        "*.j2",
        "*.yml",
        "*.yaml",
        "*.toml",
        "*.hcl",
        "*.nomad",
        "*.md",
        "*.rst",
    )
    documents = [p for p in names if project.files.class_of(p) is FileClass.DOCUMENTATION]
    for path in (*(p for p in names if project.files.class_of(p) is FileClass.PRODUCTION), *documents):
        if project.files.environment_of(path) in ASIDE:
            continue
        for number, line in enumerate(project.files.lines(path), start=1):
            match = applied.search(line[:1000])
            if match is not None and not _MAKES.search(match[0]):
                return At(path, number)
    return _looped(project, found)


_CLIENTS = re.compile(r"\b(?:psql|mysql|mariadb|sqlite3|sqlcmd|clickhouse-client)\b")


def _looped(project: Project, found: MigrationSet) -> At | None:
    """Where a script gives files of the folder, whose path a variable may hold, to a database's client one by one."""
    name = posixpath.basename(found.dir)
    loop = re.compile(
        rf"(?m)^\s*for\s+\w+\s+in\s[^\n]*(?:\b{re.escape(name)}\b|MIGRATIONS?\w*\b)[^\n]*\.sql|\bfind\s[^\n]*\.sql"
    )
    for script in project.scripts:
        text = project.files.text(script.path)
        told = name in text and _CLIENTS.search(text) and project.files.class_of(script.path) is FileClass.PRODUCTION
        if told and (match := loop.search(text)) is not None:
            return at_offset(script.path, text, match.start())
    return None


def _setting(project: Project, key: str) -> Match | None:
    """A `key: true` in an object of the code."""
    found = project.code.find(kind="pair", languages=JAVASCRIPT, needles=(key,))
    return next((m for m in found if re.match(rf"['\"]?{key}['\"]?\s*:\s*true\b", m.text)), None)


def _by_hand(project: Project, found: MigrationSet) -> str:
    scripts = [
        f"`{name}` in {p.path}" for p in project.packages for name, n in p.scripts.items() if _by_name(n.text, found)
    ]
    targets = [
        f"`make {name}`"
        for m in project.makefiles
        for name, t in m.targets.items()
        if any(_by_name(c.text, found) for c in t.commands)
    ]
    return f"; {listed([*scripts, *targets], 2)} is left to somebody's hands" if scripts or targets else ""


def _by_name(text: str, found: MigrationSet) -> bool:
    return _MIGRATES.search(text) is not None and _MAKES.search(text) is None and _word(found.tool).strip() in text


_NO_LOCK = frozenset({"alembic", "django", "sequelize", "typeorm"})


@check("DAT-018", "Only one process migrates at a time", Severity.MEDIUM, Clause.EXECUTION, effort_hours=3)
def one_process_migrates(project: Project) -> Iterator[Fact]:
    """
    When every replica migrates at its start, two of them change the same table at once: one fails, or both half succeed.

    Decides: migrations that a process runs at its start, where more than one of it starts and the tool (Alembic, Django,
    Sequelize, TypeORM) takes no lock of its own.

    Fix: run the migrations in a job or release phase of their own, before the processes start.

    Blind to: locks that the migrations' environment takes by hand.

    See: https://kubernetes.io/docs/concepts/workloads/controllers/job/
    """
    for found in sets(project):
        real = [r for r in migrating(project, found) if r.environment not in ASIDE and not r.tests]
        racing = [r for r in real if r.kind == "start" and r.replicas > 1 and found.tool in _NO_LOCK]
        for run in racing:
            yield partial(
                f"{run.name}: several of its processes start side by side, each migrates, and {found.tool} takes no lock.",
                *run.places,
            )
        if real and not racing:
            yield ok(f"{label(found)}: {who(real[0])} migrates, one at a time.", *real[0].places)


@check("DAT-020", "Starting production writes no sample data", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1)
def nothing_seeds(project: Project) -> Iterator[Fact]:
    """
    Seeds bring test accounts with known passwords, and overwrite what people have changed since.

    Decides: commands that seed (`prisma db seed`, `db:seed`, `loaddata`, a seed script) at the start, release or
    deployment of anything that is not for development or tests.

    Fix: seed in development only; bring reference data in by a migration.

    Blind to: seeds within the program's own start.

    See: https://12factor.net/dev-prod-parity
    """
    told = [r for r in runs(project) if r.environment not in ASIDE and not r.tests and r.kind != "build"]
    seen: set[At] = set()
    for run in told:
        if _SEEDS.search(run.text) and not prints_only(run.command) and run.at not in seen:
            seen.add(run.at)
            sure = run.environment in {"production", "staging"}
            yield (bad if sure else partial)(
                f"{who(run)} seeds the database: `{' '.join(run.text.split())[:60]}`.", *run.places
            )
    if not seen and sets(project) and told:
        yield ok("No deployment seeds its database.", told[0].at)


_SEEDS = re.compile(
    r"\bprisma db seed\b|\bdb:seed\b|\bseed:run\b|\bloaddata\b|(?:^|[/\s:])seeds?(?:[-_.](?:\w+\.)?(?:ts|js|py|sh|sql)|\s|$)",
    re.IGNORECASE,
)
