"""Do deploys leave somebody up who answers?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.orchestration.common import Group, grade, groups, replicas_of
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import text_of


@check("ORC-020", "Deployments roll over without a gap", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def deployments_roll(project: Project) -> Iterator[Fact]:
    """
    `Recreate`, or a strategy that lets all pods go, makes every deploy an outage; a grace period of nothing cuts off
    open requests.

    Decides: the strategy and the grace period of each Deployment that a Service leads to; one that mounts a claim
    may rightly be recreated.

    Fix: leave `strategy` at RollingUpdate with `maxUnavailable: 0`, and `terminationGracePeriodSeconds` at 30.

    Blind to: whether the process ends its work when it is told to.

    See: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
    """
    for group in groups(project):
        for workload in group.of("Deployment"):
            if not group.selecting(workload, "Service"):
                continue
            claims = any(v.kind == "persistentVolumeClaim" for v in workload.volumes)
            strategy = workload.node.get("spec", "strategy")
            gone = text_of(strategy, "rollingUpdate", "maxUnavailable")
            grace = workload.pod.get("terminationGracePeriodSeconds") if workload.pod else None
            if text_of(strategy, "type") == "Recreate" and not claims and strategy is not None:
                yield bad(f"{workload.title}: Recreate makes every deploy an outage.", strategy, **grade(group))
            elif strategy is not None and _all_gone(group, workload, gone):
                message = f"{workload.title}: a deploy may take all its pods at once."
                yield bad(message, strategy, **grade(group))
            elif grace is not None and grace.text in {"0", "1"}:
                message = f"{workload.title}: {grace.text} s to end; open requests are cut off."
                yield bad(message, grace, **grade(group))
            elif not (claims and strategy is not None):
                yield ok(f"{workload.title}: rolls over pod by pod.", strategy or workload, **grade(group))


def _all_gone(group: Group, workload: Manifest, gone: str) -> bool:
    """Whether a deploy may take every pod before a new one is up."""
    least, _ = replicas_of(group, workload)
    return gone == "100%" or (gone.isdigit() and least is not None and 0 < least <= int(gone))
