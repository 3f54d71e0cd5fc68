"""The system as it was found: its map, its services, and what could not be told."""

from __future__ import annotations

from collections.abc import Sequence

from kit.model import At, Finding
from kit.project import Project
from kit.report.blocks import Block, Cell, Chart, Notice, Table, columns, empty
from kit.report.charts_system import system_edges, system_map
from kit.report.display import Display, figure_json, show
from kit.report.tables import SEVERITY_ORDER
from kit.report.views.common import at_cell, service_at
from kit.report.words import count, listed
from kit.system.model import Service, SystemMap

UNTOLD_SHOWN = 30


def overview(project: Project, opened: Sequence[Finding]) -> Display:
    """The map, the services as a table, and what could not be told of them."""
    system = project.system
    if not system.services:
        fill = "Compose files, manifests, Dockerfiles, packages and platform files would be joined into a map here."
        return show(empty("No service was found in the project", fill), untold(system))
    return show(_map(project, opened), services(system), untold(system))


def services(system: SystemMap) -> Table:
    """Every service with what the sources say of it."""
    rows = tuple(_service(s) for s in system.services)
    numeric = ("Routes", "Variables", "Deployments")
    heads = columns("Service", "Kind", "Built with", "Ports", *((n, "number") for n in numeric), "Stores", "Where")
    return Table(count(len(rows), "service"), heads, rows)


def untold(system: SystemMap) -> Block | None:
    """What could not be told of the system, and of each service."""
    found = [*system.unknown, *(f"{s.name}: {why}" for s in system.services for why in s.unknown)]
    if not found:
        return None
    shown = found[:UNTOLD_SHOWN]
    shown += [f"and {len(found) - UNTOLD_SHOWN} more"] if len(found) > UNTOLD_SHOWN else []
    return Notice("", tone="unknown", title="What could not be told", items=tuple(shown))


def worst_by_service(project: Project, opened: Sequence[Finding]) -> dict[str, str]:
    """The gravest severity that is open at each service's places."""
    service = service_at(project)
    worst: dict[str, str] = {}
    for finding in sorted(opened, key=lambda f: -SEVERITY_ORDER[f.severity]):
        for evidence in finding.evidence[:1]:
            name = service(At(evidence.path, evidence.line))
            if name:
                worst[name] = finding.severity.value
    return worst


def _map(project: Project, opened: Sequence[Finding]) -> Chart:
    system = project.system
    own = [s.name for s in system.own]
    worst = worst_by_service(project, opened)
    critical = [name for name, severity in worst.items() if severity == "critical"]
    others = len(system.services) - len(own)
    title = count(len(own), "own service") + (f", {count(others, 'further one')}" if others else "")
    title += f"; critical findings at {listed(critical)}" if critical else ""
    edges = system_edges(system)
    words = "; ".join(f"{a} needs {b}" for a, b in edges) or "nothing was found to need another"
    figure = figure_json(system_map(system, {n: s for n, s in worst.items() if s in {"critical", "high"}}))
    return Chart(title, figure, f"{title}. {words}.")


def _image(service: Service) -> str:
    """The image that is run as it is, by its last name and version."""
    image = next((d.image for d in service.deployments if d.image), None) or ""
    return image.rpartition("/")[2].partition("@")[0]


def _service(service: Service) -> tuple[Cell, ...]:
    stated = (p for d in service.deployments for p in d.ports if p.role != "target")  # a target may be wrong
    ports = sorted({p.number for p in (*service.ports, *stated) if p.number})
    return (
        service.name,
        service.kind,
        ", ".join(filter(None, [service.language, service.framework])) or _image(service) or "not told",
        ", ".join(str(p) for p in ports),
        len(service.routes),
        len({e.name for e in service.env}),
        len(service.deployments),
        ", ".join(sorted({s.engine for s in service.stores})),
        at_cell(service.at),
    )
