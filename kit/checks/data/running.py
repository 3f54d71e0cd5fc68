"""Does something run the migrations, once, and does nothing change the schema beside them?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kit.checks.data.common import ASIDE, ONCE, label, listed, sets
from kit.checks.data.runs import Run, runs
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code import JAVASCRIPT, Match
from kit.sources.orm_model import MigrationSet
from kit.system.purposes import prints_only, purposes

_MIGRATES = re.compile(r"(?<![a-z])(?:auto)?migrat(?:e|ion)s?(?![a-z])", re.IGNORECASE)
_MAKES = re.compile(
    r"migrate (?:dev|create|new|diff|status|reset)|makemigrations|migration:(?:create|generate|show)|revision\b|migrate:make|"
    r"generate\b|--check\b|check\b|lint\b|validate\b|showmigrations|\b(?:cp|mkdir|rm|ls|cat|git|install|chmod|COPY)\b",
)
_BY_CODE = (
    (("python",), "$A.upgrade($$$)", ("alembic",), "alembic"),
    (("python",), 'call_command("migrate", $$$)', ("call_command",), "django"),
    (JAVASCRIPT, "$A.runMigrations($$$)", ("runMigrations",), "typeorm"),
    (JAVASCRIPT, "$A.migrate.latest($$$)", ("migrate.latest",), "knex"),
    (JAVASCRIPT, "migrate($$$)", ("orm/", "postgres-migrations", "migrator"), ""),
    (JAVASCRIPT, "$A.up($$$)", ("umzug", "Umzug"), "sequelize"),
)
_BY_GO = re.compile(r"^[\w.]*\b(?:Up|UpContext|Steps|MigrateUp)\(")
_BY_DEPENDENCY = ("flyway-core", "org.flywaydb:flyway-core", "liquibase-core", "org.liquibase:liquibase-core")


@dataclass(frozen=True)
class Sync:
    """Code or a setting that changes the schema by itself: `words` name it; `grave` where rows are lost by it."""

    words: str
    at: At
    grave: bool = False
    guarded: bool = False


@check("DAT-004", "A deployment runs the migrations", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def deployment_migrates(project: Project) -> Iterator[Fact]:
    """
    Migrations that somebody has to remember are run after the first error of the new release.

    Decides: for each set of migrations, a command in a pipeline that deploys, a job, an init container, a release phase
    or the start of a process runs its tool, directly, through scripts, or in code at the start.

    Fix: run it as a step of its own before the new version starts, for example a job with
    `npx prisma migrate deploy` or `alembic upgrade head`.

    Blind to: operators, and pipelines kept elsewhere.

    See: https://12factor.net/admin-processes
    """
    for found in sets(project):
        if found.tool in ONCE:
            continue
        done = [r for r in migrating(project, found) if not r.tests]
        real = next((r for r in done if r.environment not in ASIDE), None)
        code = _in_code(project, found)
        if real is not None:
            yield ok(f"{label(found)}: {_who(real)} migrates.", *real.places)
        elif code is not None:
            yield ok(f"{label(found)}: the program migrates when it starts.", code)
        elif done:
            yield partial(
                f"{label(found)}: only {_who(done[0])} migrates, which is for {done[0].environment}; nothing does elsewhere.",
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
        else:
            yield bad(
                f"{label(found)}: nothing runs the migrations in a deployment{_by_hand(project, found)}.",
                found.migrations[-1],
                found,
            )


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


def _who(run: Run) -> str:
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
    if found.tool == "typeorm" and (run := _setting(project, "migrationsRun")) is not None:
        return run.at
    for package in project.packages:
        dependency = package.depends_on(*_BY_DEPENDENCY)
        if (
            found.tool in {"flyway", "liquibase"}
            and dependency is not None
            and package.ecosystem in {"maven", "gradle"}
        ):
            return dependency.at
    return None


def _told(project: Project, found: MigrationSet) -> At | None:
    """Where a file that is not followed (a template, a document) applies the migrations; other files before documents."""
    applied = re.compile(
        rf"{re.escape(_word(found.tool).strip())}\b[^\n`]{{0,80}}\b(?:deploy|upgrade|migrate|up|latest|run)\b"
    )
    names = project.files.glob(
        "Procfile*", "Jenkinsfile*", "*.tf", "*.j2", "*.yml", "*.yaml", "*.toml", "*.hcl", "*.nomad", "*.md", "*.rst"
    )
    documents = [p for p in names if project.files.class_of(p) is FileClass.DOCUMENTATION]
    for path in (*(p for p in names if project.files.class_of(p) is FileClass.PRODUCTION), *documents):
        if project.files.environment_of(path) in ASIDE:
            continue
        for number, line in enumerate(project.files.lines(path), start=1):
            match = applied.search(line[:1000])
            if match is not None and not _MAKES.search(match[0]):
                return At(path, number)
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
            yield ok(f"{label(found)}: {_who(real[0])} migrates, one at a time.", *real[0].places)


@check("DAT-014", "Nothing changes the schema beside the migrations", Severity.HIGH, Clause.INVARIANTS, effort_hours=3)
def nothing_syncs(project: Project) -> Iterator[Fact]:
    """
    A program that brings the schema in line with its models drops columns that an older version still needs, without
    anybody having looked.

    Decides: `synchronize: true`, `sync()`, `create_all`, `ddl-auto`, `AutoMigrate` in production code and settings;
    `prisma db push` or `migrate dev`, `drizzle-kit push` and `--run-syncdb` in deployments. `force`, `drop_all` and
    `create-drop` lose every row.

    Fix: turn it off outside of tests, and let migrations make the schema.

    Blind to: settings that come from the environment.

    See: https://typeorm.io/docs/data-source/data-source-options/
    """
    for sync in syncs(project):
        if sync.guarded:
            continue
        if sync.grave:
            yield bad(
                f"{sync.words} drops the tables with every row and makes them anew.", sync, severity=Severity.CRITICAL
            )
        else:
            yield bad(f"{sync.words} changes the schema without a migration.", sync)
    for run in runs(project):
        if run.environment not in ASIDE and not run.tests and (words := _pushed(run)):
            yield bad(f"{_who(run)}: {words} changes the schema without a migration, and may drop data.", *run.places)
    if sets(project) and not any(not s.guarded for s in syncs(project)):
        yield ok("No code changes the schema beside the migrations.", sets(project)[-1].migrations[-1])


def _pushed(run: Run) -> str:
    found = re.search(
        r"\bprisma\s+(?:db push|migrate dev|migrate reset)\b|\bdrizzle-kit push\b|--run-syncdb\b|schema:sync\b",
        run.text,
    )
    return f"`{found[0]}`" if found and not prints_only(run.command) else ""


@lru_cache(maxsize=4)
def syncs(project: Project) -> tuple[Sync, ...]:
    """Every place of production code and settings that changes the schema by itself."""
    return (*_in_javascript(project), *_in_python(project), *_in_go(project), *_in_spring(project))


def _in_javascript(project: Project) -> Iterator[Sync]:
    for match in project.code.find(kind="pair", languages=JAVASCRIPT, needles=("synchronize",)):
        found = re.match(r"['\"]?(synchronize|dropSchema)['\"]?\s*:\s*(true\b|.*NODE_ENV.*)", match.text)
        if found and any(word in project.code.text(match.path) for word in ("typeorm", "TypeOrm", "DataSource")):
            yield Sync(f"`{found[1]}: true`", match.at, found[1] == "dropSchema", guarded=found[2] != "true")
    for match in project.code.find("$A.sync($$$)", languages=JAVASCRIPT, needles=(".sync(",)):
        receiver = match.text.split(".sync(")[0]
        if (
            re.search(r"sequelize|models?$|\bdb$", receiver, re.IGNORECASE)
            and _bound(receiver, project.code.text(match.path))
            and "sequelize" in project.code.text(match.path).lower()
        ):
            yield Sync(
                f"`{receiver}.sync()`", match.at, re.search(r"force\s*:\s*true", match.text) is not None, _asked(match)
            )


def _bound(receiver: str, text: str) -> bool:
    """Whether the file binds the name that the call starts with: a fragment that is only shown does not."""
    root = re.escape(receiver.split(".")[0].strip())
    return (
        root == "this" or re.search(rf"(?:import|require|const|let|var|function)\b[^\n;]*\b{root}\b", text) is not None
    )


def _in_python(project: Project) -> Iterator[Sync]:
    for match in project.code.find(
        languages=("python",),
        needles=("create_all", "drop_all"),
        any=[{"pattern": "$A.create_all($$$)"}, {"pattern": "$A.drop_all($$$)"}],
    ):
        made = next((word for word in ("create_all", "drop_all") if f".{word}(" in match.text), "")
        if made and "conftest" not in match.path:
            yield Sync(f"`{made}`", match.at, made == "drop_all", _asked(match))


def _in_go(project: Project) -> Iterator[Sync]:
    for match in project.code.find(kind="call_expression", languages=("go",), needles=("AutoMigrate",)):
        if re.match(r"^[\w.]+\.AutoMigrate\(", match.text):
            yield Sync("`AutoMigrate`", match.at)


def _in_spring(project: Project) -> Iterator[Sync]:
    for path in project.files.glob("**/application*.yml", "**/application*.yaml", "**/application*.properties"):
        if "src/test/" in path or project.files.environment_of(path) in ASIDE:
            continue
        for number, line in enumerate(project.files.lines(path), start=1):
            found = re.match(
                r"\s*(?:spring\.jpa\.(?:properties\.hibernate\.)?(?:hibernate\.)?|hibernate\.)?(?:ddl-auto|hbm2ddl\.auto)\s*[:=]\s*(update|create|create-drop)\s*$",
                line,
            )
            if found:
                yield Sync(f"`ddl-auto: {found[1]}`", At(path, number), found[1] != "update")


def _asked(match: Match) -> bool:
    """Whether a condition on the environment, or a file that is a script of its own, stands around it."""
    around = [n.text() for n in match.node.ancestors() if n.kind() in {"if_statement", "ternary_expression"}]
    conditions = " ".join(text.split("{")[0].split(":\n")[0][:200] for text in around)
    by_hand = re.search(r"(?:^|/)(?:scripts?|tools?|seeds?|bin|hack|fixtures)/|seed|reset", match.path.lower())
    return (
        by_hand is not None
        or re.search(r"env|debug|test|dev|sync|config|settings", conditions, re.IGNORECASE) is not None
    )


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
                f"{_who(run)} seeds the database: `{' '.join(run.text.split())[:60]}`.", *run.places
            )
    if not seen and sets(project) and told:
        yield ok("No deployment seeds its database.", told[0].at)


_SEEDS = re.compile(
    r"\bprisma db seed\b|\bdb:seed\b|\bseed:run\b|\bloaddata\b|(?:^|[/\s:])seeds?(?:[-_.](?:\w+\.)?(?:ts|js|py|sh|sql)|\s|$)",
    re.IGNORECASE,
)
