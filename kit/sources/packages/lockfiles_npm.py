"""npm, pnpm, yarn and bun lockfiles: what they lock, and whether a package.json is in step with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from kit.model import At
from kit.sources.formats.json import loads
from kit.sources.formats.nodes import Problem
from kit.sources.packages.model import Dependency, Lockfile, Mismatch, Package, line_of
from kit.sources.packages.versions import satisfies

_ALIAS = re.compile(r"[\s\[{,:-]\*\w")

MAX_CHARACTERS = 40_000_000
_INSTALLED = ("dependencies", "devDependencies", "optionalDependencies")
Specs = dict[str, set[str]]


def broken(path: str, kind: str, error: Exception | str) -> Lockfile:
    """A lockfile that cannot be read."""
    said = error if isinstance(error, str) else str(error).split("\n")[0]
    return Lockfile(path, At(path), kind, error=Problem(f"The lockfile cannot be read: {said}.", At(path)))


def npm(text: str, path: str) -> Lockfile:
    """A package-lock.json or npm-shrinkwrap.json of version 1 to 3. Never raises."""
    try:
        data = loads(text)
        if not isinstance(data, dict):
            return broken(path, "npm", "it is no mapping")
        entries = data.get("packages")
        if isinstance(entries, dict):
            return _npm_modern(data, entries, text, path)
        return _npm_first(data, path)
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        return broken(path, "npm", error)


def _npm_modern(data: dict[str, Any], entries: dict[str, Any], text: str, path: str) -> Lockfile:
    packages: dict[str, list[str]] = {}
    for place, entry in entries.items():
        name = place.rpartition("node_modules/")[2]
        if "node_modules/" in place and isinstance(entry, dict) and isinstance(entry.get("version"), str):
            packages.setdefault(str(entry.get("name") or name), []).append(entry["version"])

    def compare(lock: Lockfile, package: Package) -> list[Mismatch] | None:
        importer = lock.importer(package)
        entry = entries.get("" if importer == "." else importer)
        if not isinstance(entry, dict):
            return _absent(lock, package)

        def version(name: str) -> str | None:
            own = entries.get(f"{importer}/node_modules/{name}") or entries.get(f"node_modules/{name}") or {}
            return str(own["version"]) if "version" in own else None

        return [_judged_npm(m, version) for m in _differences(package, _recorded(entry), lock, text)]

    root = entries.get("")
    direct = _flat(_recorded(root)) if isinstance(root, dict) else {}
    lock = _lock(path, "npm", packages, direct, str(data.get("lockfileVersion", "")), compare)
    return replace(lock, licences=dict(_licences(entries)))


def _licences(entries: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for place, entry in entries.items():
        licence = entry.get("license") if isinstance(entry, dict) else None
        if isinstance(licence, str):
            yield place, licence


def _judged_npm(mismatch: Mismatch, version: Any) -> Mismatch:
    """`npm ci` compares locked versions with ranges: what still fits installs, whatever was recorded."""
    if mismatch.manifest_spec is None:
        return replace(mismatch, breaks=False)
    locked = version(mismatch.name)
    fits = satisfies(locked, mismatch.manifest_spec) if locked else False
    return replace(mismatch, version=locked, breaks=None if fits is None else not fits)


def _npm_first(data: dict[str, Any], path: str) -> Lockfile:
    """Version 1 records no specs: out of step is what is absent, or whose version does not fit."""
    entries = data.get("dependencies") or {}
    packages = {name: [str(entry.get("version", ""))] for name, entry in entries.items()}

    def compare(lock: Lockfile, package: Package) -> list[Mismatch] | None:
        if lock.importer(package) != ".":
            return None
        found = []
        for dependency in package.of_kind("prod", "dev"):
            locked = next(iter(packages.get(dependency.name, ())), None)
            fits = satisfies(locked, dependency.spec) if locked is not None else False
            if fits is False:
                at = dependency.at
                found.append(Mismatch(dependency.name, dependency.spec, locked, at, locked))
        return found

    return _lock(path, "npm", packages, {}, str(data.get("lockfileVersion", 1)), compare)


def pnpm(text: str, path: str) -> Lockfile:
    """A pnpm-lock.yaml of version 5 to 9. Only the importers are parsed as YAML. Never raises."""
    try:
        sections = dict(_sections(text))
        importers = _importers(sections)
        overrides = _yaml(sections.get("overrides", ""), "overrides") or {}
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError, TypeError) as error:
        return broken(path, "pnpm", error)
    unsure = "pnpmfileChecksum" in sections
    overriding: Specs = {}
    for key, value in overrides.items():
        name = re.sub(r"(?<!^)@.*", "", str(key).rpartition(">")[2])
        overriding.setdefault(name, set()).add(str(value))

    def compare(lock: Lockfile, package: Package) -> list[Mismatch] | None:
        recorded = importers.get(lock.importer(package))
        if recorded is None:
            return _absent(lock, package)
        found = [
            m
            for m in _differences(package, recorded, lock, text)
            if not _overridden(m, overriding.get(m.name, set()))
            and not (m.locked is None and (m.manifest_spec or "").startswith("link:"))
        ]
        # A pnpmfile may rewrite manifests before they are compared.
        return None if found and unsure else found

    version = re.search(r"^lockfileVersion: *['\"]?([\d.]+)", text, re.MULTILINE)
    direct = _flat(importers.get(".", {}))
    return _lock(path, "pnpm", _pnpm_packages(sections), direct, version[1] if version else None, compare)


def _overridden(mismatch: Mismatch, values: set[str]) -> bool:
    """Whether pnpm recorded an override in place of the manifest's spec; `-` removes, `$name` refers."""
    return mismatch.locked in values or any(value.startswith(("-", "$")) for value in values)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """The top-level entries of the YAML, each as text: the file as a whole is too large to parse."""
    starts = list(re.finditer(r"^([A-Za-z][\w-]*):", text, re.MULTILINE))
    for index, start in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(text)
        yield start[1], text[start.start() : end]


def _yaml(section: str, key: str) -> Any:
    return (_loaded(section) or {}).get(key) if section else None


def _loaded(text: str) -> Any:
    """The data of a lockfile. Raises YAMLError for what is none, and for aliases, which no tool writes into one: a few
    of them could stand for gigabytes."""
    if _ALIAS.search(text) and any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(text, Loader=yaml.CSafeLoader)):
        raise yaml.YAMLError("it holds aliases")
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _importers(sections: Mapping[str, str]) -> dict[str, Specs]:
    if "importers" in sections:
        found = _yaml(sections["importers"], "importers") or {}
        return {str(folder): _pnpm_specs(entry or {}) for folder, entry in found.items()}
    keys = ("specifiers", *_INSTALLED)
    return {".": _pnpm_specs({key: _yaml(sections.get(key, ""), key) for key in keys})}


def _pnpm_specs(importer: Mapping[str, Any]) -> Specs:
    specs: Specs = {name: {str(spec)} for name, spec in (importer.get("specifiers") or {}).items()}
    for group in _INSTALLED:
        for name, entry in (importer.get(group) or {}).items():
            if isinstance(entry, dict) and "specifier" in entry:
                specs.setdefault(name, set()).add(str(entry["specifier"]))
    return specs


def _pnpm_packages(sections: Mapping[str, str]) -> dict[str, list[str]]:
    packages: dict[str, list[str]] = {}
    for key in re.findall(r"^  ['\"]?/?([^\s'\"][^\n'\"]*?)['\"]?:", sections.get("packages", ""), re.MULTILINE):
        match = re.match(r"((?:@[^/@]+/)?[^/@]+)[@/]([^(_]+)", key)
        if match:
            packages.setdefault(match[1], []).append(match[2])
    return packages


def yarn(text: str, path: str) -> Lockfile:
    """A yarn.lock, classic or berry. Never raises."""
    return _berry(text, path) if re.search(r"^__metadata:", text, re.MULTILINE) else _classic(text, path)


def _classic(text: str, path: str) -> Lockfile:
    keys: Specs = {}
    packages: dict[str, list[str]] = {}
    for header, version in re.findall(r"^([^\s#][^\n]*):\n  version:? \"?([^\"\n]+)\"?", text, re.MULTILINE):
        for key in header.split(", "):
            name, spec = _descriptor(key.strip('"'))
            keys.setdefault(name, set()).add(spec)
            if version not in packages.setdefault(name, []):
                packages[name].append(version)

    def compare(lock: Lockfile, package: Package) -> list[Mismatch] | None:
        if lock.importer(package) != "." and package.root is None:
            return None
        pinned = _resolutions(package)
        return [
            Mismatch(d.name, d.spec, "; ".join(sorted(keys.get(d.name, ()))) or None, d.at)
            for d in package.of_kind("prod", "dev", "optional")
            if d.name not in pinned and not _in_classic(d, keys.get(d.name, set()), package)
        ]

    return _lock(path, "yarn-classic", packages, {}, "1", compare)


def _in_classic(dependency: Dependency, specs: set[str], package: Package) -> bool:
    spec = dependency.spec.strip()
    if spec in specs or spec.startswith(("link:", "file:", "portal:", "workspace:")):
        return True
    # A sibling of the workspace is linked, not locked; an address is normalized in ways of its own.
    sibling = not specs and (package.root is not None or bool(package.workspaces))
    return sibling or (bool(specs) and bool(re.search(r"[:/]", spec)))


def _descriptor(key: str) -> tuple[str, str]:
    name, _, spec = key[1:].partition("@") if key.startswith("@") else key.partition("@")
    return (f"@{name}" if key.startswith("@") else name), spec


def _resolutions(package: Package) -> set[str]:
    node = package.node.get("resolutions") if package.node is not None else None
    return {re.sub(r"(?<!^)@[^/]*$", "", key).rpartition("**/")[2] for key in dict(node.items())} if node else set()


def _berry(text: str, path: str) -> Lockfile:
    try:
        data = _loaded(text)
        importers, packages = _berry_entries(data)
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError, TypeError) as error:
        return broken(path, "yarn-berry", error)

    def compare(lock: Lockfile, package: Package) -> list[Mismatch] | None:
        recorded = importers.get(lock.importer(package))
        if recorded is None:
            return _absent(lock, package)
        return list(_differences(package, recorded, lock, text, _without_protocol))

    direct = _flat(importers.get(".", {}))
    version = str((data.get("__metadata") or {}).get("version", ""))
    return _lock(path, "yarn-berry", packages, direct, version, compare)


def _berry_entries(data: dict[str, Any]) -> tuple[dict[str, Specs], dict[str, list[str]]]:
    importers: dict[str, Specs] = {}
    packages: dict[str, list[str]] = {}
    for entry in data.values():
        resolution = str(entry.get("resolution", ""))
        name, place = _descriptor(resolution)
        if place.startswith("workspace:"):
            importers[place.removeprefix("workspace:")] = {
                dependency: {_without_protocol(str(spec))}
                for dependency, spec in (entry.get("dependencies") or {}).items()
            }
        elif resolution:
            packages.setdefault(name, []).append(str(entry.get("version", "")))
    return importers, packages


def _without_protocol(spec: str) -> str:
    """`npm:^1` as `^1`, an alias (`npm:name@^1`) kept."""
    bare = spec.strip().removeprefix("npm:")
    return spec if "@" in bare else bare


def bun(text: str, path: str) -> Lockfile:
    """A bun.lock: JSON with trailing commas. Never raises."""
    try:
        data = loads(re.sub(r",(\s*[}\]])", r"\1", text))
        workspaces = data["workspaces"]
        importers = {folder or ".": _recorded(entry) for folder, entry in workspaces.items()}
        named = [_descriptor(str(entry[0])) for entry in (data.get("packages") or {}).values()]
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError, IndexError) as error:
        return broken(path, "bun", error)
    packages: dict[str, list[str]] = {}
    for name, version in named:
        packages.setdefault(name, []).append(version)

    def compare(lock: Lockfile, package: Package) -> list[Mismatch] | None:
        recorded = importers.get(lock.importer(package))
        return _absent(lock, package) if recorded is None else list(_differences(package, recorded, lock, text))

    direct = _flat(importers.get(".", {}))
    return _lock(path, "bun", packages, direct, str(data.get("lockfileVersion", "")), compare)


def _recorded(entry: Mapping[str, Any]) -> Specs:
    specs: Specs = {}
    for group in _INSTALLED:
        for name, spec in (entry.get(group) or {}).items():
            specs.setdefault(name, set()).add(str(spec))
    return specs


def _flat(specs: Specs) -> dict[str, str]:
    return {name: sorted(found)[0] for name, found in specs.items()}


def _lock(
    path: str,
    kind: str,
    packages: Mapping[str, Iterable[str]],
    direct: dict[str, str],
    version: str | None,
    compare: Any,
) -> Lockfile:
    locked = {name: tuple(dict.fromkeys(versions)) for name, versions in packages.items()}
    return Lockfile(path, At(path), kind, locked, direct, version, compare=compare)


def _absent(lock: Lockfile, package: Package) -> list[Mismatch] | None:
    """A member of the workspace that the lockfile does not know of."""
    if package.root is None and lock.importer(package) != ".":
        return None
    dependencies = list(package.of_kind("prod", "dev", "optional"))
    return [Mismatch(d.name, d.spec, None, d.at) for d in dependencies]


def _differences(
    package: Package, recorded: Specs, lock: Lockfile, text: str, normal: Any = str.strip
) -> Iterator[Mismatch]:
    """Every dependency whose recorded spec is another, or that only one of the two has."""
    declared: Specs = {}
    for dependency in package.of_kind("prod", "dev", "optional"):
        declared.setdefault(dependency.name, set()).add(normal(dependency.spec) or "*")
    seen = set()
    for dependency in package.of_kind("prod", "dev", "optional"):
        known = {normal(spec) or "*" for spec in recorded.get(dependency.name, ())}
        if not known & declared[dependency.name] and dependency.name not in seen:
            seen.add(dependency.name)
            yield Mismatch(dependency.name, dependency.spec, next(iter(sorted(known)), None), dependency.at)
    peers = {dependency.name for dependency in package.of_kind("peer")}
    for name, specs in recorded.items():
        if name not in declared and name not in peers:
            yield Mismatch(name, None, sorted(specs)[0], line_of(text, name, lock.path))
