"""Resilience: the requests that code makes, and whether each ends in time and is tried again."""

from __future__ import annotations

from kit.model import Finding
from kit.project import Project
from kit.report.blocks import Cell, Mark, Table, columns, empty
from kit.report.display import Display, show
from kit.report.tables import OUTCOME_ORDER
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count
from kit.system.model import Call, Service

RETRIES = ("retry", "retries", "again", "backoff")


def outbound(project: Project, findings: Findings) -> Display:
    """Every outbound call that was found: to whom, and what the checks say of its time limit and its
    retries."""
    found = [(s, c) for s in project.system.services for c in s.calls]
    if not found:
        fill = "Requests by fetch, axios, requests, httpx, RestTemplate or net/http would be listed here."
        return show(empty("No outbound request was found in code", fill))
    of_area = [f for f in findings if f.area == "resilience"]
    rows = tuple(_call(s, c, of_area) for s, c in found)
    unlimited = sum(isinstance(row[3], Mark) and row[3].outcome == "fail" for row in rows)
    caption = f"{count(len(rows), 'outbound call')}, {unlimited or 'none'} without a time limit"
    heads = columns("Service", ("Calls", "code"), "Of", "Time limit", "Tried again", "Where")
    return show(Table(caption, heads, rows))


def dependencies(project: Project) -> Display:
    """What each service cannot work without."""
    rows = tuple(
        (s.name, ", ".join(sorted({store.engine for store in s.stores})), ", ".join(sorted(_services(s))))
        for s in project.system.own
    )
    if not rows:
        return show(empty("No service of the project's own was found", "What each depends on would stand here."))
    return show(Table("What each service depends on", columns("Service", "Stores", "Services"), rows))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "resilience", "Resilience checks by service or file"))


def _call(service: Service, call: Call, findings: list[Finding]) -> tuple[Cell, ...]:
    fact, to = call.fact, call.service or "outside"
    calls = f"{fact.method.upper()} {fact.url}"
    return (service.name, calls, to, _limit(fact.timeout), _retries(call, findings), at_cell(call.at))


def _limit(timeout: bool | None) -> Mark:
    if timeout is None:
        return Mark("unknown", "cannot be told")
    return Mark("pass", "stated") if timeout else Mark("fail", "none")


def _retries(call: Call, findings: list[Finding]) -> Mark:
    here = (f for f in findings if any((e.path, e.line) == (call.at.path, call.at.line) for e in f.evidence))
    about = [f for f in here if any(w in f"{f.title} {f.message}".lower() for w in RETRIES)]
    worst = min(about, key=lambda f: OUTCOME_ORDER[f.outcome], default=None)
    return Mark(worst.outcome.value) if worst else Mark("unknown", "not judged")


def _services(service: Service) -> set[str]:
    called = {c.service for c in service.calls if c.service}
    return called | {d for deployment in service.deployments for d in deployment.depends_on}
