"""Which services are given each other's addresses: URLs and hosts in the variables of deployments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.system.model import Deployment, Service, SystemMap

_URL = re.compile(r"[a-z][\w+.-]*://(?:[^\s/@,]*@)?([A-Za-z0-9][\w.-]*)", re.IGNORECASE)
_PAIR = re.compile(r"(?<![\w.:/@-])([A-Za-z][\w.-]*):\d{2,5}\b")
_NAMED = re.compile(
    r"(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVERS|URL|URI|ENDPOINT|UPSTREAM|BACKEND)$", re.IGNORECASE
)
_HOST = re.compile(r"[A-Za-z][\w.-]*")


def addressed(system: SystemMap) -> Iterator[tuple[str, str]]:
    """Service and the service whose name in the same deployment target one of its variables holds."""
    for service in system.services:
        for deployment in service.deployments:
            named = _names(system, deployment)
            for host in _hosts(deployment):
                other = named.get(_plain(host, deployment))
                if other is not None and other != service.name:
                    yield service.name, other


def _hosts(deployment: Deployment) -> Iterator[str]:
    for given in deployment.env:
        value = given.value or ""
        yield from _URL.findall(value)
        yield from _PAIR.findall(value)
        if _NAMED.search(given.name) and _HOST.fullmatch(value):
            yield value


def _names(system: SystemMap, deployment: Deployment) -> dict[str, str]:
    """What the services of a deployment target are called on its network."""
    found: dict[str, str] = {}
    for service in system.services:
        for other in service.deployments:
            if other.target == deployment.target:
                found.update({name.lower(): service.name for name in _called(service, other)})
    return found


def _called(service: Service, deployment: Deployment) -> Iterator[str]:
    if deployment.target.startswith("compose:"):
        yield service.name
    yield from (p.name for p in deployment.ports if p.role == "target" and p.name)


def _plain(host: str, deployment: Deployment) -> str:
    """The name of a host, its namespace and the cluster's domain taken off; other domains are left as they are."""
    first, *rest = host.lower().rstrip(".").split(".")
    inside = not rest or "svc" in rest[:2] or rest == [deployment.namespace]
    return first if inside else host.lower()
