"""Are pinned versions well-formed, and does no old output of a compiler stand before its source?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.packages.model import Dependency, Package
from kit.sources.packages.python import parsed

BROKEN_RANGE = re.compile(
    r"^[\^~]?v?\d+(?:\.\d+){3,}$|\d\.\.|\.$|^=[<>]|^[\^~]{2,}|^[<>=^~]+\s*$|^[\^~]?\d+\.\d+\.[oO]$|^[\^~]?\d+(?:,\d+)+$"
)
"""Ranges of npm that no reading gives a sense to."""
ELSEWHERE = re.compile(r"[{$]|://|@ |^-|--hash")
COMPILED = re.compile(
    r"""^["']use strict["'];|Object\.defineProperty\(exports, ["']__esModule|^//# sourceMappingURL=""", re.MULTILINE
)


@check(
    "DEL-034",
    "Pinned versions are well-formed",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=0.25,
)
def versions_are_well_formed(project: Project) -> Iterator[Fact]:
    """
    A version that is none ends the install before it begins.

    Decides: the ranges of each package.json, and the requirements of Python manifests by PEP 508, as far as they are
    plain text.

    Fix: write a version that the package has released.
    - node: `"^4.18.2"`.
    - python: `requests==2.32.3`.

    Blind to: versions that are well-formed and that nobody ever released.

    See: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
    """
    for package in project.packages:
        judged = package.ecosystem in {"npm", "pypi"} and project.files.class_of(package.path) is FileClass.PRODUCTION
        if not judged or package.error is not None or not package.complete or not package.dependencies:
            continue
        wrong = [d for d in package.dependencies if _malformed(package, d)]
        for dependency in wrong:
            written = dependency.raw or f"{dependency.name}: {dependency.spec}"
            yield bad(f"{package.path}: `{written[:60]}` is no version; the install ends here.", dependency)
        if not wrong:
            count = plural(len(package.dependencies), "dependency", "dependencies")
            yield ok(f"{package.path}: the versions of its {count} are well-formed.", package)


def _malformed(package: Package, dependency: Dependency) -> bool:
    if package.ecosystem == "npm":
        return bool(BROKEN_RANGE.search(dependency.spec.strip()))
    raw = dependency.raw.split(" #")[0].strip().rstrip("\\").strip()
    return bool(raw) and not ELSEWHERE.search(raw) and parsed(raw) is None


@check("DEL-035", "No compiled output stands beside its source", Severity.MEDIUM, Clause.EXECUTION, effort_hours=0.5)
def output_shadows_no_source(project: Project) -> Iterator[Fact]:
    """
    `orders.js`, compiled once and committed, is what Node.js, Jest and many bundlers take for `orders`, not the
    `orders.ts` that everybody edits.

    Decides: files of the repository that are compiled output, by their first words, and lie beside a TypeScript source of
    the same name; output in a folder of its own, beside the sources, holds in part.

    Fix: delete the output, and let git ignore it.

    Blind to: output that looks like written code.

    See: https://www.typescriptlang.org/tsconfig/#outDir
    """
    if not any(project.code.files("typescript", "tsx")):
        return
    beside = [p for p in project.code.files("javascript") if _source(project, p) is not None]
    shadowing = [p for p in beside if COMPILED.search(project.code.text(p)[:20_000])]
    if shadowing:
        message = (
            f"{listed(shadowing, 3)}: compiled output beside its source; whoever imports the name gets the old text."
        )
        yield bad(message, *[At(p) for p in shadowing[:4]])
    else:
        yield ok("No compiled output stands beside a TypeScript source.", At("."))
    yield from _folders(project)


def _source(project: Project, path: str) -> str | None:
    stem, extension = posixpath.splitext(path)
    wanted = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}.get(extension, ())
    return next((stem + end for end in wanted if project.files.exists(stem + end)), None)


def _folders(project: Project) -> Iterator[Fact]:
    for package in project.packages:
        build = package.scripts.get("build")
        action = project.files.exists(posixpath.normpath(posixpath.join(package.dir, "action.yml")))
        if package.ecosystem != "npm" or build is None or action or package.depends_on("typescript") is None:
            continue
        folder = posixpath.normpath(posixpath.join(package.dir, "dist"))
        held = [p for p in project.files.paths if p.startswith(f"{folder}/") and p.endswith(".js")]
        if held and project.files.is_dir(posixpath.normpath(posixpath.join(package.dir, "src"))):
            message = f"{folder} is committed beside the sources that it is built from; it can be older than they are."
            yield partial(message, At(held[0]), build, severity=Severity.LOW)
