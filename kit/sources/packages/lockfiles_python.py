"""Python lockfiles: poetry.lock, uv.lock, Pipfile.lock and pinned requirements."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from kit.model import At
from kit.sources.formats.json import loads
from kit.sources.packages.lockfiles_npm import broken
from kit.sources.packages.model import Dependency, Lockfile, Mismatch, Package, line_of
from kit.sources.packages.python import parsed
from kit.sources.packages.versions import satisfies_python

Read = Callable[[str], "str | None"]
_ERRORS = (ValueError, RecursionError, AttributeError, TypeError, KeyError)


def _versions(entries: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for entry in entries:
        found.setdefault(canonicalize_name(str(entry["name"])), {})[str(entry.get("version", ""))] = None
    return {name: tuple(versions) for name, versions in found.items()}


def poetry(text: str, path: str, read: Read) -> Lockfile:
    """A poetry.lock; `read` gives the text of the pyproject.toml beside it. Never raises."""
    try:
        data = tomllib.loads(text)
        packages = _versions(data.get("package") or [])
        recorded = str((data.get("metadata") or {}).get("content-hash", ""))
    except _ERRORS as error:
        return broken(path, "poetry", error)

    def compare(lock: Lockfile, package: Package) -> list[Mismatch] | None:
        if lock.importer(package) != ".":
            return None
        if recorded and recorded in _poetry_hashes(read(package.path) or ""):
            return []
        # Poetry knows that the manifest changed; which dependency did, only presence and version can show.
        return _unsatisfied(package, packages) or None

    version = str((data.get("metadata") or {}).get("lock-version", ""))
    return Lockfile(path, At(path), "poetry", packages, {}, version, compare=compare)


def _poetry_hashes(text: str) -> set[str]:
    """The content hashes that Poetry 1 and 2 compute of a manifest."""
    try:
        data = tomllib.loads(text)
        tool = data.get("tool", {}).get("poetry", {})
        project, groups = data.get("project", {}), data.get("dependency-groups", {})
        legacy = {key: tool.get(key) for key in ("dependencies", "source", "extras", "dev-dependencies")}
        group = {"group": tool["group"]} if tool.get("group") is not None else {}
        keys = ("requires-python", "dependencies", "optional-dependencies")
        standard = {key: project[key] for key in keys if project.get(key) is not None}
        own = {key: value for key, value in legacy.items() if value is not None}
        modern: dict[str, Any] = {"project": standard} if standard else {}
        modern |= {"dependency-groups": groups} if groups else {}
        modern |= {"tool": {"poetry": {**own, **group}}}
        return {_digest({**legacy, **group}), _digest(modern)}
    except _ERRORS:
        return set()


def _digest(content: Any, **options: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, **options).encode()).hexdigest()


def _unsatisfied(package: Package, packages: Mapping[str, tuple[str, ...]]) -> list[Mismatch]:
    """Dependencies that are not locked, or locked at no version that fits."""
    found = []
    for dependency in package.of_kind("prod", "dev", "optional"):
        versions = packages.get(canonicalize_name(dependency.name), ())
        spec = _plain_spec(dependency)
        fits = [satisfies_python(version, spec) for version in versions]
        if not versions or (fits and all(answer is False for answer in fits)):
            found.append(Mismatch(dependency.name, dependency.spec, ", ".join(versions) or None, dependency.at))
    return found


def _plain_spec(dependency: Dependency) -> str:
    requirement = parsed(dependency.raw) if dependency.raw else None
    return str(requirement.specifier) if requirement is not None else dependency.spec


def pipenv(text: str, path: str, read: Read) -> Lockfile:
    """A Pipfile.lock; `read` gives the text of the Pipfile beside it. Never raises."""
    try:
        data = loads(text)
        locked = {**(data.get("develop") or {}), **(data.get("default") or {})}
        packages: dict[str, tuple[str, ...]] = {
            str(canonicalize_name(name)): (str(entry.get("version", "")).removeprefix("=="),)
            for name, entry in locked.items()
        }
        recorded = str(((data.get("_meta") or {}).get("hash") or {}).get("sha256", ""))
    except _ERRORS as error:
        return broken(path, "pipenv", error)

    def compare(lock: Lockfile, package: Package) -> list[Mismatch] | None:
        if lock.importer(package) != ".":
            return None
        if recorded and recorded == _pipfile_hash(read(package.path) or ""):
            return []
        return _unsatisfied(package, packages) or None

    return Lockfile(path, At(path), "pipenv", packages, {}, None, compare=compare)


def _pipfile_hash(text: str) -> str:
    try:
        data = tomllib.loads(text)
    except ValueError:
        return ""
    content = {
        "_meta": {"sources": data.get("source", []), "requires": data.get("requires", {})},
        "default": data.get("packages", {}),
        "develop": data.get("dev-packages", {}),
    }
    return _digest(content, separators=(",", ":"))


def uv(text: str, path: str) -> Lockfile:
    """A uv.lock: it records what each member of the workspace requires. Never raises."""
    try:
        data = tomllib.loads(text)
        entries = data.get("package") or []
        packages = _versions(entries)
        members = {folder: entry for entry in entries if (folder := _folder(entry)) is not None}
        recorded = {folder: _uv_specs(entry) for folder, entry in members.items()}
        if "." not in recorded:
            # A root without `[project]` has its groups in the manifest table.
            groups = (data.get("manifest") or {}).get("dependency-groups") or {}
            recorded["."] = _uv_specs({"metadata": {"requires-dev": groups}})
    except _ERRORS as error:
        return broken(path, "uv", error)

    def compare(lock: Lockfile, package: Package) -> list[Mismatch] | None:
        known = recorded.get(lock.importer(package))
        if known is None or not package.complete:
            return None
        return _uv_differences(package, known, lock, text)

    direct = {name: sorted(map(str, specs))[0] for name, specs in recorded.get(".", {}).items()}
    return Lockfile(path, At(path), "uv", packages, direct, str(data.get("version", "")), compare=compare)


def _folder(entry: Mapping[str, Any]) -> str | None:
    """The folder of a member of the workspace; None for a package from elsewhere."""
    source = entry.get("source") or {}
    return next((str(source[key]) for key in ("virtual", "editable", "directory") if key in source), None)


def _uv_specs(entry: Mapping[str, Any]) -> dict[str, set[SpecifierSet | None]]:
    """Name to the specs that the lockfile recorded; None where a source takes the place of a version."""
    metadata = entry.get("metadata") or {}
    groups = (metadata.get("requires-dev") or {}).values()
    found: dict[str, set[SpecifierSet | None]] = {}
    for item in (*(metadata.get("requires-dist") or ()), *(item for group in groups for item in group)):
        sourced = any(key in item for key in ("git", "path", "url", "directory", "editable", "virtual"))
        spec = None if sourced else SpecifierSet(item.get("specifier", ""))
        found.setdefault(canonicalize_name(item["name"]), set()).add(spec)
    return found


def _uv_differences(
    package: Package, known: Mapping[str, set[SpecifierSet | None]], lock: Lockfile, text: str
) -> list[Mismatch]:
    declared: dict[str, list[tuple[Dependency, SpecifierSet | None]]] = {}
    sources = package.node.get("tool", "uv", "sources") if package.node is not None else None
    sourced = {canonicalize_name(name) for name, _ in sources.items()} if sources is not None else set()
    for dependency in package.of_kind("prod", "dev", "optional"):
        name = str(canonicalize_name(dependency.name))
        spec = None if name in sourced else _specifier(dependency)
        declared.setdefault(name, []).append((dependency, spec))
    found = []
    for declared_name, pairs in declared.items():
        locked = known.get(declared_name, set())
        if None in locked or (locked and any(spec is None for _, spec in pairs)):
            continue
        wrong = next((d for d, spec in pairs if spec not in locked), None)
        if wrong is not None:
            recorded = ", ".join(sorted(map(str, locked))) if locked else None
            found.append(Mismatch(wrong.name, wrong.spec, recorded, wrong.at))
    for extra in sorted(known.keys() - declared.keys()):
        at = line_of(text, f'name = "{extra}"', lock.path)
        found.append(Mismatch(extra, None, ", ".join(map(str, known[extra])), at))
    return found


def _specifier(dependency: Dependency) -> SpecifierSet | None:
    """The version range; None where an address stands for it."""
    requirement = parsed(dependency.raw)
    if requirement is not None:
        return None if requirement.url else requirement.specifier
    try:
        return SpecifierSet(dependency.spec)
    except InvalidSpecifier:
        return None


def pinned(package: Package) -> Lockfile | None:
    """A requirements file whose every line is pinned, as the lockfile that it is; None for any other."""
    packages: dict[str, tuple[str, ...]] = {}
    for dependency in package.dependencies:
        if not dependency.spec.startswith("==") and "@" not in dependency.raw:
            return None
        packages[canonicalize_name(dependency.name)] = (dependency.spec.removeprefix("==").strip(),)

    def compare(_: Lockfile, other: Package) -> list[Mismatch] | None:
        return [] if other.path == package.path else _unsatisfied(other, packages)

    if not packages:
        return None
    return Lockfile(package.path, At(package.path), "requirements", packages, compare=compare)
