"""Whether a service listens on a port and serves a path: what whoever asks it by probe, proxy or check must know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.command import word_set
from kit.system.model import Deployment, Route, Service
from kit.system.proxies import Proxy, proxies_of
from kit.system.scope import within

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.containers.dockerfile import Dockerfile
    from kit.sources.containers.dockerfile_model import Stage
    from kit.sources.platforms.nginx import NginxConfig

_FLAG = re.compile(
    r"(?:--port|--server\.port|-Dserver\.port|--bind|--http|-b|-p|-l|--listen)[= ]"
    r"(?:[\w.*\[\]:]*:)?(?P<port>\d{2,5}|\$\{?[A-Z_]+(?::-\d+)?\}?)(?![\w.])"
)
_RUNSERVER = re.compile(r"\brunserver(?:_plus)?\s+(?:[\w.]+:)?(?P<port>\d{2,5})")
_SERVERS = {
    "uvicorn": 8000, "gunicorn": 8000, "hypercorn": 8000, "daphne": 8000, "granian": 8000, "fastapi": 8000,
    "flask": 5000, "runserver": 8000, "next": 3000, "nuxt": 3000, "serve": 3000, "http-server": 8080,
    "vite": None, "waitress-serve": 8080, "streamlit": 8501, "puma": 9292, "rails": 3000, "astro": 4321,
}  # fmt: skip
_BY_ENVIRONMENT = frozenset({"next", "nuxt", "gunicorn", "serve", "puma", "rails"})
_MANAGERS = word_set("npm yarn pnpm bun")
_HEALTH = re.compile(r"health|ready|readiness|live|liveness|alive|ping|status|heartbeat", re.IGNORECASE)
_ADDS_ROUTES = (
    "HealthChecks", "MapDefaultEndpoints", "MapControllers", "UseEndpoints", "MapReverseProxy", "UseOcelot", "MapRazor",
    "MapFallback", "MapHub", "MapGrpc", "MapGraphQL", "UseFastEndpoints", "MapCarter", "UseStaticFiles", "MapGroup",
)  # fmt: skip
"""What makes a program of ASP.NET answer more than the routes that it maps by itself."""
_READ_IN_DEPTH = word_set("python javascript typescript go")
_MAX_SCRIPTS = 4
_BINDS = re.compile(r"port|listen|addr|bind|0\.0\.0\.0|grpc|metrics", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listening:
    """The ports that a process listens on, each with where that is said. `whole` False: there may be others; `spoken`
    whether its code names a port otherwise."""

    ports: dict[int, At]
    whole: bool
    spoken: Callable[[int], bool] = lambda _: False

    def on(self, number: int) -> bool | None:
        """Whether it listens on the port; None where that cannot be told."""
        if number in self.ports:
            return True
        return False if self.whole and self.ports and not self.spoken(number) else None


@dataclass(frozen=True, slots=True)
class Served:
    """Whether a path is served: None where that cannot be told. `route` is the one that serves it, or the nearest."""

    holds: bool | None
    route: Route | None = None


class Serving:
    """Asks of a project what its services listen on and serve, each answer worked out once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._listening: dict[tuple[int, int], Listening] = {}
        self._served: dict[tuple[int, str], Served] = {}
        self._proxies: dict[int, list[Proxy]] = {}
        self._holding: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _owners(self) -> dict[tuple[At, str], tuple[Service, Deployment]]:
        services = self._project.system.services
        return {(d.at, d.target): (service, d) for service in services for d in service.deployments}

    def owner(self, at: At, target: str) -> tuple[Service, Deployment] | None:
        """The service and deployment that a container of a manifest, or a service of a compose file, is; the
        target as `Deployment.target` has it."""
        return self._owners.get((at, target))

    def proxies(self, service: Service) -> list[Proxy]:
        """The nginx configurations that the service runs."""
        if id(service) not in self._proxies:
            self._proxies[id(service)] = list(proxies_of(self._project, service))
        return self._proxies[id(service)]

    def listening(self, service: Service, deployment: Deployment | None = None) -> Listening:
        """The ports that the service's process listens on, as its command, its code and its environment say."""
        key = (id(service), id(deployment))
        if key not in self._listening:
            self._listening[key] = self._listens(service, deployment)
        return self._listening[key]

    def serves(self, service: Service, path: str) -> Served:
        """Whether the service answers a GET of the path."""
        key = (id(service), path)
        if key not in self._served:
            self._served[key] = self._serves(service, path)
        return self._served[key]

    def _listens(self, service: Service, deployment: Deployment | None) -> Listening:
        proxied = [p.config for p in self.proxies(service) if deployment in {None, p.deployment}]
        if proxied:
            return _of_proxy(proxied)
        dockerfile, stage = _image(self._project, service)
        env = {} if dockerfile is None else {name: v.value for name, v in dockerfile.env(stage).items()}
        env |= {given.name: given.value for given in (deployment.env if deployment else ())}
        command, at = _command(service, deployment, dockerfile, stage)
        text = _script(self._project, service, command)
        server = next((word for word in re.findall(r"[\w-]+", text) if word in _SERVERS), None)
        if server is not None:
            number = _of_command(text, server, env)
            return Listening({number: at} if number else {}, whole=number is not None)
        listens = [p for p in service.ports if p.role == "listen"]
        found = [(_number(p.number or _default(service, p.name), p.name, env), p.at) for p in listens]
        hidden = re.search(r"\.sh\b", text) is not None
        whole = all(n for n, _ in found) and not hidden
        return Listening({n: place for n, place in found if n}, whole, lambda number: self._bound(service, number))

    def _bound(self, service: Service, number: int) -> bool:
        """Whether a line of the service's code speaks of listening on the port: a second server, read too little of."""
        if service.root is None:
            return False
        line = re.compile(rf"(?m)^(?!.*(?:://|localhost)).*(?<![\w.]){number}(?![\w.]).*$")
        code = self._project.code
        held = (code.text(path) for path in code.holding(str(number)) if within(path, service.root))
        return any(_BINDS.search(found[0]) for text in held for found in line.finditer(text))

    def _serves(self, service: Service, path: str) -> Served:
        wanted = _steps(path)
        if any(_answers(proxy.config, path) for proxy in self.proxies(service)):
            return Served(True)
        routes = [r for r in service.routes if r.method in {"GET", "HEAD", "ANY"} and r.mounted is not False]
        found = next((r for r in routes if _matches(_steps(r.path), wanted)), None)
        if found is not None:
            return Served(True, found)
        if not routes or not (_all_seen(service, path) or self._all_mapped(service)):
            return Served(None)
        near = _nearest(service.routes, wanted)
        loose = [r for r in service.routes if not r.prefix_known or r.mounted is None]
        if any(_ends_alike(_steps(r.path), wanted) for r in loose):
            return Served(None, near)
        if not (near and _steps(near.path)[-1:] == wanted[-1:]) and self._spoken_of(service, wanted):
            return Served(None, near)  # a middleware may answer it before any route
        return Served(False, near)

    def _all_mapped(self, service: Service) -> bool:
        """Whether a program of ASP.NET maps its routes one by one, and nothing in it adds others."""
        if service.language != "csharp" or service.root is None or any(not r.prefix_known for r in service.routes):
            return False
        adding = self._project.code.holding(*_ADDS_ROUTES)
        return not any(within(path, service.root) for path in adding)

    def _spoken_of(self, service: Service, wanted: list[str]) -> bool:
        """Whether the service's code holds the last step of the path: it may be served in a way that is not known."""
        if not wanted or service.root is None:
            return True
        step = wanted[-1]
        if step not in self._holding:
            needles = (f"/{step}", f'"{step}', f"'{step}", f"`{step}")
            whole = re.compile(rf"[/\"'`]{re.escape(step)}(?![\w-])")
            code = self._project.code
            self._holding[step] = tuple(path for path in code.holding(*needles) if whole.search(code.text(path)))
        return any(within(path, service.root) for path in self._holding[step])


def _of_proxy(configs: list[NginxConfig]) -> Listening:
    listens = [one for config in configs for server in config.servers for one in server.listens]
    whole = bool(listens) and all(one.port is not None for one in listens)
    return Listening({one.port: one.at for one in listens if one.port is not None}, whole=whole)


def _answers(config: NginxConfig, path: str) -> bool:
    """Whether some location surely answers the path: one of its own, or one that falls back to a page."""
    for server in config.servers:
        for location in server.locations:
            fallback = location.directive.get("try_files")
            if location.modifier in {"", "=", "^~"} and location.path == path:
                return True
            if location.path == "/" and fallback is not None and not fallback.args[-1].startswith("="):
                return True
    return False


def _image(project: Project, service: Service) -> tuple[Dockerfile | None, Stage | None]:
    build = service.build
    dockerfile = next((d for d in project.dockerfiles if build and d.path == build.dockerfile and not d.error), None)
    if dockerfile is None or build is None:
        return None, None
    return dockerfile, (dockerfile.stage(build.target) if build.target else None) or dockerfile.final


def _command(
    service: Service, deployment: Deployment | None, dockerfile: Dockerfile | None, stage: Stage | None
) -> tuple[str, At]:
    """The command that is run, and where it is said."""
    if deployment is not None and deployment.command:
        return deployment.command, deployment.at
    start = dockerfile.command(stage) if dockerfile is not None and stage is not None else None
    return (start.text, start.at) if start is not None else ("", service.at)


def _script(project: Project, service: Service, command: str) -> str:
    """The command, or the package script that it calls."""
    for _ in range(_MAX_SCRIPTS):
        words = [w for w in command.split() if w not in {"exec", "run", "--"} and not w.startswith("-")]
        package = next((p for p in project.packages if p.dir == service.root and p.ecosystem == "npm"), None)
        script = package.scripts.get(words[1]) if package and len(words) > 1 and words[0] in _MANAGERS else None
        if script is None:
            break
        command = script.text
    return command


def _of_command(text: str, server: str, env: dict[str, str | None]) -> int | None:
    stated = _RUNSERVER.search(text) or _FLAG.search(text)
    if stated is not None:
        return _variable(stated["port"], env)
    if ("$" in text and "port" in text.lower()) or re.search(r"--?c(onfig)?[= ]|\.conf\b", text):
        return None
    default = _SERVERS[server]
    return _number(default, "PORT", env) if server in _BY_ENVIRONMENT else default


def _variable(text: str, env: dict[str, str | None]) -> int | None:
    if text.isdigit():
        return int(text)
    name, _, default = text.strip("${}").partition(":-")
    return _number(int(default) if default.isdigit() else None, name, env)


def _default(service: Service, name: str | None) -> int | None:
    """The port that the code falls back to where the variable is not given."""
    values = [read.default for read in service.env if read.name == name and read.default]
    return int(values[0]) if values and values[0].isdigit() else None


def _number(default: int | None, name: str | None, env: dict[str, str | None]) -> int | None:
    """The port that a variable gives, its default where it is not given; None where it comes from elsewhere."""
    if name is None or name not in env:
        return default
    value = (env[name] or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None


def _steps(path: str) -> list[str]:
    return [step for step in path.split("?")[0].split("/") if step]


def _matches(pattern: list[str], wanted: list[str]) -> bool:
    for index, step in enumerate(pattern):
        if step.endswith("*}") or step in {"*", "**"}:
            return True
        if index >= len(wanted) or not (step == wanted[index] or step.startswith("{")):
            return False
    return len(pattern) == len(wanted)


def _ends_alike(pattern: list[str], wanted: list[str]) -> bool:
    return not pattern or not wanted or pattern[-1] == wanted[-1] or pattern[-1].startswith("{")


def _all_seen(service: Service, path: str) -> bool:
    """Whether the routes that were found are all that could answer."""
    if service.kind in {"proxy", "store", "monitoring"} or service.language not in _READ_IN_DEPTH:
        return False
    pages = service.framework in {"nextjs", "nuxt", "remix", "sveltekit", "astro", "gatsby", "vite"}
    return not pages or path.startswith("/api")


def _nearest(routes: Iterable[Route], wanted: list[str]) -> Route | None:
    """The route that ends as the path does; else, for a health check, one that speaks of health."""
    known = [r for r in routes if r.prefix_known and r.method in {"GET", "HEAD", "ANY"}]
    alike = (r for r in known if wanted and _steps(r.path)[-1:] == wanted[-1:])
    about = (r for r in known if _HEALTH.search(r.path) and any(_HEALTH.search(step) for step in wanted))
    return next(alike, None) or next(about, None)
