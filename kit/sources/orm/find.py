"""Databases as the project states them: declared schemas, migrations in order, and where the two differ."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import replace

from kit.model import At, FileClass
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Problem
from kit.sources.orm.alembic import alembic_sets
from kit.sources.orm.compare import compare
from kit.sources.orm.django import django_schemas
from kit.sources.orm.django_migrations import django_sets
from kit.sources.orm.efcore import ef_sets
from kit.sources.orm.init import init_sets
from kit.sources.orm.js import js_schemas
from kit.sources.orm.js_migrations import js_sets
from kit.sources.orm.liquibase import liquibase_sets
from kit.sources.orm.model import (
    Column,
    Difference,
    ForeignKey,
    Index,
    Migration,
    MigrationSet,
    Operation,
    Schema,
    Table,
)  # fmt: skip
from kit.sources.orm.prisma import Block, parse_blocks, schema
from kit.sources.orm.replay import schema_after
from kit.sources.orm.sqlalchemy import sqlalchemy_schemas
from kit.sources.orm.sqlfiles import OWN, sql_sets
from kit.sources.tree.files import FileIndex

__all__ = [
    "Column", "Difference", "ForeignKey", "Index", "Migration", "MigrationSet", "Operation", "Schema",
    "Table",
    "compare", "created_schema", "migration_sets", "pairs", "schema_after", "schemas",
]  # fmt: skip

_SCHEMA_OF = {
    "prisma": "prisma", "alembic": "sqlalchemy", "django": "django", "typeorm": "typeorm",
    "drizzle": "drizzle",
    "sequelize": "sequelize",
}  # fmt: skip


def migration_sets(files: FileIndex, documents: Documents | None = None) -> tuple[MigrationSet, ...]:
    """Every set of migrations, ordered by folder; compose files and changelogs come from `documents`."""
    documents = documents or Documents(files)
    found = (
        *sql_sets(files), *alembic_sets(files), *django_sets(files), *js_sets(files), *ef_sets(files),
        *liquibase_sets(files, documents), *init_sets(files, documents),
    )  # fmt: skip
    return tuple(sorted(found, key=lambda s: (s.dir, s.tool)))


def schemas(files: FileIndex) -> tuple[Schema, ...]:
    """Every schema that code declares, ordered by folder."""
    found = (*prisma_schemas(files), *sqlalchemy_schemas(files), *django_schemas(files), *js_schemas(files))
    return tuple(sorted(found, key=lambda s: (s.path, s.kind)))


def created_schema(found: MigrationSet) -> Schema:
    """The schema that a set leaves; a set with unread files or missing parents is not the whole picture."""
    made = schema_after(found.migrations, dialect=found.dialect)
    if not (found.problems or found.missing):
        return made
    reasons = (*made.reasons, *found.problems)
    return replace(made, opaque=True, reasons=reasons)


def pairs(declared: tuple[Schema, ...], sets: tuple[MigrationSet, ...]) -> tuple[tuple[Schema, MigrationSet], ...]:
    """Each declared schema with the set of migrations that is to create it: same tool, nearest folder."""
    found: list[tuple[Schema, MigrationSet]] = []
    for one in declared:
        fitting = [s for s in sets if _SCHEMA_OF.get(s.tool) == one.kind and _related(one, s)]
        if fitting:
            found.append((one, max(fitting, key=lambda s: _shared(one.path, s.dir))))
    return tuple(found)


def _related(declared: Schema, found: MigrationSet) -> bool:
    if declared.kind == "django":
        return found.dir == posixpath.normpath(posixpath.join(declared.path, "migrations"))
    beside = posixpath.dirname(found.dir) or "."
    return declared.path == "." or _is_within(found.dir, declared.path) or _is_within(declared.path, beside)


def _is_within(path: str, folder: str) -> bool:
    return folder == "." or path == folder or path.startswith(f"{folder}/")


def _shared(first: str, second: str) -> int:
    return len(posixpath.commonprefix([f"{first}/", f"{second}/"]))


def prisma_schemas(files: FileIndex) -> tuple[Schema, ...]:
    """One schema per datasource; the files below its folder that have none of their own belong to it."""
    read = {p: parse_blocks(files.text(p), p) for p in files.glob("*.prisma", classes=OWN | {FileClass.EXAMPLE})}
    read = {p: found for p, found in read.items() if files.class_of(p) in OWN}
    roots = {posixpath.dirname(p): p for p, (blocks, _) in read.items() if any(b.kind == "datasource" for b in blocks)}
    groups: dict[str, list[Block]] = defaultdict(list)
    problems: dict[str, Problem | None] = {}
    for path, (blocks, problem) in read.items():
        owner = max((f for f in roots if not f or path.startswith(f"{f}/")), key=len, default=None)
        if owner is not None:
            groups[owner] += blocks
            problems[owner] = problems.get(owner) or problem
    return tuple(schema(groups[f], At(path), problems[f]) for f, path in sorted(roots.items()))
