"""Infrastructure: what can be reached from outside, through what, and what is declared in code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kit.model import At
from kit.project import Project
from kit.report.blocks import Chart, Mark, Table, columns, empty
from kit.report.charts import Node, graph
from kit.report.charts_system import TALLEST
from kit.report.display import Display, figure_json, show
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, have, listed

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
OPEN_KINDS = {"LoadBalancer", "NodePort"}


@dataclass(frozen=True, slots=True)
class Exposure:
    """A way in from outside: to which service, on which target, published as what, open to whom."""

    service: str
    kind: str
    target: str
    environment: str
    entry: str
    loopback: bool
    at: At

    @property
    def wide(self) -> bool:
        """True where any address can use it, on a target that is not for development or tests."""
        return not self.loopback and self.environment not in {"development", "test"}


def exposures(project: Project) -> list[Exposure]:
    """Every published port of a compose file, every Kubernetes Service that is open and every ingress."""
    return [*_published(project), *_kubernetes(project)]


def _published(project: Project) -> Iterator[Exposure]:
    for service in project.system.services:
        for deployment in service.deployments:
            for port in deployment.ports:
                if port.role == "published":
                    local = port.address in LOOPBACK
                    entry = f"{port.address or 'any'}:{port.host or port.number or '?'}"
                    where = (deployment.target, deployment.environment)
                    yield Exposure(service.name, service.kind, *where, entry, local, port.at)


def _kubernetes(project: Project) -> Iterator[Exposure]:
    kinds = {s.name: str(s.kind) for s in project.system.services}
    for manifest in project.manifests.effective.of("Service", "Ingress", "HTTPRoute"):
        where = (f"kubernetes:{manifest.path}", manifest.environment)
        made = manifest.node.get("spec", "type")
        if made is not None and made.text in OPEN_KINDS:
            name = next((m.name for m in project.manifests.effective.selected_by(manifest)), manifest.name)
            for port in manifest.service_ports:
                entry = f"{made.text} {port.node_port or port.number or '?'}"
                yield Exposure(name, kinds.get(name, "unknown"), *where, entry, False, port.at)
        for backend in manifest.backends:
            entry, kind = f"{backend.host or 'any host'}{backend.path}", kinds.get(backend.service, "unknown")
            yield Exposure(backend.service, kind, *where, entry, False, backend.at)


def exposure_map(project: Project) -> Display:
    """What is open to whom, as a map and as a table with the place of each opening."""
    found = exposures(project)
    if not found:
        fill = "Published ports of compose files, Kubernetes services and platform files would be drawn here."
        return show(empty("No port is published to the outside by what the project declares", fill))
    wide = [e for e in found if e.wide]
    stores = sorted({e.service for e in wide if e.kind == "store"})
    title = f"{len(wide)} of {count(len(found), 'published port')} {have(len(wide), 'is', 'are')} open to any address"
    title += " outside of development"
    title += f", {listed(stores)} among them" if stores else ""
    return show(Chart(title, figure_json(_map(found)), f"{title}.", _table(found)))


def declared(project: Project) -> Display:
    """What Terraform declares, by type."""
    counts: Counter[str] = Counter()
    first: dict[str, At] = {}
    for resource in (r for t in project.terraform for r in t.resources):
        counts[resource.type] += 1
        first.setdefault(resource.type, resource.at)
    if not counts:
        return show(empty("No infrastructure is declared in code", "Terraform files would be counted here by type."))
    rows = tuple((kind, number, at_cell(first[kind])) for kind, number in counts.most_common())
    heads = columns(("Type", "code"), ("Resources", "number"), "First")
    return show(Table(f"{count(sum(counts.values()), 'resource')} declared in code", heads, rows))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "infrastructure", "Infrastructure checks by service or file"))


def _map(found: list[Exposure]) -> object:
    entries = sorted({(e.target, e.entry, e.loopback) for e in found})
    kinds = {e.service: e.kind for e in sorted(found, key=lambda e: e.service)}
    bare = {e.service for e in found if e.wide and e.kind == "store"}
    local = any(e.loopback for e in found)
    nodes = [Node("any", "Any address", 0, 0), *([Node("local", "This machine", 0, 1)] if local else [])]
    after = 1 + -(-len(entries) // TALLEST)
    nodes += [Node(f"{t} {p}", p, 1 + i // TALLEST, i % TALLEST, t) for i, (t, p, _) in enumerate(entries)]
    nodes += [
        Node(f"service {name}", name, after + i // TALLEST, i % TALLEST, kind, "fail" if name in bare else "")
        for i, (name, kind) in enumerate(kinds.items())
    ]
    edges = [("local" if shut else "any", f"{t} {p}") for t, p, shut in entries]
    edges += sorted({(f"{e.target} {e.entry}", f"service {e.service}") for e in found})
    return graph(nodes, edges, ("from", "published as", *[""] * (after - 2), "reaches"))


def _table(found: list[Exposure]) -> Table:
    rows = tuple((e.service, e.kind, _open_to(e), e.entry, e.target, e.environment, at_cell(e.at)) for e in found)
    heads = columns("Service", "Kind", "Open to", ("Published as", "code"), "Target", "Environment", "Where")
    return Table("Published ports", heads, rows)


def _open_to(exposure: Exposure) -> Mark:
    if exposure.loopback:
        return Mark("pass", "this machine")
    if not exposure.wide:
        return Mark("not_applicable", "any address, in development")
    return Mark("fail" if exposure.kind == "store" else "", "any address")
