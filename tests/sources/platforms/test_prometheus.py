from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.kubernetes.find import find as find_manifests
from kit.sources.platforms.prometheus import Prometheus, find
from kit.sources.platforms.promql import metrics_of
from kit.sources.tree.files import FileIndex

SERVER = """
    global: {scrape_interval: 15s}
    rule_files: [/etc/prometheus/rules/*.yml, gone.yml]
    alerting:
      alertmanagers:
        - static_configs: [{targets: ["alertmanager:9093"]}]
    scrape_configs:
      - job_name: api
        metrics_path: /internal/metrics
        static_configs:
          - targets: ["api:8000", worker]
      - job_name: pods
        kubernetes_sd_configs: [{role: pod}]
"""
RULES = """
    groups:
      - name: api
        rules:
          - alert: Slow
            expr: histogram_quantile(0.9, sum by (le) (rate(api_seconds_bucket{job="api"}[5m]))) > 1
            for: 10m
            labels: {severity: page}
            annotations: {runbook_url: "https://example.com/slow"}
          - record: api:errors:rate5m
            expr: rate(api_errors_total[5m])
"""


def read(root: Path, files: dict[str, str]) -> Prometheus:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"))
    index = FileIndex.of(root)
    documents = Documents(index)
    return find(index, documents, find_manifests(index, documents))


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ("up == 0", {"up"}),
        ('sum by (job, le) (rate(http_total{code=~"5..", path="a b"}[5m]))', {"http_total"}),
        ("a / on(x) group_left(y) b offset 5m unless c", {"a", "b", "c"}),
        ('{__name__="queue_size", job="x"} > 1', {"queue_size"}),
        ('rate(${prefix}_total[$__rate_interval]) + jobs{env="$env"}', {"jobs"}),
        ("job:rate:5m > bool 1e3 and time() - start_seconds > 300", {"job:rate:5m", "start_seconds"}),
        ("absent(backup_done_timestamp) or vector(1)", {"backup_done_timestamp"}),
        ("", set()),
    ],
)
def test_an_expression_asks_for_its_metrics_and_not_for_labels_or_functions(expression, metrics):
    assert metrics_of(expression) == metrics


@given(st.text(alphabet='ab{}[]()"$:= \n', max_size=80))
def test_no_text_makes_the_reading_of_an_expression_raise(text: str):
    assert all(name in text for name in metrics_of(text))


def test_a_server_has_its_jobs_targets_and_alertmanagers_with_lines(tmp_path):
    found = read(tmp_path, {"monitoring/prometheus.yml": SERVER})
    api, pods = found.jobs

    assert (api.name, api.metrics_path, [(t.host, t.port) for t in api.targets]) == (
        "api",
        "/internal/metrics",
        [("api", 8000), ("worker", None)],
    )
    assert str(api.targets[0].at) == "monitoring/prometheus.yml:10"
    assert (pods.metrics_path, pods.discovery) == ("/metrics", ("kubernetes",))
    assert [(t.host, t.port) for t in found.configs[0].alertmanagers] == [("alertmanager", 9093)]


def test_rule_files_are_found_by_the_end_of_their_path_and_missing_ones_have_none(tmp_path):
    found = read(tmp_path, {"monitoring/prometheus.yml": SERVER, "monitoring/rules/api.yml": RULES})

    assert [r.paths for r in found.configs[0].rule_files] == [("monitoring/rules/api.yml",), ()]


def test_rules_have_their_metrics_and_tell_what_they_record(tmp_path):
    found = read(tmp_path, {"rules.yml": RULES})
    (alert,) = found.alerts

    assert (alert.name, alert.duration, alert.labels) == ("Slow", "10m", {"severity": "page"})
    assert alert.metrics == {"api_seconds_bucket"}
    assert str(alert.at) == "rules.yml:4"
    assert found.recorded == {"api:errors:rate5m"}


def test_a_receiver_that_tells_nobody_has_no_kinds_and_routes_inherit(tmp_path):
    found = read(
        tmp_path,
        {
            "alertmanager.yml": """
                route:
                  receiver: nobody
                  routes: [{receiver: team, routes: [{matchers: [a]}]}]
                receivers:
                  - name: nobody
                  - name: team
                    slack_configs: [{channel: "#ops"}]
                    email_configs: []
            """
        },
    )
    (config,) = found.alertmanagers

    assert [(r.name, r.kinds) for r in found.receivers] == [("nobody", ()), ("team", ("slack",))]
    assert config.route is not None
    assert [r.receiver for r in config.route.walk()] == ["nobody", "team", "team"]


def test_custom_resources_give_rules_and_monitors(tmp_path):
    head = "apiVersion: monitoring.coreos.com/v1\nkind: {}\nmetadata: {{name: api}}\n"
    monitor = "spec: {selector: {}, endpoints: [{port: http, path: /m}, {targetPort: 80}]}\n"
    groups = "spec:\n  groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]\n"
    found = read(
        tmp_path,
        {
            "k8s/monitor.yaml": head.format("ServiceMonitor") + monitor,
            "k8s/rules.yaml": head.format("PrometheusRule") + groups,
        },
    )

    assert [(e.port, e.path) for e in found.monitors[0].endpoints] == [("http", "/m"), (80, "/metrics")]
    assert [(g.source, g.alerts[0].name) for g in found.rule_groups] == [("manifest", "Down")]


def test_a_configuration_in_a_config_map_has_the_lines_of_the_manifest(tmp_path):
    found = read(
        tmp_path,
        {
            "k8s/prometheus.yaml": """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: prometheus}
                data:
                  prometheus.yml: |
                    scrape_configs:
                      - job_name: api
            """
        },
    )

    assert [(j.name, str(j.at)) for j in found.jobs] == [("api", "k8s/prometheus.yaml:7")]


def test_a_dashboard_has_the_metrics_of_its_panels_in_rows_too(tmp_path):
    text = """
        {"title": "API", "uid": "x", "schemaVersion": 39, "panels": [
          {"type": "row", "panels": [
            {"type": "stat", "title": "Up", "targets": [{"expr": "up"}]}]},
          {"type": "logs", "datasource": {"type": "loki"}, "targets": [{"expr": "{app=\\"x\\"} |= \\"y\\""}]},
          {"type": "graph", "title": "Rate",
           "targets": [{"expr": "rate(http_total[5m])"}]}]}
    """
    (dashboard,) = read(tmp_path, {"grafana/api.json": text}).dashboards

    assert (dashboard.title, dashboard.metrics) == ("API", {"up", "http_total"})
    assert [str(q.at) for p in dashboard.panels for q in p.queries][-1] == "grafana/api.json:6"


def test_other_files_with_the_same_words_are_left_alone(tmp_path):
    found = read(
        tmp_path,
        {
            "otel.yaml": "receivers: {otlp: {}}\nroute: {a: b}\n",
            "groups.yaml": "groups: [{name: users, rules: [{allow: all}]}]\n",
            "page.json": '{"panels": [{"type": "x"}]}',
        },
    )

    assert found == Prometheus()


def test_routes_and_receivers_of_another_program_are_no_alertmanager(tmp_path: Path) -> None:
    (tmp_path / "exporter.yaml").write_text("receivers: [{name: dump, stdout: {}}]\nroute: {receiver: dump}\n")
    files = FileIndex.of(tmp_path)

    documents = Documents(files)

    assert not find(files, documents, find_manifests(files, documents)).alertmanagers
