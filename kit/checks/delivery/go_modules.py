"""Does go.mod require the modules whose packages the code imports?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.shared.built import built
from kit.checks.shared.words import listed, plural
from kit.model import Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code.imports import Import
from kit.sources.packages.model import Package
from kit.system.scope import within

_TAGGED = re.compile(r"\A(?:[^\S\n]*(?://[^\n]*)?\n)*?//\s*(?:go:build|\+build)\b")
"""A file that is built under a condition only."""


@check(
    "DEL-037",
    "Go packages that code imports are required",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=0.5,
)
def go_packages_are_required(project: Project) -> Iterator[Fact]:
    """
    `go build` ends at the first package that no required module provides, and takes nothing from the network by itself.

    Decides: each import of production code of Go whose path begins with a host, against the modules that the go.mod of its
    folder requires or replaces and those of a workspace. Modules with a vendor folder and files with build conditions are
    left out.

    Fix: `go mod tidy`, and commit go.mod with go.sum.

    Blind to: packages that a required module no longer holds in the version that is locked.

    See: https://go.dev/ref/mod#resolve-pkg-mod
    """
    if any(posixpath.basename(path) == "go.work" for path in project.files.paths):
        return
    for package in project.packages:
        if package.ecosystem != "go" or not package.name or package.error is not None:
            continue
        if project.files.class_of(package.path) is FileClass.PRODUCTION and not _vendored(project, package):
            yield from _judged(project, package)


def _vendored(project: Project, package: Package) -> bool:
    return project.files.exists(posixpath.normpath(posixpath.join(package.dir, "vendor/modules.txt")))


def _judged(project: Project, package: Package) -> Iterator[Fact]:
    lacking: dict[str, list[Import]] = defaultdict(list)
    looked = 0
    for path in project.code.files("go"):
        if project.code.unit(path) == package.dir and within(path, package.dir) and path in built(project):
            if _TAGGED.search(project.code.text(path)):
                continue
            for imported in project.code.imports(path):
                looked += 1
                if _is_foreign(imported.module) and not _required(package, imported.module):
                    lacking[imported.module].append(imported)
    if lacking:
        names, places = listed(lacking), [found[0].at for found in lacking.values()][:40]
        verb = "is" if len(lacking) == 1 else "are"
        users = [
            p for p in project.packages if p.ecosystem == "go" and package.name in {d.name for d in p.dependencies}
        ]
        if users:
            # Built within its users, whose go.mod is then the one that counts.
            message = (
                f"{names} {verb} imported, and {package.path} requires no module for it: it builds within others only."
            )
            yield partial(message, *places, package, severity=Severity.MEDIUM)
            return
        yield bad(f"{names} {verb} imported, and {package.path} requires no module for it.", *places, package)
    elif looked:
        yield ok(f"{package.path} requires a module for each of {plural(looked, 'import')}.", package)


def _is_foreign(module: str) -> bool:
    """Whether an import names a host: the standard library's first words have no dot."""
    return "." in module.partition("/")[0] and module != "C"


def _required(package: Package, module: str) -> bool:
    known = (package.name or "", *(d.name for d in package.dependencies))
    return any(module == name or module.startswith(f"{name}/") for name in known)
