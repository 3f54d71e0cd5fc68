"""What views share: which service a place belongs to, and the matrix of an area's checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kit.model import At, Finding
from kit.project import Project
from kit.report.blocks import Cell, Notice, Place, Table, empty
from kit.report.tables import outcome_matrix, outcomes_by_thing
from kit.report.texts import text
from kit.system.model import Service

Findings = Sequence[Finding]
WIDEST = 9
"""Columns that a matrix may have before it is told row by row."""

PROJECT = "project"
"""What a finding about the project as a whole is said of."""


def service_at(project: Project) -> Callable[[At], str | None]:
    """A function from a place to the name of the service that it belongs to: by the entry it stands in, the
    Dockerfile, or the deepest root folder; None where no service is near."""
    entries = _entries(project.system.services)
    roots = sorted(((s.root, s.name) for s in project.system.services if s.root), key=lambda r: -len(r[0]))

    def find(at: At) -> str | None:
        before = [e for e in entries.get(at.path, ()) if e[0] <= (at.line or 0)]
        if before:
            return max(before)[1]
        return next((name for root, name in roots if root == "." or at.path.startswith(f"{root}/")), None)

    return find


def thing_of(project: Project) -> Callable[[Finding], str | None]:
    """The service that a finding speaks of, or else its file."""
    service = service_at(project)

    def find(finding: Finding) -> str | None:
        if not finding.evidence:
            return None
        first = finding.evidence[0]
        found = service(At(first.path, first.line)) or first.path
        return PROJECT if found == "." else found

    return find


def controls(project: Project, findings: Findings, area: str, caption: str) -> Table | Notice:
    """The checks of an area against the services and files they examined; one row for each where there are
    many."""
    of_area = [f for f in findings if f.area == area]
    table = outcome_matrix(of_area, thing_of(project), caption)
    if table is None:
        fill = "Each check would stand in a row here, each service or file that it examined in a column."
        return empty(text("views.nothing-examined"), fill)
    if len(table.columns) > WIDEST:
        return outcomes_by_thing(of_area, thing_of(project), caption)
    return table


def environment_name(environment: str) -> str:
    """The name of an environment; said in words where no name of a file or folder tells it."""
    return text("views.unnamed-environment") if environment == "unknown" else environment


def short_digest(image: str) -> str:
    """An image's name with the first twelve digits of its digest, as Docker shows them."""
    return re.sub(r"(@sha256:[0-9a-f]{12})[0-9a-f]{52}$", r"\1…", image)


def at_cell(at: At | None) -> Cell:
    """A place as a cell; nothing for None."""
    return Place(str(at)) if at else None


def open_at(findings: Findings) -> dict[str, list[Finding]]:
    """Open findings by the path of each of their places."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        for evidence in finding.evidence if finding.open else ():
            found.setdefault(evidence.path, []).append(finding)
    return found


def within(finding: Finding, at: Any) -> bool:
    """True where one of the finding's places lies in the stretch of lines."""
    first, last = at.line or 0, at.end_line or at.line or 10**9
    return any(e.path == at.path and first <= (e.line or 0) <= last for e in finding.evidence)


def _entries(services: Iterable[Service]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for service in services:
        builds = [b for b in (service.build, *(d.build for d in service.deployments)) if b]
        for build in builds:
            found.setdefault(build.dockerfile, []).append((0, service.name))
        for deployment in service.deployments:
            found.setdefault(deployment.at.path, []).append((deployment.at.line or 0, service.name))
    return found
