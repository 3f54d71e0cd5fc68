"""What several areas ask of evidence files alike: their records, where they stand, how far they can be trusted."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kit.model import At, Strength
from kit.project import Project
from kit.sources.evidence.model import Cluster, Container, EvidenceFile, Resource
from kit.sources.evidence.places import ours
from kit.sources.tree.classify import environment_of

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Told(Generic[R]):
    """A record with the file that tells it."""

    file: EvidenceFile
    record: R

    def at(self, line: int | None = None) -> At:
        """The place in the evidence file: the line, or that of the record."""
        return At(self.file.path, line or getattr(self.record, "line", None))

    @property
    def how(self) -> dict[str, Any]:
        """How far it can be trusted: what speaks of other code than is there counts as a document does."""
        return {"strength": Strength.DOCUMENTED if self.file.stale else Strength.MEASURED}

    def said(self, message: str) -> str:
        """The message, with why it is old where it is."""
        return f"{message} This is out of date: {self.file.stale}." if self.file.stale else message


def told(project: Project, kind: type[R]) -> Iterator[Told[R]]:
    """Every record of a kind, in the order of the files."""
    for file in project.evidence or ():
        for record in file.records:
            if isinstance(record, kind):
                yield Told(file, record)


def place(project: Project, found: Told[Any], path: str, line: int | None) -> At | None:
    """The place of the project that a tool means; None where its file is not of the project."""
    own = ours(project.files, path, found.file.path) if path else None
    return At(own, line) if own else None


def in_cluster(project: Project, *types: str) -> Iterator[tuple[Told[Cluster], Resource]]:
    """The objects of these types that a cluster was seen to have."""
    for found in told(project, Cluster):
        for resource in found.record.resources:
            if resource.type in types:
                yield found, resource


def environment_seen(project: Project, found: Told[Cluster], resource: Resource) -> str | None:
    """The environment that an object of a cluster belongs to: that of the manifests in its namespace, else what the
    namespace or the evidence file itself is called by; None where nothing tells."""
    declared = {m.environment for m in project.manifests.effective if m.namespace == resource.namespace}
    if resource.namespace and len(declared) == 1 and "unknown" not in declared:
        return declared.pop()
    named = (environment_of(name) for name in (resource.namespace, posixpath.basename(found.file.path)))
    return next((name for name in named if name != "unknown"), None)


def _speaks_of(project: Project, found: Told[Cluster], resource: Resource, environment: str | None) -> bool:
    """Whether an object of a cluster can tell of an environment: no other one is known to be its own."""
    if environment in (None, "unknown"):
        return True
    return environment_seen(project, found, resource) in (None, environment)


def probed_ready(
    project: Project, service: str, path: str, environment: str | None = None
) -> tuple[Told[Cluster], Resource, Container] | None:
    """A container of that name that a cluster was seen to hold ready by a probe of this path, in that environment."""
    for found, pod in in_cluster(project, "Pod"):
        for container in pod.containers:
            probed = any(probe.rpartition(" ")[2] == path for probe in container.probes)
            named = service in (container.name, pod.name.partition("-")[0])
            if container.ready and probed and named and _speaks_of(project, found, pod, environment):
                return found, pod, container
    return None


def declared_in_cluster(
    project: Project, type: str, name: str, key: str | None, environment: str | None = None
) -> tuple[Told[Cluster], Resource] | None:
    """The Secret, ConfigMap or other object of that name that a cluster was seen to have in that environment, with the
    key where one is meant."""
    for found, resource in in_cluster(project, type):
        holds = resource.name == name and (key is None or key in resource.keys)
        if holds and _speaks_of(project, found, resource, environment):
            return found, resource
    return None


def keys_in_cluster(project: Project, environment: str | None = None) -> dict[str, At]:
    """The keys of every Secret and ConfigMap that a cluster was seen to have in that environment."""
    seen = [(f, r) for f, r in in_cluster(project, "Secret", "ConfigMap") if _speaks_of(project, f, r, environment)]
    return {key: found.at(resource.line) for found, resource in seen for key in resource.keys}


def same_object(resource: Resource, name: str, namespace: str = "") -> bool:
    """Whether it is the object of that name; of any namespace where one of the two does not say."""
    return resource.name == name and (not namespace or not resource.namespace or resource.namespace == namespace)
