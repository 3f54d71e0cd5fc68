"""Do those that ask for metrics get them?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.services import METRICS, MOUNTING, library
from kit.model import Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.platforms.prometheus import ScrapeJob, Target
from kit.system.model import Service


@check("OBS-003", "Scrape targets answer", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
def scrape_targets_answer(project: Project) -> Iterator[Fact]:
    """
    A scrape job that asks a path nobody serves is a dashboard of blanks, and an alert that never fires.

    Decides: each target of a scrape job that names a service of the system: the service listens on or is given the port,
    and serves the path.

    Fix: correct the job's `targets` and `metrics_path`, or serve the metrics there.

    Blind to: targets that are discovered when Prometheus runs.

    See: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
    """
    for config in project.prometheus.configs:
        if config.environment in {"development", "test"}:
            continue
        for job in config.jobs:
            for target in job.targets:
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
                    yield bad(f"Job {job.name} scrapes {target.host}, and no service is called that.", target)
    yield from _annotated(project)


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
