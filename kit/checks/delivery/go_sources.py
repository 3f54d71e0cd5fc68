"""Packages of the project's own Go modules: what is imported, and whether anything makes those that are generated."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.shared.built import own_modules
from kit.checks.shared.words import listed
from kit.model import At, Fact, Severity, bad
from kit.project import Project
from kit.sources.code.imports import Import
from kit.sources.code.own_modules import Target
from kit.system.installs import Install, installs

_GENERATES = re.compile(
    r"\bprotoc\b(?!-)|\bgenerate\b|\bcode-?gen\b|\b(?:mockgen|mockery|wire|swag|templ|easyjson|stringer|abigen|ko|bazel|earthly|dagger)\b"
    r"|\b(?:make|task|just|mage|nx|turbo|lerna|tilt)\b|\.(?:sh|py|mjs|js)\b|download-artifact|namely/|/\.github/workflows/|uses:\s*\./",
)
"""What makes Go code, or may: a target or a script can do anything."""


def go_imports(project: Project, inside: frozenset[str]) -> Iterator[tuple[Import, Target]]:
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


def ungenerated(project: Project, inside: frozenset[str]) -> Iterator[Fact]:
    """Generated packages that are not in the repository, and that nothing makes where they are compiled."""
    lacking: dict[str, dict[str, At]] = defaultdict(dict)
    for imported, target in go_imports(project, inside):
        if target.state == "open" and target.path and not project.files.is_dir(target.path):
            lacking[project.code.unit(imported.at.path)].setdefault(target.path, imported.at)
    stopped: dict[tuple[str, bool], dict[str, list[At]]] = defaultdict(dict)
    for unit, folders in lacking.items():
        bare = [
            i for i in installs(project) if i.manager == "go" and i.package.dir == unit and not _generates(project, i)
        ]
        if bare:
            alone = any(i.where == "pipeline" for i in bare)
            stopped[bare[0].words, alone][unit] = [*folders.values(), bare[0].at]
    for (words, alone), units in stopped.items():
        said = (
            f"{words} compiles {listed(units)} without packages of generated code, which the repository does not hold"
        )
        places = dict.fromkeys(at for found in units.values() for at in (*found[:2], found[-1]))
        # An image may be built where somebody has generated the code by hand; a pipeline has the repository alone.
        yield bad(f"{said} and which nothing makes there.", *places, severity=None if alone else Severity.HIGH)


def _generates(project: Project, install: Install) -> bool:
    """Whether the pipeline or Dockerfile of an installation makes code, or may."""
    lines = project.files.text(install.at.path).split("\n")
    return _GENERATES.search("\n".join(line for line in lines if not line.lstrip().startswith("#"))) is not None
