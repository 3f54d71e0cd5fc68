"""Packages of the project's own Go modules, and what they import of each other."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import lru_cache

from kit.checks.shared.built import own_modules
from kit.model import FileClass
from kit.project import Project
from kit.sources.code.imports import Import
from kit.sources.code.own_modules import Target


def go_imports(project: Project, inside: Collection[str]) -> Iterator[tuple[Import, Target]]:
    """Imports of packages of the project's own Go modules, each with what it leads to."""
    modules = _modules(project)
    for path in sorted(p for p in project.code.files("go") if p in inside and modules):
        text = project.code.text(path)
        if not any(f'"{name}/' in text for name in modules):
            continue
        for imported in project.code.imports(path):
            name = max((n for n in modules if f"{imported.module}/".startswith(f"{n}/")), key=len, default=None)
            if name is not None:
                rest = imported.module[len(name) :].strip("/")
                yield imported, own_modules(project).go(posixpath.normpath(posixpath.join(modules[name], rest or ".")))


def _modules(project: Project) -> dict[str, str]:
    return {p.name: p.dir for p in project.packages if p.ecosystem == "go" and p.name}


@lru_cache(maxsize=4)
def outside_of_programs(project: Project) -> frozenset[str]:
    """The folders of packages that no `package main` of the project leads to, in modules that have one."""
    paths = [p for p in project.code.files("go") if project.files.class_of(p) is FileClass.PRODUCTION]
    folders = {posixpath.dirname(p) or "." for p in paths}
    leads: dict[str, set[str]] = defaultdict(set)
    for imported, target in go_imports(project, frozenset(paths)):
        if target.state == "found":
            leads[posixpath.dirname(imported.at.path) or "."].add(target.path)
    mains = {posixpath.dirname(p) or "." for p in paths if "\npackage main\n" in f"\n{project.code.text(p)}"}
    reached, waiting = set(mains), list(mains)
    while waiting:
        new = leads[waiting.pop()] - reached
        reached |= new
        waiting += new
    programs = {project.code.unit(f"{folder}/main.go") for folder in mains}
    return frozenset(f for f in folders - reached if project.code.unit(f"{f}/main.go") in programs)
