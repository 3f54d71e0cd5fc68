"""Orchestration: workloads against probes, limits and security settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kit.model import At
from kit.project import Project
from kit.report.blocks import Cell, Mark, Notice, Table, columns, empty
from kit.report.display import Display, show
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, listed
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import Container

FILL = "Kubernetes manifests, Kustomize overlays, Helm charts or platform files would be laid out here."


def workloads(project: Project) -> Display:
    """Every container of every workload: replicas, probes, requests and limits, security settings.

    What several overlays or charts say alike stands in one row.
    """
    found = [(m, c) for m in project.manifests.effective.workloads for c in m.containers if not c.init]
    if not found:
        return show(_elsewhere(project))
    merged = _merged(found, _scaled(project))
    bare = [str(row[0]) for row in merged if isinstance(row[5], Mark) and row[5].outcome == "fail"]
    caption = f"{count(len({m.name for m, _ in found}), 'workload')}, {count(len(found), 'container')} in all"
    note = f"No limits: {listed(bare, 6)}." if bare else "Every container has limits."
    states = ("Liveness", "Readiness", "Limits", "Not root", "Read-only")
    heads = columns("Workload", "Kind", ("Replicas", "number"), *states, ("Places", "number"), "Where")
    return show(Table(caption, heads, merged, note, matrix=True))


def _scaled(project: Project) -> dict[At, str]:
    """How many copies may run of what stands at a place, where it is told."""
    deployments = (d for s in project.system.services for d in s.deployments if d.max_replicas)
    few = {d.at: (d.replicas or 1, d.max_replicas) for d in deployments}
    return {at: f"{low}" if low == high else f"{low} to {high}" for at, (low, high) in few.items()}


def _merged(found: Iterable[tuple[Manifest, Container]], scaled: Mapping[At, str]) -> tuple[tuple[Cell, ...], ...]:
    """One row for containers that are alike in all but their place: how many there are, and the first
    place."""
    places: dict[tuple[Cell, ...], list[At]] = {}
    for manifest, container in found:
        places.setdefault(_workload(manifest, container, scaled), []).append(container.at)
    return tuple((*row, len(ats), at_cell(ats[0])) for row, ats in places.items())


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "orchestration", "Orchestration checks by service"))


def targets(project: Project) -> Display:
    """The places that the system is deployed to, and what runs in each."""
    system = project.system
    rows = tuple(
        (
            name,
            environment,
            sum(d.target == name for s in system.services for d in s.deployments),
            at_cell(at),
        )
        for name, environment, at in system.targets
    )
    if not rows:
        return show(empty("No deployment target was found", FILL))
    return show(Table("Deployment targets", columns("Target", "Environment", ("Workloads", "number"), "Where"), rows))


def _workload(manifest: Manifest, container: Container, scaled: Mapping[At, str]) -> tuple[Cell, ...]:
    same = container.name in {"", manifest.name}
    once = manifest.kind in {"Job", "CronJob"}
    node, pod = container.node, manifest.pod
    return (
        manifest.name if same else f"{manifest.name}/{container.name}",
        manifest.kind,
        scaled.get(container.at, manifest.replicas),
        _there(node.get("livenessProbe"), needed=not once),
        _there(node.get("readinessProbe"), needed=not once),
        _there(node.get("resources", "limits"), needed=True),
        _setting(node, pod, "runAsNonRoot"),
        _setting(node, pod, "readOnlyRootFilesystem"),
    )


def _there(node: Node | None, *, needed: bool) -> Mark:
    if node is not None:
        return Mark("pass", "set")
    return Mark("fail", "none") if needed else Mark("not_applicable", "a job")


def _setting(container: Node, pod: Node | None, name: str) -> Mark:
    node = container.get("securityContext", name) or (pod and pod.get("securityContext", name))
    if node is None:
        return Mark("fail", "not set")
    return Mark("pass", "yes") if node.value is True else Mark("fail", "no")


def _elsewhere(project: Project) -> Notice:
    names = [name for name, _, _ in project.system.targets]
    said = f"The system is deployed by {listed(names)}." if names else "No deployment target was found."
    return empty("No Kubernetes workload is in the project", f"{said} {FILL}")
