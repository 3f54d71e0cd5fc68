"""Django's migration files to operations, ordered by their dependencies."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.orm.alembic import order
from kit.sources.orm.django import label_of
from kit.sources.orm.django import labels as app_labels
from kit.sources.orm.django_operations import AppState, Reader
from kit.sources.orm.model import Migration, MigrationSet
from kit.sources.orm.python import (
    Module,
    read_module,
    value,
)
from kit.sources.orm.replay import flagged
from kit.sources.orm.sqlfiles import OWN
from kit.sources.tree.files import FileIndex


def django_sets(files: FileIndex) -> tuple[MigrationSet, ...]:
    """One set per app: the files of its `migrations` folder."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in files.glob("**/migrations/*.py", classes=OWN):
        if "migrations.Migration" in files.text(path):
            folders[str(PurePosixPath(path).parent)].append(path)
    labels = app_labels(files)
    found = (_set(files, folder, paths, labels) for folder, paths in sorted(folders.items()))
    return tuple(made for made in found if made is not None)


def _set(files: FileIndex, folder: str, paths: list[str], labels: Mapping[str, str]) -> MigrationSet | None:
    parent = str(PurePosixPath(folder).parent)
    state = AppState(label_of(parent, labels))
    read = [made for path in paths if (made := _module(files, path)) is not None]
    problems = tuple(m for m in read if isinstance(m, Problem))
    bare = [_bare(m, state.app) for m in read if isinstance(m, Module)]
    ordered, heads, missing = order(bare)
    if not ordered:
        return None
    modules = {m.path: m for m in read if isinstance(m, Module)}
    done = [replace(m, order=i, **_content(modules[m.path], state)) for i, m in enumerate(ordered)]
    # A squashed migration stands for those that it replaces, which may still be there or long be gone.
    replaced = {name for module in modules.values() for name in _replaces(module)}
    kept = [m for m in done if m.revision not in replaced]
    heads = tuple(h for h in heads if h not in replaced)
    missing = tuple(m for m in missing if m not in replaced)
    return MigrationSet("django", folder, At(folder), flagged(kept, None), heads, None, missing, problems)


def _module(files: FileIndex, path: str) -> Module | Problem | None:
    return read_module(files.text(path), path)


def _class_values(module: Module) -> dict[str, ast.expr]:
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            assigned = [s for s in node.body if isinstance(s, ast.Assign)]
            return {t.id: s.value for s in assigned for t in s.targets if isinstance(t, ast.Name)}
    return {}


def _replaces(module: Module) -> list[str]:
    found = value(_class_values(module).get("replaces"), {})
    return [item[1] for item in found if isinstance(item, list) and len(item) == 2] if isinstance(found, list) else []


def _bare(module: Module, app: str) -> Migration:
    """The migration with its place in the order only."""
    dependencies = _class_values(module).get("dependencies")
    nodes = dependencies.elts if isinstance(dependencies, ast.List | ast.Tuple) else []
    pairs = [value(node, module.names) for node in nodes]
    own = tuple(p[1] for p in pairs if isinstance(p, list) and len(p) == 2 and p[0] == app and isinstance(p[1], str))
    name = PurePosixPath(module.path).stem
    return Migration(module.path, At(module.path), "django", 0, (), revision=name, parents=own)


def _content(module: Module, state: AppState) -> dict[str, Any]:
    listed = _class_values(module).get("operations")
    reader = Reader(module, state)
    done = tuple(reader.read(listed))
    return {
        "operations": done,
        "down": reader.reversible,
        "at": module.at(listed) if listed else At(module.path),
    }
