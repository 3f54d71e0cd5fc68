"""What is watched: Prometheus and Alertmanager configurations, rules, monitors, Grafana dashboards."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from kit.model import At
from kit.sources.formats.documents import Documents, parse
from kit.sources.formats.node_edit import shifted
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.kinds import texts
from kit.sources.kubernetes.manifests import Manifest, Manifests
from kit.sources.kubernetes.pods import port_of, text_of
from kit.sources.platforms.grafana import Dashboard, Datasource, dashboard_of, datasources_of, is_dashboard
from kit.sources.platforms.promql import metrics_of
from kit.sources.tree.files import FileIndex

_MARKS = ("scrape_configs", "rule_files", "groups", "receivers", "remote_write", "datasources:")
_DASHBOARD_MARKS = ('"panels"', '"rows"')


@dataclass(frozen=True, slots=True)
class Target:
    """An address that is scraped; `port` None where none is given."""

    host: str
    port: int | None
    at: At


@dataclass(frozen=True, slots=True)
class ScrapeJob:
    """A scrape job. `discovery` holds the kinds of service discovery that it uses ("kubernetes", "dns")."""

    name: str
    metrics_path: str
    scheme: str
    targets: tuple[Target, ...]
    discovery: tuple[str, ...]
    interval: str | None
    node: Node
    at: At


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """A pattern of rule files, and the files of the project that it means."""

    pattern: str
    paths: tuple[str, ...]
    at: At


@dataclass(frozen=True, eq=False)
class PrometheusConfig:
    """A Prometheus server's configuration, or the part of a collector's that scrapes."""

    path: str
    node: Node
    jobs: tuple[ScrapeJob, ...]
    rule_files: tuple[RuleFiles, ...]
    alertmanagers: tuple[Target, ...]
    environment: str

    @property
    def at(self) -> At:
        return self.node.at


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule; `metrics` are those that its expression asks for."""

    name: str
    expression: str
    metrics: frozenset[str]
    duration: str | None
    labels: dict[str, str]
    annotations: dict[str, str]
    node: Node
    at: At


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """A rule that makes the metric `name`."""

    name: str
    expression: str
    metrics: frozenset[str]
    at: At


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that are evaluated together; `source` is "file", "manifest" or "grafana"."""

    name: str
    path: str
    source: str
    alerts: tuple[Alert, ...]
    records: tuple[RecordingRule, ...]
    at: At


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom Alertmanager tells; `kinds` as "slack", "pagerduty", "webhook", none where it tells nobody."""

    name: str
    kinds: tuple[str, ...]
    node: Node
    at: At


@dataclass(frozen=True, slots=True)
class AlertRoute:
    """A branch of Alertmanager's routing tree; `receiver` is inherited where it names none."""

    receiver: str
    node: Node
    children: tuple[AlertRoute, ...]
    at: At

    def walk(self) -> Iterator[AlertRoute]:
        """This route and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, eq=False)
class AlertmanagerConfig:
    """An Alertmanager's configuration."""

    path: str
    node: Node
    route: AlertRoute | None
    receivers: tuple[Receiver, ...]

    @property
    def at(self) -> At:
        return self.node.at


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a monitor scrapes: a port by name or number, and the path."""

    port: int | str | None
    path: str
    at: At


@dataclass(frozen=True, slots=True)
class Monitor:
    """A ServiceMonitor or PodMonitor; its manifest's selector tells of what."""

    manifest: Manifest
    endpoints: tuple[Endpoint, ...]
    at: At


@dataclass(frozen=True)
class Prometheus:
    """All that watches the system."""

    configs: tuple[PrometheusConfig, ...] = ()
    rule_groups: tuple[RuleGroup, ...] = ()
    alertmanagers: tuple[AlertmanagerConfig, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    dashboards: tuple[Dashboard, ...] = field(default=())
    datasources: tuple[Datasource, ...] = field(default=())

    @property
    def jobs(self) -> tuple[ScrapeJob, ...]:
        """The scrape jobs of all configurations."""
        return tuple(job for config in self.configs for job in config.jobs)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The alerting rules of all groups."""
        return tuple(alert for group in self.rule_groups for alert in group.alerts)

    @property
    def recorded(self) -> frozenset[str]:
        """The metrics that recording rules make."""
        return frozenset(rule.name for group in self.rule_groups for rule in group.records)

    @property
    def receivers(self) -> tuple[Receiver, ...]:
        """The receivers of all Alertmanagers."""
        return tuple(receiver for config in self.alertmanagers for receiver in config.receivers)


def find(files: FileIndex, documents: Documents, manifests: Manifests | None = None) -> Prometheus:
    """All that watches the system: in files of their own, in ConfigMaps and in custom resources."""
    declared = (manifests if manifests is not None else Manifests()).effective
    roots = [*_roots(files, documents), *_embedded(declared)]
    rules = [*(g for root in roots for g in _groups(root, "file")), *_declared_groups(declared)]
    return Prometheus(
        configs=tuple(c for root in roots for c in _configs(files, root)),
        rule_groups=tuple(rules),
        alertmanagers=(*(a for root in roots for a in _alertmanagers(root)), *_declared_routes(declared)),
        monitors=tuple(_monitor(m) for m in declared.of("ServiceMonitor", "PodMonitor")),
        dashboards=tuple(dashboard_of(root) for root in roots if is_dashboard(root)),
        datasources=tuple(d for root in roots for d in datasources_of(root)),
    )


def _roots(files: FileIndex, documents: Documents) -> Iterator[Node]:
    for path in files.glob("*.yml", "*.yaml", "*.json", "*.rules"):
        marks = _DASHBOARD_MARKS if path.endswith(".json") else _MARKS
        text = files.text(path)
        if any(mark in text for mark in marks):
            if path.endswith(".rules"):
                yield from (shifted(root, path, 0) for root in parse(text, "rules.yaml").roots)
            else:
                yield from documents.get(path).roots


def _embedded(manifests: Manifests) -> Iterator[Node]:
    """The documents that ConfigMaps hold, at their lines in the manifests."""
    for manifest in manifests.of("ConfigMap"):
        for entry in manifest.node.each("data", "*"):
            is_json = (entry.key or "").endswith(".json")
            if any(mark in entry.text for mark in (_DASHBOARD_MARKS if is_json else _MARKS)):
                name = "entry.json" if is_json else "entry.yaml"
                for root in parse(entry.text, name).roots:
                    yield shifted(root, entry.at.path, entry.line or 0)


def _configs(files: FileIndex, root: Node) -> Iterator[PrometheusConfig]:
    for node in (root, root.get("receivers", "prometheus", "config")):
        if node is not None and _is_config(node):
            yield PrometheusConfig(
                path=node.at.path,
                node=node,
                jobs=tuple(_job(job) for job in node.each("scrape_configs", "*") if job.is_map),
                rule_files=tuple(_rule_files(files, entry) for entry in node.each("rule_files", "*")),
                alertmanagers=tuple(_targets(node, "alerting", "alertmanagers", "*")),
                environment=files.environment_of(node.at.path),
            )


def _is_config(node: Node) -> bool:
    keys = {"rule_files", "remote_write", "alerting", "storage"}
    if "scrape_configs" in node:
        return True
    return node.get("global", "scrape_interval") is not None or (
        node.get("global", "evaluation_interval") is not None and any(key in node for key in keys)
    )


def _job(node: Node) -> ScrapeJob:
    kinds = (key.removesuffix("_sd_configs") for key, _ in node.items() if key.endswith("_sd_configs"))
    return ScrapeJob(
        name=text_of(node, "job_name"),
        metrics_path=text_of(node, "metrics_path") or "/metrics",
        scheme=text_of(node, "scheme") or "http",
        targets=tuple(_targets(node)),
        discovery=tuple(kinds),
        interval=text_of(node, "scrape_interval") or None,
        node=node,
        at=node.at,
    )


def _targets(node: Node, *route: str) -> Iterator[Target]:
    for entry in node.each(*route, "static_configs", "*", "targets", "*"):
        address = entry.text.partition("://")[2] or entry.text
        host, colon, port = address.partition("/")[0].rpartition(":")
        number = port_of(Node(port, entry.at)) if colon else None
        known = isinstance(number, int)
        yield Target(host if colon else port, number if known else None, entry.at)  # type: ignore[arg-type]


def _rule_files(files: FileIndex, entry: Node) -> RuleFiles:
    """The pattern's files: beside the configuration, by the end of a container's path."""
    parts = entry.text.strip("/").split("/")[-4:]
    folder = posixpath.dirname(entry.at.path)
    for start in range(len(parts)):
        wanted = posixpath.normpath(posixpath.join(folder, *parts[start:]))
        level = (p for p in files.paths if p.count("/") == wanted.count("/") and p != entry.at.path)
        found = tuple(p for p in level if fnmatch.fnmatchcase(p, wanted))
        if found:
            return RuleFiles(entry.text, found, entry.at)
    return RuleFiles(entry.text, (), entry.at)


def _groups(root: Node, source: str) -> Iterator[RuleGroup]:
    for group in root.each("groups", "*"):
        rules = [rule for rule in group.each("rules", "*") if rule.is_map]
        alerts = tuple(_alert(rule) for rule in rules if "alert" in rule and "expr" in rule)
        records = tuple(_record(rule) for rule in rules if "record" in rule and "expr" in rule)
        grafana = tuple(_grafana_alert(rule) for rule in rules if "title" in rule and "data" in rule)
        if alerts or records or grafana:
            origin = "grafana" if grafana else source
            path = group.at.path
            yield RuleGroup(text_of(group, "name"), path, origin, (*alerts, *grafana), records, group.at)


def _alert(node: Node, name: str = "alert", expression: str | None = None) -> Alert:
    text = text_of(node, "expr") if expression is None else expression
    return Alert(
        name=text_of(node, name),
        expression=text,
        metrics=metrics_of(text),
        duration=text_of(node, "for") or None,
        labels=texts(node.get("labels")),
        annotations=texts(node.get("annotations")),
        node=node,
        at=node.at,
    )


def _grafana_alert(node: Node) -> Alert:
    return _alert(node, "title", " or ".join(n.text for n in node.each("data", "*", "model", "expr")))


def _record(node: Node) -> RecordingRule:
    expression = text_of(node, "expr")
    return RecordingRule(text_of(node, "record"), expression, metrics_of(expression), node.at)


def _declared_groups(manifests: Manifests) -> Iterator[RuleGroup]:
    for manifest in manifests.of("PrometheusRule", "VMRule"):
        spec = manifest.node.get("spec")
        if spec is not None:
            yield from _groups(spec, "manifest")


def _alertmanagers(root: Node) -> Iterator[AlertmanagerConfig]:
    route, receivers = root.get("route"), root.get("receivers")
    if route is None or receivers is None or not route.is_map or not receivers.is_list:
        return
    keys = {key for receiver in receivers.children() for key, _ in receiver.items()}
    if any(key != "name" and not key.endswith(("_configs", "Configs")) for key in keys):
        return  # routes and receivers of another program
    yield _alertmanager(root, route, receivers)


def _declared_routes(manifests: Manifests) -> Iterator[AlertmanagerConfig]:
    for manifest in manifests.of("AlertmanagerConfig"):
        spec = manifest.node.get("spec")
        if spec is not None:
            yield from _alertmanagers(spec)


def _alertmanager(root: Node, route: Node, receivers: Node) -> AlertmanagerConfig:
    found = tuple(_receiver(node) for node in receivers.children() if node.is_map)
    return AlertmanagerConfig(root.at.path, root, _route(route, "", 0), found)


def _route(node: Node, inherited: str, depth: int) -> AlertRoute:
    receiver = text_of(node, "receiver") or inherited
    below = node.each("routes", "*") if depth < 30 else ()
    return AlertRoute(receiver, node, tuple(_route(n, receiver, depth + 1) for n in below), node.at)


def _receiver(node: Node) -> Receiver:
    kinds = (
        key.removesuffix("_configs").removesuffix("Configs")
        for key, entries in node.items()
        if key.endswith(("_configs", "Configs")) and entries.is_list and entries.data
    )
    return Receiver(text_of(node, "name"), tuple(kinds), node, node.at)


def _monitor(manifest: Manifest) -> Monitor:
    key = "endpoints" if manifest.kind == "ServiceMonitor" else "podMetricsEndpoints"
    endpoints = tuple(
        Endpoint(port_of(e.get("port") or e.get("targetPort")), text_of(e, "path") or "/metrics", e.at)
        for e in manifest.node.each("spec", key, "*")
    )
    return Monitor(manifest, endpoints, manifest.at)
