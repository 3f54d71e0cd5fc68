"""Container image references, and which well-known images are stores, proxies or monitoring."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kit.system.model import Kind

STORE_IMAGES: dict[str, str] = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "postgis": "postgres",
    "timescaledb": "postgres",
    "pgvector": "postgres",
    "cockroach": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "percona": "mysql",
    "mssql": "mssql",
    "mssql/server": "mssql",
    "azure-sql-edge": "mssql",
    "mongo": "mongodb",
    "mongodb": "mongodb",
    "redis": "redis",
    "redis-stack": "redis",
    "redis-stack-server": "redis",
    "valkey": "redis",
    "keydb": "redis",
    "dragonfly": "redis",
    "memcached": "memcached",
    "rabbitmq": "rabbitmq",
    "kafka": "kafka",
    "cp-kafka": "kafka",
    "redpanda": "kafka",
    "nats": "nats",
    "zookeeper": "zookeeper",
    "cp-zookeeper": "zookeeper",
    "elasticsearch": "elasticsearch",
    "opensearch": "elasticsearch",
    "clickhouse": "clickhouse",
    "clickhouse-server": "clickhouse",
    "cassandra": "cassandra",
    "minio": "s3",
    "seaweedfs": "s3",
    "localstack": "s3",
    "etcd": "etcd",
    "neo4j": "neo4j",
    "qdrant": "qdrant",
    "weaviate": "weaviate",
    "meilisearch": "meilisearch",
    "typesense": "typesense",
    "influxdb": "influxdb",
    "dynamodb-local": "dynamodb",
}
PROXY_IMAGES = {
    "nginx",
    "nginx-unprivileged",
    "traefik",
    "haproxy",
    "envoy",
    "caddy",
    "kong",
    "httpd",
    "openresty",
}
MONITORING_IMAGES = {
    "prometheus", "grafana", "alertmanager", "loki", "promtail", "tempo", "jaeger", "all-in-one", "zipkin",
    "node-exporter", "cadvisor", "blackbox-exporter", "postgres-exporter", "postgres_exporter", "redis_exporter",
    "otel-collector", "opentelemetry-collector", "opentelemetry-collector-contrib", "mimir", "fluent-bit", "fluentd",
    "kibana", "logstash", "filebeat", "datadog-agent", "agent", "alloy", "netdata", "uptime-kuma", "vector",
    "prometheus-operator", "prometheus-config-reloader", "kube-state-metrics", "metrics-server", "pushgateway",
}  # fmt: skip
STAND_INS = {
    "localstack", "mailhog", "mailpit", "maildev", "mailcatcher", "azurite", "dynamodb-local", "stripe-mock", "moto",
    "wiremock", "mockserver", "fake-gcs-server", "elasticmq", "mock-oauth2-server", "smtp4dev", "inbucket",
    "servicebus-emulator", "eventhubs-emulator", "azure-cosmos-emulator", "pubsub-emulator", "fake-sqs", "papercut",
}  # fmt: skip
"""Images that stand in for a service of production on a developer's machine."""
_REFERENCE = re.compile(
    r"^(?:(?P<registry>[^/]+\.[^/]+|[^/]+:\d+|localhost)/)?(?P<name>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>.+))?$"
)


@dataclass(frozen=True, slots=True)
class Image:
    """An image reference taken apart: `docker.io/library/postgres:16@sha256:…`."""

    registry: str | None
    name: str
    tag: str | None
    digest: str | None

    @property
    def base(self) -> str:
        """The last part of the name."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def engine(self) -> str | None:
        """The store that this image runs, or None."""
        name = self.name.lower()
        return STORE_IMAGES.get(self.base.lower()) or STORE_IMAGES.get("/".join(name.split("/")[-2:]))

    @property
    def kind(self) -> Kind:
        """store, proxy, monitoring, or unknown."""
        base = self.base.lower()
        if self.engine is not None:
            return "store"
        if base in PROXY_IMAGES:
            return "proxy"
        return "monitoring" if base in MONITORING_IMAGES else "unknown"


def parse_image(reference: str | None) -> Image | None:
    """The reference taken apart; None where there is none or a variable stands for the name."""
    if not reference:
        return None
    found = _REFERENCE.match(reference.strip())
    if not found or "$" in found["name"] or "{{" in reference:
        return None
    return Image(found["registry"], found["name"], found["tag"], found["digest"])


def stands_in(reference: str | None) -> bool:
    """Whether an image is the stand-in of a service that production has elsewhere."""
    image = parse_image(reference)
    return image is not None and image.base.lower() in STAND_INS


def keeps_data(reference: str | None, command: str) -> bool:
    """Whether what runs from an image keeps data that somebody misses: no cache, no stand-in, and of NATS only a server
    that is told to keep streams, or to read a configuration."""
    image = parse_image(reference)
    if image is None or stands_in(reference) or image.engine == "memcached":
        return False
    return (
        image.engine != "nats"
        or re.search(r"(?:^|\s)(?:-js|--?jetstream|-c|--config|-sd|--store_dir)\b", command) is not None
    )
