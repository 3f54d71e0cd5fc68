"""From the metric to the person: scraped, ruled on, delivered."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from kit.checks.observability.alarms import alarms_reach_somebody
from kit.checks.shared.crowd import crowded
from kit.checks.shared.deployed import grade, infrastructure
from kit.checks.shared.images import ASIDE
from kit.checks.shared.services import running
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.platforms.prometheus import Alert, RuleFiles

FROM_OUTSIDE = re.compile(
    r"^(up|ALERTS|absent|scrape_\w+|prometheus_\w+|alertmanager_\w+|kube_\w+|kubelet_\w+|container_\w+|node_\w+|machine_\w+|pg_\w+|"
    r"postgres_\w+|redis_\w+|mysql_\w+|mongodb_\w+|rabbitmq_\w+|kafka_\w+|nginx_\w+|probe_\w+|blackbox_\w+|apiserver_\w+|etcd_\w+|"
    r"coredns_\w+|istio_\w+|envoy_\w+|traefik_\w+|haproxy_\w+|go_\w+|process_\w+|python_\w+|nodejs_\w+|jvm_\w+|tomcat_\w+|hikaricp_\w+|"
    r"logback_\w+|system_\w+|grafana_\w+|loki_\w+|otelcol_\w+|celery_\w+|flower_\w+|argocd_\w+|cert\w{0,80}_\w+|aws_\w+|windows_\w+|elasticsearch_\w+|"
    r"http_server_\w+|http_client_\w+|http_requests_total|http_request_\w+|spring_\w+|django_\w+|fastapi_\w+|starlette_\w+|flask_\w+|push\w{0,80}_\w+|vm_\w+|cadvisor_\w+)$"
)
"""Metrics that well-known exporters, libraries and Prometheus itself bring."""
_SUFFIX = re.compile(r"_(bucket|sum|count|total|created|info)$")
_NOWHERE = re.compile(
    r"example\.(com|org|net)|changeme|your[-_]|<[\w -]+>|placeholder|xxx+|T00000000|REPLACE|TODO|localhost|127\.0\.0\.1",
    re.IGNORECASE,
)


_REPORTS = re.compile(
    r"(?:@sentry/|sentry[-_]sdk|sentry-|dd-trace|ddtrace|@datadog/|newrelic|elastic-apm|applicationinsights|@google-cloud/monitoring"
    r"|@bugsnag/|bugsnag|rollbar|@honeybadger|honeybadger|appsignal|scout[-_]apm|github\.com/getsentry/|github\.com/DataDog/"
    r"|github\.com/newrelic/|io\.sentry)"
)


_RUNS = re.compile(
    r"^(?:aws_(?:ecs_service|eks_cluster|instance|autoscaling_group|lambda_function|apprunner_service|db_instance|rds_cluster)"
    r"|google_(?:cloud_run\w*_service|container_cluster|compute_instance\w*|sql_database_instance|cloudfunctions\w*_function)"
    r"|azurerm_(?:\w+_web_app|container_app|kubernetes_cluster|\w+_virtual_machine|\w+_function_app|app_service))$"
)
"""What serves people, or keeps their data."""


@check("OBS-004", "Alert rules exist and are loaded", Severity.HIGH, Clause.EXECUTION, effort_hours=4)
def rules_are_loaded(project: Project) -> Iterator[Fact]:
    """
    A failure that no rule looks for, or whose rule no server loads, is told by customers.

    Decides: there are alert rules (Prometheus, Grafana, PrometheusRule, CloudWatch or cloud monitoring in Terraform), and
    each rule file is matched by the `rule_files` of some Prometheus configuration, where one is in the project.

    Fix: add the file to `rule_files` and mount it into the server.

    Blind to: alerts that are set in a monitoring service's console; attest those.

    See: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
    """
    elsewhere = next(
        (
            r
            for f in project.terraform
            for r in f.resources
            if re.search(
                r"metric_alarm|alert_policy|monitor_metric_alert|datadog_monitor|newrelic_alert|grafana_rule_group|pagerduty|opsgenie",
                r.type,
            )
        ),
        None,
    )
    groups = [g for g in project.prometheus.rule_groups if g.alerts]
    if not groups and elsewhere is None:
        if running(project):
            yield _no_alert(project)
        yield from _empty_patterns(project)
        return
    if elsewhere is not None:
        yield ok("Alerts are defined in Terraform.", elsewhere)
    loaded = {path for c in project.prometheus.configs for r in c.rule_files for path in r.paths}
    for path in dict.fromkeys(g.path for g in groups):
        group = next(g for g in groups if g.path == path)
        if group.source != "file" or not project.prometheus.configs:
            yield ok(f"{path} defines {sum(len(g.alerts) for g in groups if g.path == path)} alerts.", group)
        elif (unloaded := _mounted_elsewhere(project, path)) is not None:
            pattern, mounted = unloaded
            yield bad(
                f"{path} is mounted at {mounted}, and rule_files loads {pattern.pattern}: its alerts never fire.",
                pattern,
                group,
            )
        elif path in loaded or _by_name(project, path):
            yield ok(f"{path} is loaded by a Prometheus configuration.", group)
        else:
            config = project.prometheus.configs[0]
            yield bad(f"{path} is loaded by no Prometheus configuration: its alerts never fire.", group, config)
    yield from _empty_patterns(project)


_DEFINE = (
    "Define alerts on failed requests, slow requests and absent instances where the system is watched (rules of Prometheus,"
    " alarms of the cloud, monitors of a service), keep them in the repository, and name who is told."
)


def _no_alert(project: Project) -> Fact:
    """Graver where the project keeps what its alerts would stand in, and nothing reports to a service that has them:
    what another repository or a console holds is not seen from here."""
    reporting = (d for p in project.packages for d in p.dependencies if _REPORTS.match(d.name))
    told = next((d for d in reporting), None)
    if told is not None:
        words = f"No alert is defined here; whether {told.name}'s service tells anybody of a failure cannot be seen."
        return partial(words, told, severity=Severity.MEDIUM, fix=_DEFINE)
    watching = next((c for c in project.prometheus.configs if c.environment not in ASIDE), None)
    if watching is not None:
        words = "is watched by a Prometheus of the project, and no alert is defined: nobody is told when it fails"
        return bad(f"The system {words}.", At("."), watching, fix=_DEFINE)
    words = (
        "No alert is defined in the project: nobody is told when the system fails, unless something outside of it does"
    )
    return bad(f"{words}.", At("."), severity=None if _keeps_its_cloud(project) else Severity.MEDIUM, fix=_DEFINE)


def _keeps_its_cloud(project: Project) -> bool:
    """Whether the project itself makes what it runs on in a cloud: there its alarms would stand, too."""
    return any(_RUNS.search(r.type) for r in infrastructure(project))


def _empty_patterns(project: Project) -> Iterator[Fact]:
    """Patterns of rule files that match nothing of the project."""
    for config in project.prometheus.configs:
        for files in config.rule_files:
            if not files.paths and not _by_name(project, files.pattern):
                yield bad(
                    f"rule_files names {files.pattern}, which matches no file of the project.",
                    files,
                    severity=Severity.MEDIUM,
                    **grade(config.environment),
                )


def _mounted_elsewhere(project: Project, path: str) -> tuple[RuleFiles, str] | None:
    """Where compose mounts a rule file, if no configuration loads it from there."""
    patterns = [r for c in project.prometheus.configs for r in c.rule_files]
    places = [
        posixpath.normpath(posixpath.join(volume.target, posixpath.relpath(path, host)))
        for file in project.compose
        for service in file.services
        for volume in service.volumes
        if (host := service.host_path(volume)) and (path == host or path.startswith(host.rstrip("/") + "/"))
    ]
    absolute = [r for r in patterns if r.pattern.startswith("/")]
    if not places or len(absolute) < len(patterns) or not patterns:
        return None
    if any(fnmatchcase(place, r.pattern) for place in places for r in patterns):
        return None
    return patterns[0], places[0]


def _by_name(project: Project, path: str) -> bool:
    """Whether a configuration and a file share the name: inside of a container the folder is another one."""
    name = path.rsplit("/", 1)[-1]
    patterns = [r.pattern.rsplit("/", 1)[-1] for c in project.prometheus.configs for r in c.rule_files]
    if path in project.files:
        return any(_alike(p, each) for p in patterns for each in _names_of(project, path))
    return any(_alike(name, each) for g in project.prometheus.rule_groups for each in _names_of(project, g.path))


def _alike(pattern: str, name: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) is not None


def _names_of(project: Project, path: str) -> list[str]:
    """What a file is called where it is mounted: its own name, or the keys of the ConfigMaps that it holds."""
    held = [m.node.get("data") for m in project.manifests.of("ConfigMap") if m.path == path]
    return [path.rsplit("/", 1)[-1], *(key for data in held if data is not None for key, _ in data.items())]


@check(
    "OBS-005",
    "Alerts are about metrics that something exports",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=1,
)
@crowded("alerts ask for metrics that nothing in the project exports")
def alerts_are_on_real_metrics(project: Project) -> Iterator[Fact]:
    """
    An alert on a metric that does not exist is never true: it is green while the system burns.

    Decides: each metric of an alert's expression is registered in the code, made by a recording rule, or comes from a
    well-known exporter.

    Fix: correct the name (mind `_total` and `_seconds_bucket`), or export the metric.

    Blind to: exporters that are not well known; a metric whose prefix no metric of the project has weighs less.

    See: https://prometheus.io/docs/practices/naming/
    """
    known = {bare(m.name) for m in project.metrics} | {bare(name) for name in project.prometheus.recorded}
    texts = (
        "\n".join(project.code.text(p) for p in project.code.holding("ounter", "auge", "istogram", "ummary", "metric"))
        if project.prometheus.alerts
        else ""
    )
    for alert in project.prometheus.alerts:
        missing = [
            m
            for m in sorted(alert.metrics)
            if not FROM_OUTSIDE.match(m) and bare(m) not in known and bare(m) not in texts
        ]
        outside = {m for m in alert.metrics if FROM_OUTSIDE.match(m)}
        if missing and _could_be_seen(project):
            yield bad(
                f"{alert.name} asks for {', '.join(missing)}, which nothing in the project exports.",
                _place(project, alert, missing[0]),
                severity=None if any(_is_of_ours(project, m) for m in missing) else Severity.MEDIUM,
            )
        elif missing:
            yield unknown(f"{alert.name} asks for {', '.join(missing)}; where it comes from could not be told.", alert)
        elif len(outside) < len(alert.metrics) or not outside:
            yield ok(f"{alert.name} is about metrics that are exported.", alert)


def _is_of_ours(project: Project, metric: str) -> bool:
    """Whether a metric is named as the project's own are, after a program or a subject of its own."""
    head = metric.split("_")[0]
    return any(m.name.split("_")[0] == head for m in project.metrics)


def bare(name: str) -> str:
    """A metric's name without what its type adds to it."""
    return _SUFFIX.sub("", _SUFFIX.sub("", name))


def _could_be_seen(project: Project) -> bool:
    """Whether the project's own code exports metrics at all, or exports none though it is all there."""
    return bool(running(project))


def _place(project: Project, alert: Alert, metric: str) -> At:
    expression = alert.node.get("expr")
    if expression is None:
        return alert.at
    lines = project.files.lines(expression.at.path)
    first, last = expression.at.line or 1, expression.at.end_line or expression.at.line or 1
    return next(
        (At(expression.at.path, n) for n in range(first, last + 1) if n <= len(lines) and metric in lines[n - 1]),
        expression.at,
    )


@check("OBS-006", "Alerts reach somebody", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
def alerts_reach_somebody(project: Project) -> Iterator[Fact]:
    """
    A receiver without an address takes every alert and tells nobody.

    Decides: the receivers that Alertmanager's routes use have an integration whose address is no placeholder, and some
    Prometheus configuration names an Alertmanager where rules are loaded. Alarms of CloudWatch in Terraform have an action, and it is switched on.

    Fix: give the receiver its address from a file or secret (`api_url_file`, `routing_key_file`), and name it in `route`.

    Blind to: whether the channel behind the address is read.

    See: https://prometheus.io/docs/alerting/latest/configuration/
    """
    for manager in project.prometheus.alertmanagers:
        used = {r.receiver for r in manager.route.walk()} if manager.route is not None else set()
        for receiver in manager.receivers:
            empty = next((n for n in receiver.node.strings() if _NOWHERE.search(n.text) and n.key != "name"), None)
            if receiver.name not in used:
                continue
            if not receiver.kinds:
                grave = (
                    {"severity": Severity.LOW}
                    if re.search(r"null|blackhole|none|devnull", receiver.name, re.IGNORECASE) and len(used) > 1
                    else {}
                )
                yield bad(f"Receiver {receiver.name} tells nobody.", receiver, **grave)
            elif empty is not None:
                yield bad(
                    f"Receiver {receiver.name} sends to a placeholder ({project.files.mask(empty.text)[:60]}).",
                    empty,
                )
            else:
                yield ok(f"Receiver {receiver.name} tells {', '.join(receiver.kinds)}.", receiver)
    yield from alarms_reach_somebody(project)
    loaded = [c for c in project.prometheus.configs if c.rule_files]
    for config in loaded:
        if not config.alertmanagers and config.node.get("alerting") is None:
            yield bad("Rules are loaded, and no Alertmanager is named: alerts go nowhere.", config.rule_files[0])


@check("OBS-013", "Dashboards show metrics that exist", Severity.LOW, Clause.EXECUTION, effort_hours=2)
def dashboards_show_metrics(project: Project) -> Iterator[Fact]:
    """
    A panel without data is read as "all quiet".

    Decides: there is a dashboard where the system exports metrics, and its own metrics (those of no well-known exporter)
    are registered in the code.

    Fix: correct the panel's query.

    Blind to: dashboards that are kept in the monitoring service alone.

    See: https://grafana.com/docs/grafana/latest/dashboards/
    """
    known = {bare(m.name) for m in project.metrics} | {bare(name) for name in project.prometheus.recorded}
    dashboards = project.prometheus.dashboards
    if not dashboards and project.metrics:
        fix = "Keep a dashboard of requests, errors and durations beside the code, as JSON that Grafana provisions."
        yield bad("Metrics are exported, and no dashboard shows them.", project.metrics[0], fix=fix)
    for dashboard in dashboards:
        own = {m for m in dashboard.metrics if not FROM_OUTSIDE.match(m)} if not callable(dashboard.metrics) else set()
        missing = sorted(m for m in own if bare(m) not in known)
        if missing and known:
            yield partial(
                f"{dashboard.title}: {len(missing)} of {len(own)} own metrics are not registered in the code, {missing[0]} for one.",
                _asked_in(project, dashboard.at, missing[0]),
            )
        else:
            yield ok(f"{dashboard.title}: a dashboard with {plural(len(dashboard.panels), 'panel')}.", dashboard)


def _asked_in(project: Project, dashboard: At, metric: str) -> At:
    """The line of a dashboard that asks for the metric; the dashboard where it is put together elsewhere."""
    lines = enumerate(project.files.lines(dashboard.path), start=1)
    number = next((n for n, line in lines if metric in line), None)
    return At(dashboard.path, number, number) if number is not None else dashboard


@check("OBS-014", "Service levels are stated", Severity.LOW, Clause.SPECIFICATION, effort_hours=4)
def levels_are_stated(project: Project) -> Iterator[Fact]:
    """
    Without an objective nobody can say whether 1 % of errors is a good day.

    Decides: rules, manifests or documents state service level objectives with a figure.

    Fix: state availability and latency per service ("99.9 % of requests under 300 ms in 28 days") and alert on the burn rate.

    Blind to: objectives in contracts.

    See: https://sre.google/workbook/implementing-slos/
    """
    if not running(project):
        return
    pattern = re.compile(
        r"\bSLOs?\b|service level objective|\bobjectives?\b|error[-_ ]?budget|burn[-_ ]?rate", re.IGNORECASE
    )
    for alert in project.prometheus.alerts:
        if pattern.search(f"{alert.name} {alert.expression}"):
            yield ok(f"{alert.name} watches an objective.", alert)
            return
    for path in (*[m.path for m in project.markdown], *project.files.glob("**/*slo*.y*ml")):
        under = ""
        for number, line in enumerate(project.files.lines(path), start=1):
            under = line if line.startswith("#") else under
            if pattern.search(f"{under} {line}") and re.search(r"\d+(\.\d+)?\s?(%|ms|s\b)", line):
                yield ok("Service levels are stated.", At(path, number))
                return
    yield bad("No service level objective is stated.", At("."))
