"""Is there what Grafana asks?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from kit.checks.shared.deployed import grade, manifests
from kit.checks.shared.images import services
from kit.model import Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.platforms.grafana import Datasource
from kit.system.images import parse_image


@check("OBS-016", "What Grafana asks is there", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=0.5)
def datasources_are_there(project: Project) -> Iterator[Fact]:
    """
    A dashboard whose data source has no host behind its name stays empty, which shows when it is needed.

    Decides: the data sources that are provisioned for a Grafana of a compose file or of Kubernetes manifests: each names a
    service that runs beside it. `localhost` is Grafana's own container.

    Fix: run what is missing (Loki, Tempo) beside Grafana, correct the host, or remove the data source.

    Blind to: sources that are added by hand; hosts with a domain.

    See: https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
    """
    for file, service in services(project):
        if _is_grafana(service.image):
            for source in _provisioned(project, service):
                yield from _asked(project, file, service, source)
    if any(_is_grafana(c.image) for m in manifests(project) for c in m.containers):
        yield from _in_cluster(project)


def _is_grafana(image: str | None) -> bool:
    found = parse_image(image)
    return found is not None and found.base in {"grafana", "grafana-oss", "grafana-enterprise"}


def _provisioned(project: Project, service: ComposeService) -> Iterator[Datasource]:
    """The data sources whose files the service mounts."""
    hosts = [host for v in service.volumes if (host := service.host_path(v)) and "provisioning" in v.target]
    for source in project.prometheus.datasources:
        if any(source.path == host or source.path.startswith(f"{host.rstrip('/')}/") for host in hosts):
            yield source


def _asked(project: Project, file: ComposeFile, service: ComposeService, source: Datasource) -> Iterator[Fact]:
    host = _host(source)
    if host is None or source.direct or "network_mode" in service.node:
        return
    name = source.name or source.kind
    if host in {"localhost", "127.0.0.1"}:
        said = f"{name} is asked at {host}, which is {service.name}'s own container: its dashboards stay empty."
        yield bad(said, source, service, **grade(file.environment))
    elif "." in host:
        return
    elif host in _names(file):
        yield ok(f"{name}: {host} runs beside {service.name}.", source)
    elif any(host in _names(other) for other in project.compose) or _shares_a_network(file):
        yield unknown(f"{name}: {host} is no service of {file.path}; another file may run it.", source)
    else:
        said = f"{name} is asked at {host}, and {file.path} runs nothing of that name: its dashboards stay empty."
        yield bad(said, source, service, **grade(file.environment))


def _host(source: Datasource) -> str | None:
    """The host that an address names; None where a variable decides."""
    if "$" in source.url or "{" in source.url:
        return None
    address = source.url if "://" in source.url else f"//{source.url}"
    try:
        return urlsplit(address).hostname or None
    except ValueError:
        return None


def _names(file: ComposeFile) -> set[str]:
    """The names by which the services of a compose file find each other."""
    found = {service.name for service in file.services}
    for service in file.services:
        for key in ("container_name", "hostname"):
            node = service.node.get(key)
            found |= {node.text} if node is not None else set()
        found |= {alias.text for alias in service.node.each("networks", "*", "aliases", "*")}
        extra = service.node.get("extra_hosts")
        if extra is not None:
            found |= {key for key, _ in extra.items()} | {re.split(r"[:=]", n.text)[0] for n in extra.children()}
    return {name.lower() for name in found}


def _shares_a_network(file: ComposeFile) -> bool:
    """Whether services of other stacks may be on a network of the file."""
    return any(node.get("external") is not None for node in file.networks.values())


def _in_cluster(project: Project) -> Iterator[Fact]:
    """The data sources of ConfigMaps: a bare name or one with its namespace is a Service, of the project or of a chart
    that something here speaks of."""
    known = {m.name for m in manifests(project, "Service", "ExternalName")}
    held = {m.path for m in manifests(project, "ConfigMap")}
    for source in project.prometheus.datasources:
        host = _host(source) if source.path in held else None
        if (
            host is None
            or source.direct
            or not re.fullmatch(r"[\w-]+(?:\.[\w-]+(?:\.svc(?:\.cluster\.local)?)?)?", host)
        ):
            continue
        name, kind = host.split(".")[0], source.name or source.kind
        if name in known:
            yield ok(f"{kind}: {host} is a Service.", source)
        elif "." not in host and not _spoken_of(project, name, source.path):
            yield bad(f"{kind} is asked at {host}, and no Service is called that: its dashboards stay empty.", source)
        else:
            yield unknown(f"{kind}: whether {host} is a Service cannot be seen here.", source)


def _spoken_of(project: Project, name: str, path: str) -> bool:
    """Whether a chart, a script or a manifest elsewhere speaks of what a Service would belong to."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    paths = project.files.glob("*.yaml", "*.yml", "*.sh", "*.tf", "Makefile", "*.md")
    return bool(project.charts) or any(p != path and word.search(project.files.text(p)) for p in paths)
