"""Is what gets installed what was locked and tested?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from posixpath import dirname

from kit.checks.shared.words import listed
from kit.model import Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.wrappers import base_name, unwrap
from kit.sources.packages.model import Lockfile, Mismatch, Package
from kit.system.installs import LOCKS, Install, installs
from kit.system.scope import within

CROWD = 15
UPDATE = {
    "npm": "npm install --package-lock-only",
    "pnpm": "pnpm install --lockfile-only",
    "yarn": "yarn install --mode update-lockfile",
    "bun": "bun install --lockfile-only",
    "uv": "uv lock",
    "poetry": "poetry lock",
    "pdm": "pdm lock",
    "pipenv": "pipenv lock",
    "go": "go mod tidy",
    "cargo": "cargo generate-lockfile",
}


@check(
    "DEL-007",
    "The lockfile is there and in step where an install demands it",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=0.5,
)
def lockfile_in_step(project: Project) -> Iterator[Fact]:
    """
    `npm ci`, `--frozen-lockfile` and their kin end the build where manifest and lockfile differ: no image, no release.

    Decides: each installation of a Dockerfile or pipeline that demands the lockfile: whether there is one of its
    package manager, whether the image gets it, and whether it records what the manifest asks for.

    Fix: update the lockfile with the package manager, and commit it with the manifest.

    Blind to: dependencies that come from what is no file: plugins, code, private registries.

    See: https://docs.npmjs.com/cli/commands/npm-ci
    """
    grouped: dict[tuple[str, str, str], list[Install]] = {}
    for install in installs(project):
        if install.demand:
            root = install.package.path if _stands_alone(project, install) else install.package.root
            root = root or install.package.path
            grouped.setdefault((root, install.manager, install.demand), []).append(install)
    for (_, manager, demand), group in grouped.items():
        yield from _judged(project, manager, demand, group)


def _stands_alone(project: Project, install: Install) -> bool:
    """Whether pnpm installs the package by itself: it knows workspaces of its own file only, none of package.json."""
    root = posixpath.dirname(install.package.root or "")
    return install.manager == "pnpm" and not project.files.exists(posixpath.join(root, "pnpm-workspace.yaml"))


def _judged(project: Project, manager: str, demand: str, group: list[Install]) -> Iterator[Fact]:
    first = group[0]
    alone = _stands_alone(project, first)
    lock = _lock(first.package, manager, own=alone)
    if lock is None:
        if manager != "yarn" or _is_berry(project, first):
            yield from _no_lock(first, manager)
        return
    for install in group:
        hidden = _context_is_open(project, install, lock)
        if install.copied is False and manager != "go" and not _bears_its_absence(lock) and not hidden:
            yield bad(
                f"{install.words} needs {_name(lock)}, and the image gets no copy of it before; the build ends here.",
                install,
                lock,
                fix=f"Copy it along: `COPY package.json {_name(lock)} ./`." if manager == "npm" else None,
            )
    if demand == "there":
        yield ok(f"{lock.path} is there for {first.words}.", first, lock)
        return
    yield _in_step(lock, first, group, [first.package] if alone else _members(project, first.package))


def _context_is_open(project: Project, install: Install, lock: Lockfile) -> bool:
    """Whether an image takes all of its context before, and the lockfile lies above the image's folder: built from there,
    as no file here says, it has it."""
    folder = posixpath.dirname(install.at.path)
    dockerfile = next((d for d in project.dockerfiles if d.path == install.at.path), None)
    above = within(folder or ".", posixpath.dirname(lock.path) or ".") and folder != posixpath.dirname(lock.path)
    whole = dockerfile is not None and any(re.match(r"\.\s", i.value) for i in dockerfile.of("COPY", "ADD"))
    return above and whole


def _bears_its_absence(lock: Lockfile) -> bool:
    """Yarn 1 installs the newest versions, `--frozen-lockfile` or not, where there is no yarn.lock."""
    return lock.format == "yarn-classic"


def _is_berry(project: Project, install: Install) -> bool:
    """Whether the package is installed with Yarn 2 or later."""
    folder = install.package.dir
    told = project.documents.get(install.package.path).get("packageManager")
    newer = told is not None and re.match(r"yarn@(?!1\.|0\.)", told.text) is not None
    return newer or project.files.exists(".yarnrc.yml") or project.files.exists(posixpath.join(folder, ".yarnrc.yml"))


def _no_lock(first: Install, manager: str) -> Iterator[Fact]:
    if manager == "go" and not any(d.group is None for d in first.package.of_kind("prod")):
        return
    others = [lock.path for lock in first.package.lockfiles]
    name = LOCKS[manager][0]
    beside = f"; there is only {others[0]}" if others else ""
    message = f"{first.words} needs a {name} for {first.package.path}, and there is none{beside}; the build ends here."
    yield bad(
        message,
        first,
        first.package,
        fix=f"Run `{UPDATE[manager]}` in {first.package.dir} and commit {name}.",
    )


def _in_step(lock: Lockfile, first: Install, group: list[Install], members: list[Package]) -> Fact:
    found: list[Mismatch] = []
    open_ended = False
    for package in members:
        compared = lock.in_step(package)
        open_ended |= compared is None
        found += compared or ()
    breaking = [m for m in found if m.breaks]
    places = [install.at for install in group[:2]]
    if breaking:
        named = listed([_told(m) for m in breaking])
        message = f"{first.words} refuses to install: {first.package.path} and {lock.path} differ on {named}."
        written = breaking[0].manifest_spec is not None
        # A finding weighs by its first place, and a lockfile is a generated file.
        return bad(
            message,
            *([breaking[0]] if written else [first.package, breaking[0]]),
            *places,
            lock,
            fix=f"Run `{UPDATE[first.manager]}` in {lock.dir} and commit {_name(lock)}.",
        )
    if open_ended or any(m.breaks is None for m in found):
        why = lock.error.message if lock.error is not None else "part of it cannot be compared"
        return unknown(
            f"Whether {lock.path} is in step with {first.package.path} cannot be told: {why.rstrip('.')}.",
            first,
            lock,
        )
    return ok(f"{lock.path} is in step with {first.package.path}; {first.words} takes it.", first, lock)


def _members(project: Project, package: Package) -> list[Package]:
    root = package.root or package.path
    return [p for p in project.packages if p.path == root or p.root == root]


def _told(mismatch: Mismatch) -> str:
    if mismatch.manifest_spec is None:
        return f"{mismatch.name} (only locked)"
    locked = mismatch.version or mismatch.locked
    return f"{mismatch.name} ({mismatch.manifest_spec}, locked: {locked or 'not at all'})"


def _name(lock: Lockfile) -> str:
    return lock.path.rpartition("/")[2]


def _lock(package: Package, manager: str, *, own: bool) -> Lockfile | None:
    """The lockfile of that package manager, from the package or, unless its `own` is asked for, the root of its
    workspace."""
    found = (lock for lock in package.lockfiles if lock.path.rpartition("/")[2] in LOCKS[manager])
    return next((lock for lock in found if not own or lock.dir == package.dir), None)


@check("DEL-020", "Builds install exactly what was locked", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def builds_install_what_was_locked(project: Project) -> Iterator[Fact]:
    """
    Without a lockfile, or with an install that does not hold to it, two builds of one commit are two programs.

    Decides: each package that a service stands on has a lockfile or pinned requirements; and its images and pipelines
    install from it without changing it. A frozen install with a lockfile that lacks a dependency leaves it out.

    Fix: commit the lockfile, and let the installation take what stands in it.
    - node: `npm ci`, or `pnpm install --frozen-lockfile`.
    - python: `uv sync --locked`, or `pip install --require-hashes -r requirements.txt`.
    - go: `go mod download`, with go.sum beside go.mod.
    - java: `gradle dependencies --write-locks`.
    - dotnet: `dotnet restore --locked-mode`.
    - php: `composer install`.
    - ruby: `bundle config set frozen true`.
    - rust: `cargo build --locked`.

    Blind to: installs that scripts of a base image do.

    See: https://docs.npmjs.com/cli/configuring-npm/package-lock-json
    """
    made = installs(project)
    unlocked: list[Fact] = []
    for package in _judged_packages(project):
        own = [i for i in made if i.package.path == package.path]
        for fact in _of_package(project, package, own):
            if package.lockfile is None:
                unlocked.append(fact)
            else:
                yield fact
    if len(unlocked) <= CROWD:
        yield from unlocked
    else:
        message = f"{len(unlocked)} packages have neither lockfile nor pinned versions: each build takes the newest."
        yield bad(message, *[fact.at[0] for fact in unlocked[:5]])


def _judged_packages(project: Project) -> Iterator[Package]:
    """Packages with dependencies of their own that something of the system runs, workspaces once."""
    for package in project.packages:
        judged = project.files.class_of(package.path) is FileClass.PRODUCTION and package.error is None
        if judged and package.root is None and any(package.of_kind("prod")) and package.ecosystem in {"npm", "pypi"}:
            yield package


def _of_package(project: Project, package: Package, own: list[Install]) -> Iterator[Fact]:
    if package.lockfile is None:
        if package.ecosystem == "pypi" and _another_holds(project, package):
            return
        if package.ecosystem == "pypi" and not package.path.endswith((".toml", "Pipfile")):
            loose = [d.name for d in package.dependencies if not d.spec.startswith("==") and "@" not in d.raw]
            pinned = len(package.dependencies) - len(loose)
            verdict = partial if pinned else bad
            yield verdict(f"{package.path}: {listed(loose)} not pinned: each build takes the newest.", package)
        else:
            yield bad(
                f"{package.path} has no lockfile: each build takes the newest versions that its ranges allow.",
                package,
                # Who uses a library resolves its ranges anew; a lockfile would only hold its own tests.
                severity=None if project.system.own else Severity.LOW,
            )
        return
    lost = next((i for i in own if i.demand and i.copied is False and _bears_its_absence(package.lockfile)), None)
    if lost is not None:
        message = (
            f"{lost.words}: the image gets no copy of {package.lockfile.path} before; each build takes the newest."
        )
        yield bad(message, lost, package.lockfile)
        return
    loose_installs = [i for i in own if not i.demand and not _looks_only(i)]
    frozen = next((i for i in own if i.demand == "there" and i.manager == "uv"), None)
    stale = [m for m in (package.lockfile.in_step(package) or ()) if m.breaks and m.locked is None] if frozen else []
    if frozen is not None and stale:
        names = listed([m.name for m in stale])
        yield bad(
            f"{frozen.words} installs without {names}: {package.path} asks for it, {package.lockfile.path} does not have it.",
            stale[0],
            frozen,
            severity=Severity.HIGH,
        )
    elif loose_installs:
        for install in loose_installs[:3]:
            yield partial(
                f"{install.words} may change what {package.lockfile.path} holds.",
                install,
                severity=Severity.LOW,
            )
    else:
        yield ok(f"{package.path} is held by {package.lockfile.path}.", package)


def _looks_only(install: Install) -> bool:
    """`uv run` and `cargo build` keep to a lockfile that is in step."""
    return install.manager in {"uv", "cargo", "bun"} or base_name(unwrap(install.command).program) == "cargo"


def _another_holds(project: Project, package: Package) -> bool:
    """Whether a lockfile beside it, of another manifest, is what is installed."""
    folder = dirname(package.path)
    return any(p.lockfile is not None and dirname(p.path) == folder and p.ecosystem == "pypi" for p in project.packages)
