"""Do the replicas of a workload stand apart?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.orchestration.common import grade, groups, replicas_of, told_once
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.kinds import matches

_TERMS = (
    ("requiredDuringSchedulingIgnoredDuringExecution", "*", "labelSelector"),
    ("preferredDuringSchedulingIgnoredDuringExecution", "*", "podAffinityTerm", "labelSelector"),
)


@check("ORC-031", "Replicas are spread over nodes", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
@told_once
def replicas_are_spread(project: Project) -> Iterator[Fact]:
    """
    Replicas that stand on one node end together with it.

    Decides: each Deployment and StatefulSet with two or more replicas has `topologySpreadConstraints` or a pod
    anti-affinity whose selector is for its own pods.

    Fix: `topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname,
    whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: api}}}]`.

    Blind to: constraints that the cluster's scheduler has for all pods.

    See: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
    """
    for group in groups(project):
        for workload in group.of("Deployment", "StatefulSet", "Rollout"):
            count, _ = replicas_of(group, workload)
            if count is None or count < 2 or workload.pod is None:
                continue
            constraints = workload.pod.get("topologySpreadConstraints")
            apart = workload.pod.get("affinity", "podAntiAffinity")
            if constraints is not None:
                yield ok(f"{workload.title}: its pods are spread.", constraints, **grade(group))
            elif apart is None:
                message = f"{workload.title}: nothing keeps its {count} replicas off the same node."
                yield bad(message, workload.pod, **grade(group))
            elif any(matches(selector, workload.pod_labels) for selector in _selectors(apart)):
                yield ok(f"{workload.title}: its pods keep apart.", apart, **grade(group))
            else:
                message = f"{workload.title}: its anti-affinity is for other labels than its own pods have."
                yield partial(message, apart, workload.pod, **grade(group))


def _selectors(apart: Node) -> Iterator[Node]:
    for route in _TERMS:
        yield from apart.each(*route)
