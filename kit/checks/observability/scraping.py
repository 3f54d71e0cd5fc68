"""Do those that ask for metrics get them?"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from kit.checks.shared.images import services
from kit.checks.shared.services import METRICS, MOUNTING, library
from kit.checks.shared.words import listed
from kit.model import Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeService
from kit.sources.platforms.prometheus import PrometheusConfig, ScrapeJob, Target
from kit.system.images import parse_image
from kit.system.model import Service

_LOOPBACK = frozenset({"localhost", "127.0.0.1"})
_OWN_PORT = 9090
"""Where Prometheus answers about itself."""


@check(
    "OBS-003", "Scrape jobs ask a path and port that the service has", Severity.HIGH, Clause.EXECUTION, effort_hours=1
)
def scrape_targets_answer(project: Project) -> Iterator[Fact]:
    """
    A scrape job that asks a path nobody serves is a dashboard of blanks, and an alert that never fires.

    Decides: each target of a scrape job that names a service of the system: the service listens on or is given the port,
    and serves the path. `localhost` in the configuration of a server that compose runs is the server's own container.

    Fix: correct the job's `targets` and `metrics_path`, or serve the metrics there.

    Blind to: targets that are discovered when Prometheus runs, and those that an exporter is asked to try.

    See: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
    """
    for config in project.prometheus.configs:
        if config.environment in {"development", "test"}:
            continue
        yield from _itself(project, config)
        for job in config.jobs:
            for target in () if _asks_another(job) else job.targets:
                service = project.system.service(target.host) or _in_cluster(project, target.host)
                if service is not None:
                    mounted = job.metrics_path == "/metrics" and library(project, service, MOUNTING) is not None
                    yield _target(job, target, service, mounted=mounted)
                elif (
                    "." not in target.host
                    and target.host not in {"localhost", "host", "prometheus"}
                    and project.system.services
                    and _is_compose(project)
                ):
                    known = _server(project, config) is not None
                    message = f"Job {job.name} scrapes {target.host}, and no service is called that."
                    yield bad(message, target, severity=None if known else Severity.MEDIUM)
    yield from _annotated(project)


def _asks_another(job: ScrapeJob) -> bool:
    """Whether the job hands its targets to an exporter that tries them: what it scrapes stands in its relabelling."""
    labels = {n.text for n in job.node.each("relabel_configs", "*", "target_label")}
    return bool(labels & {"__address__", "__param_target"}) or job.metrics_path.rstrip("/") == "/probe"


def _itself(project: Project, config: PrometheusConfig) -> Iterator[Fact]:
    """The jobs that ask `localhost` from within a container in which nothing but the server runs."""
    jobs = [(j, t) for j in config.jobs if not _asks_another(j) for t in j.targets if t.host in _LOOPBACK]
    lost = [(j, t) for j, t in jobs if t.port is not None and t.port != _OWN_PORT]
    server = _server(project, config) if lost else None
    if server is not None:
        names = listed([job.name for job, _ in lost], 4)
        message = f"{names}: localhost is {server.name}'s own container, and nothing else runs in it: no answer comes."
        yield bad(message, *[target for _, target in lost[:5]], server)


def _server(project: Project, config: PrometheusConfig) -> ComposeService | None:
    """The compose service that runs Prometheus with this file, on a network of its own."""
    for _, service in services(project):
        image = parse_image(service.image)
        if image is None or image.base != "prometheus" or "network_mode" in service.node:
            continue
        for volume in service.volumes:
            source = posixpath.normpath(posixpath.join(service.directory, volume.source or "."))
            if volume.kind == "bind" and (source == config.path or posixpath.dirname(config.path) == source):
                return service
    return None


def _in_cluster(project: Project, host: str) -> Service | None:
    """The service that a cluster's name for it means: `name.namespace`, `name.namespace.svc.cluster.local`."""
    name, _, rest = host.partition(".")
    spaces = {d.namespace for s in project.system.services for d in s.deployments if d.namespace}
    return project.system.service(name) if rest.split(".")[0] in spaces and rest[:1] else None


def _target(job: ScrapeJob, target: Target, service: Service, *, mounted: bool) -> Fact:
    ports = {p.number for p in service.ports if p.number} | {
        n for d in service.deployments for p in d.ports for n in (p.number, p.host if p.role == "target" else None) if n
    }
    own = service.root is not None and bool(service.routes)
    served = mounted or any(r.path.rstrip("/") == job.metrics_path.rstrip("/") for r in service.routes)
    if target.port is not None and ports and target.port not in ports and own:
        return bad(
            f"Job {job.name} asks {service.name} on port {target.port}; it is on {', '.join(map(str, sorted(ports)))}.",
            target,
        )
    if own and not served:
        if any(not r.prefix_known for r in service.routes) or (
            any(METRICS.search(r.path) for r in service.routes) and job.metrics_path == "/metrics"
        ):
            return unknown(
                f"Job {job.name} asks {service.name} for {job.metrics_path}; which path serves its metrics could not be told.",
                target,
            )
        path = job.node.get("metrics_path")
        return bad(
            f"Job {job.name} asks {service.name} for {job.metrics_path}, which it does not serve.",
            path or target,
            target,
        )
    return (
        ok(f"Job {job.name} asks {service.name} where its metrics are.", target)
        if own
        else ok(f"Job {job.name} asks {service.name}.", target)
    )


def _annotated(project: Project) -> Iterator[Fact]:
    """Pods that ask to be scraped by annotation."""
    for manifest in project.manifests.effective.workloads:
        notes = manifest.node.get("spec", "template", "metadata", "annotations")
        if (
            notes is None
            or manifest.environment in {"development", "test"}
            or (wanted := notes.get("prometheus.io/scrape")) is None
            or wanted.text != "true"
        ):
            continue
        port, path = notes.get("prometheus.io/port"), notes.get("prometheus.io/path")
        asked = path.text if path is not None else "/metrics"
        service = next(
            (
                s
                for s in project.system.own
                for d in s.deployments
                if d.at.path == manifest.path and any(c.at == d.at for c in manifest.containers)
            ),
            None,
        )
        known = {p.number for c in manifest.containers for p in c.ports}
        if port is not None and known and port.text.isdigit() and int(port.text) not in known:
            yield bad(f"{manifest.title} asks to be scraped on port {port.text}, which no container opens.", port)
        elif (
            service is not None
            and service.routes
            and all(r.prefix_known for r in service.routes)
            and not any(r.path.rstrip("/") == asked.rstrip("/") for r in service.routes)
            and library(project, service, MOUNTING) is None
        ):
            yield bad(
                f"{manifest.title} asks to be scraped at {asked}, which {service.name} does not serve.",
                path or wanted,
            )
        else:
            yield ok(f"{manifest.title} is scraped at {asked}.", path or wanted)


def _is_compose(project: Project) -> bool:
    return any(target.startswith("compose:") for target, _, _ in project.system.targets)
