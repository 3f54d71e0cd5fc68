"""Which schemas and migrations are judged, and how the two are joined."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kit.model import FileClass
from kit.project import Project
from kit.sources.orm import find as orm
from kit.sources.orm.model import Column, Migration, MigrationSet, Schema, Table, bare
from kit.system.model import Service
from kit.system.scope import within

ASIDE = frozenset({"development", "test"})
ONCE = frozenset({"initdb", "spring"})
"""Tools that run SQL on a database that is new."""

RECENT = 5
"""How many of the last migrations are taken to be still ahead of some environment."""

RELATIONAL = frozenset({"postgres", "mysql", "sqlite", "mssql", "oracle", "cockroachdb"})
_OWN = frozenset({FileClass.PRODUCTION, FileClass.GENERATED})
_IN_MEMORY = frozenset({"h2", "hsqldb", "derby"})
_NO_MIGRATIONS = re.compile(r"""^\s*provider\s*=\s*["'](?:mongodb)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Pair:
    """A declared schema with the migrations that are to create it. `sure` where both are of one tool."""

    declared: Schema
    made_by: MigrationSet
    created: Schema
    sure: bool


def declared(project: Project) -> list[Schema]:
    """The schemas that production code declares for databases that know tables."""
    return [
        s
        for s in project.schemas
        if s.tables
        and s.error is None
        and project.files.class_of(s.tables[0].at.path) in _OWN
        and not (s.kind == "prisma" and _NO_MIGRATIONS.search(project.files.text(s.at.path)))
    ]


def sets(project: Project) -> list[MigrationSet]:
    """The sets of migrations that production runs."""
    return [
        s
        for s in project.migrations
        if s.migrations
        and project.files.class_of(s.migrations[0].path) in _OWN
        and project.files.environment_of(s.dir) not in ASIDE
        and posixpath.basename(s.dir).lower() not in _IN_MEMORY
    ]


@lru_cache(maxsize=4)
def pairs(project: Project) -> tuple[Pair, ...]:
    """Every declared schema with its migrations: those of its own tool, else those that make its tables."""
    schemas, made = declared(project), sets(project)
    created = {id(s): orm.created_schema(s) for s in made}
    found = [Pair(one, two, created[id(two)], sure=True) for one, two in orm.pairs(tuple(schemas), tuple(made))]
    paired = {id(pair.declared) for pair in found}
    for schema in schemas:
        other = _by_tables(schema, made, created) if id(schema) not in paired else None
        if other is not None:
            found.append(Pair(schema, other, created[id(other)], sure=False))
    return tuple(found)


def _by_tables(schema: Schema, made: Iterable[MigrationSet], created: dict[int, Schema]) -> MigrationSet | None:
    """The set that makes at least half of the declared tables."""
    names = {bare(t.name) for t in schema.tables}
    shared = {id(s): len(names & {bare(t.name) for t in created[id(s)].tables}) for s in made}
    best = max(made, key=lambda s: shared[id(s)], default=None)
    return best if best is not None and shared[id(best)] * 2 >= len(names) else None


@dataclass(frozen=True)
class Tables:
    """The tables of one database: each as the code declares it, or as migrations leave it where no code does, with what
    the migrations leave beside it. `beside`: tables that migrations make and no model declares."""

    name: str
    dialect: str | None
    tool: str
    tables: tuple[tuple[Table, Table | None], ...]
    beside: tuple[Table, ...] = ()


@lru_cache(maxsize=4)
def made_tables(project: Project) -> tuple[Tables, ...]:
    """The tables of every database that the project makes."""
    joined = {id(p.made_by): p for p in pairs(project) if p.sure}
    paired = {id(p.declared) for p in pairs(project)}
    found = []
    for one in sets(project):
        pair = joined.get(id(one))
        created = pair.created if pair else orm.created_schema(one)
        shown = pair.declared.tables if pair else created.tables
        both = tuple((t, created.table(t.name) if pair else None) for t in shown if not t.implicit)
        known = {bare(t.name) for t in shown}
        beside = tuple(t for t in created.tables if bare(t.name) not in known and not t.name.startswith("_"))
        found.append(Tables(label(one), dialect_of(project, one), one.tool, both, beside))
    alone = (s for s in declared(project) if id(s) not in paired)
    found += [Tables(label(s), s.dialect, s.kind, tuple((t, None) for t in s.tables if not t.implicit)) for s in alone]
    return tuple(found)


def dialect_of(project: Project, found: MigrationSet) -> str | None:
    """What a set of migrations states; where it states nothing, the one relational database that the system has."""
    if found.dialect is not None:
        return found.dialect
    pair = next((p for p in pairs(project) if p.sure and p.made_by is found), None)
    if pair is not None and pair.declared.dialect is not None:
        return pair.declared.dialect
    engines = {s.engine for s in project.system.stores if s.engine in RELATIONAL}
    return engines.pop() if len(engines) == 1 else None


def recent(found: MigrationSet) -> tuple[Migration, ...]:
    """The last migrations of a set that has more than its first one."""
    return found.migrations[-RECENT:] if len(found.migrations) > 1 else ()


def label(found: MigrationSet | Schema) -> str:
    """How a set or schema is called in a message."""
    place = found.dir if isinstance(found, MigrationSet) else found.path
    return posixpath.normpath(place) if place not in {"", "."} else "the project"


def owners(project: Project, path: str) -> list[Service]:
    """The project's own services whose folder holds the path, the deepest ones only."""
    holding = [s for s in project.system.own if s.root is not None and within(path, s.root)]
    deepest = max((len(s.root or "") for s in holding), default=0)
    return [s for s in holding if len(s.root or "") == deepest]


def covered(columns: tuple[str, ...], *tables: Table | None) -> bool:
    """Whether an index, a unique or the primary key of one of the tables begins with these columns."""
    return any(_begins(columns, table) for table in tables if table is not None)


def _begins(columns: tuple[str, ...], table: Table) -> bool:
    wanted = {c.lower() for c in columns}
    keys = [*(i.columns for i in (*table.indexes, *table.uniques)), table.primary_key]
    return any({c.lower() for c in key[: len(columns)]} == wanted for key in keys)


def column_name(table: Table, column: Column) -> str:
    """`table.column`, as one speaks of it."""
    return f"{table.name}.{column.name}"
