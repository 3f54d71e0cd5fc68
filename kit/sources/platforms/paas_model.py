"""What the file of a hosting platform says of an application and its services."""

from __future__ import annotations

from dataclasses import dataclass, field

from kit.model import At
from kit.sources.containers.runtime import EnvValue, StartCommand
from kit.sources.formats.nodes import Node, Problem


@dataclass(frozen=True, eq=False)
class PaasBuild:
    """What the platform builds. `dockerfile` and `context` are relative to the project's root."""

    at: At
    dockerfile: str | None = None
    context: str | None = None
    image: str | None = None
    command: StartCommand | None = None


@dataclass(frozen=True, eq=False)
class PaasService:
    """A process that the platform runs.

    `kind`: "web", "worker", "private", "cron", "release" (run before each release), "static", "function" or
    "store". `port` is what the platform routes to, `health_path` what it asks; None where the file is silent.
    """

    name: str
    kind: str
    at: At
    command: StartCommand | None = None
    port: int | None = None
    port_at: At | None = None
    env: dict[str, EnvValue] = field(default_factory=dict)
    health_path: str | None = None
    health_at: At | None = None
    build: PaasBuild | None = None
    replicas: int | None = None
    schedule: str | None = None
    node: Node | None = None


@dataclass(frozen=True, eq=False)
class PaasApp:
    """A platform's file.

    `platform`: "heroku", "procfile", "fly", "render", "railway", "vercel", "netlify", "appengine" or
    "digitalocean". `env` holds for every service; `databases` are those that the file asks for.
    """

    platform: str
    path: str
    services: tuple[PaasService, ...] = ()
    env: dict[str, EnvValue] = field(default_factory=dict)
    databases: tuple[Node, ...] = ()
    environment: str = "unknown"
    node: Node | None = None
    error: Problem | None = None

    @property
    def at(self) -> At:
        """The file as a whole."""
        return At(self.path)

    def service(self, name: str) -> PaasService | None:
        """The service of that name."""
        return next((s for s in self.services if s.name == name), None)
