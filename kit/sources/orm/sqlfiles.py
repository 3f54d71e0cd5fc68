"""Migrations kept as SQL files: Prisma, Flyway, golang-migrate, dbmate, goose, Drizzle and the like."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from kit.model import At, FileClass
from kit.sources.orm.model import Migration, MigrationSet, dialect_of
from kit.sources.orm.replay import flagged
from kit.sources.sql.find import operations
from kit.sources.sql.statements import guess_dialect
from kit.sources.tree.files import FileIndex

OWN = {FileClass.PRODUCTION, FileClass.GENERATED}
"""The files whose migrations count: a folder of migrations is often marked as generated."""

_FOLDERS = frozenset({"migrations", "migration", "migrate", "versions", "db_migrations", "sql_migrations"})
_FLYWAY = re.compile(r"(?P<kind>[VUBR])(?P<version>[\d._]*)__.+\.sql$")
_NUMBERED = re.compile(r"^[vV]?\d+[._-].*\.sql$")
_DOWN_NAME = re.compile(r"(?:^|[._-])(?:down|rollback|revert|undo)(?:[._-]|$)", re.I)
_PROVIDER = re.compile(r"""^\s*provider\s*=\s*["'](\w+)["']""", re.M)
_DRIZZLE_DIALECT = re.compile(r'"dialect"\s*:\s*"(\w+)"')
_MARKS = (
    ("dbmate", re.compile(r"^--\s*migrate:(up|down)\b.*$", re.M | re.I)),
    ("goose", re.compile(r"^--\s*\+goose\s+(up|down)\b.*$", re.M | re.I)),
    ("sql-migrate", re.compile(r"^--\s*\+migrate\s+(up|down)\b.*$", re.M | re.I)),
    ("node-pg-migrate", re.compile(r"^--\s*(up|down)\s+migration\b.*$", re.M | re.I)),
)
_LIQUIBASE = re.compile(r"\A\s*--\s*liquibase formatted sql", re.I)
_ROLLBACK = re.compile(r"^--\s*rollback\s+\S", re.M | re.I)


def sql_sets(files: FileIndex) -> tuple[MigrationSet, ...]:
    """The sets of migrations that are SQL files, one per folder."""
    folders: dict[str, list[str]] = defaultdict(list)
    prisma: dict[str, list[str]] = defaultdict(list)
    for path in files.glob("*.sql", classes=OWN):
        pure = PurePosixPath(path)
        if pure.name == "migration.sql":
            prisma[str(pure.parent.parent)].append(path)
        else:
            folders[str(pure.parent)].append(path)
    found = [_prisma(files, folder, paths) for folder, paths in sorted(prisma.items())]
    found += [made for folder, paths in sorted(folders.items()) if (made := _folder(files, folder, paths))]
    return tuple(found)


def build_set(
    files: FileIndex, tool: str, folder: str, steps: Iterable[tuple[str, str | None, str, bool | None]],
    dialect: str | None = None,
) -> MigrationSet:  # fmt: skip
    """A set from (path, text to run or None for the file's own, revision, down), in order."""
    listed = list(steps)
    texts = [files.text(path) if text is None else text for path, text, _, _ in listed]
    dialect = dialect or guess_dialect("\n".join(texts))
    made: list[Migration] = []
    for order, ((path, _, revision, down), text) in enumerate(zip(listed, texts, strict=True)):
        parents = (made[-1].revision,) if made else ()
        done = operations(text, path, dialect=dialect)
        made.append(Migration(path, At(path), tool, order, done, down, revision, parents))
    heads = (made[-1].revision,) if made else ()
    return MigrationSet(tool, folder, At(folder), flagged(made, dialect), heads, dialect)


def _prisma(files: FileIndex, folder: str, paths: list[str]) -> MigrationSet:
    lock = _PROVIDER.search(files.text(f"{folder}/migration_lock.toml"))
    steps = []
    for path in sorted(paths):
        parent = PurePosixPath(path).parent
        steps.append((path, None, parent.name, files.exists(f"{parent}/down.sql")))
    return build_set(files, "prisma", folder, steps, dialect_of(lock[1]) if lock else None)


def _folder(files: FileIndex, folder: str, paths: list[str]) -> MigrationSet | None:
    """The set of a folder, None where its files are no migrations."""
    names = {PurePosixPath(path).name: path for path in paths}
    if any(_FLYWAY.match(name) for name in names):
        return build_set(files, "flyway", folder, _flyway(names))
    if any(name.endswith(".up.sql") for name in names):
        return build_set(files, "golang-migrate", folder, _pairs(files, names, ".up.sql", ".down.sql"))
    journal = files.text(f"{folder}/meta/_journal.json")
    if journal:
        kind = _DRIZZLE_DIALECT.search(journal)
        steps = [(path, None, name.removesuffix(".sql"), False) for name, path in sorted(names.items())]
        return build_set(files, "drizzle", folder, steps, dialect_of(kind[1]) if kind else None)
    return _marked(files, folder, names) or _plain(files, folder, names)


def _flyway(names: dict[str, str]) -> Iterator[tuple[str, str | None, str, bool | None]]:
    found = {name: m for name in names if (m := _FLYWAY.match(name))}
    for name in [n for n in found if _DOWN_NAME.search(n) and _without_down(n) in found]:
        del found[name]  # the way back of its twin, that a person runs
    undone = {m["version"] for m in found.values() if m["kind"] == "U"}
    forward = [name for name, m in found.items() if m["kind"] != "U"]
    for name in sorted(forward, key=lambda n: (found[n]["kind"] == "R", _numbers(found[n]["version"]), n)):
        match = found[name]
        yield names[name], None, match["version"] or name, match["version"] in undone


def _without_down(name: str) -> str:
    return _DOWN_NAME.sub(lambda m: m[0][-1] if m[0][-1] == "." else "", name)


def _pairs(
    files: FileIndex, names: dict[str, str], up: str, down: str
) -> Iterator[tuple[str, str | None, str, bool | None]]:
    for name in sorted((n for n in names if n.endswith(up)), key=_natural):
        stem = name.removesuffix(up)
        back = names.get(stem + down)
        undone = back is not None and any(o.op != "other" for o in operations(files.text(back), back))
        yield names[name], None, stem.partition("_")[0], undone


def _marked(files: FileIndex, folder: str, names: dict[str, str]) -> MigrationSet | None:
    """A folder whose files mark the way up and the way down by comments."""
    texts = {name: files.text(path) for name, path in names.items()}
    if any(_LIQUIBASE.match(text) for text in texts.values()):
        steps = [(names[n], None, n, bool(_ROLLBACK.search(texts[n]))) for n in sorted(names, key=_natural)]
        return build_set(files, "liquibase", folder, steps)
    for tool, mark in _MARKS:
        if any(mark.search(text) for text in texts.values()):
            order = sorted((n for n in names if mark.search(texts[n])), key=_natural)
            parts = {n: directions(texts[n], mark) for n in order}
            return build_set(files, tool, folder, ((names[n], parts[n][0], n, parts[n][1]) for n in order))
    return None


def directions(text: str, mark: re.Pattern[str]) -> tuple[str, bool]:
    """The text without its way down, lines kept, and whether there is something on the way down."""
    up: list[str] = []
    down: list[str] = []
    going = up
    for line in text.split("\n"):
        if found := mark.match(line):
            going = up if found[1].lower() == "up" else down
        up.append(line if going is up else "")
        if going is down and not found:
            down.append(line)
    return "\n".join(up), bool(operations("\n".join(down), ""))


def _plain(files: FileIndex, folder: str, names: dict[str, str]) -> MigrationSet | None:
    """A folder that only its name and its numbered files tell: who runs it is not known."""
    parts = PurePosixPath(folder).parts
    if not parts or parts[-1].lower() not in _FOLDERS:
        return None
    forward = sorted((n for n in names if _NUMBERED.match(n) and not _DOWN_NAME.search(n)), key=_natural)
    if not forward:
        return None
    supabase = parts[-2:] == ("supabase", "migrations")
    backward = any(_DOWN_NAME.search(n) for n in names)
    down = False if supabase else (True if backward else None)
    steps = ((names[n], None, re.split(r"[._-]", n)[0], down) for n in forward)
    return build_set(files, "supabase" if supabase else "sql", folder, steps, "postgres" if supabase else None)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part[:18]) for part in re.findall(r"\d+", version))


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts 2 before 10."""
    return tuple((0, int(p[:18]), "") if p.isdigit() else (1, 0, p) for p in re.findall(r"\d+|\D+", name))
