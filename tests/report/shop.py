"""A small shop for tests of what a person sees: a tree on disk, and the system map that it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import dedent
from typing import Any

from kit.model import At
from kit.sources.code.index import CodeIndex
from kit.sources.code.records import CallFact, EnvReadFact, MetricFact, RouteFact
from kit.sources.containers import dockerfile, dockerignore
from kit.sources.formats.documents import Documents
from kit.sources.kubernetes import find as kubernetes
from kit.sources.orm.model import Column, Migration, MigrationSet, Operation, Schema, Table
from kit.sources.papers import markdown, openapi
from kit.sources.pipelines import workflows
from kit.sources.platforms import prometheus, terraform
from kit.sources.tree.files import FileIndex
from kit.system.model import (
    Build,
    Call,
    Deployment,
    EnvGiven,
    PipelineStep,
    Port,
    Probe,
    Schedule,
    Service,
    Store,
    SystemMap,
)

COMPOSE = "docker-compose.prod.yml"
DEPLOY = ".github/workflows/deploy.yml"

TREE = {
    "README.md": """\
        # Shop

        ## Deploy

        Run `make deploy`.

        ## Contacts
        """,
    "LICENSE": "Apache License 2.0\n",
    "scripts/backup.sh": "pg_dump shop > /backups/shop.sql\n",
    "api/Dockerfile": """\
        FROM python:3.12-slim AS build
        COPY . /app
        FROM python:3.12-slim
        USER app
        EXPOSE 8000
        HEALTHCHECK CMD curl -f http://localhost:8000/health
        CMD ["uvicorn", "app:app"]
        """,
    "worker/Dockerfile": 'FROM python:3.12\nCMD ["python", "worker.py"]\n',
    "api/app.py": "def pay(): ...\n",
    "api/tests/test_app.py": "def test_pay(): ...\n",
    "worker/worker.py": "def run(): ...\n",
    "openapi.yaml": """\
        openapi: 3.0.0
        info: {title: Shop, version: "1"}
        paths:
          /orders: {get: {responses: {"200": {description: ok}}}}
          /refunds: {post: {responses: {"200": {description: ok}}}}
        """,
    DEPLOY: """\
        name: Deploy
        on: [push]
        jobs:
          test:
            runs-on: ubuntu-latest
            continue-on-error: true
            steps: [{run: pytest}]
          build:
            runs-on: ubuntu-latest
            needs: test
            steps: [{run: docker build api}]
          deploy:
            runs-on: ubuntu-latest
            needs: [build]
            steps: [{run: kubectl apply -f k8s}]
        """,
    "k8s/api.yaml": """\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec:
          replicas: 1
          selector: {matchLabels: {app: api}}
          template:
            metadata: {labels: {app: api}}
            spec:
              containers:
                - name: api
                  image: shop/api
                  readinessProbe: {httpGet: {path: /health, port: 8000}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api}
        spec:
          type: LoadBalancer
          selector: {app: api}
          ports: [{port: 80, targetPort: 8000}]
        """,
    "monitoring/prometheus.yml": """\
        scrape_configs:
          - job_name: api
            static_configs: [{targets: ["api:8000"]}]
        """,
    "monitoring/rules.yml": """\
        groups:
          - name: shop
            rules:
              - {alert: ManyErrors, expr: "rate(shop_errors_total[5m]) > 1", for: 5m}
              - {alert: Unpaid, expr: "shop_unpaid > 10"}
        """,
    "infra/main.tf": 'resource "aws_s3_bucket" "backups" {\n  bucket = "shop"\n}\n',
}


@dataclass(frozen=True)
class Shop:
    """What views ask of a project, without the joins that make the map."""

    root: Path
    system: SystemMap
    name: str = "shop"
    migrations: tuple[MigrationSet, ...] = ()
    schemas: tuple[Schema, ...] = ()
    packages: tuple[Any, ...] = ()
    makefiles: tuple[Any, ...] = ()
    scripts: tuple[Any, ...] = ()
    image_builds: tuple[Any, ...] = ()
    compose: tuple[Any, ...] = ()
    metrics: tuple[MetricFact, ...] = ()
    evidence: tuple[Any, ...] | None = None

    @cached_property
    def files(self) -> FileIndex:
        return FileIndex.of(self.root)

    @cached_property
    def code(self) -> CodeIndex:
        return CodeIndex(self.files)

    @cached_property
    def documents(self) -> Documents:
        return Documents(self.files)

    @property
    def dockerfiles(self) -> Any:
        return dockerfile.find(self.files)

    def dockerignore(self, context: str, path: str | None = None) -> Any:
        return dockerignore.dockerignore(self.files, context, path)

    @cached_property
    def workflows(self) -> Any:
        return workflows.find(self.files, self.documents)

    @property
    def manifests(self) -> Any:
        return kubernetes.find(self.files, self.documents)

    @property
    def openapi(self) -> Any:
        return openapi.find(self.files, self.documents)

    @property
    def terraform(self) -> Any:
        return terraform.find(self.files, self.documents)

    @property
    def prometheus(self) -> Any:
        return prometheus.find(self.files, self.documents, self.manifests)

    @property
    def markdown(self) -> Any:
        return markdown.find(self.files)


def shop(root: Path) -> Shop:
    """The shop written below `root`: a web front, an API that lacks a key, a worker, stores."""
    for path, text in TREE.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text))
    return Shop(root, SYSTEM, migrations=MIGRATIONS, schemas=(SCHEMA,), metrics=METRICS)


def bare(root: Path) -> Shop:
    """A project with nothing in it."""
    return Shop(root, SystemMap(unknown=("No service could be told.",)))


API = Service(
    name="api",
    kind="api",
    at=At(COMPOSE, 3),
    root="api",
    language="python",
    framework="fastapi",
    build=Build("api/Dockerfile", "api", At(COMPOSE, 4)),
    ports=(Port(8000, "listen", At("api/app.py", 40)),),
    routes=(
        RouteFact("GET", "/health", At("api/app.py", 10), "fastapi", auth=False),
        RouteFact("GET", "/orders", At("api/app.py", 20), "fastapi", auth=True, auth_at=At("api/auth.py", 3)),
        RouteFact("POST", "/orders", At("api/app.py", 30), "fastapi", auth=False),
        RouteFact("DELETE", "/<script>", At("api/app.py", 35), "fastapi", auth=None, mounted=None),
    ),
    env=(
        EnvReadFact("DATABASE_URL", At("api/settings.py", 5), required=True),
        EnvReadFact("PAYMENT_KEY", At("api/settings.py", 6), required=True),
        EnvReadFact("LOG_LEVEL", At("api/settings.py", 7), required=False, default="info"),
    ),
    deployments=(
        Deployment(
            target=f"compose:{COMPOSE}",
            environment="production",
            at=At(COMPOSE, 3),
            env=(EnvGiven("DATABASE_URL", At(COMPOSE, 8), "postgres://db/shop"),),
            ports=(Port(8000, "published", At(COMPOSE, 10), host=8000, address="127.0.0.1"),),
            probes=(Probe("healthcheck", At(COMPOSE, 12), "/health", 8000),),
            replicas=1,
            depends_on=("db", "cache"),
        ),
        Deployment(
            target="kubernetes:k8s",
            environment="production",
            at=At("k8s/api.yaml", 4),
            env_complete=False,
            replicas=1,
            max_replicas=4,
        ),
    ),
    stores=(Store("postgres", "db", At(COMPOSE, 30)),),
    pipelines=(
        PipelineStep("test", DEPLOY, "test", At(DEPLOY, 7)),
        PipelineStep("build", DEPLOY, "build", At(DEPLOY, 11)),
        PipelineStep("deploy", DEPLOY, "deploy", At(DEPLOY, 15)),
    ),
    calls=(
        Call(CallFact("POST", "https://pay.example.com/charge", At("api/pay.py", 9), "httpx", timeout=False)),
        Call(CallFact("GET", "http://worker/jobs", At("api/jobs.py", 4), "httpx", timeout=True), "worker"),
    ),
)
WORKER = Service(
    name="worker",
    kind="worker",
    at=At(COMPOSE, 16),
    root="worker",
    language="python",
    build=Build("worker/Dockerfile", "worker", At(COMPOSE, 17)),
    deployments=(Deployment(f"compose:{COMPOSE}", "production", At(COMPOSE, 16), depends_on=("db",)),),
    unknown=("what it listens on",),
)
FRONT = Service(
    name="web",
    kind="web",
    at=At(COMPOSE, 24),
    deployments=(
        Deployment(
            target=f"compose:{COMPOSE}",
            environment="production",
            at=At(COMPOSE, 24),
            ports=(Port(80, "published", At(COMPOSE, 26), host=80),),
            depends_on=("api",),
        ),
    ),
)
DATABASE = Service(
    name="db",
    kind="store",
    at=At(COMPOSE, 30),
    deployments=(
        Deployment(
            target=f"compose:{COMPOSE}",
            environment="production",
            at=At(COMPOSE, 30),
            ports=(Port(5432, "published", At(COMPOSE, 32), host=5432),),
        ),
    ),
)
SYSTEM = SystemMap(
    services=(FRONT, API, WORKER, DATABASE),
    stores=(Store("postgres", "db", At(COMPOSE, 30), "16"), Store("redis", "cache", At(COMPOSE, 38), "7")),
    targets=((f"compose:{COMPOSE}", "production", At(COMPOSE)), ("kubernetes:k8s", "production", At("k8s"))),
    schedules=(Schedule("0 3 * * *", "scripts/backup.sh", At("k8s/backup.yaml", 5), "cronjob"),),
)


def _orders(path: str) -> Table:
    at = At(path, 1)
    return Table("orders", (Column("id", "integer", False, at),), (), (), (), at)


SCHEMA = Schema(
    "api/models.py",
    At("api/models.py"),
    "sqlalchemy",
    "postgres",
    (_orders("api/models.py"), Table("refunds", (), (), (), (), At("api/models.py", 20))),
)
CREATE = Operation("create_table", "orders", None, At("api/migrations/1.sql", 1), definition=_orders("1.sql"))
DROP = Operation("drop_column", "orders", "note", At("api/migrations/2.sql", 1), destructive=True)
MIGRATIONS = (
    MigrationSet(
        "sql",
        "api/migrations",
        At("api/migrations"),
        (
            Migration("api/migrations/1.sql", At("api/migrations/1.sql"), "sql", 1, (CREATE,), down=True),
            Migration("api/migrations/2.sql", At("api/migrations/2.sql"), "sql", 2, (DROP,), down=False),
        ),
    ),
)
METRICS = (MetricFact("shop_errors_total", "counter", At("api/metrics.py", 3)),)
