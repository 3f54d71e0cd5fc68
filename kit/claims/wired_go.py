"""Go code that no program takes in: a package runs where a chain of imports leads to it from a package `main`, and a
function of it where something names it."""

from __future__ import annotations

import re
from collections import defaultdict

from kit.claims.ground import Ground
from kit.model import Evidence

_MODULE = re.compile(r"^module\s+\"?(?P<path>[^\s\"]+)", re.MULTILINE)
_MAIN = re.compile(r"^package main\b", re.MULTILINE)
_FUNCTION = re.compile(r"^func (?P<name>[A-Za-z_]\w*)[(\[]")
_AT_ONCE = frozenset({"main", "init"})


def is_idle(place: Evidence, ground: Ground) -> bool:
    """Whether a place lies in Go code that no program of the project takes in; False where there is no program."""
    started = _started(ground)
    return bool(started) and _is_idle(place, started, ground)


def _is_idle(place: Evidence, started: dict[str, frozenset[str]], ground: Ground) -> bool:
    lines = ground.files.lines(place.path)
    if not place.path.endswith(".go") or place.path.endswith("_test.go") or not 0 < (place.line or 0) <= len(lines):
        return False
    if place.path not in started:
        # What is taken in somewhere else with the same words is at work there.
        shown = lines[(place.line or 1) - 1].strip()
        return not any(shown in known for known in started.values())
    name = _function_around(lines[: place.line])
    return name is not None and not _is_named(name, started)


def _function_around(lines: list[str]) -> str | None:
    """The function of a package, no method, that the last of the lines stands in; None for what runs by itself."""
    for number, line in enumerate(reversed(lines)):
        if line.startswith("func "):
            found = _FUNCTION.match(line)
            return found["name"] if found and found["name"] not in _AT_ONCE else None
        if number and line.startswith("}"):
            return None
    return None


def _is_named(name: str, started: dict[str, frozenset[str]]) -> bool:
    """Whether code that is taken in names a function in any line but remarks and the one that defines it."""
    pattern = re.compile(rf"(?<!func )\b{name}\b")
    return any(name in line and pattern.search(line.partition("//")[0]) for lines in started.values() for line in lines)


def _started(ground: Ground) -> dict[str, frozenset[str]]:
    """The Go files of all packages that a package `main` leads to, with their lines; empty where there is none such."""
    known: dict[str, frozenset[str]] | None = ground.products.get("go files at work")
    if known is None:
        known = {path: frozenset(map(str.strip, ground.files.lines(path))) for path in _reached(ground)}
        ground.products["go files at work"] = known
    return known


def _reached(ground: Ground) -> set[str]:
    modules = _modules(ground)
    packages: dict[str, list[str]] = defaultdict(list)
    for path in ground.production:
        if path.endswith(".go") and not path.endswith("_test.go"):
            packages[_folder(path)].append(path)
    if not modules:
        return set()
    waiting = [f for f, paths in packages.items() if any(_MAIN.search(ground.files.text(p)) for p in paths)]
    done: set[str] = set()
    while waiting:
        folder = waiting.pop()
        if folder not in done:
            done.add(folder)
            waiting += [f for path in packages[folder] for f in _imported(path, modules, ground) if f in packages]
    return {path for folder in done for path in packages[folder]}


def _modules(ground: Ground) -> dict[str, str]:
    """The folder of each module by the path that it is imported with."""
    manifests = (path for path in ground.files.paths if path.rpartition("/")[2] == "go.mod")
    named = ((path, _MODULE.search(ground.files.text(path))) for path in manifests)
    return {found["path"]: _folder(path) for path, found in named if found}


def _imported(path: str, modules: dict[str, str], ground: Ground) -> list[str]:
    """The folders of the project that a file takes in."""
    folders = []
    for taken in ground.project.code.imports(path):
        name = taken.module.strip('"')
        root = next((m for m in sorted(modules, key=len, reverse=True) if name == m or name.startswith(f"{m}/")), None)
        if root is not None:
            folders.append("/".join(part for part in (modules[root], name[len(root) :].strip("/")) if part))
    return folders


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
