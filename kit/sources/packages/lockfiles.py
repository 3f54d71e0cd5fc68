"""Lockfiles of every ecosystem, and which of them holds for a package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from kit.sources.packages import lockfiles_npm, lockfiles_other, lockfiles_python
from kit.sources.packages.lockfiles_npm import broken
from kit.sources.packages.model import Lockfile, Package

if TYPE_CHECKING:
    from kit.sources.tree.files import FileIndex

NAMES = {
    "npm": (
        "npm-shrinkwrap.json",
        "package-lock.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "bun.lock",
        "bun.lockb",
    ),
    "pypi": ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"),
    "go": ("go.sum",),
    "cargo": ("Cargo.lock",),
    "gradle": ("gradle.lockfile",),
}
_MANAGER = {
    "npm-shrinkwrap.json": "npm",
    "package-lock.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
}
_PARSERS: dict[str, Callable[[str, str], Lockfile]] = {
    "npm-shrinkwrap.json": lockfiles_npm.npm,
    "package-lock.json": lockfiles_npm.npm,
    "pnpm-lock.yaml": lockfiles_npm.pnpm,
    "yarn.lock": lockfiles_npm.yarn,
    "bun.lock": lockfiles_npm.bun,
    "uv.lock": lockfiles_python.uv,
    "go.sum": lockfiles_other.go_sum,
    "Cargo.lock": lockfiles_other.cargo,
    "gradle.lockfile": lockfiles_other.gradle,
}


def find(files: FileIndex) -> dict[str, Lockfile]:
    """Every lockfile of the project, by its path."""
    paths = files.named(*(name for names in NAMES.values() for name in names))
    return {path: parse(path, files) for path in paths}


def parse(path: str, files: FileIndex) -> Lockfile:
    """The lockfile at a path; one with an error where it cannot be read."""
    name = path.rpartition("/")[2]
    if name == "bun.lockb":
        return broken(path, "bun", "it is binary")
    text = files.text(path)
    if not text:
        return broken(path, _MANAGER.get(name, name), "it is empty, or too large to be read")

    def read(other: str) -> str | None:
        return files.text(other) if files.exists(other) else None

    if name == "poetry.lock":
        return lockfiles_python.poetry(text, path, read)
    if name == "Pipfile.lock":
        return lockfiles_python.pipenv(text, path, read)
    if name in _PARSERS:
        return _PARSERS[name](text, path)
    return broken(path, _MANAGER.get(name, name), "its format is not known here")


def attach(package: Package, locks: dict[str, Lockfile], found: dict[str, Package]) -> Package:
    """The package with its lockfiles: those of its workspace's root, then those beside it.

    Of several in one folder the one of its package manager comes first.
    """
    manifest = package.path.rpartition("/")[2]
    if package.ecosystem == "pypi" and manifest not in {"pyproject.toml", "Pipfile"}:
        return _requirements(package, found)
    names = NAMES.get(package.ecosystem, ())
    root = found.get(package.root or "")
    wanted = (root.manager if root is not None else None) or package.manager
    here: list[Lockfile] = []
    for folder in dict.fromkeys([root.dir if root is not None else package.dir, package.dir]):
        prefix = "" if folder == "." else f"{folder}/"
        beside = [locks[prefix + name] for name in names if prefix + name in locks and _fits(manifest, name)]
        here += sorted(beside, key=lambda lock: _manager(lock) != wanted)
    if not here:
        return package
    manager = _manager(here[0]) or package.manager
    return replace(package, lockfile=here[0], lockfiles=tuple(here), manager=manager)


def _fits(manifest: str, name: str) -> bool:
    return (manifest == "Pipfile") == (name == "Pipfile.lock")


def _manager(lock: Lockfile) -> str | None:
    return _MANAGER.get(lock.path.rpartition("/")[2])


def _requirements(package: Package, found: dict[str, Package]) -> Package:
    """A requirements file is its own lockfile where all is pinned; an `.in` file has the `.txt` beside it."""
    compiled = found.get(package.path.removesuffix(".in") + ".txt") if package.path.endswith(".in") else package
    lock = lockfiles_python.pinned(compiled) if compiled is not None else None
    return replace(package, lockfile=lock, lockfiles=(lock,)) if lock is not None else package
