"""Do workloads say how they are watched, what they need, and how many of them there are?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.orchestration.common import (
    Group,
    by_a_chart,
    called,
    containers,
    grade,
    groups,
    is_off_the_shelf,
    lasting,
    replicas_of,
    same_namespace,
    service_of,
    store_of,
    told_once,
)
from kit.checks.shared.crowd import crowded
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import Container, text_of
from kit.system.images import parse_image

_MOVING = frozenset({"latest", "stable", "edge", "main", "master", "nightly", "dev", "develop", "release"})
_SETS_IMAGES = ("kustomize edit set image", "kubectl set image", "image.tag=", "image.version=", "yq ")


@check("ORC-005", "Workloads have liveness and readiness probes", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
@crowded("containers are not probed as they should be")
@told_once
def workloads_are_probed(project: Project) -> Iterator[Fact]:
    """
    Without a readiness probe requests reach a pod that is not up yet, at every deploy; without a liveness probe one
    that hangs stays.

    Decides: the probes of each container of a lasting workload. A container that declares no port and that no
    Service leads to needs no readiness probe.

    Fix: `readinessProbe: {httpGet: {path: /ready, port: 8080}}` and the same as `livenessProbe` with a path that
    asks no other system.

    Blind to: health checks of a load balancer or mesh.

    See: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
    """
    for group in groups(project):
        for workload, container in lasting(group):
            yield _probed(group, workload, container)


def _probed(group: Group, workload: Manifest, container: Container) -> Fact:
    kinds = {p.kind for p in container.probes}
    name, at = called(workload, container), container
    led_to = any(s.node.get("spec", "ports") for s in group.selecting(workload, "Service"))
    # A sidecar that declares no port beside the container that the pod is there for takes no requests from outside.
    beside = [c for c in workload.containers if not c.init]
    main = next((c for c in beside if c.ports), beside[0] if beside else container)
    asked = (bool(container.ports) and not _generates_load(workload, led_to=led_to)) or (led_to and container is main)
    # Requests come through a Service; where none leads to the pod, a declared port alone says little.
    minor = is_off_the_shelf(container) or workload.kind == "DaemonSet" or not led_to
    # A pod is ready when each of its containers is: beside one that is asked, a sidecar is missed least.
    minor = minor or (container is not main and any(p.kind == "readiness" for p in main.probes))
    if "readiness" in kinds and "liveness" in kinds:
        return ok(f"{name}: has liveness and readiness probes.", container.probes[0], **grade(group))
    if not asked:
        if "liveness" in kinds:
            return ok(f"{name}: has a liveness probe, and takes no requests.", container.probes[0], **grade(group))
        message = f"{name}: no liveness probe; if it hangs, nobody restarts it."
        return bad(message, at, severity=Severity.LOW, **grade(group))
    if "readiness" in kinds:
        hangs = "it is taken out of service but not restarted" if led_to else "it is not restarted"
        message = f"{name}: no liveness probe; if it hangs, {hangs}."
        return partial(message, at, severity=Severity.LOW, **grade(group))
    severity = Severity.MEDIUM if minor or "liveness" in kinds else Severity.HIGH
    missing = "no readiness probe" if "liveness" in kinds else "neither a readiness nor a liveness probe"
    early = "requests reach it before it is up" if led_to else "a rollout goes on before it is up"
    message = f"{name}: {missing}; {early}."
    return (partial if "liveness" in kinds else bad)(message, at, severity=severity, **grade(group))


def _generates_load(workload: Manifest, *, led_to: bool) -> bool:
    """Whether it asks others and no Service leads to it, for all its port of a page with results."""
    return not led_to and re.search(r"load-?gen|load-?test|locust|\bk6\b", workload.name) is not None


@check(
    "ORC-006",
    "Workloads say what they need and what they may use",
    Severity.MEDIUM,
    Clause.DEPLOYMENT,
    effort_hours=1,
)
@told_once
def resources_are_stated(project: Project) -> Iterator[Fact]:
    """
    Without requests the scheduler packs nodes blindly; without a memory limit one leak takes down its neighbours.

    Decides: each container requests CPU and memory and has a memory limit; a LimitRange of the same overlay counts
    for those that say nothing. A CPU limit is not asked for.

    Fix: `resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}`, from measured use.

    Blind to: defaults that the cluster sets.

    See: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
    """
    for group in groups(project):
        ranges = group.of("LimitRange")
        for workload, container in containers(group):
            name, at = called(workload, container), container
            lacks = [what for what, route in _RESOURCES if container.get("resources", *route) is None]
            if container.get("resources", "limits", "cpu") is not None:
                lacks = [what for what in lacks if what != "CPU request"]
            if container.get("resources", "limits", "memory") is not None:
                lacks = [what for what in lacks if what != "memory request"]
            stated = container.get("resources")
            if not lacks:
                yield ok(f"{name}: says what it needs and may use.", stated or at, **grade(group))
            elif ranges:
                yield ok(f"{name}: has the defaults of {ranges[0].title}.", at, ranges[0], **grade(group))
            elif len(lacks) == len(_RESOURCES):
                yield bad(f"{name}: neither requests nor limits.", at, **grade(group))
            else:
                severity = Severity.MEDIUM if "memory limit" in lacks else Severity.LOW
                message = f"{name}: no {listed(lacks)}."
                yield partial(message, stated or at, severity=severity, **grade(group))


_RESOURCES = (
    ("CPU request", ("requests", "cpu")),
    ("memory request", ("requests", "memory")),
    ("memory limit", ("limits", "memory")),
)


@check("ORC-008", "Images in manifests are pinned", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=0.5)
@told_once
def images_are_pinned(project: Project) -> Iterator[Fact]:
    """
    With `latest` nobody can tell what runs, two pods of one workload may run different code, and there is nothing to
    roll back to.

    Decides: the tag of each image; a digest or a version holds, none or `latest` does not. An image that is built
    here and whose tag a pipeline or skaffold puts in cannot be told.

    Fix: name the version that was built and tested, best by digest.

    Blind to: tags that the registry lets one overwrite.

    See: https://kubernetes.io/docs/concepts/containers/images/#image-names
    """
    filled = _fills_images(project)
    for group in groups(project):
        for workload in group.workloads:
            for container in workload.containers:
                image = parse_image(container.image)
                if image is None:
                    continue
                at, name = container.node.get("image") or container, called(workload, container)
                service = service_of(project, workload, container)
                if image.digest:
                    yield ok(f"{name}: {image.name} is pinned by digest.", at, **grade(group))
                elif image.tag is None or image.tag in _MOVING:
                    own = service is not None and service.first_party
                    if filled is not None and own:
                        message = f"{name}: the tag of {image.name} is put in when it is deployed."
                        yield unknown(message, at, filled, **grade(group))
                    else:
                        moves = f"{image.name}:{image.tag} moves" if image.tag else f"{image.name} has no tag"
                        yield bad(f"{name}: {moves}; what runs cannot be told.", at, **grade(group))
                else:
                    yield ok(f"{name}: {image.name} is pinned to {image.tag}.", at, **grade(group))


def _fills_images(project: Project) -> At | None:
    """What puts image tags into manifests when they are deployed: skaffold, or a command of a pipeline."""
    skaffold = project.files.named("skaffold.yaml", "skaffold.yml")
    if skaffold:
        return At(skaffold[0])
    commands = (c for w in project.workflows for c in w.commands)
    return next((c.at for c in commands if any(text in c.text for text in _SETS_IMAGES)), None)


@check(
    "ORC-009",
    "What users reach has more than one replica",
    Severity.MEDIUM,
    Clause.EXECUTION,
    effort_hours=0.5,
)
def more_than_one_replica(project: Project) -> Iterator[Fact]:
    """
    With one pod, each node drain, crash and eviction is an outage.

    Decides: the replicas (or the scaler's minimum) of each Deployment that a Service leads to; stores are judged by
    where their data is.

    Fix: `replicas: 2` or more, or a HorizontalPodAutoscaler with `minReplicas: 2`.

    Blind to: scaling by hand, traffic that can wait.

    See: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
    """
    for group in groups(project):
        for workload in group.of("Deployment", "Rollout"):
            stores = any(store_of(project, workload, c) for c in workload.containers)
            if stores or not group.selecting(workload, "Service"):
                continue
            count, at = replicas_of(group, workload)
            if count is None:
                yield unknown(f"{workload.title}: the number of its replicas is a variable.", at, **grade(group))
            elif count > 1:
                yield ok(f"{workload.title}: at least {count} replicas.", at, **grade(group))
            elif count == 1 and group.environment == "staging":
                yield ok(f"{workload.title}: one replica, which is enough for staging.", at, **grade(group))
            else:
                message = f"{workload.title}: {count or 'no'} replica; each restart of its node is an outage."
                yield bad(message, at, **grade(group))


@check(
    "ORC-010",
    "Replicated workloads have a disruption budget",
    Severity.LOW,
    Clause.EXECUTION,
    effort_hours=0.5,
)
@told_once
def disruption_budgets(project: Project) -> Iterator[Fact]:
    """
    A node drain may take all replicas at once unless a budget says how many must stay.

    Decides: each Deployment and StatefulSet with two or more replicas is selected by a PodDisruptionBudget that
    leaves room for a drain; so does a budget of one with fewer.

    Fix: add a `PodDisruptionBudget` with `maxUnavailable: 1` and the labels of the pods.

    Blind to: drains that somebody does by hand, one pod after the other.

    See: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
    """
    for group in groups(project):
        for workload in group.of("Deployment", "StatefulSet", "Rollout"):
            count, at = replicas_of(group, workload)
            budgets = group.selecting(workload, "PodDisruptionBudget")
            if count is None or (count < 2 and not (budgets and count and _blocks(budgets[0], count))):
                continue
            if not budgets:
                message = f"{workload.title}: {count} replicas and no disruption budget; a drain may take all at once."
                yield bad(message, at, workload, **grade(group))
            elif _blocks(budgets[0], count):
                message = f"{budgets[0].title}: lets none of the least pods ({count}) go; no node can be drained."
                yield bad(message, budgets[0], severity=Severity.MEDIUM, **grade(group))
            else:
                yield ok(f"{workload.title}: {budgets[0].title} keeps enough pods up.", budgets[0], **grade(group))


def _blocks(budget: Manifest, count: int) -> bool:
    least, most = (text_of(budget.node, "spec", key) for key in ("minAvailable", "maxUnavailable"))
    return most in {"0", "0%"} or least == "100%" or (least.isdigit() and int(least) >= count)


@check(
    "ORC-014",
    "Autoscalers scale something that can be measured",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=0.5,
)
def autoscalers_work(project: Project) -> Iterator[Fact]:
    """
    An autoscaler whose target is not there, or whose pods state no requests, does nothing under load.

    Decides: the target of each HorizontalPodAutoscaler is among what is applied with it; for a metric in percent,
    its containers request that resource; the maximum is above the minimum; the target states no replicas of its own.

    Fix: correct `scaleTargetRef`, and state `resources.requests` for the resource that is measured.

    Blind to: whether a metrics server runs, metrics from outside.

    See: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
    """
    for group in groups(project):
        for scaler in group.of("HorizontalPodAutoscaler", "ScaledObject"):
            target = scaler.scale_target
            if target is None:
                continue
            found = next(
                (
                    m
                    for m in group.manifests
                    if (m.kind, m.name) == (target.kind, target.name) and same_namespace(m, scaler)
                ),
                None,
            )
            if found is not None:
                yield from _scaled(group, scaler, found)
            elif (chart := by_a_chart(project, target.name)) is not None:
                message = f"{scaler.title}: {target.kind} {target.name} comes with a chart that is installed beside it."
                yield unknown(message, target, chart, **grade(group))
            elif project.manifests.providing(target.kind, target.name) or not group.known:
                message = f"{scaler.title}: {target.kind} {target.name} is not applied with it."
                yield unknown(message, target, **grade(group))
            else:
                message = f"{scaler.title}: {target.kind} {target.name}, which it scales, is declared nowhere."
                yield bad(message, target, **grade(group))


def _scaled(group: Group, scaler: Manifest, workload: Manifest) -> Iterator[Fact]:
    lacking = [
        (c, resource)
        for resource in _percent_of(scaler)
        for c in workload.containers
        if not c.init and not any(c.get("resources", part, resource) for part in ("requests", "limits"))
    ]
    low, high = text_of(scaler.node, "spec", "minReplicas"), text_of(scaler.node, "spec", "maxReplicas")
    if lacking and not group.of("LimitRange"):
        container, resource = lacking[0]
        message = (
            f"{scaler.title}: {called(workload, container)} requests no {resource}; its use in percent is unknown."
        )
        yield bad(message, scaler, container, **grade(group))
    elif low.isdigit() and high.isdigit() and int(low) >= int(high):
        message = f"{scaler.title}: minimum and maximum are {low} and {high}; it never scales."
        yield bad(message, scaler, severity=Severity.MEDIUM, **grade(group))
    elif (stated := workload.node.get("spec", "replicas")) is not None and stated.text.isdigit():
        message = f"{scaler.title}: each time {workload.title} is applied, its replicas fall back to {stated.text}."
        yield partial(message, stated, scaler, severity=Severity.LOW, **grade(group))
    else:
        yield ok(f"{scaler.title}: scales {workload.title}.", scaler, workload, **grade(group))


def _percent_of(scaler: Manifest) -> Iterator[str]:
    if scaler.node.get("spec", "targetCPUUtilizationPercentage") is not None:
        yield "cpu"
    for metric in scaler.node.each("spec", "metrics", "*", "resource"):
        newer = metric.get("target", "averageUtilization")
        if newer is not None or metric.get("targetAverageUtilization") is not None:
            yield text_of(metric, "name")


@check("ORC-028", "Scheduled jobs run, one at a time", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def cron_jobs_are_safe(project: Project) -> Iterator[Fact]:
    """
    A job that is slower than its schedule starts again beside itself; a suspended one never runs, backups included.

    Decides: each CronJob's `suspend`, `concurrencyPolicy` and time limit (`activeDeadlineSeconds`).

    Fix: `concurrencyPolicy: Forbid`, and `activeDeadlineSeconds` in the job's template.

    Blind to: locks that the job itself takes.

    See: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
    """
    for group in groups(project):
        for job in group.of("CronJob"):
            suspended = job.node.get("spec", "suspend")
            policy = text_of(job.node, "spec", "concurrencyPolicy") or "Allow"
            if suspended is not None and suspended.text == "true":
                message = f"{job.title}: it is suspended and never runs."
                yield bad(message, suspended, severity=Severity.MEDIUM, **grade(group))
            elif policy == "Allow":
                message = f"{job.title}: a slow run is overtaken by the next; concurrencyPolicy is Allow."
                yield partial(message, job.schedule or job, **grade(group))
            else:
                at = job.node.get("spec", "concurrencyPolicy") or job
                yield ok(f"{job.title}: one at a time.", at, **grade(group))
