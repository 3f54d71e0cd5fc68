"""The system map's nouns: what the sources, joined, say of the system. Every element knows its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kit.model import At
from kit.sources.code.records import CallFact, EnvReadFact, RouteFact

Kind = Literal["web", "api", "worker", "job", "store", "proxy", "monitoring", "library", "function", "unknown"]


Route = RouteFact
"""A route that a service serves, as the code states it."""

EnvRead = EnvReadFact
"""A variable that a service's code reads."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port and what states it: "listen" (code), "expose" (Dockerfile), "container", "published", "target",
    "service" (Kubernetes), "probe", "scrape", "upstream". `host` is the published side, "127.0.0.1" its address."""

    number: int | None
    role: str
    at: At
    host: int | None = None
    address: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class EnvGiven:
    """A variable that a deployment target gives. `value` None where it comes from outside (a Secret, the shell)."""

    name: str
    at: At
    value: str | None = None
    source: str = "literal"  # literal, env_file, configmap, secret, shell, build_arg, image, field


@dataclass(frozen=True, slots=True)
class Probe:
    """A health check that somebody makes. `kind`: liveness, readiness, startup, healthcheck (Docker, compose), paas."""

    kind: str
    at: At
    path: str | None = None
    port: int | str | None = None
    command: str | None = None
    target: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """What builds an image: the Dockerfile, its context and target stage."""

    dockerfile: str
    context: str
    at: At
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """A database, cache, queue or object store: `engine` as "postgres", "redis", "mysql", "mongodb", "rabbitmq",
    "kafka", "s3", "gcs", "azure-blob", "sqlite", "elasticsearch"; `managed` True where no manifest runs it."""

    engine: str
    name: str
    at: At
    version: str | None = None
    persistent: bool | None = None
    managed: bool = False


@dataclass(frozen=True, slots=True)
class Deployment:
    """A service as one deployment target runs it.

    `target` is "compose:docker-compose.prod.yml", "kubernetes:k8s/overlays/prod", "serverless:serverless.yml",
    "fly:fly.toml" ...; `environment` "development", "test", "staging", "production" or "unknown" (read from names);
    `env_complete` False where some of the environment comes from what cannot be seen (an absent env_file, a Secret
    made elsewhere).
    """

    target: str
    environment: str
    at: At
    image: str | None = None
    build: Build | None = None
    env: tuple[EnvGiven, ...] = ()
    env_complete: bool = True
    ports: tuple[Port, ...] = ()
    probes: tuple[Probe, ...] = ()
    replicas: int | None = None
    max_replicas: int | None = None
    command: str | None = None
    workload: str = ""  # Deployment, StatefulSet, CronJob, compose service ...
    schedule: str | None = None
    volumes: tuple[tuple[str, str, At], ...] = ()  # (source, mount path, place)
    depends_on: tuple[str, ...] = ()
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class PipelineStep:
    """What a pipeline does for a service: `does` is "build", "test", "lint", "scan", "push", "deploy", "migrate",
    "load-test"."""

    does: str
    workflow: str
    job: str
    at: At


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something that runs by the clock: a cron expression, what runs, and where it is said."""

    expression: str
    runs: str
    at: At
    source: str  # cronjob, workflow, crontab, timer, code


@dataclass(frozen=True, slots=True)
class Call:
    """A request that code makes; `service` is the name of the own service that it goes to, None for elsewhere."""

    fact: CallFact
    service: str | None = None

    @property
    def at(self) -> At:
        return self.fact.at


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the system with all that the sources say of it."""

    name: str
    kind: Kind
    at: At
    root: str | None = None
    language: str | None = None
    framework: str | None = None
    build: Build | None = None
    entrypoints: tuple[At, ...] = ()
    ports: tuple[Port, ...] = ()
    routes: tuple[Route, ...] = ()
    env: tuple[EnvRead, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    stores: tuple[Store, ...] = ()
    pipelines: tuple[PipelineStep, ...] = ()
    migrations: tuple[At, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    calls: tuple[Call, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def first_party(self) -> bool:
        """True where the project builds it or holds its code; False for a store or an off-the-shelf image."""
        return self.root is not None or self.build is not None

    @property
    def listens(self) -> tuple[Port, ...]:
        """The ports that code, Dockerfile or command state that the process listens on."""
        return tuple(p for p in self.ports if p.role in {"listen", "expose"})


@dataclass(frozen=True, slots=True)
class SystemMap:
    """The whole system."""

    services: tuple[Service, ...] = ()
    stores: tuple[Store, ...] = ()
    targets: tuple[tuple[str, str, At], ...] = ()  # (target, environment, place)
    schedules: tuple[Schedule, ...] = ()
    unknown: tuple[str, ...] = field(default=())

    @property
    def own(self) -> tuple[Service, ...]:
        """The services that the project builds."""
        return tuple(s for s in self.services if s.first_party)

    def service(self, name: str) -> Service | None:
        """The service of that name."""
        return next((s for s in self.services if s.name == name), None)
