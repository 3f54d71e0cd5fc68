"""Observability: the chain from what is exported to who is called, per service."""

from __future__ import annotations

from collections.abc import Sequence

from kit.checks.observability.alerting import FROM_OUTSIDE, bare
from kit.checks.observability.health import health_routes
from kit.checks.shared.services import METRICS, only_aside
from kit.model import Located
from kit.project import Project
from kit.report.blocks import Cell, Mark, Table, columns, empty
from kit.report.display import Display, show
from kit.report.views import logs
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, listed
from kit.sources.platforms.prometheus import Alert
from kit.system.model import Service


def chain(project: Project) -> Display:
    """Per service: health route, metrics route, probe, scraping. Each link has its place.

    What only development and tests start is left out beside what is used.
    """
    built = [s for s in project.system.own if s.kind not in {"library", "job"}]
    own = [s for s in built if not only_aside(project, s)] or built
    if not own:
        fill = "Its health route, metrics, probes and what scrapes it would stand here."
        return show(empty("No service of the project's own was found", fill))
    rows = tuple(_service(s, project) for s in own)
    blind = [str(row[0]) for row in rows if all(isinstance(c, Mark) and c.outcome != "pass" for c in row[1:])]
    note = _watching(rows, blind)
    heads = columns("Service", "Health route", "Metrics route", "Probed by the platform", "Scraped")
    return show(Table("From what services offer to what watches them", heads, rows, note, matrix=True))


def _watching(rows: Sequence[tuple[Cell, ...]], blind: Sequence[str]) -> str:
    """What the links come to: a probe restarts, it tells nobody; what is not scraped has no history."""
    if blind:
        return f"Nothing watches {listed(blind)}: an outage would go unnoticed."
    unscraped = [str(row[0]) for row in rows if isinstance(row[-1], Mark) and row[-1].outcome != "pass"]
    if not unscraped:
        return "Every service has something that watches it, and its metrics are scraped."
    return f"Each has a route or a probe by which it could be watched; nothing is seen to scrape {listed(unscraped)}."


def alerts(project: Project) -> Display:
    """Every alert rule with what it asks, whether code exports that, and where alerts are sent."""
    config = project.prometheus
    rules = [alert for group in config.rule_groups for alert in group.alerts]
    receivers = [r for a in config.alertmanagers for r in a.receivers]
    sent = f"Alerts go to {listed(r.name for r in receivers)}." if receivers else "No receiver is configured."
    if not rules:
        fill = f"{sent} Prometheus rules would be listed here, each alert with the metric that it asks for."
        return show(empty("No alert rule is in the project", fill))
    exported = {bare(name) for name in (*(m.name for m in project.metrics), *config.recorded)}
    once: dict[tuple[str, str], Alert] = {}
    for rule in rules:
        once.setdefault((rule.name, " ".join(rule.expression.split())), rule)
    rows = tuple((a.name, a.expression, _exported(a, exported), at_cell(a.at)) for a in once.values())
    heads = columns("Alert", ("Asks", "code"), "Its metrics", "Where")
    return show(Table(count(len(rows), "alert rule"), heads, rows, sent))


def logged(project: Project) -> Display:
    """What logs that were given say: errors by service, what repeats, secrets and personal data."""
    return logs.told(project)


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "observability", "Observability checks by service or file"))


def _service(service: Service, project: Project) -> tuple[Cell, ...]:
    health = next(iter(health_routes(service)), None)
    metrics = next((r for r in service.routes if METRICS.search(r.path)), None)
    probe = next((p for d in service.deployments for p in d.probes), None)
    return (service.name, _link(health), _link(metrics), _link(probe), _link(_scrape(service, project)))


def _scrape(service: Service, project: Project) -> Located | None:
    """The scrape target, or the name that is looked up, which names the service, alone or as the first part of a
    cluster's name."""
    jobs = [job for c in project.prometheus.configs for job in c.jobs]
    looked_up = (name for job in jobs for name in job.node.each("dns_sd_configs", "*", "names", "*"))
    named: list[tuple[str, Located]] = [(t.host, t) for job in jobs for t in job.targets]
    named += [(name.text, name) for name in looked_up]
    wanted = f"tasks.{service.name}"
    return next((found for host, found in named if host == wanted or host.split(".")[0] == service.name), None)


def _link(found: Located | None) -> Mark:
    return Mark("pass", "yes", str(found.at)) if found is not None else Mark("fail", "none")


def _exported(alert: Alert, exported: set[str]) -> Mark:
    if not alert.metrics:
        return Mark("unknown", "cannot be told")
    others = sorted(m for m in alert.metrics if bare(m) not in exported)
    unknown = [m for m in others if not FROM_OUTSIDE.match(m)]
    if unknown:
        return Mark("unknown", f"not by code: {listed(unknown, 2)}")
    return Mark("pass", "of a known exporter" if others else "exported by code")
