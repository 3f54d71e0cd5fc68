"""From the metric to the person."""

from __future__ import annotations

import pytest
from conftest import Look

APP = {
    "compose.yml": """
        services:
          api: {build: ., ports: ["3000:3000"]}
          prometheus: {image: "prom/prometheus:v3"}
        """,
    "Dockerfile": "FROM node:22\nCOPY . .\n",
    "package.json": '{"name": "api"}',
    "server.js": """
        const app = require('express')();
        const client = require('prom-client');
        const orders = new client.Counter({ name: 'orders_placed_total', help: 'x' });
        app.get('/metrics', f);
        app.listen(3000);
        """,
}


def prometheus(target: str = "api:3000", path: str = "/metrics", rules: str = "rules.yml", more: str = "") -> str:
    return (
        f"rule_files:\n  - {rules}\nscrape_configs:\n  - job_name: api\n    metrics_path: {path}\n"
        f"    static_configs:\n      - targets: ['{target}']\n{more}"
    )


RULES = (
    "groups:\n  - name: shop\n    rules:\n      - alert: NoOrders\n        expr: rate(orders_placed_total[5m]) == 0\n"
)


def test_a_target_that_answers_holds(look: Look) -> None:
    assert look("OBS-003", {**APP, "prometheus.yml": prometheus()}).passed == ["prometheus.yml:7"]


def test_a_target_on_another_port_or_path_or_of_no_service_is_told(look: Look) -> None:
    assert look("OBS-003", {**APP, "prometheus.yml": prometheus(path="/stats")}).failed == ["prometheus.yml:5"]
    assert look("OBS-003", {**APP, "prometheus.yml": prometheus(target="api:9999")}).failed == ["prometheus.yml:7"]
    assert look("OBS-003", {**APP, "prometheus.yml": prometheus(target="apy:3000")}).failed == ["prometheus.yml:7"]


def test_localhost_is_the_container_of_the_server_itself(look: Look) -> None:
    server = """
        services:
          api: {build: ., ports: ["3000:3000"]}
          prometheus:
            image: prom/prometheus:v3
            volumes: [./prometheus.yml:/etc/prometheus/prometheus.yml]
        """
    poor = look("OBS-003", {**APP, "compose.yml": server, "prometheus.yml": prometheus(target="localhost:3000")})
    host = server.replace("image:", "network_mode: host\n            image:")
    shared = look("OBS-003", {"compose.yml": host})
    own = look("OBS-003", {"compose.yml": server, "prometheus.yml": prometheus(target="localhost:9090")})

    assert (poor.failed, shared.failed, own.failed) == (["prometheus.yml:7"], [], [])


def test_what_an_exporter_is_asked_to_try_is_no_target(look: Look) -> None:
    tried = prometheus(target="shop", path="/probe", more="    params: {module: [http_2xx]}\n")
    moved = prometheus(
        target="shop", more="    relabel_configs:\n      - {target_label: __address__, replacement: 'blackbox:9115'}\n"
    )

    assert look("OBS-003", {**APP, "prometheus.yml": tried}).failed == []
    assert look("OBS-003", {**APP, "prometheus.yml": moved}).failed == []
    assert look("OBS-003", {**APP, "prometheus.yml": prometheus(target="shop")}).failed == ["prometheus.yml:7"]


def test_no_alerts_at_all_are_told_where_something_runs(look: Look) -> None:
    assert look("OBS-004", APP).failed == ["."]


def test_where_nothing_runs_nothing_needs_an_alert(look: Look) -> None:
    assert look("OBS-004", {"README.md": "# Notes\n"}).outcomes == ["not_applicable"]


def test_rules_are_loaded_or_never_fire(look: Look) -> None:
    good = {**APP, "prometheus.yml": prometheus(), "rules.yml": RULES}
    lost = {**APP, "prometheus.yml": prometheus(rules="other.yml"), "rules.yml": RULES}

    assert look("OBS-004", good).passed == ["rules.yml:2"]
    assert "rules.yml:2" in look("OBS-004", lost).failed


def test_an_alarm_of_the_cloud_counts(look: Look) -> None:
    seen = look("OBS-004", {**APP, "main.tf": 'resource "aws_cloudwatch_metric_alarm" "errors" {}\n'})

    assert seen.passed == ["main.tf:1"]


def test_an_alert_on_a_metric_that_nothing_exports_is_told(look: Look) -> None:
    wrong = RULES.replace("orders_placed_total", "orders_made_total")

    told = look("OBS-005", {**APP, "rules.yml": wrong})
    other = look("OBS-005", {**APP, "rules.yml": RULES.replace("orders_placed_total", "basket_lost_total")})
    assert (told.failed, other.failed) == (["rules.yml:5"], ["rules.yml:5"])
    assert [str(f.severity) for f in (*told.findings, *other.findings)] == ["high", "medium"]
    assert look("OBS-005", {**APP, "rules.yml": RULES}).passed == ["rules.yml:4"]


def test_an_alert_on_what_exporters_give_is_left_to_them(look: Look) -> None:
    outside = RULES.replace("rate(orders_placed_total[5m])", "up")

    assert not look("OBS-005", {**APP, "rules.yml": outside}).failed


def receiver(body: str) -> dict[str, str]:
    return {"alertmanager.yml": f"route:\n  receiver: team\nreceivers:\n  - name: team\n{body}"}


def test_a_receiver_tells_somebody_or_nobody(look: Look) -> None:
    good = "    slack_configs:\n      - channel: '#shop'\n        api_url_file: /run/secrets/slack\n"
    stub = "    webhook_configs:\n      - url: https://example.com/hook\n"

    assert look("OBS-006", receiver(good)).passed == ["alertmanager.yml:4"]
    assert look("OBS-006", receiver(stub)).failed == ["alertmanager.yml:6"]
    assert look("OBS-006", receiver("")).failed == ["alertmanager.yml:4"]


def test_rules_without_an_alertmanager_go_nowhere(look: Look) -> None:
    named = "alerting:\n  alertmanagers:\n    - static_configs:\n        - targets: ['alertmanager:9093']\n"

    assert look("OBS-006", {"prometheus.yml": prometheus()}).failed == ["prometheus.yml:2"]
    assert not look("OBS-006", {"prometheus.yml": prometheus(more=named)}).failed


def dashboard(metric: str) -> str:
    return (
        '{"title": "Shop", "schemaVersion": 39, "panels": [{"type": "timeseries", "title": "x",'
        f' "targets": [{{"expr": "rate({metric}[5m])"}}]}}]}}'
    )


def test_a_dashboard_shows_what_is_measured(look: Look) -> None:
    assert look("OBS-013", APP).failed == ["server.js:3"]
    assert look("OBS-013", {**APP, "grafana/shop.json": dashboard("orders_placed_total")}).failed == []
    assert "orders_lost_total" in look("OBS-013", {**APP, "grafana/shop.json": dashboard("orders_lost_total")}).text


def test_service_levels_are_stated_with_a_figure(look: Look) -> None:
    stated = {**APP, "docs/slo.md": "# Levels\n\nSLO: 99.9 % of requests succeed.\n"}
    vague = {**APP, "docs/slo.md": "# Levels\n\nWe have an SLO.\n"}

    assert look("OBS-014", stated).passed == ["docs/slo.md:3"]
    assert look("OBS-014", vague).failed == ["."]


def test_rules_that_a_config_map_brings_are_loaded_by_their_key(look: Look) -> None:
    rules = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: rules}\ndata:\n  KEY: |\n    groups:\n      - name: a\n"
        "        rules:\n          - {alert: Errors, expr: up == 0}\n"
    )
    config = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: prometheus}\ndata:\n  prometheus.yml: |\n"
        "    global: {scrape_interval: 15s}\n    rule_files: [/etc/rules/alert.rules]\n    scrape_configs: []\n"
    )

    def outcomes(key: str) -> list[str]:
        files = {**APP, "k8s/rules.yaml": rules.replace("KEY", key), "k8s/config.yaml": config}
        return look("OBS-004", files).outcomes

    assert (outcomes("alert.rules"), outcomes("other.rules")) == (["pass"], ["fail", "fail"])


def test_a_library_that_mounts_its_metrics_answers_the_annotation_of_a_pod(look: Look) -> None:
    pod = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  selector: {matchLabels: {app: api}}\n"
        "  template:\n    metadata:\n      labels: {app: api}\n      annotations: {prometheus.io/scrape: 'true'}\n"
        "    spec:\n      containers:\n        - name: api\n          image: api:1\n          ports: [{containerPort: 3000}]\n"
    )
    code = "const app = require('express')();\napp.get('/orders', f);\napp.listen(3000);\n"
    build = "services:\n  api:\n    build: .\n    image: api:1\n"
    bare = {"Dockerfile": "FROM node:22\nCOPY . .\n", "server.js": code, "k8s/api.yaml": pod, "compose.yaml": build}
    mounting = '{"name": "api", "dependencies": {"express-prom-bundle": "7"}}'

    seen = look("OBS-003", {**bare, "package.json": '{"name": "api"}'})
    assert seen.failed == ["k8s/api.yaml:9"]
    assert look("OBS-003", {**bare, "package.json": mounting}).passed == ["k8s/api.yaml:9"]


def test_a_missing_alert_weighs_more_where_it_would_stand_in_the_project(look: Look) -> None:
    deploys = "on: push\njobs:\n  cd:\n    steps:\n      - run: kubectl apply -f k8s/\n"
    bucket = 'resource "aws_s3_bucket" "files" {}\n'

    def severities(**files: str) -> list[str]:
        given = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
        return [str(f.severity) for f in look("OBS-004", {**APP, **given}).findings]

    assert severities() == ["medium"]
    assert severities(**{".github/workflows/cd.yml": deploys}) == ["medium"]
    assert severities(main_tf=bucket) == ["medium"]
    assert severities(main_tf=bucket + 'resource "aws_ecs_service" "api" {}\n') == ["high"]
    assert severities(prometheus_yml=prometheus().split("rule_files")[0] + "scrape_configs: []\n") == ["high"]


def test_what_reports_to_a_service_with_alerts_holds_in_part(look: Look) -> None:
    package = {"package.json": '{"name": "api", "dependencies": {\n"@sentry/node": "^9.0.0"}}'}

    assert look("OBS-004", {**APP, **package}).outcomes == ["partial"]


ALARM = 'resource "aws_cloudwatch_metric_alarm" "cpu" {{\n  alarm_name = "cpu"\n{more}}}\n'


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ("", ["infra/main.tf:1"]),
        ("  alarm_actions = []\n", ["infra/main.tf:1"]),
        ("  alarm_actions = [aws_sns_topic.ops.arn]\n", []),
        ("  alarm_actions = [aws_sns_topic.ops.arn]\n  actions_enabled = false\n", ["infra/main.tf:1"]),
    ],
)
def test_an_alarm_of_cloudwatch_needs_an_action(look: Look, more: str, failed: list[str]) -> None:
    assert look("OBS-006", {"infra/main.tf": ALARM.format(more=more)}).failed == failed


def test_what_is_absent_is_to_be_made_and_what_is_there_corrected(look: Look) -> None:
    lost = {**APP, "prometheus.yml": prometheus(rules="other.yml"), "rules.yml": RULES}
    wrong = {**APP, "grafana/shop.json": dashboard("orders_lost_total")}

    def fixes(check: str, files: dict[str, str]) -> set[str]:
        return {" ".join(f.fix.split()[:2]) for f in look(check, files).findings}

    assert fixes("OBS-004", APP) == {"Define alerts"}
    assert fixes("OBS-013", APP) == {"Keep a"}
    assert fixes("OBS-004", lost) == {"add the"}
    assert fixes("OBS-013", wrong) == {"correct the"}
