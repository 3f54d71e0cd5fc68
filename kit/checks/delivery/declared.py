"""Does a manifest declare what code imports from outside of the project?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from kit.checks.shared.built import built, own_modules, seen
from kit.checks.shared.words import listed, plural
from kit.model import Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code.imports import Import
from kit.sources.packages.import_names import BROUGHT_BY, DISTRIBUTIONS, distributions, is_standard, may_bring, npm_name
from kit.sources.packages.model import Package, plain_name
from kit.system.scope import within

BROWSER = frozenset({"static", "public", "assets", "wwwroot", "vendor"})
CONFIGS = re.compile(
    r"(?:.*/)?(?:(?:[\w-]+\.)+config\.[cm]?[jt]s|[jt]sconfig[\w.-]*\.json|package\.json|\.?babelrc(?:\.js(?:on)?)?|deno\.jsonc?"
    r"|import[_-]map\.json|\.storybook/.*|angular\.json|project\.json|vite[\w.-]*\.[cm]?[jt]s|webpack[\w./-]*\.[cm]?[jt]s)"
)
BUNDLERS = re.compile(r"(?:webpack|vite|rollup|rspack|rsbuild|esbuild)[\w.-]*\.[cm]?[jt]s")
INSTALLS = re.compile(r"\b(?:pip3?|uv pip|conda|apt-get|apk|easy_install) (?:install|add)\b[^\n]*")


class Wanted(NamedTuple):
    """A package that files of a manifest's folder import: the first place, and what declares it instead."""

    package: Package
    name: str
    imported: Import
    locked: bool | None
    own: bool


@check("DEL-030", "Packages that code imports are declared", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=0.5)
def imported_packages_are_declared(project: Project) -> Iterator[Fact]:
    """
    What no manifest declares is there by chance: because something else needs it today, or because somebody installed it
    by hand. A clean install ends in a program that stops at its first import.

    Decides: each import of JavaScript, TypeScript and Python code of production that is neither the project's own nor part
    of the platform, against the manifests of its folder and those above; what is only in the lockfile, as a dependency of
    a dependency, holds in part. Aliases of compilers and bundlers, imports whose failure is caught and types are left out.

    Fix: declare it in the manifest of the package that imports it.
    - node: `npm install <name>`.
    - python: a line in pyproject.toml or requirements.txt.

    Blind to: modules of Python whose distribution has another name and is in no table here, where there is no lockfile;
    without one, what is lacking may also be brought along, and weighs less.

    See: https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies
    """
    wanted = [*_javascript(project), *_python(project)]
    yield from _by_chance([one for one in wanted if one.locked or one.own])
    for one in wanted:
        if not one.locked and not one.own:
            yield _told(project, one)
    touched = {one.package.path for one in wanted}
    for package in project.packages:
        code = package.ecosystem in {"npm", "pypi"} and package.dependencies and package.path not in touched
        if code and project.files.class_of(package.path) is FileClass.PRODUCTION and package.error is None:
            count = plural(len(package.dependencies), "dependency", "dependencies")
            yield ok(f"{package.path}: its {count} cover what the code imports.", package)


def _by_chance(wanted: list[Wanted]) -> Iterator[Fact]:
    """One finding for a manifest: what is there because the workspace or another dependency brings it."""
    for path in dict.fromkeys(one.package.path for one in wanted):
        here = [one for one in wanted if one.package.path == path]
        names = listed([one.name for one in here])
        message = f"{path} does not declare {names}, which its code imports; other packages bring that today."
        yield partial(message, *[one.imported.at for one in here[:4]], here[0].package, severity=Severity.LOW)


def _told(project: Project, one: Wanted) -> Fact:
    where, name = one.imported.at.path, one.name
    message = f"{where} imports {name}, and {one.package.path} does not declare it"
    late = one.imported.inner or where not in built(project)
    if one.locked is None:
        return bad(
            f"{message}; nothing but chance installs it.", one.imported.at, one.package, severity=Severity.MEDIUM
        )
    severity = Severity.MEDIUM if late else Severity.HIGH
    return bad(f"{message}; a clean install does not have it.", one.imported.at, one.package, severity=severity)


# JavaScript


def _javascript(project: Project) -> Iterator[Wanted]:
    told: set[tuple[str, str]] = set()
    declared = cache(lambda *asked: _is_declared(project, *asked))
    own = {p.name for p in project.packages if p.ecosystem == "npm" and p.name}
    for path, found in seen(project).items():
        if not path.endswith((".py", ".d.ts")) and not BROWSER & set(path.split("/")):
            manifests = _above(project, posixpath.dirname(path) or ".", "npm")
            for specifier in dict.fromkeys(name for name, _ in found) if manifests else ():
                name = npm_name(specifier)
                if name and (manifests[0].path, name) not in told and not declared(manifests, name, specifier):
                    imported = _confirmed(project, path, specifier)
                    if imported is not None:
                        told.add((manifests[0].path, name))
                        yield Wanted(manifests[0], name, imported, _locked(manifests, name), name in own)


def _is_declared(project: Project, manifests: tuple[Package, ...], name: str, specifier: str) -> bool:
    typed = f"@types/{name.removeprefix('@').replace('/', '__')}"
    if _locked(manifests, typed) and not _locked(manifests, name):
        return True  # nothing but types is there to take, and they are gone when it runs
    if any(p.depends_on(name, typed) is not None or p.name == name for p in manifests):
        return True
    folders = [p.dir for p in manifests]
    first = specifier.split("/")[0]
    for folder in folders:
        for root in ("", "src", "app"):
            stem = posixpath.normpath(posixpath.join(folder, root, first))
            if project.files.is_dir(stem) or any(
                project.files.exists(stem + end) for end in (".ts", ".js", ".tsx", ".d.ts")
            ):
                return True
            if re.search(r"\.[mc]?js$", stem) and project.files.exists(re.sub(r"js$", "ts", stem)):
                return True  # from the base folder of TypeScript, by the name that it will have
    quoted = re.compile(
        rf"""["'`]{re.escape(first)}(?:/[^"'`]*)?["'`]|^\s*["']?{re.escape(first)}["']?\s*:""", re.MULTILINE
    )
    texts = (project.files.text(p) for folder in folders for p in _configs(project).get(folder, ()))
    return any(quoted.search(text) for text in texts) or _is_ambient(project, name)


def _is_ambient(project: Project, name: str) -> bool:
    """Whether a declaration file makes the module up."""
    pattern = re.compile(rf"""declare\s+module\s+["']{re.escape(name)}""")
    return any(pattern.search(project.code.text(p)) for p in _declarations(project))


@lru_cache(maxsize=4)
def _declarations(project: Project) -> tuple[str, ...]:
    paths = (p for p in project.files.paths if p.endswith(".ts"))
    return tuple(p for p in paths if "declare module" in project.code.text(p))


@lru_cache(maxsize=4)
def _configs(project: Project) -> dict[str, list[str]]:
    """Folder to the files in it, and in its hidden folders, that may define aliases."""
    found: dict[str, list[str]] = {}
    for path in project.files.paths:
        if CONFIGS.fullmatch(path):
            folder = posixpath.dirname(path) or "."
            found.setdefault(folder, []).append(path)
            if BUNDLERS.fullmatch(posixpath.basename(path)):
                # A bundler is told where its configuration is: any folder above may be the one that it works for.
                above = [folder[:i] for i, sign in enumerate(folder) if sign == "/"]
                for parent in dict.fromkeys([*above, "."]):
                    found.setdefault(parent, []).append(path)
            if "/." in f"/{folder}":
                found.setdefault(posixpath.dirname(folder) or ".", []).append(path)
    return found


def _locked(manifests: tuple[Package, ...], name: str) -> bool | None:
    locks = [lock for p in manifests for lock in p.lockfiles if lock.error is None and lock.packages]
    return any(name in lock.packages for lock in locks) if locks else None


# Python


def _python(project: Project) -> Iterator[Wanted]:
    told = set()
    for path, found in seen(project).items():
        manifests = _above(project, posixpath.dirname(path) or ".", "pypi") if path.endswith(".py") else ()
        if not manifests or not all(p.complete and p.error is None for p in manifests):
            continue
        if _carries_its_own(project, manifests[0].dir):
            continue
        for module in dict.fromkeys(name for name, _ in found if not name.startswith(".")):
            top = module.partition(".")[0]
            if (manifests[0].path, top) in told or is_standard(top) or _is_own(project, path, top):
                continue
            locked = _python_state(project, manifests, top)
            imported = _confirmed(project, path, module) if locked is not _KNOWN else None
            if imported is not None and locked is not _KNOWN:
                told.add((manifests[0].path, top))
                yield Wanted(manifests[0], top, imported, None if locked is None else locked is True, own=False)


_KNOWN = "declared"


def _python_state(project: Project, manifests: tuple[Package, ...], top: str) -> bool | str | None:
    """_KNOWN where the module is declared or that cannot be told; else whether a lockfile has it. None where none could
    show that no dependency brings it along, or where the name of its distribution is a guess."""
    declared = {d.name for p in manifests for d in p.dependencies}
    names = {plain_name(n) for n in distributions(top)}
    if names & {plain_name(d) for d in declared} or any(may_bring(d, top) for d in declared):
        return _KNOWN
    if top in {"boto3", "botocore"} and project.serverless:
        return _KNOWN  # the platform of the functions has them
    if {plain_name(d) for d in declared} & set(BROUGHT_BY.get(top, ())) or _installed_by_hand(project, top):
        return _KNOWN
    locks = [lock for p in manifests for lock in p.lockfiles if lock.error is None and lock.format != "requirements"]
    if locks:
        locked = {name for lock in locks for name in lock.packages}
        brought = names & {plain_name(n) for n in locked} or any(may_bring(n, top) or _sounds(n, top) for n in locked)
        return True if brought else False if top in DISTRIBUTIONS else None
    if any(_sounds(d, top) for d in declared):
        return _KNOWN
    return None if top in DISTRIBUTIONS else _KNOWN


def _sounds(name: str, top: str) -> bool:
    """Whether the name of a distribution holds every word of a module's: `foo_bar` of foo-more-bar."""
    words = set(re.split(r"[-_.]", top.lower()))
    return len(words) > 1 and words <= set(plain_name(name).split("-"))


@lru_cache(maxsize=1024)
def _carries_its_own(project: Project, folder: str) -> bool:
    """Whether a script of the folder lists its dependencies in itself (PEP 723)."""
    return any(
        within(p, folder) and "# /// script" in project.code.text(p)[:2000] for p in project.code.files("python")
    )


def _installed_by_hand(project: Project, top: str) -> bool:
    texts = [project.files.text(d.path) for d in project.dockerfiles] + [
        project.files.text(s.path) for s in project.scripts
    ]
    names = {*distributions(top), top}
    return any(name in found[0] for text in texts for found in INSTALLS.finditer(text) for name in names)


def _is_own(project: Project, path: str, top: str) -> bool:
    return own_modules(project).seen_elsewhere(top) or within(path, top)


# both


@lru_cache(maxsize=4096)
def _above(project: Project, folder: str, ecosystem: str) -> tuple[Package, ...]:
    """The manifests that hold for a folder, the nearest first; requirements in a folder of their own among them."""
    found = [
        p
        for p in project.packages
        if p.ecosystem == ecosystem
        and within(folder, posixpath.dirname(p.dir) or "." if p.dir.endswith("requirements") else p.dir)
    ]
    return tuple(sorted(found, key=lambda p: (-len(p.dir), p.path)))


def _confirmed(project: Project, path: str, module: str) -> Import | None:
    """The import of a module as the tree has it; None where it is no import, is caught or only a type."""
    text = project.code.text(path)
    if any(mark in text for mark in ("{{ ", "{% ", "<%")):
        return None
    every = project.code.imports(path)
    return next((i for i in every if i.module == module and not i.guarded and not i.type_only), None)
