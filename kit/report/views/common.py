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


def things_of(project: Project) -> Callable[[Finding], tuple[str, ...]]:
    """The services that a finding speaks of: those that it lists, the one that the first of its places with a service
    belongs to, or else its file."""
    service = service_at(project)
    entries = _entries(project.system.services)

    def find(finding: Finding) -> tuple[str, ...]:
        if not finding.evidence:
            return ()
        beside = {name for e in finding.evidence for _, name in entries.get(e.path, ())}
        listed = [n for names in _LISTED.findall(finding.message) for n in re.split(r", | and ", names) if n in beside]
        if listed:
            return tuple(dict.fromkeys(listed))
        places = (At(e.path, e.line) for e in finding.evidence)
        found = next((name for at in places if (name := service(at))), None) or finding.evidence[0].path
        return (PROJECT if found == "." else found,)

    return find


_LISTED = re.compile(r"\w[\w.-]*(?:(?:, | and )\w(?:[\w.-]*\w)?)+")
"""Names that a sentence lists, as "umami, db" is."""


def controls(project: Project, findings: Findings, area: str, caption: str) -> Table | Notice:
    """The checks of an area against the services and files they examined; one row for each where there are
    many."""
    of_area = [f for f in findings if f.area == area]
    table = outcome_matrix(of_area, things_of(project), caption)
    if table is None:
        fill = "Each check would stand in a row here, each service or file that it examined in a column."
        return empty(text("views.nothing-examined"), fill)
    if len(table.columns) > WIDEST:
        return outcomes_by_thing(of_area, things_of(project), caption)
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
