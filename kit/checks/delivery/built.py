"""Which source files go into what the project builds and runs, and what they import by their words."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from kit.project import Project
from kit.sources.code import specifiers
from kit.sources.code.index import JAVASCRIPT
from kit.sources.code.own_modules import OwnModules
from kit.sources.packages.model import Package
from kit.system.scope import with_workspaces, within

WHOLE = re.compile(r"(?:^|[\s;&|])(?:tsc|vue-tsc|tsgo|nest build|next build)\b")
"""Builds that read every file of a package, imported or not."""
_ASIDE = frozenset({"scripts", "tools", "hack", "bin", "notebooks", "experiments"})
COMPILED = frozenset({"go", "java", "kotlin", "csharp", "rust"})


@lru_cache(maxsize=4)
def own_modules(project: Project) -> OwnModules:
    """The project's files as imports see them."""
    return OwnModules(project.code)


@lru_cache(maxsize=4)
def seen(project: Project) -> dict[str, tuple[specifiers.Seen, ...]]:
    """What each production file of JavaScript, TypeScript and Python seems to import."""
    found = {p: tuple(specifiers.javascript(project.code.text(p))) for p in project.code.files(*JAVASCRIPT)}
    return found | {p: tuple(specifiers.python(project.code.text(p))) for p in project.code.files("python")}


@lru_cache(maxsize=4)
def built(project: Project) -> frozenset[str]:
    """The files of the services' folders that a compiler reads, that another file there imports, or that start it."""
    folders = _folders(project)
    inside = [p for p in project.code.files() if any(within(p, folder) for folder in folders)]
    starts = {at.path for s in project.system.own for at in s.entrypoints} | _named(project)
    imported = _imported(project, inside, starts)
    whole = _compiled_whole(project)
    return frozenset(p for p in inside if p in imported or p in starts or _is_compiled(project, p, whole))


def _folders(project: Project) -> tuple[str, ...]:
    """The folders of what is built into an image or deployed, shared workspace packages with them."""
    roots = [s.root for s in project.system.own if s.root is not None and (s.build or s.deployments)]
    return with_workspaces(project, dict.fromkeys(roots))


def _imported(project: Project, inside: list[str], starts: set[str]) -> frozenset[str]:
    """What the files import, scripts beside the program left out that nothing starts."""
    modules, found = own_modules(project), set()
    for path in inside:
        if _ASIDE & set(path.split("/")[:-1]) and path not in starts:
            continue
        python = project.code.language(path) == "python"
        for name, names in seen(project).get(path, ()):
            if python or name.startswith("."):
                target = modules.python(path, name) if python else modules.javascript(path, name)
                found.add(target.path)
                below = target.path.removesuffix("/__init__.py")
                found |= {f"{below}/{n}.py" for n in names} if python and below else set()
    return frozenset(found)


def _named(project: Project) -> set[str]:
    """The files that manifests and images name as what starts."""
    found = set()
    for package in project.packages:
        words = [target for _, target, _ in package.entrypoints]
        words += [w for n in package.scripts.values() for w in n.text.split() if "." in w]
        found |= {posixpath.normpath(posixpath.join(package.dir, w)) for w in words}
    for dockerfile in project.dockerfiles:
        for instruction in dockerfile.of("CMD", "ENTRYPOINT"):
            folder = posixpath.dirname(dockerfile.path)
            found |= {posixpath.normpath(posixpath.join(folder, w)) for w in instruction.args if "." in w}
    return found


def _compiled_whole(project: Project) -> list[Package]:
    """The TypeScript packages that a build compiles as a whole."""
    return [
        p
        for p in project.packages
        if p.ecosystem == "npm"
        and any(WHOLE.search(node.text) for name, node in p.scripts.items() if "build" in name or "check" in name)
        and project.files.exists(posixpath.normpath(posixpath.join(p.dir, "tsconfig.json")))
    ]


def _is_compiled(project: Project, path: str, whole: list[Package]) -> bool:
    language = project.code.language(path)
    if language in COMPILED:
        return True
    if language not in {"typescript", "tsx"}:
        return False
    package = max((p for p in whole if within(path, p.dir)), key=lambda p: len(p.dir), default=None)
    nearest = project.code.unit(path)
    return package is not None and nearest == package.dir and _is_included(project, package.dir, path)


def _is_included(project: Project, folder: str, path: str) -> bool:
    """Whether the tsconfig.json of a folder takes the file, as far as `include` and `exclude` stand in it."""
    config = project.documents.get(posixpath.normpath(posixpath.join(folder, "tsconfig.json")))
    inner = posixpath.relpath(path, folder)
    included = [n.text for n in config.each("include", "*")] + [n.text for n in config.each("files", "*")]
    excluded = [n.text for n in config.each("exclude", "*")]
    return (not included or any(_matches(p, inner) for p in included)) and not any(_matches(p, inner) for p in excluded)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    """A pattern of a tsconfig.json; a folder stands for all below it."""
    plain = posixpath.normpath(text.lstrip("/"))
    parts = re.split(r"(\*\*/?|\*|\?)", plain)
    known = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(p, re.escape(p)) for p in parts) + "(?:/.*)?")


def _matches(pattern: str, path: str) -> bool:
    return pattern in {".", "./"} or bool(_pattern(pattern).fullmatch(path))
