"""Observability: the chain from what is exported to who is called, per service."""

from __future__ import annotations

from typing import Any

from kit.project import Project
from kit.report.blocks import Cell, Mark, Table, columns, empty
from kit.report.display import Display, show
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, listed
from kit.system.model import Service

HEALTH = ("health", "ready", "live", "status", "ping")


def chain(project: Project) -> Display:
    """Per service: health route, metrics route, probe, schedule of scraping. Each link has its place."""
    own = [s for s in project.system.own if s.kind not in {"library", "job"}]
    if not own:
        return show(
            empty(
                "No service of the project's own was found",
                "Its health, metrics and probes would stand here.",
            )
        )
    rows = tuple(_service(s) for s in own)
    blind = [str(row[0]) for row in rows if all(isinstance(c, Mark) and c.outcome != "pass" for c in row[1:])]
    note = (
        f"Nothing would notice that {listed(blind)} is down." if blind else "Something watches every service."
    )
    heads = columns("Service", "Health route", "Metrics route", "Probed by the platform", "Scraped")
    return show(Table("From what services offer to what watches them", heads, rows, note, matrix=True))


def alerts(project: Project) -> Display:
    """Every alert rule with its expression and place, and where alerts are sent."""
    config = project.prometheus
    rules = [a for group in _many(config, "groups") for a in _many(group, "alerts")] or _many(
        config, "alerts"
    )
    receivers = _many(config, "receivers")
    sent = f"Alerts go to {listed(r.name for r in receivers)}." if receivers else "No receiver is configured."
    if not rules:
        fill = f"{sent} Prometheus rule files would be listed here, each alert with the metric it asks for."
        return show(empty("No alert rule is in the project", fill))
    rows = tuple((a.name, a.expr, at_cell(a.at)) for a in rules)
    return show(
        Table(count(len(rows), "alert rule"), columns("Alert", ("Asks", "code"), "Where"), rows, sent)
    )


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "observability", "Observability checks by service or file"))


def _service(service: Service) -> tuple[Cell, ...]:
    health = next((r for r in service.routes if any(w in r.path.lower() for w in HEALTH)), None)
    metrics = next((r for r in service.routes if r.path.rstrip("/").endswith("metrics")), None)
    probe = next((p for d in service.deployments for p in d.probes), None)
    ports = [*service.ports, *(p for d in service.deployments for p in d.ports)]
    scrape = next((p for p in ports if p.role == "scrape"), None)
    return (service.name, _link(health), _link(metrics), _link(probe), _link(scrape))


def _link(found: Any) -> Mark:
    return Mark("pass", "yes", str(found.at)) if found is not None else Mark("fail", "none")


def _many(owner: Any, name: str) -> list[Any]:
    found = getattr(owner, name, ())
    return list(found)
