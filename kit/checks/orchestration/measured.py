"""What the cluster was seen to run, against what the manifests say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kit.checks.shared.evidence import Told, environment_seen, in_cluster, same_object
from kit.model import Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.evidence.model import Cluster, Container, Resource
from kit.sources.kubernetes.manifests import Manifest
from kit.system.images import parse_image

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
MOST_RESTARTS = 3
_WAITS = {
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "ErrImagePull",
    "CreateContainerConfigError",
    "OOMKilled",
    "RunContainerError",
    "InvalidImageName",
}
_TEMPLATE = re.compile(r"\$\{|\{\{|\$\(")


@check("ORC-070", "The cluster runs the images of the manifests", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def cluster_runs_the_images(project: Project) -> Iterator[Fact]:
    """
    An image that somebody set by hand is gone with the next deployment, and nobody can make the running system again.

    Decides: each container of a Deployment, StatefulSet or DaemonSet in `kubectl get -o json`, against the manifests of the same
    kind and name: the image and its tag or digest. One of the environments has to say the same.

    Fix: put the image that runs into the manifest, or roll the manifest out.

    Blind to: charts and overlays whose image is set by a pipeline; those are left out.

    See: https://opengitops.dev/
    """
    for found, resource in in_cluster(project, *WORKLOADS):
        environment = environment_seen(project, found, resource)
        declared = _declared(project, resource, environment)
        for container in resource.containers if declared else ():
            for fact in _image(found, resource, container, declared):
                yield replace(fact, environment=environment)


def _declared(project: Project, resource: Resource, environment: str | None) -> list[Manifest]:
    """What manifests say of an object; those of its environment alone, where both are known."""
    named = [
        m
        for m in project.manifests.effective
        if project.files.class_of(m.path) is FileClass.PRODUCTION
        and m.kind == resource.type
        and same_object(resource, m.name)
    ]
    return [m for m in named if environment is None or m.environment in (environment, "unknown")]


def _image(found: Told[Cluster], resource: Resource, container: Container, declared: list[Manifest]) -> Iterator[Fact]:
    said = {c.image: c for m in declared for c in m.containers if c.name == container.name and c.image}
    if not said or any(_TEMPLATE.search(image) for image in said):
        return
    name = f"{resource.type} {resource.name}"
    same = next((c for image, c in said.items() if _plain(image) == _plain(container.image)), None)
    if same is not None:
        yield ok(
            found.said(f"{name} runs {container.image}, as the manifests say."),
            found.at(container.line),
            same,
            **found.how,
        )
        return
    first = next(iter(said.values()))
    message = f"{name} runs {container.image}; the manifests say {' or '.join(said)}."
    yield bad(found.said(message), found.at(container.line), first, **found.how)


def _plain(image: str) -> tuple[str, str, str]:
    parsed = parse_image(image)
    if parsed is None:
        return image, "", ""
    registry = "" if parsed.registry in (None, "docker.io", "index.docker.io") else f"{parsed.registry}/"
    return (
        registry + parsed.name.removeprefix("library/"),
        parsed.tag or ("" if parsed.digest else "latest"),
        parsed.digest or "",
    )


@check("ORC-071", "What the cluster runs is ready", Severity.HIGH, Clause.EXECUTION, effort_hours=4)
def what_runs_is_ready(project: Project) -> Iterator[Fact]:
    """
    A manifest says what should run; the cluster says what does.

    Decides: the objects of `kubectl get -o json`: workloads with fewer ready replicas than wanted, containers that wait in a
    crash or an image that cannot be pulled, more than three restarts, pods that are pending or failed, nodes that are not
    ready, claims that are not bound, jobs that failed.

    Fix: `kubectl describe` the object and read its events; where memory ran out, raise the limit or mend the leak.

    Blind to: what happened after it was asked.

    See: https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/
    """
    good: dict[tuple[str, str | None], list[tuple[Told[Cluster], Resource]]] = {}
    for found, resource in in_cluster(project, *WORKLOADS, "Pod", "Node", "PersistentVolumeClaim", "Job"):
        environment = environment_seen(project, found, resource)
        facts = [replace(fact, environment=environment) for fact in _troubles(found, resource)]
        yield from facts
        if not facts:
            good.setdefault((found.file.path, environment), []).append((found, resource))
    for (_, environment), seen in good.items():
        found, first = seen[0]
        count = (
            "1 object of the cluster is as it should be"
            if len(seen) == 1
            else f"{len(seen)} objects of the cluster are as they should be"
        )
        yield ok(found.said(f"{count}."), found.at(first.line), environment=environment, **found.how)


def _troubles(found: Told[Cluster], resource: Resource) -> Iterator[Fact]:
    name = f"{resource.type} {resource.name}"
    wanted = resource.wanted if resource.wanted is not None else 1
    if resource.type in WORKLOADS and resource.ready is not None and resource.ready < wanted:
        grade = bad if not resource.ready else partial
        yield grade(
            found.said(f"{name}: {resource.ready} of {wanted} replicas are ready."),
            found.at(resource.line),
            **found.how,
        )
    if resource.phase in {"Pending", "Failed", "Unknown", "NotReady", "Lost"}:
        yield bad(found.said(f"{name} is {resource.phase}."), found.at(resource.line), **found.how)
    for container in resource.containers:
        yield from _container(found, name, container)


def _container(found: Told[Cluster], name: str, container: Container) -> Iterator[Fact]:
    restarts = container.restarts or 0
    ended = f", the last time {container.reason}" if container.reason else ""
    if container.ready is False and container.reason in _WAITS:
        message = f"{name}: container {container.name} does not run: {container.reason}, {restarts} restarts."
        yield bad(found.said(message), found.at(container.line), **found.how)
    elif restarts > MOST_RESTARTS:
        message = f"{name}: container {container.name} was restarted {restarts} times{ended}."
        yield partial(found.said(message), found.at(container.line), severity=Severity.MEDIUM, **found.how)
