"""Do probes ask what the service really serves, and do Services lead to its pods and ports?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kit.checks.orchestration.common import (
    ASIDE,
    Group,
    grade,
    groups,
    is_kept_elsewhere,
    is_literal,
    name_of,
    owner_of,
    selects_nothing_set,
    service_of,
)
from kit.checks.shared.asked import answer_of, path_answered
from kit.checks.shared.crowd import joined
from kit.checks.shared.evidence import probed_ready
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Outcome, Severity, Strength, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.kubernetes.manifests import Manifest, ServicePort
from kit.sources.kubernetes.pods import Container, ContainerProbe
from kit.system.model import Deployment, Probe, Service
from kit.system.probes import asked_by

_CORE_GROUPS = frozenset({"", "apps", "batch", "policy", "autoscaling", "networking.k8s.io"})


@check(
    "ORC-003",
    "Probes ask a path and port that the service has",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot become ready",
    effort_hours=0.5,
)
@joined("paths and ports that probes ask")
def probes_ask_what_is_there(project: Project) -> Iterator[Fact]:
    """
    A readiness probe on a path that nothing serves keeps every pod out of service; a liveness probe restarts it
    without end.

    Decides: port and path of each probe in manifests, and of the health checks of hosting platforms, against the
    ports that the container declares, the ports that the process listens on and the routes that its code serves.

    Fix: probe a path and port that the service has; the nearest route is named with the finding.

    Blind to: routes and ports that only a variable from outside decides, images that are not built here.

    See: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
    """
    for group in groups(project):
        for workload in group.workloads:
            for container in workload.containers:
                for probe in container.probes:
                    yield _probe(project, group, workload, container, probe)
    for service in project.system.services:
        for deployment in service.deployments:
            if deployment.environment not in ASIDE:
                for asked in deployment.probes:
                    if asked.kind == "paas" and asked.path:
                        yield _platform(project, service, deployment, asked)


def _probe(project: Project, group: Group, workload: Manifest, container: Container, probe: ContainerProbe) -> Fact:
    service = service_of(project, workload, container)
    name = f"{container.name}: the {probe.kind} probe"
    place = grade(group)
    path, port = probe.path, probe.port
    if probe.mode == "exec":
        path, port = asked_by(probe.command or "")
    at, path_at = _part(probe, "port"), _part(probe, "path")
    if isinstance(port, str):
        if is_literal(port):
            return bad(f"{name} asks the port {port}, which the container does not declare.", at, **place)
        return unknown(f"{name} asks a port that a variable gives.", probe, **place)
    closed = _closed(project, workload, container, port)
    if closed is not None:
        message = f"{name} asks port {port}, but the process listens on {listed(map(str, closed))}."
        return bad(message, at, *closed.values(), **place)
    if path is not None and service is not None and service.first_party:
        return _path(project, service, name, path, path_at, place)
    declared = port is not None and port in {p.number for p in container.ports}
    if declared or probe.mode == "exec":
        return ok(f"{name} asks {f'port {port}' if declared else 'a command'}.", probe, **place)
    return unknown(f"{name} asks port {port}; that something listens there cannot be seen.", probe, **place)


def _part(probe: ContainerProbe, key: str) -> At:
    """Where a probe states its port or path."""
    handlers = (probe.node.get(handler, key) for handler in ("httpGet", "tcpSocket", "grpc"))
    return next((node.at for node in handlers if node is not None), probe.at)


def _closed(project: Project, workload: Manifest, container: Container, port: int | None) -> dict[int, At] | None:
    """The ports that are listened on, where the probed one is surely not among them."""
    owner = owner_of(project, workload, container)
    if owner is None or port is None or not owner[0].first_party:
        return None
    found = project.serving.listening(*owner)
    return found.ports if found.on(port) is False else None


def _path(project: Project, service: Service, name: str, path: str, at: At, place: dict[str, Any]) -> Fact:
    served = project.serving.serves(service, path)
    if served.holds:
        places = (at, served.route) if served.route is not None else (at,)
        return ok(f"{name} asks {path}, which {service.name} serves.", *places, **place)
    if served.holds is None:
        return _where_it_runs(project, service, name, path, at, place)
    if served.route is None:
        return bad(f"{name} asks {path}, which no route of {service.name} serves.", at, **place)
    near = f"the nearest is {served.route.path}"
    return bad(f"{name} asks {path}, which {service.name} does not serve; {near}.", at, served.route, **place)


def _where_it_runs(project: Project, service: Service, name: str, path: str, at: At, place: dict[str, Any]) -> Fact:
    """What the running service answers to a path of which files do not tell."""
    probe = path_answered(project, service.name, path)
    if probe is None or probe.status is None:
        seen = probed_ready(project, service.name, path, place["environment"])
        if seen is not None:
            found, pod, container = seen
            message = f"{name} asks {path}, and the cluster holds {pod.name} ready by it."
            return ok(found.said(message), at, found.at(container.line), **found.how, **place)
        return unknown(f"{name} asks {path}; that {service.name} serves it cannot be seen.", at, **place)
    told = ok if probe.status < 400 else bad
    message = f"{name} asks {path}, to which {service.name} answers {probe.status} where it runs."
    return told(message, at, At("."), strength=Strength.LIVE, said=answer_of(probe), **place)


def _platform(project: Project, service: Service, deployment: Deployment, probe: Probe) -> Fact:
    place = {"environment": None if deployment.environment == "unknown" else deployment.environment}
    return _path(project, service, f"{service.name}: the health check", probe.path or "/", probe.at, place)


@check("ORC-024", "Probed routes need no login", Severity.HIGH, Clause.EXECUTION, effort_hours=0.5)
def probed_routes_need_no_login(project: Project) -> Iterator[Fact]:
    """
    A probe has no credentials: a guard before the health route answers 401, and the pod is taken for broken.

    Decides: each HTTP probe's path is matched with the route that serves it; the route has no guard, or the probe
    sends a header.

    Fix: leave the health routes out of the guard, and keep what they tell to a word.

    Blind to: guards in proxies and gateways.

    See: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
    """
    for group in groups(project):
        for workload in group.workloads:
            for container in workload.containers:
                service = service_of(project, workload, container)
                for probe in (p for p in container.probes if p.mode == "http" and p.path and service):
                    assert service is not None
                    route = project.serving.serves(service, probe.path or "/")
                    sends = probe.node.get("httpGet", "httpHeaders") is not None
                    if not route.holds or route.route is None or sends:
                        continue
                    name = f"{container.name}: the {probe.kind} probe of {probe.path}"
                    if route.route.auth:
                        places = (probe, route.route.auth_at or route.route)
                        yield bad(f"{name} meets a guard that asks for a login.", *places, **grade(group))
                    elif route.route.auth is False:
                        yield ok(f"{name} needs no login.", probe, **grade(group))


@check(
    "ORC-004",
    "Services lead to pods and ports that are there",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot be reached",
    effort_hours=0.5,
)
def services_lead_somewhere(project: Project) -> Iterator[Fact]:
    """
    A Service whose selector matches no pod, or whose target port nobody listens on, refuses every request.

    Decides: the selector of each Service against the labels of the pods that are applied with it; each target
    port against the ports that the containers declare and that the process listens on.

    Fix: write the labels of the pod template into `spec.selector`, and the port that the process listens on into
    `targetPort`.

    Blind to: pods that operators make.

    See: https://kubernetes.io/docs/concepts/services-networking/service/
    """
    for group in groups(project):
        for service in group.of("Service"):
            if selects_nothing_set(service) or not service.complete:
                continue
            pods = group.selected_by(service)
            if pods:
                yield from _targets(project, group, service, pods)
            else:
                yield _no_pods(project, group, service)


_BESIDE = re.compile(r"(?i)metric|prometheus|monitor|management|actuator|admin|debug|jmx|profil")


def _targets(project: Project, group: Group, service: Manifest, pods: list[Manifest]) -> Iterator[Fact]:
    """What can be said of each port; where requests get through, a port for operators that leads nowhere weighs less."""
    told = [(port, _target(project, group, service, pods, port)) for port in service.service_ports]
    reached = bool(told) and told[0][1].outcome is Outcome.PASS
    for port, fact in told:
        beside = reached and fact.outcome.open and _BESIDE.search(f"{port.name} {port.target}")
        yield replace(fact, severity=Severity.MEDIUM, blocks=False) if beside else fact


def _no_pods(project: Project, group: Group, service: Manifest) -> Fact:
    at = service.selector or service
    elsewhere = [m for m in project.manifests.workloads if service.selects(m.pod_labels)]
    made_by = [m for m in group.manifests if m.group not in _CORE_GROUPS and "spec" in m.node]
    if elsewhere or not group.known:
        places = (at, *elsewhere[:1])
        message = f"{service.title}: the pods that it selects are not among what is applied with it."
        return unknown(message, *places, **grade(group))
    if is_kept_elsewhere(project, group, service):
        message = (
            f"{service.title}: the project runs nothing in {service.namespace}; what it selects is installed there."
        )
        return unknown(message, at, **grade(group))
    operated = [m for m in made_by if name_of(m) and name_of(m) in str((service.selector or service.node).value)]
    if operated:
        return unknown(f"{service.title}: its pods may be made for {operated[0].title}.", at, **grade(group))
    near = next((m for m in group.workloads if m.name == service.name), None)
    labels = f" ({near.title} has {_labels(near)})" if near is not None else ""
    places = (at, *([near] if near is not None else []))
    return bad(f"{service.title}: no pod has the labels that it selects{labels}.", *places, **grade(group))


def _labels(manifest: Manifest) -> str:
    return listed(f"{k}={v}" for k, v in manifest.pod_labels.items()) or "none"


def _target(project: Project, group: Group, service: Manifest, pods: list[Manifest], port: ServicePort) -> Fact:
    running = [(pod, c) for pod in pods for c in pod.containers if not c.init]
    declared = [p for _, c in running for p in c.ports if port.target in {p.number, p.name}]
    if isinstance(port.target, str):
        if declared or not is_literal(port.target):
            return ok(f"{service.title}: the port {port.target} is declared by its pods.", port, **grade(group))
        message = f"{service.title}: no container of {pods[0].title} declares the port {port.target}."
        return bad(message, port, pods[0], **grade(group))
    name = f"{service.title}: it leads to port {port.target}"
    closed = [_closed(project, pod, c, port.target) for pod, c in running]
    if running and all(c is not None for c in closed):
        ports = {number: at for c in closed if c is not None for number, at in c.items()}
        message = f"{name}, but {pods[0].title} listens on {listed(map(str, ports))}."
        return bad(message, port, *ports.values(), **grade(group))
    if declared:
        return ok(f"{service.title}: port {port.target} is declared by its pods.", port, declared[0], **grade(group))
    if any(_opens(project, pod, c, port.target) for pod, c in running):
        return ok(f"{service.title}: the process listens on port {port.target}.", port, **grade(group))
    others = _agreed(running)
    if len(others) == 1:  # a process with several declared ports may have more that are not
        message = f"{name}, but {pods[0].title} declares and probes {listed(map(str, others))}."
        return bad(message, port, *others.values(), **grade(group))
    message = f"{service.title}: nothing shows that {pods[0].title} listens on port {port.target}."
    return unknown(message, port, **grade(group))


def _agreed(running: list[tuple[Manifest, Container]]) -> dict[int, At]:
    """The ports of a pod of one container that are both declared and probed: surely those that are listened on."""
    if len(running) != 1:
        return {}
    container = running[0][1]
    probed = {p.port for p in container.probes}
    return {p.number: p.at for p in container.ports} if probed & {p.number for p in container.ports} else {}


def _opens(project: Project, workload: Manifest, container: Container, port: int | None) -> bool:
    owner = owner_of(project, workload, container)
    return owner is not None and port is not None and project.serving.listening(*owner).on(port) is True
