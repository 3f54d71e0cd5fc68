"""Where dependencies are installed, by images and by pipelines, and whether the lockfile has to hold there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from kit.model import At, FileClass
from kit.sources.commands.command import Command
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name, unwrap
from kit.system.reach import reach

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.containers.dockerfile import Dockerfile
    from kit.sources.containers.dockerfile_model import Copy, Instruction, Stage
    from kit.sources.packages.model import Package
    from kit.sources.pipelines.model import Job

MANIFESTS = {
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun"), "package.json"),
    **dict.fromkeys(("uv", "poetry", "pdm"), "pyproject.toml"),
    "pipenv": "Pipfile",
    "go": "go.mod",
    "cargo": "Cargo.toml",
}
_BY_MATRIX = re.compile(r"^([\w./-]*?)\$\{\{\s*matrix\.([\w-]+)\s*\}\}([\w./-]*)$")
LOCKS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "pnpm": ("pnpm-lock.yaml",),
    "yarn": ("yarn.lock",),
    "bun": ("bun.lock", "bun.lockb"),
    "uv": ("uv.lock",),
    "poetry": ("poetry.lock",),
    "pdm": ("pdm.lock",),
    "pipenv": ("Pipfile.lock",),
    "go": ("go.sum",),
    "cargo": ("Cargo.lock",),
}


@dataclass(frozen=True, eq=False)
class Install:
    """One installation of a package's dependencies.

    `demand`: "in step" where a lockfile that is out of step ends it, "there" where only a missing one does, "" where
    it takes what it likes. `copied` False where the image is known not to get the lockfile, None where that is open.
    """

    manager: str
    demand: str
    package: Package
    command: Command
    where: str
    copied: bool | None = None

    @property
    def at(self) -> At:
        """Where it is said."""
        return self.command.at

    @property
    def words(self) -> str:
        """The command in short."""
        return " ".join((base_name(unwrap(self.command).program), *unwrap(self.command).args))[:60]


@lru_cache(maxsize=4)
def installs(project: Project) -> tuple[Install, ...]:
    """Every installation that can be traced to a manifest of the project."""
    return (*_of_pipelines(project), *_of_images(project))


def demand_of(command: Command, *, ci: bool) -> tuple[str, str] | None:
    """The manager and what it demands of the lockfile; None where nothing of a project is installed."""
    inner = unwrap(command)
    manager, words = base_name(inner.program), [a for a in inner.args if not a.startswith("-")]
    rules = {"npm": _npm, "pnpm": _pnpm, "yarn": _yarn, "bun": _bun, "uv": _uv, "go": _go, "cargo": _cargo}
    if base_name(command.program) == "uv" and command.args[:1] == ("run",):
        manager, inner, words = "uv", command, ["run"]
    rule = rules.get(manager)
    found = rule(inner.args, words, ci) if rule is not None else _python(manager, inner.args, words)
    return (manager, found) if found is not None else None


def _npm(args: tuple[str, ...], words: list[str], ci: bool) -> str | None:
    del ci
    if words[:1] in (["ci"], ["clean-install"], ["cit"], ["install-clean"]):
        return "in step"
    bare = words in (["install"], ["i"], ["it"]) and not {"-g", "--global"} & set(args)
    return "" if bare else None


def _pnpm(args: tuple[str, ...], words: list[str], ci: bool) -> str | None:
    if words not in (["install"], ["i"], ["fetch"]) or {"-g", "--global"} & set(args):
        return None
    if {"--no-frozen-lockfile", "--frozen-lockfile=false", "--no-lockfile", "--fix-lockfile"} & set(args):
        return ""
    return "in step" if ci or "--frozen-lockfile" in args or "--frozen-lockfile=true" in args else ""


def _yarn(args: tuple[str, ...], words: list[str], ci: bool) -> str | None:
    if words not in ([], ["install"]) or {"--version", "-v", "--help"} & set(args):
        return None
    held = {"--frozen-lockfile", "--immutable", "--immutable-cache"} & set(args)
    return "in step" if held else "in step where berry" if ci and not {"--no-immutable"} & set(args) else ""


def _bun(args: tuple[str, ...], words: list[str], ci: bool) -> str | None:
    del ci
    if words == ["ci"] or (words in (["install"], ["i"]) and "--frozen-lockfile" in args):
        return "in step"
    return "" if words in (["install"], ["i"]) else None


def _uv(args: tuple[str, ...], words: list[str], ci: bool) -> str | None:
    del ci
    if words[:1] not in (["sync"], ["run"], ["export"]) or "--no-project" in args:
        return None
    return "in step" if "--locked" in args else "there" if "--frozen" in args else ""


def _go(args: tuple[str, ...], words: list[str], ci: bool) -> str | None:
    del ci
    if words[:1] not in (["build"], ["test"], ["install"], ["vet"]) or any("@" in w for w in words):
        return None
    return None if any(a.startswith("-mod=") and a != "-mod=readonly" for a in args) else "in step"


def _cargo(args: tuple[str, ...], words: list[str], ci: bool) -> str | None:
    del ci
    if words[:1] not in (["build"], ["test"], ["install"], ["fetch"], ["chef"]):
        return None
    return "in step" if {"--locked", "--frozen"} & set(args) else ""


def _python(manager: str, args: tuple[str, ...], words: list[str]) -> str | None:
    if manager == "poetry" and words[:1] in (["install"], ["sync"]):
        return "in step where locked"
    if manager == "pipenv" and words[:1] in (["sync"], ["install"]):
        return "in step" if words[0] == "sync" or "--deploy" in args else "" if words == ["install"] else None
    if manager == "pdm" and words[:1] in (["sync"], ["install"]):
        return "in step" if {"--frozen-lockfile", "--check"} & set(args) else "there"
    return None


def _of_pipelines(project: Project) -> Iterator[Install]:
    look = reach(project)
    for workflow in project.workflows:
        if project.files.class_of(workflow.path) is not FileClass.PRODUCTION:
            continue
        for job in workflow.jobs:
            made: set[tuple[str, str | None]] = set()
            for reached in look.of(_in_folders(project, job)):
                manager = base_name(unwrap(reached.command).program)
                if _makes_lock(reached.command):
                    made.add((manager, reached.command.directory))
                if len(reached.chain) <= 3 and not any(c.guarded or c.conditional for c in reached.chain):
                    found = _made(project, reached.command, reached.command.directory, "pipeline", ci=True)
                    locked = (manager, reached.command.directory) in made
                    yield from (replace(install, demand="") if locked else install for install in found)


def folders_of_matrix(job: Job, written: str) -> tuple[str, ...]:
    """The folders that `${{ matrix.x }}` in a written path stands for, relative to the project's root."""
    found = _BY_MATRIX.match(written.strip().removeprefix("./"))
    values = job.of_matrix(found[2]) if found is not None else ()
    return tuple(posixpath.normpath(f"{found[1]}{v.text}{found[3]}") for v in values) if found is not None else ()


def _in_folders(project: Project, job: Job) -> Iterator[Command]:
    """A job's commands; those of steps whose folder the matrix names, once for each of its folders."""
    for step in job.all_steps:
        unsaid = step.directory is None and job.checks_out is not False
        folders = folders_of_matrix(job, step.working_directory or "") if unsaid else ()
        folders = tuple(folder for folder in folders if project.files.is_dir(folder))
        if folders and all(command.program != "cd" for command in step.commands):
            yield from (replace(command, directory=folder) for folder in folders for command in step.commands)
        else:
            yield from step.commands


_LOCKING = {
    "npm": ("install", "i"), "pnpm": ("--lockfile-only", "--fix-lockfile"), "uv": ("lock",), "poetry": ("lock",),
    "go": ("tidy",), "cargo": ("generate-lockfile", "update"), "pdm": ("lock",), "bun": ("--lockfile-only",),
}  # fmt: skip


def _makes_lock(command: Command) -> bool:
    """Whether a command writes the lockfile anew, so that it is there and in step for those that follow."""
    inner = unwrap(command)
    words = _LOCKING.get(base_name(inner.program), ())
    return bool(set(words) & set(inner.args)) and not {"-g", "--global", "--no-package-lock"} & set(inner.args)


def _made(
    project: Project,
    command: Command,
    folder: str | None,
    where: str,
    *,
    ci: bool,
    copied: bool | None = None,
) -> Iterator[Install]:
    found = demand_of(command, ci=ci)
    package = _package(project, found[0], folder) if found is not None else None
    if found is not None and package is not None:
        yield Install(found[0], _settled(found, package), package, command, where, copied)


def _settled(found: tuple[str, str], package: Package) -> str:
    """A demand that depends on the lockfile's format or presence."""
    manager, demand = found
    formats = {lock.format for lock in package.lockfiles}
    if demand == "in step where berry":
        return "in step" if "yarn-berry" in formats else ""
    if demand == "in step where locked":
        return "in step" if manager in formats else ""
    return demand


def _package(project: Project, manager: str, folder: str | None) -> Package | None:
    if folder is None or folder.startswith(("/", "..")):
        return None
    known = {package.path: package for package in project.packages}
    while True:
        path = posixpath.normpath(posixpath.join(folder, MANIFESTS[manager]))
        if path in known:
            return known[path]
        if folder in {"", "."}:
            return None
        folder = posixpath.dirname(folder) or "."


def _of_images(project: Project) -> Iterator[Install]:
    contexts: dict[str, set[str]] = {}
    for service in project.system.services:
        if service.build is not None:
            contexts.setdefault(service.build.dockerfile, set()).add(posixpath.normpath(service.build.context))
    for dockerfile in project.dockerfiles:
        judged = dockerfile.error is None and project.files.class_of(dockerfile.path) is FileClass.PRODUCTION
        for context in sorted(contexts.get(dockerfile.path, ())) if judged else ():
            for stage in dockerfile.stages:
                yield from _of_stage(project, dockerfile, stage, context)


def _of_stage(project: Project, dockerfile: Dockerfile, stage: Stage, context: str) -> Iterator[Install]:
    for instruction in stage.instructions:
        if instruction.name != "RUN":
            continue
        ci = bool(dockerfile.env(stage).get("CI"))
        base = dockerfile.workdir(stage, instruction) or "/"
        first = instruction.at.line or 1
        run = commands(instruction.script or instruction.value, dockerfile.path, first, directory=".")
        made = any(_makes_lock(command) for command in run)
        for command in run:
            found = demand_of(command, ci=ci or ("CI", "true") in command.env)
            if found is None or command.guarded or command.conditional or command.directory is None:
                continue
            if re.search(re.escape(command.text) + r"\s*\|\|", instruction.value):
                continue
            folder = posixpath.normpath(posixpath.join(base, command.directory))
            before = _copies_before(dockerfile, stage, instruction)
            origin = _origin(project, context, before, f"{folder}/{MANIFESTS[found[0]]}")
            package = _package(project, found[0], posixpath.dirname(origin) or ".") if origin else None
            if package is not None and package.path == origin:
                copied = _lock_copied(project, context, before, folder, found[0], instruction)
                demand = "" if made else _settled(found, package)
                yield Install(found[0], demand, package, command, dockerfile.path, copied)


def _copies_before(dockerfile: Dockerfile, stage: Stage, instruction: Instruction) -> list[Copy]:
    """What is copied into the stage, and into those that it stands on, before an instruction."""
    found: list[Copy] = []
    for each in dockerfile.lineage(stage):
        for copy in dockerfile.copies(each):
            if each is stage and (copy.at.line or 0) > (instruction.at.line or 0):
                break
            found.append(copy)
    return found


def _origin(project: Project, context: str, copies: list[Copy], place: str) -> str | None:
    """The project's file that a path of the image is copied from."""
    name = posixpath.basename(place)
    for copy in reversed(copies):
        if copy.from_stage is not None or copy.from_image is not None:
            continue
        target = copy.target or "/"
        folder = target.endswith("/") or len(copy.sources) > 1 or any("*" in s for s in copy.sources)
        for source in copy.sources:
            path = posixpath.normpath(posixpath.join(context, source.lstrip("/") or "."))
            if path == "." or project.files.is_dir(path):
                inner = posixpath.relpath(place, target.rstrip("/") or "/")
                candidate = posixpath.normpath(posixpath.join(path, inner))
                if not inner.startswith("..") and project.files.exists(candidate):
                    return candidate
            elif fnmatchcase(name, posixpath.basename(path)):
                landed = posixpath.join(target, name) if folder or posixpath.basename(target) != name else target
                candidate = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
                if posixpath.normpath(landed) == place and project.files.exists(candidate):
                    return candidate
    return None


def _lock_copied(
    project: Project, context: str, copies: list[Copy], folder: str, manager: str, instruction: Instruction
) -> bool | None:
    """Whether the lockfile is in the image by then; None where something unseen may have put it there."""
    upwards = [folder]
    while upwards[-1] not in {"/", ""}:
        upwards.append(posixpath.dirname(upwards[-1]))
    if any(_origin(project, context, copies, f"{up}/{name}") for up in upwards for name in LOCKS[manager]):
        return True
    mounted = any(mount.get("type", "bind") == "bind" for mount in instruction.mounts)
    unseen = any(c.from_stage is not None or c.from_image is not None for c in copies)
    return None if mounted or unseen else False
