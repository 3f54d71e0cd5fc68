"""go.sum, Cargo.lock and gradle.lockfile."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from kit.model import At
from kit.sources.packages.lockfiles_npm import broken
from kit.sources.packages.model import Lockfile, Mismatch, Package, plain_name
from kit.sources.packages.versions import satisfies

_GO_SUM = re.compile(r"^(\S+) (v[^\s/]+)(/go\.mod)? h1:", re.MULTILINE)
_GRADLE = re.compile(r"^([^#:\s][^:\s]*:[^:\s]+):([^=\s]+)=", re.MULTILINE)


def go_sum(text: str, path: str) -> Lockfile:
    """A go.sum: a direct requirement without any sum of its version is out of step."""
    packages: dict[str, dict[str, None]] = {}
    for module, version, _ in _GO_SUM.findall(text):
        packages.setdefault(module, {})[version] = None

    def compare(_: Lockfile, package: Package) -> list[Mismatch] | None:
        found = []
        for dependency in package.of_kind("prod"):
            name, version = _replaced(package, dependency.name, dependency.spec)
            known = packages.get(name, {})
            if dependency.group is None and not name.startswith((".", "/")) and version not in known:
                locked = ", ".join(known) or None
                found.append(Mismatch(dependency.name, dependency.spec, locked, dependency.at))
        return found

    locked = {module: tuple(versions) for module, versions in packages.items()}
    return Lockfile(path, At(path), "go", locked, compare=compare)


def _replaced(package: Package, name: str, version: str) -> tuple[str, str]:
    node = package.node.get("replace", name) if package.node is not None else None
    if node is None:
        return name, version
    target, _, pinned = node.text.partition(" ")
    return target, pinned or version


def cargo(text: str, path: str) -> Lockfile:
    """A Cargo.lock: it names what each member of the workspace depends on. Never raises."""
    try:
        data = tomllib.loads(text)
        entries: list[dict[str, Any]] = data.get("package") or []
        packages: dict[str, tuple[str, ...]] = {}
        for entry in entries:
            packages[entry["name"]] = (*packages.get(entry["name"], ()), str(entry["version"]))
        own = {entry["name"]: entry for entry in entries if "source" not in entry}
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError) as error:
        return broken(path, "cargo", error)

    def compare(_: Lockfile, package: Package) -> list[Mismatch] | None:
        entry = own.get(package.name or "")
        return None if entry is None else _cargo_differences(package, entry, packages)

    return Lockfile(path, At(path), "cargo", packages, {}, str(data.get("version", "")), compare=compare)


def _cargo_differences(package: Package, entry: dict[str, Any], packages: dict[str, tuple[str, ...]]) -> list[Mismatch]:
    listed: dict[str, tuple[str, ...]] = {}
    for item in entry.get("dependencies") or ():
        name, _, rest = str(item).partition(" ")
        listed[plain_name(name)] = (rest.split(" ")[0],) if rest else packages.get(name, ())
    found = []
    for dependency in package.dependencies:
        versions = listed.get(plain_name(dependency.name))
        elsewhere = dependency.spec.startswith(("path:", "git:")) or not dependency.spec
        fits = [satisfies(version, dependency.spec, cargo=True) for version in versions or ()]
        if versions is None or (not elsewhere and fits and all(answer is False for answer in fits)):
            locked = ", ".join(versions) if versions else None
            found.append(Mismatch(dependency.name, dependency.spec, locked, dependency.at))
    return found


def gradle(text: str, path: str) -> Lockfile:
    """A gradle.lockfile. Dependencies are named by code, so what it lacks cannot be told."""
    packages: dict[str, tuple[str, ...]] = {}
    for name, version in _GRADLE.findall(text):
        packages[name] = (*packages.get(name, ()), version)
    return Lockfile(path, At(path), "gradle", packages)
