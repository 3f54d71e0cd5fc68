"""Are the hosts and ports that pods are told to call those of Services?"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.orchestration.common import Group, by_a_chart, grade, groups, is_literal, same_namespace
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.kubernetes.manifests import Manifest

_LABEL = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    rf"(?:[a-z][a-z0-9+.-]{{0,30}}://(?:[^@/\s]{{0,200}}@)?)?(?P<host>{_LABEL}(?:\.{_LABEL}){{0,4}})"
    r":(?P<port>\d{1,5})(?:[/?][^\s,]{0,300})?"
)
_CLUSTER = re.compile(r"\.svc(?:\.cluster\.local)?$")
_HERE = frozenset({"localhost", "host", "http", "https", "kubernetes"})
_NEAR = 0.85
"""How alike names are, from 0 to 1, for one to be taken for a slip of the other."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A host and port that a variable or a ConfigMap's entry names, for the pods of `owner`'s namespace."""

    name: str
    host: str
    namespace: str | None
    port: int
    owner: Manifest
    at: At


@check(
    "ORC-035",
    "Pods are told hosts and ports that Services have",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=0.5,
)
def hosts_are_services(project: Project) -> Iterator[Fact]:
    """
    A pod that is told a port which the Service does not have, or a name that no Service bears, calls into nothing.

    Decides: each `host:port` that stands as a literal variable of a container or as an entry of a ConfigMap, against
    the Services that are applied with it. Hosts of other systems, and names that a chart of somebody else brings, are
    left out.

    Fix: write the name and the port of the Service, the one of `spec.ports[].port` and not the pod's own, into the
    variable.

    Blind to: Services that operators make, and addresses that programs put together.

    See: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
    """
    for group in groups(project):
        if group.of("Service"):
            for asked in _all_asked(group):
                yield from _judged(project, group, asked)


def _all_asked(group: Group) -> Iterator[_Asked]:
    for workload in group.workloads:
        for container in workload.containers:
            for variable in container.env:
                yield from _addresses(group, workload, variable.name, variable.value or "", variable.at)
    for config in group.of("ConfigMap"):
        data = config.node.get("data")
        for key, entry in data.items() if data is not None else ():
            yield from _addresses(group, config, key, entry.text, entry.at)


def _addresses(group: Group, owner: Manifest, name: str, value: str, at: At) -> Iterator[_Asked]:
    """The addresses within the cluster that a value is: one, or several with commas between them."""
    if "\n" in value or len(value) > 1000 or not is_literal(value):
        return
    for part in value.split(","):
        found = _ADDRESS.fullmatch(part.strip())
        if found is None:
            continue
        host, _, namespace = _CLUSTER.sub("", found["host"]).partition(".")
        within = namespace in {"", *(m.namespace for m in group.manifests)}
        if within and host not in _HERE:
            yield _Asked(name, host, namespace or owner.namespace, int(found["port"]), owner, at)


def _judged(project: Project, group: Group, asked: _Asked) -> Iterator[Fact]:
    services = [s for s in group.of("Service") if _may_be_asked(s, asked)]
    meant = [s for s in services if s.name == asked.host]
    if not meant:
        yield from _missing(project, group, asked, services)
        return
    ports = {port.number: port.at for port in meant[0].service_ports}
    called = f"{asked.owner.title}: {asked.name} names {asked.host}:{asked.port}"
    if asked.port in ports:
        yield ok(f"{called}, a port of the Service.", asked, ports[asked.port], **grade(group))
    elif _leads_by_ports(meant[0]) and len(meant) == 1 and None not in ports:
        has = listed(str(number) for number in ports)
        yield bad(f"{called}, and the Service has {has}.", asked, *ports.values(), **grade(group))


def _may_be_asked(service: Manifest, asked: _Asked) -> bool:
    if asked.namespace is not None and service.namespace is not None:
        return asked.namespace == service.namespace
    return same_namespace(service, asked.owner)


def _leads_by_ports(service: Manifest) -> bool:
    """Whether only its own ports are answered: one without an address of its own leads to every port of its pods."""
    said = {key: service.node.get("spec", key) for key in ("clusterIP", "type")}
    return (
        service.complete
        and bool(service.service_ports)
        and not any(node is not None and node.text in {"None", "ExternalName"} for node in said.values())
    )


def _missing(project: Project, group: Group, asked: _Asked, services: list[Manifest]) -> Iterator[Fact]:
    """A name that no Service bears is a slip only beside one that is nearly it and has the port: operators and charts of
    others bring Services that no file shows."""
    near = difflib.get_close_matches(asked.host, [s.name for s in services], n=1, cutoff=_NEAR)
    beside = next((s for s in services if s.name in near), None)
    if beside is None or asked.port not in {p.number for p in beside.service_ports}:
        return
    called = f"{asked.owner.title}: {asked.name} names {asked.host}:{asked.port}"
    elsewhere = any(m.name == asked.host for m in project.manifests.of("Service", "ExternalName"))
    if elsewhere or not group.known or by_a_chart(project, asked.host) is not None:
        yield unknown(f"{called}; no Service of that name is among what is applied with it.", asked, **grade(group))
        return
    yield bad(f"{called}, and no Service is called so; there is {beside.name}.", asked, beside, **grade(group))
