"""What tests belong to, and what runs them."""

from __future__ import annotations

import re
from functools import lru_cache
from posixpath import basename, dirname

from kit.checks.shared.testfiles import FAMILY
from kit.model import FileClass
from kit.project import Project
from kit.sources.packages.model import Package
from kit.sources.packages.runner_configs import RunnerConfig
from kit.sources.packages.runner_configs import find as find_configs
from kit.system.model import Service

ECOSYSTEMS = {"js": "npm", "python": "pypi", "go": "go", "jvm": "maven", "rust": "cargo", "dotnet": "nuget"}
NO_SERVICES = frozenset({"store", "proxy", "monitoring", "library"})


@lru_cache(maxsize=4)
def configs(project: Project) -> tuple[RunnerConfig, ...]:
    """What test runners are told, in files of production or test class."""
    aside = {FileClass.VENDORED, FileClass.EXAMPLE, FileClass.BUILD}
    return tuple(
        c for c in find_configs(project.files, project.documents) if project.files.class_of(c.path) not in aside
    )


@lru_cache(maxsize=4)
def code_by_service(project: Project) -> dict[str, tuple[Service, tuple[str, ...]]]:
    """The services of one's own with code, each with the production code below its root and below no inner one."""
    services = [s for s in project.system.own if s.root is not None and s.kind not in NO_SERVICES]
    roots = sorted({s.root for s in services if s.root}, key=len, reverse=True)
    held: dict[str, list[str]] = {root: [] for root in roots}
    for path in project.code.files():
        root = next((r for r in roots if r == "." or path.startswith(f"{r}/")), None)
        if root is not None and project.code.language(path) in FAMILY and not _is_setting(path):
            held[root].append(path)
    return {s.name: (s, tuple(held[s.root or "."])) for s in services if held.get(s.root or ".")}


def _is_setting(path: str) -> bool:
    name = basename(path)
    return (
        bool(re.search(r"\.config\.[cm]?[jt]s$|\.d\.ts$|^(?:setup|conftest|__init__|manage)\.py$", name))
        or "migrations/" in path
    )


def nearest(project: Project, path: str, ecosystem: str) -> Package | None:
    """The package of that ecosystem whose folder holds the path most closely."""
    folders = {p.dir: p for p in project.packages if p.ecosystem == ecosystem}
    folder = dirname(path) or "."
    while folder not in folders and folder != ".":
        folder = dirname(folder) or "."
    return folders.get(folder)
