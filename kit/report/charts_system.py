"""Charts of the system as it was found: its map, pipelines, routes and recovery."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import plotly.graph_objects as go

from kit.report.charts import ROW, Node, Span, esc, figure, graph, spans
from kit.report.theme import LIGHT, SHAPES
from kit.report.words import count
from kit.system.addresses import addressed
from kit.system.model import Service, SystemMap

IN_A_BOX = 3
BESIDES = frozenset({"build", "migrate"})
"""What a gate that does more than fits its box does beside checking; the table of jobs names all."""
LAYERS: dict[str, int] = {"proxy": 0, "web": 0, "api": 1, "function": 1, "unknown": 1, "worker": 1, "job": 1}
LAYER_TITLES = ("reached from outside", "services", "stores", "watching")
STORE_LAYER, WATCH_LAYER = 2, 3
TALLEST = 8
"""Boxes that stand above each other before a layer takes another column."""


def system_map(system: SystemMap, worst: Mapping[str, str]) -> go.Figure:
    """Services and stores with what calls or needs what. `worst`: a service's name to its worst open
    outcome."""
    nodes: list[Node] = []
    titles: list[str] = []
    for layer, members in enumerate(_layers(system, worst)):
        for i, node in enumerate(members):
            nodes.append(replace(node, column=len(titles) + i // TALLEST, row=i % TALLEST))
        columns = -(-len(members) // TALLEST)
        titles += [LAYER_TITLES[layer], *([""] * (columns - 1))] if members else []
    return graph(nodes, system_edges(system), titles)


def system_edges(system: SystemMap) -> list[tuple[str, str]]:
    """Who needs whom: by `depends_on`, calls between services, addresses in variables and the stores that code uses."""
    names = {s.name for s in system.services} | {s.name for s in system.stores}
    engines = {s.engine: s.name for s in reversed(system.stores)}
    found: dict[tuple[str, str], None] = {}
    told: dict[str, list[str]] = defaultdict(list)
    for caller, called in addressed(system):
        told[caller].append(called)
    for service in system.services:
        needed = [d for deployment in service.deployments for d in deployment.depends_on]
        needed += [call.service for call in service.calls if call.service]
        needed += told[service.name]
        needed += [s.name if s.name in names else engines.get(s.engine, s.name) for s in service.stores]
        found.update({(service.name, other): None for other in needed if other in names and other != service.name})
    return list(found)


@dataclass(frozen=True, slots=True)
class PipelineJob:
    """A job of a pipeline as the graph draws it: `gate` where it tests or checks, `toothless` where it
    cannot fail."""

    id: str
    name: str
    needs: tuple[str, ...]
    does: tuple[str, ...] = ()
    gate: bool = False
    toothless: bool = False


def pipeline(jobs: Sequence[PipelineJob]) -> go.Figure:
    """Jobs from left to right by what they need. Gates are marked with their shape, toothless ones are
    dashed."""
    depths = depth_of(jobs)
    rows: Counter[int] = Counter()
    nodes = []
    for job in jobs:
        column = depths[job.id]
        nodes.append(_job_node(job, column, rows[column]))
        rows[column] += 1
    edges = [(need, job.id) for job in jobs for need in job.needs]
    return graph(nodes, edges)


def depth_of(jobs: Sequence[PipelineJob]) -> dict[str, int]:
    """The column of each job: one more than the deepest job it needs; a cycle ends where it would close."""
    by_id = {job.id: job for job in jobs}
    depths: dict[str, int] = {}

    def depth(id_: str, seen: frozenset[str]) -> int:
        if id_ not in depths:
            needs = [n for n in by_id[id_].needs if n in by_id and n not in seen]
            depths[id_] = 1 + max((depth(n, seen | {id_}) for n in needs), default=-1)
        return depths[id_]

    for job in jobs:
        depth(job.id, frozenset())
    return depths


def routes_by_authentication(counts: Mapping[str, tuple[int, int, int]]) -> go.Figure:
    """Routes per service as one bar: how many are guarded, open, and cannot be told."""
    names = [esc(name) for name in counts]
    room = 0.12 * max((sum(c) for c in counts.values()), default=0)
    parts = [
        ("guarded", 0, LIGHT["pass_fill"]),
        ("open", 1, LIGHT["fail_fill"]),
        ("cannot be told", 2, LIGHT["context"]),
    ]
    traces = [
        go.Bar(
            name=label,
            y=names,
            x=[c[i] for c in counts.values()],
            text=[f"{c[i]} {label}" if c[i] > room else "" for c in counts.values()],
            textposition="inside",
            insidetextanchor="middle",
            textfont={"color": LIGHT["ink"] if i == 2 else LIGHT["fill_ink"]},
            orientation="h",
            marker={"color": color},
            hovertemplate=f"%{{y}}: %{{x}} {label}<extra></extra>",
        )
        for label, i, color in parts
    ]
    return figure(
        *traces,
        height=ROW * max(len(names), 2) + 50,
        barmode="stack",
        bargap=0.35,
        xaxis={"title": {"text": "routes"}},
        yaxis={"autorange": "reversed", "showgrid": False},
        margin={"l": 8, "r": 16, "t": 8, "b": 36},
    )


def recovery(rows: Sequence[Span], rpo_hours: float | None, rto_hours: float | None) -> go.Figure:
    """Hours of data lost at worst, and hours until the system is back, against their objectives."""
    targets = [(f"{name} {hours:g} h", hours) for name, hours in (("RPO", rpo_hours), ("RTO", rto_hours)) if hours]
    return spans(rows, targets, "hours")


def _layers(system: SystemMap, worst: Mapping[str, str]) -> list[list[Node]]:
    """The boxes of the map by layer, in the order of LAYER_TITLES."""
    layers: list[list[Node]] = [[] for _ in LAYER_TITLES]
    stores = {s.name: s for s in system.stores}
    for service in system.services:
        if service.kind != "library" and service.name not in stores:
            node = Node(service.name, service.name, 0, 0, _service_note(service), worst.get(service.name, ""))
            layers[_layer(service)].append(node)
    for store in stores.values():
        note = " ".join(filter(None, [store.engine, store.version, "managed" if store.managed else ""]))
        layers[STORE_LAYER].append(Node(store.name, store.name, 0, 0, note, worst.get(store.name, "")))
    return layers


def _layer(service: Service) -> int:
    if service.kind == "store":
        return STORE_LAYER
    return WATCH_LAYER if service.kind == "monitoring" else LAYERS.get(service.kind, 1)


def _service_note(service: Service) -> str:
    ports = sorted({p.number for p in service.ports if p.number})
    parts = [service.framework or service.language or service.kind]
    if ports:
        parts.append(f":{ports[0]}")
    if service.routes:
        parts.append(count(len(service.routes), "route"))
    return " ".join(parts)


def _job_node(job: PipelineJob, column: int, row: int) -> Node:
    if not job.gate:
        return Node(job.id, job.name, column, row, ", ".join(job.does))
    word = f"{SHAPES['fail']} cannot fail" if job.toothless else f"{SHAPES['pass']} gate"
    checks = job.does if len(job.does) <= IN_A_BOX else [does for does in job.does if does not in BESIDES]
    note = f"{word}: {', '.join(checks)}" if checks else word
    return Node(job.id, job.name, column, row, note, "fail" if job.toothless else "pass", job.toothless)
