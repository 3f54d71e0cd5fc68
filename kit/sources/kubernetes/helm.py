"""Helm charts: their values, and the objects that their templates give with each set of values."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kit.model import At
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.helm_functions import merge_values
from kit.sources.kubernetes.helm_release import Member, Release, Templates, Unrendered, subchart_values
from kit.sources.kubernetes.manifests import Manifest, Manifests
from kit.sources.kubernetes.pods import text_of
from kit.sources.tree.files import FileIndex

MAX_VALUES_FILES = 10
MAX_MEMBERS = 50

_VALUES_NAME = re.compile(r"values[-_.].+\.ya?ml|.+[-_.]values\.ya?ml")
_VALUES_FOLDERS = frozenset({"values", "env", "envs", "environments"})
_NOT_VALUES = frozenset({"templates", "charts", "ci", "crds", "tests", "examples"})
_NO_TARGET = re.compile(r"(?:^|[-_.])(?:lint|ci|example|examples|sample|template|schema)(?:[-_.]|$)")


@dataclass(frozen=True)
class ChartDependency:
    """A chart that another needs. `path` is its folder in the project, None where it comes from elsewhere."""

    name: str
    version: str
    repository: str
    condition: str
    key: str
    path: str | None
    at: At


@dataclass(frozen=True)
class ValuesFile:
    """A file of values that are laid on the chart's own; `environment` as its name says."""

    path: str
    environment: str
    node: Node

    @property
    def at(self) -> At:
        return self.node.at


@dataclass(frozen=True, eq=False)
class Chart:
    """A chart with what it gives.

    `values` is its values.yaml, `values_files` those that are laid on it. `manifests` are of all its
    releases: one with its own values, one per values file (`Manifest.scope`). `superseded`: another has it.
    """

    dir: str
    path: str
    node: Node
    values: Node
    values_files: tuple[ValuesFile, ...]
    dependencies: tuple[ChartDependency, ...]
    manifests: Manifests = field(default_factory=Manifests)
    unrendered: tuple[Unrendered, ...] = ()
    superseded: bool = False

    @property
    def at(self) -> At:
        return self.node.at

    @property
    def name(self) -> str:
        return text_of(self.node, "name") or posixpath.basename(self.dir)

    @property
    def version(self) -> str:
        return text_of(self.node, "version")

    @property
    def app_version(self) -> str:
        found = self.node.get("appVersion")
        return "" if found is None else (found.raw or found.text)

    @property
    def library(self) -> bool:
        """Whether it only has definitions for other charts."""
        return text_of(self.node, "type") == "library"

    @property
    def origin(self) -> str:
        """What its manifests say of where they are from."""
        return f"helm:{self.dir or '.'}"


def find(files: FileIndex, documents: Documents) -> tuple[Chart, ...]:
    """Every chart of the project, rendered."""
    charts = {chart.dir: chart for chart in _charts(files, documents)}
    used = {d.path for chart in charts.values() for d in chart.dependencies if d.path is not None}
    templates = Templates(files)
    return tuple(_released(chart, charts, templates, chart.dir in used) for chart in charts.values())


def _charts(files: FileIndex, documents: Documents) -> Iterator[Chart]:
    paths = files.named("Chart.yaml", "Chart.yml")
    folders = {posixpath.dirname(path) for path in paths}
    for path in paths:
        folder, root = posixpath.dirname(path), documents.get(path).root
        own = posixpath.join(folder, "values.yaml")
        yield Chart(
            dir=folder,
            path=path,
            node=root if root.is_map else Node({}, At(path)),
            values=_mapping(documents, own),
            values_files=tuple(_values_files(files, documents, folder, folders)),
            dependencies=tuple(_dependencies(documents, folder, root, folders)),
        )


def _mapping(documents: Documents, path: str) -> Node:
    root = documents.get(path).root
    return root if root.is_map else Node({}, At(path))


def _values_files(files: FileIndex, documents: Documents, folder: str, charts: set[str]) -> Iterator[ValuesFile]:
    parent = posixpath.dirname(folder)
    alone = bool(folder) and sum(posixpath.dirname(chart) == parent for chart in charts) == 1
    found = [p for p in files.paths if _is_values(p, folder) or (alone and _is_values(p, parent, 1))]
    for path in found[:MAX_VALUES_FILES]:
        root = documents.get(path).root
        if root.is_map and root.data:
            yield ValuesFile(path, files.environment_of(path), root)


def _is_values(path: str, folder: str, depth: int = 3) -> bool:
    """Whether a file below the folder is named as a values file, or kept in a folder for them."""
    if folder and not path.startswith(f"{folder}/"):
        return False
    parts = posixpath.relpath(path, folder or ".").split("/")
    if len(parts) > depth or _NOT_VALUES & set(parts[:-1]) or not parts[-1].endswith((".yaml", ".yml")):
        return False
    named = _VALUES_NAME.fullmatch(parts[-1]) or _VALUES_FOLDERS & set(parts[:-1])
    return bool(named) and not _NO_TARGET.search(parts[-1])


def _dependencies(documents: Documents, folder: str, root: Node, charts: set[str]) -> Iterator[ChartDependency]:
    older = documents.get(posixpath.join(folder, "requirements.yaml")).root
    unpacked = {c for c in charts if posixpath.dirname(c) == posixpath.join(folder, "charts")}
    for node in (*root.each("dependencies", "*"), *older.each("dependencies", "*")):
        name, repository = text_of(node, "name"), text_of(node, "repository")
        local = posixpath.normpath(posixpath.join(folder, repository.removeprefix("file://")))
        inside = posixpath.join(folder, "charts", name)
        places = (inside, local if repository.startswith("file://") else inside)
        path = next((place for place in places if place in charts), None)
        unpacked.discard(path or "")
        yield ChartDependency(
            name=name,
            version=text_of(node, "version"),
            repository=repository,
            condition=text_of(node, "condition"),
            key=text_of(node, "alias") or name,
            path=path,
            at=node.at,
        )
    # A chart that lies in `charts/` takes part whether it is listed or not.
    for path in sorted(unpacked):
        name = posixpath.basename(path)
        yield ChartDependency(name, "", "", "", name, path, At(posixpath.join(path, "Chart.yaml")))


def _released(chart: Chart, charts: dict[str, Chart], templates: Templates, used: bool) -> Chart:
    if chart.library:
        return replace(chart, superseded=used)
    own: dict[str, Any] = chart.values.value
    # With values for production in the project, the chart's own are only what these are laid on. Values for staging
    # alone leave them to production, which is installed without a file.
    named = {f.environment for f in chart.values_files}
    based = "production" in named or {"staging", "unknown"} <= named
    made, unrendered = _release(chart, charts, templates, own, None, superseded=used or based)
    for file in chart.values_files:
        values = merge_values(own, file.node.value)
        more, failed = _release(chart, charts, templates, values, file, superseded=used)
        made, unrendered = (*made, *more), (*unrendered, *failed)
    return replace(chart, manifests=Manifests(made), unrendered=unrendered, superseded=used)


def _release(
    chart: Chart,
    charts: dict[str, Chart],
    templates: Templates,
    values: dict[str, Any],
    file: ValuesFile | None,
    *,
    superseded: bool,
) -> tuple[tuple[Manifest, ...], tuple[Unrendered, ...]]:
    members = list(_members(chart, charts, values, ()))[:MAX_MEMBERS]
    whole = not _absent(chart, values)
    release = Release(templates, members, file.path if file else "", whole=whole)
    made = list(release.objects())
    known = whole and not release.unrendered
    environment = file.environment if file else templates.files.environment_of(chart.path)
    manifests = tuple(
        Manifest(
            node=one.node,
            origin=chart.origin,
            environment=environment,
            complete=one.certain,
            superseded=superseded,
            scope=release.values,
            companions_known=known,
        )
        for one in made
    )
    return manifests, tuple(release.unrendered)


def _members(
    chart: Chart, charts: dict[str, Chart], values: dict[str, Any], above: tuple[str, ...]
) -> Iterator[Member]:
    yield Member(chart.dir, chart.node, values)
    for dependency in chart.dependencies:
        sub = charts.get(dependency.path) if dependency.path is not None else None
        if sub is None or sub.dir in above or len(above) > 5 or not _enabled(dependency, values):
            continue
        inner = subchart_values(values, dependency.key, sub.values.value)
        yield from _members(sub, charts, inner, (*above, chart.dir))


def _absent(chart: Chart, values: dict[str, Any]) -> Iterable[ChartDependency]:
    return [d for d in chart.dependencies if d.path is None and _enabled(d, values)]


def _enabled(dependency: ChartDependency, values: dict[str, Any]) -> bool:
    """The first of the condition's paths that the values have as true or false decides; on where none has."""
    for path in dependency.condition.split(","):
        value: Any = values
        for step in path.strip().split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, bool):
            return value
    return True
