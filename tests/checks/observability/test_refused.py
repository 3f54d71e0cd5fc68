"""Configurations that Prometheus refuses, and data sources without a host."""

from __future__ import annotations

from conftest import Look

CONFIG = """
    global: {scrape_interval: 15s}
    rule_files:
      - alert.rules
    scrape_configs:
      - job_name: shop
        static_configs: [{targets: ["shop:3000"]}]
    """


def test_an_unknown_key_and_a_slip_are_told(look: Look) -> None:
    told = """
        global: {scrape_interval: 15s}
        scrape_configs:
          - job_name: shop
            metrics_relabel_configs: []
        scrape_configurations:
          - job_name: spring
        """
    seen = look("OBS-017", {"prometheus/prometheus.yml": told})
    assert seen.failed == ["prometheus/prometheus.yml:5", "prometheus/prometheus.yml:4"]
    assert {f.severity for f in seen.findings} == {"high"}


def test_known_keys_hold(look: Look) -> None:
    assert look("OBS-017", {"prometheus/prometheus.yml": CONFIG}).outcomes == ["pass"]


def test_other_programs_have_keys_of_their_own(look: Look) -> None:
    promtail = """
        server: {http_listen_port: 9080}
        clients: [{url: "http://loki:3100/loki/api/v1/push"}]
        scrape_configs: [{job_name: system}]
        """
    collector = """
        receivers:
          prometheus:
            config:
              scrape_configs: [{job_name: shop}]
              more: true
        """
    assert look("OBS-017", {"promtail.yml": promtail, "otel-prometheus.yml": collector}).outcomes == ["not_applicable"]


def test_rule_files_that_are_not_there_are_told_without_any_rule(look: Look) -> None:
    seen = look("OBS-004", {"prometheus/prometheus.yml": CONFIG})
    assert seen.failed == ["prometheus/prometheus.yml:3"]
    assert seen.findings[-1].severity == "medium"


COMPOSE = """
    services:
      grafana:
        image: grafana/grafana:11.1.0
        restart: always
        volumes: ["./grafana/provisioning:/etc/grafana/provisioning:ro"]
      prometheus:
        image: prom/prometheus:v2.53.0
        restart: always
    """
SOURCES = """
    apiVersion: 1
    datasources:
      - name: Metrics
        type: prometheus
        url: http://prometheus:9090
      - name: Logs
        type: loki
        url: http://loki:3100
    """
FILES = {"docker-compose.prod.yml": COMPOSE, "grafana/provisioning/datasources/all.yml": SOURCES}


def test_a_source_that_nothing_runs(look: Look) -> None:
    seen = look("OBS-016", FILES)
    assert seen.failed == ["grafana/provisioning/datasources/all.yml:8"]
    assert seen.passed == ["grafana/provisioning/datasources/all.yml:5"]


def test_names_that_are_found_by_other_ways(look: Look) -> None:
    named = COMPOSE.replace("image: prom", "container_name: loki\n        image: prom")
    assert look("OBS-016", {**FILES, "docker-compose.prod.yml": named}).failed == []
    hosts = COMPOSE.replace("image: graf", 'extra_hosts: ["loki:10.0.0.4"]\n        image: graf')
    assert look("OBS-016", {**FILES, "docker-compose.prod.yml": hosts}).failed == []


def test_sources_elsewhere_are_left_alone(look: Look) -> None:
    other = SOURCES.replace("http://loki:3100", "https://logs.example.net")
    assert look("OBS-016", {**FILES, "grafana/provisioning/datasources/all.yml": other}).failed == []
    other = SOURCES.replace("http://loki:3100", "http://$LOKI:3100")
    assert look("OBS-016", {**FILES, "grafana/provisioning/datasources/all.yml": other}).failed == []


def test_a_stack_on_a_shared_network_is_unknown(look: Look) -> None:
    shared = f"{COMPOSE.rstrip()}\n    networks:\n      default: {{external: true}}\n"
    assert look("OBS-016", {**FILES, "docker-compose.prod.yml": shared}).unknown == [
        "grafana/provisioning/datasources/all.yml:8"
    ]


def test_localhost_is_grafana_itself(look: Look) -> None:
    here = SOURCES.replace("http://loki:3100", "http://localhost:3100")
    assert look("OBS-016", {**FILES, "grafana/provisioning/datasources/all.yml": here}).failed == [
        "grafana/provisioning/datasources/all.yml:8"
    ]


def test_provisioning_that_nothing_mounts_is_left_alone(look: Look) -> None:
    bare = COMPOSE.replace('volumes: ["./grafana/provisioning:/etc/grafana/provisioning:ro"]', "mem_limit: 1g")
    assert look("OBS-016", {**FILES, "docker-compose.prod.yml": bare}).outcomes == ["not_applicable"]


CLUSTER = """
    apiVersion: v1
    kind: Service
    metadata: {name: prometheus}
    spec: {ports: [{port: 9090}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: grafana}
    spec:
      selector: {matchLabels: {app: grafana}}
      template:
        metadata: {labels: {app: grafana}}
        spec:
          containers: [{name: grafana, image: "grafana/grafana:11.1.0"}]
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: sources}
    data:
      all.yaml: |
        apiVersion: 1
        datasources:
          - {name: Metrics, type: prometheus, url: "http://prometheus:9090"}
          - {name: Logs, type: loki, url: "http://loki:3100"}
    """


def test_sources_of_a_cluster(look: Look) -> None:
    seen = look("OBS-016", {"k8s/grafana.yaml": CLUSTER})
    assert seen.failed == ["k8s/grafana.yaml:24"]
    assert seen.passed == ["k8s/grafana.yaml:23"]
    spoken = {"k8s/grafana.yaml": CLUSTER, "install.sh": "helm install loki grafana/loki\n"}
    assert look("OBS-016", spoken).failed == []
