"""What several areas ask of evidence files alike: their records, where they stand, how far they can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kit.model import At, Strength
from kit.project import Project
from kit.sources.evidence.model import Cluster, Container, EvidenceFile, Resource
from kit.sources.evidence.places import ours

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


def probed_ready(project: Project, service: str, path: str) -> tuple[Told[Cluster], Resource, Container] | None:
    """A container of that name that a cluster was seen to hold ready by a probe of this path."""
    for found, pod in in_cluster(project, "Pod"):
        for container in pod.containers:
            probed = any(probe.rpartition(" ")[2] == path for probe in container.probes)
            if container.ready and probed and service in (container.name, pod.name.partition("-")[0]):
                return found, pod, container
    return None


def declared_in_cluster(
    project: Project, type: str, name: str, key: str | None
) -> tuple[Told[Cluster], Resource] | None:
    """The Secret, ConfigMap or other object of that name that a cluster was seen to have, with the key where one is
    meant."""
    for found, resource in in_cluster(project, type):
        if resource.name == name and (key is None or key in resource.keys):
            return found, resource
    return None


def keys_in_cluster(project: Project) -> dict[str, At]:
    """The keys of every Secret and ConfigMap that a cluster was seen to have."""
    pairs = ((key, found.at(r.line)) for found, r in in_cluster(project, "Secret", "ConfigMap") for key in r.keys)
    return dict(pairs)


def same_object(resource: Resource, name: str, namespace: str = "") -> bool:
    """Whether it is the object of that name; of any namespace where one of the two does not say."""
    return resource.name == name and (not namespace or not resource.namespace or resource.namespace == namespace)
