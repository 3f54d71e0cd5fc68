"""Grafana: dashboards with the metrics that their panels ask for, and the data sources that are provisioned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kit.model import At
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.pods import text_of
from kit.sources.platforms.promql import metrics_of

_HOLDERS = ("panels", "rows")


@dataclass(frozen=True, slots=True)
class Query:
    """A panel's query; `datasource` as "prometheus" or "loki", empty where the panel does not say."""

    expression: str
    datasource: str
    metrics: frozenset[str]
    at: At


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of a dashboard."""

    title: str
    kind: str
    queries: tuple[Query, ...]
    at: At


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A Grafana dashboard."""

    path: str
    title: str
    uid: str
    panels: tuple[Panel, ...]
    at: At

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics that its panels ask for."""
        return frozenset().union(*(q.metrics for p in self.panels for q in p.queries))


@dataclass(frozen=True, slots=True)
class Datasource:
    """A data source that is provisioned: `direct` where browsers ask it, and not Grafana."""

    path: str
    name: str
    kind: str
    url: str
    direct: bool
    at: At


def datasources_of(root: Node) -> Iterator[Datasource]:
    """The data sources of a provisioning file; those without an address are left out."""
    for node in root.each("datasources", "*"):
        url = node.get("url") if node.is_map and "type" in node else None
        if url is not None and url.text:
            direct = text_of(node, "access") in {"direct", "browser"}
            yield Datasource(node.at.path, text_of(node, "name"), text_of(node, "type"), url.text, direct, url.at)


def is_dashboard(root: Node) -> bool:
    """Whether a JSON document is a dashboard, or the answer of Grafana that holds one."""
    inner = root.get("dashboard") or root
    if not any(part is not None and part.is_list for part in (inner.get(key) for key in _HOLDERS)):
        return False
    return any(key in inner for key in ("schemaVersion", "templating", "timepicker", "annotations", "uid"))


def dashboard_of(root: Node) -> Dashboard:
    """The dashboard that the document holds."""
    inner = root.get("dashboard") or root
    panels = tuple(_panel(node) for node in _panels(inner, 0))
    return Dashboard(root.at.path, text_of(inner, "title"), text_of(inner, "uid"), panels, root.at)


def _panels(node: Node, depth: int) -> Iterator[Node]:
    """The panels, those in rows too."""
    for key in _HOLDERS if depth < 5 else ():
        for child in node.each(key, "*"):
            if "targets" in child or text_of(child, "type") not in {"", "row"}:
                yield child
            yield from _panels(child, depth + 1)


def _panel(node: Node) -> Panel:
    own = _datasource(node)
    queries = (_query(target, own) for target in node.each("targets", "*") if text_of(target, "expr"))
    return Panel(text_of(node, "title"), text_of(node, "type"), tuple(queries), node.at)


def _query(target: Node, inherited: str) -> Query:
    kind, expression = _datasource(target) or inherited, target.get("expr")
    text = expression.text if expression is not None else ""
    asks = kind in {"", "prometheus"} and "|=" not in text
    at = target.at if expression is None else expression.at
    return Query(text, kind, metrics_of(text) if asks else frozenset(), at)


def _datasource(node: Node) -> str:
    """The kind of data source where it is said; one that is only named could be any."""
    return text_of(node, "datasource", "type")
