"""Which schemas and migrations are judged, and how the two are joined."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kit.model import FileClass
from kit.project import Project
from kit.sources import orm
from kit.sources.orm_model import Column, Migration, MigrationSet, Schema, Table, bare
from kit.system.model import Service
from kit.system.scope import within

ASIDE = frozenset({"development", "test"})
ONCE = frozenset({"initdb", "spring"})
"""Tools that run SQL on a database that is new."""

RECENT = 5
"""How many of the last migrations are taken to be still ahead of some environment."""

RELATIONAL = frozenset({"postgres", "mysql", "sqlite", "mssql", "oracle", "cockroachdb"})
_OWN = frozenset({FileClass.PRODUCTION, FileClass.GENERATED})
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
    ]


@lru_cache(maxsize=4)
def pairs(project: Project) -> tuple[Pair, ...]:
    """Every declared schema with its migrations: those of its own tool, else those that make its tables."""
    schemas, made = declared(project), sets(project)
    created = {id(s): orm.created_schema(s) for s in made}
    found = [
        Pair(one, two, created[id(two)], sure=True) for one, two in orm.pairs(tuple(schemas), tuple(made))
    ]
    paired = {id(pair.declared) for pair in found}
    for schema in schemas:
        other = _by_tables(schema, made, created) if id(schema) not in paired else None
        if other is not None:
            found.append(Pair(schema, other, created[id(other)], sure=False))
    return tuple(found)


def _by_tables(
    schema: Schema, made: Iterable[MigrationSet], created: dict[int, Schema]
) -> MigrationSet | None:
    """The set that makes at least half of the declared tables."""
    names = {bare(t.name) for t in schema.tables}
    shared = {id(s): len(names & {bare(t.name) for t in created[id(s)].tables}) for s in made}
    best = max(made, key=lambda s: shared[id(s)], default=None)
    return best if best is not None and shared[id(best)] * 2 >= len(names) else None


def made_tables(project: Project) -> list[tuple[Schema, tuple[Table, ...]]]:
    """The tables as they will stand: what migrations create; what code declares where nothing creates it."""
    joined = pairs(project)
    paired = {id(p.declared) for p in joined}
    found = [orm.created_schema(s) for s in sets(project)] + [
        s for s in declared(project) if id(s) not in paired
    ]
    return [(schema, tuple(t for t in schema.tables if not t.implicit)) for schema in found]


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


def covered(columns: tuple[str, ...], table: Table) -> bool:
    """Whether an index, a unique or the primary key begins with these columns."""
    wanted = {c.lower() for c in columns}
    keys = [*(i.columns for i in (*table.indexes, *table.uniques)), table.primary_key]
    return any({c.lower() for c in key[: len(columns)]} == wanted for key in keys)


def column_name(table: Table, column: Column) -> str:
    """`table.column`, as one speaks of it."""
    return f"{table.name}.{column.name}"


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first names, and how many more there are."""
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
