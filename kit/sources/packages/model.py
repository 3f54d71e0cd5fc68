"""Package manifests and lockfiles of every ecosystem as one shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from posixpath import dirname, relpath

from kit.model import At
from kit.sources.formats.nodes import Node, Problem


@dataclass(frozen=True, slots=True)
class Dependency:
    """A declared dependency: `spec` as written, `kind` "prod", "dev", "optional" or "peer".

    `group` is the extra or group that it stands in, `raw` the whole requirement where it is one text,
    `managed` True where its version comes from elsewhere (a parent, a workspace, a catalog).
    """

    name: str
    spec: str
    kind: str
    at: At
    group: str | None = None
    raw: str = ""
    managed: bool = False


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A dependency on which manifest and lockfile differ.

    `manifest_spec` is None where only the lockfile has it, `locked` None where only the manifest has it;
    `version` is the version that is locked. `breaks` says whether a frozen install refuses it: None where
    that cannot be told.
    """

    name: str
    manifest_spec: str | None
    locked: str | None
    at: At
    version: str | None = None
    breaks: bool | None = True


Compare = Callable[["Lockfile", "Package"], "list[Mismatch] | None"]


@dataclass(frozen=True, eq=False)
class Lockfile:
    """A lockfile. `packages` name to locked versions; `direct` the specs that it recorded for its root; `licences` the
    key of an entry, as it stands there, to the licence that it records.

    Formats: npm, pnpm, yarn-classic, yarn-berry, bun, poetry, uv, pdm, pipenv, requirements, go, cargo,
    gradle.
    """

    path: str
    at: At
    format: str
    packages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    direct: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None
    error: Problem | None = None
    compare: Compare | None = None
    licences: Mapping[str, str] = field(default_factory=dict)

    @property
    def dir(self) -> str:
        """Its folder, "." for the root."""
        return dirname(self.path) or "."

    def in_step(self, package: Package) -> list[Mismatch] | None:
        """Where manifest and lockfile differ; empty where they agree, None where it cannot be told."""
        readable = self.error is None and package.error is None and package.complete
        return self.compare(self, package) if readable and self.compare is not None else None

    def importer(self, package: Package) -> str:
        """The package's folder as seen from the lockfile's: "." for the root."""
        return relpath(package.dir, self.dir)


@dataclass(frozen=True, eq=False)
class Package:
    """A package manifest.

    Ecosystems: npm, pypi, go, maven, gradle, cargo, nuget. `workspaces` are patterns of member folders as
    written, `members` the folders that they match, `root` the path of the manifest whose workspace it is a
    member of. `scripts` are named commands; `entrypoints` names to what they start. `includes` are the
    paths of requirements files that it takes in, or of projects that it refers to. `complete` is False where
    dependencies come from what cannot be read (code, a plugin).
    """

    path: str
    at: At
    ecosystem: str
    name: str | None = None
    version: str | None = None
    dependencies: tuple[Dependency, ...] = ()
    scripts: Mapping[str, Node] = field(default_factory=dict)
    workspaces: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    root: str | None = None
    engines: Mapping[str, str] = field(default_factory=dict)
    entrypoints: tuple[tuple[str, str, At], ...] = ()
    manager: str | None = None
    lockfile: Lockfile | None = None
    lockfiles: tuple[Lockfile, ...] = ()
    node: Node | None = None
    private: bool = False
    includes: tuple[str, ...] = ()
    complete: bool = True
    problems: tuple[Problem, ...] = ()
    error: Problem | None = None

    @property
    def dir(self) -> str:
        """Its folder, "." for the root."""
        return dirname(self.path) or "."

    def depends_on(self, *names: str) -> Dependency | None:
        """The first dependency of one of these names, spelt in any way that the ecosystem holds equal."""
        wanted = {plain_name(name) for name in names}
        return next((d for d in self.dependencies if plain_name(d.name) in wanted), None)

    def of_kind(self, *kinds: str) -> Iterator[Dependency]:
        """The dependencies of these kinds."""
        return (d for d in self.dependencies if d.kind in kinds)


@lru_cache(maxsize=16_384)
def plain_name(name: str) -> str:
    """A package's name in lower case with `-` for `_` and `.`, a scope or group kept."""
    return re.sub(r"[-_.]+", "-", name).lower()


def matches(pattern: str, folder: str) -> bool:
    """Whether a workspace pattern (`apps/*`, `packages/**`) matches a folder."""
    pattern = pattern.strip("/").removeprefix("./")
    parts = re.split(r"(\*\*/?|\*|\{[^{}]*\})", pattern)
    return bool(re.fullmatch("".join(map(_as_expression, parts)), folder))


def _as_expression(part: str) -> str:
    if part.startswith("**"):
        return r"(?:[^/]+/)*" if part.endswith("/") else r".+"
    if part == "*":
        return r"[^/]+"
    if part.startswith("{"):
        return "(?:" + "|".join(map(re.escape, part[1:-1].split(","))) + ")"
    return re.escape(part)


def line_of(text: str, needle: str, path: str, after: str = "") -> At:
    """The place of the first line that holds a text, behind another where one is given; the file where none does."""
    position = text.find(needle, max(0, text.find(after)))
    if position < 0:
        return At(path)
    line = text.count("\n", 0, position) + 1
    return At(path, line, line)
