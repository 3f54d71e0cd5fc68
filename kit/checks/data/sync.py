"""Does nothing but migrations change the schema?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kit.checks.data.common import ASIDE, ONCE, sets
from kit.checks.data.running import who
from kit.checks.shared.calls import runs as runs_in
from kit.checks.shared.meant import in_command
from kit.checks.shared.started import Run, runs
from kit.checks.shared.texts import at_offset
from kit.checks.shared.wired import is_beside
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.dotnet import in_development
from kit.sources.code.index import JAVASCRIPT, Match
from kit.system.purposes import prints_only


@dataclass(frozen=True)
class Sync:
    """Code or a setting that changes the schema by itself: `words` name it; `grave` where rows are lost by it."""

    words: str
    at: At
    grave: bool = False
    guarded: bool = False


@check("DAT-014", "Nothing changes the schema beside the migrations", Severity.HIGH, Clause.INVARIANTS, effort_hours=3)
def nothing_syncs(project: Project) -> Iterator[Fact]:
    """
    A program that brings the schema in line with its models drops columns that an older version still needs, without
    anybody having looked.

    Decides: `synchronize: true`, `sync()`, `create_all`, `ddl-auto`, `AutoMigrate` in production code and settings;
    `prisma db push` or `migrate dev`, `drizzle-kit push` and `--run-syncdb` in deployments. `force`, `drop_all` and
    `create-drop` lose every row; what only adds tables and columns weighs less.

    Fix: turn it off outside of tests, and let migrations make the schema.

    Blind to: settings that come from the environment.

    See: https://typeorm.io/docs/data-source/data-source-options/
    """
    for words, grave, places in _told_once(syncs(project)):
        if grave:
            said = f"{words} drops the tables with every row and makes them anew."
            yield bad(said, *places, severity=Severity.CRITICAL)
        else:
            harm = None if words in _DROPPING else Severity.MEDIUM
            yield bad(f"{words} changes the schema without a migration.", *places, severity=harm)
    for run in runs(project):
        if run.environment not in ASIDE and not run.tests and (words := _pushed(run)):
            yield bad(f"{who(run)}: {words} changes the schema without a migration, and may drop data.", *run.places)
    versioned = [s for s in sets(project) if s.tool not in ONCE]
    if versioned and all(s.guarded for s in syncs(project)):
        yield ok("No code changes the schema beside the migrations.", versioned[-1].migrations[-1])


_DROPPING = frozenset({"`synchronize: true`"})
"""What also takes columns away; the others only add what is lacking."""


def _told_once(every: tuple[Sync, ...]) -> Iterator[tuple[str, bool, list[At]]]:
    """What changes the schema unasked, with its places: calls of one kind in a file are one thing."""
    found: dict[tuple[str, bool, str], list[At]] = defaultdict(list)
    for sync in every:
        if not sync.guarded:
            settings = posixpath.basename(sync.at.path).startswith("application")
            where = posixpath.dirname(sync.at.path) if settings else sync.at.path  # profiles of one program
            found[sync.words, sync.grave, where].append(sync.at)
    yield from ((words, grave, places[:8]) for (words, grave, _), places in found.items())


def _pushed(run: Run) -> str:
    found = re.search(
        r"\bprisma\s+(?:db push|migrate dev|migrate reset)\b|\bdrizzle-kit push\b|--run-syncdb\b|schema:sync\b",
        run.text,
    )
    return f"`{found[0]}`" if found and not prints_only(run.command) else ""


@lru_cache(maxsize=4)
def syncs(project: Project) -> tuple[Sync, ...]:
    """Every place of production code and settings that changes the schema by itself."""
    by_language = (*_in_javascript(project), *_in_python(project), *_in_go(project), *_in_spring(project))
    return (*by_language, *_in_dotnet(project), *_dropped(project))


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


_PYTHON = ("$A.create_all($$$)", "$A.drop_all($$$)", "$C.run_sync($A.create_all)", "$C.run_sync($A.drop_all)")
"""The calls, and the functions that SQLAlchemy's connections without blocking are handed."""


def _in_python(project: Project) -> Iterator[Sync]:
    for match in project.code.find(
        languages=("python",),
        needles=("create_all", "drop_all"),
        any=[{"pattern": pattern} for pattern in _PYTHON],
    ):
        made = next((word for word in ("create_all", "drop_all") if re.search(rf"\.{word}[(,)]", match.text)), "")
        if made and "conftest" not in match.path and not _starts_anew(match) and not _stamps(match):
            asked = _asked(match) or in_command(project, match.at)
            yield Sync(f"`{made}`", match.at, made == "drop_all", asked)


def _starts_anew(match: Match) -> bool:
    """Whether the call is part of what somebody asks for: a restore, which puts every row back, a reset, the way back."""
    around = [n for n in match.node.ancestors() if n.kind() in {"function_definition", "class_definition"}]
    names = " ".join(n.text() for a in around if (n := a.field("name")) is not None)
    return (
        re.search(
            r"restor|backup|reset|wipe|purge|drop|destroy|downgrad|tear_?down", f"{match.path} {names}", re.IGNORECASE
        )
        is not None
    )


def _stamps(match: Match) -> bool:
    """Whether the function that makes the tables tells the migrations that all of them are done."""
    around = next((n for n in match.node.ancestors() if n.kind() == "function_definition"), None)
    return around is not None and re.search(r"\bstamp\(", around.text()) is not None


def _in_go(project: Project) -> Iterator[Sync]:
    for match in project.code.find(kind="call_expression", languages=("go",), needles=("AutoMigrate",)):
        if re.match(r"^[\w.]+\.AutoMigrate\(", match.text):
            yield Sync("`AutoMigrate`", match.at)


def _in_dotnet(project: Project) -> Iterator[Sync]:
    needles = ("EnsureCreated", "EnsureDeleted")
    for match in project.code.find(kind="invocation_expression", languages=("csharp",), needles=needles):
        found = re.search(
            r"\bDatabase\s{0,9}\.\s{0,9}(Ensure(?:Created|Deleted))(?:Async)?\(\s{0,9}\w{0,40}\s{0,9}\)$", match.text
        )
        if found is not None and runs_in(match.path):
            yield Sync(f"`{found[1]}`", match.at, found[1] == "EnsureDeleted", in_development(match.node))


_DROPS = re.compile(r"\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?[\"`\[]?(?P<name>\w+)", re.IGNORECASE)


def _dropped(project: Project) -> Iterator[Sync]:
    """Tables that code drops and makes anew: what its rows held is gone with every start."""
    migrations = {m.path for found in project.migrations for m in found.migrations}
    for path in project.code.holding("DROP TABLE", "drop table"):
        text = project.code.text(path)
        if project.code.language(path) == "sql" or path in migrations or not runs_in(path) or is_beside(project, path):
            continue
        for found in _DROPS.finditer(text):
            again = rf"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`\[]?{found['name']}\b"
            if re.search(again, text[found.end() :], re.IGNORECASE) and not _ASKED_FOR.search(path):
                yield Sync(f"`DROP TABLE {found['name']}`", at_offset(path, text, found.start()), grave=True)
                break


_ASKED_FOR = re.compile(r"(?i)migrat|reset|restor|seed|fixture|script|init_?db|rollback|down|bench|sample")


def _in_spring(project: Project) -> Iterator[Sync]:
    for path in project.files.glob("**/application*.yml", "**/application*.yaml", "**/application*.properties"):
        if "src/test/" in path or project.files.environment_of(path) in ASIDE or _in_memory(project.files.text(path)):
            continue
        for number, line in enumerate(project.files.lines(path), start=1):
            found = re.match(
                r"\s*(?:spring\.jpa\.(?:properties\.hibernate\.)?(?:hibernate\.)?|hibernate\.)?(?:ddl-auto|hbm2ddl\.auto)\s*[:=]\s*(update|create|create-drop)\s*$",
                line,
            )
            if found:
                yield Sync(f"`ddl-auto: {found[1]}`", At(path, number), found[1] != "update")


def _in_memory(settings: str) -> bool:
    """Whether the database of a settings file lives as long as the process: no migration would find anything there."""
    urls = re.findall(r"(?m)^(?!\s*#)[^\n#]{0,80}\bjdbc:(\w+:\w*)", settings)
    return bool(urls) and all(url in {"h2:mem", "hsqldb:mem", "derby:memory"} for url in urls)


def _asked(match: Match) -> bool:
    """Whether a condition on the environment, or a file that is a script of its own, stands around it."""
    around = [n.text() for n in match.node.ancestors() if n.kind() in {"if_statement", "ternary_expression"}]
    conditions = " ".join(text.split("{")[0].split(":\n")[0][:200] for text in around)
    by_hand = re.search(r"(?:^|/)(?:scripts?|tools?|seeds?|bin|hack|fixtures)/|seed|reset", match.path.lower())
    return (
        by_hand is not None
        or re.search(r"env|debug|test|dev|sync|config|settings", conditions, re.IGNORECASE) is not None
    )
