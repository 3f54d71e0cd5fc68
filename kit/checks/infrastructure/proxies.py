"""Do proxies lead to what runs, over TLS, and within bounds?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kit.checks.infrastructure.common import ASIDE
from kit.checks.infrastructure.edges import encrypted_by_labels
from kit.checks.infrastructure.targets import asked_by_balancers
from kit.checks.infrastructure.transit import encrypted_entrances
from kit.checks.shared.crowd import joined
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile
from kit.sources.formats.nodes import Problem
from kit.sources.platforms.nginx import Directive, Location, NginxConfig, Server, in_config_maps
from kit.system.model import Deployment, Service
from kit.system.proxies import Proxy, proxies

_PASSES = ("proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass")
_TARGET = re.compile(r"(?:(?P<scheme>[a-z]+)://)?(?P<host>\[[^\]]+\]|[^:/\s]+)(?::(?P<port>\d{1,5}))?(?:/.*)?")
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]", "host.docker.internal", "0.0.0.0"})  # noqa: S104 - read
_OLD_TLS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")
_HEADERS = (
    "x-content-type-options",
    "content-security-policy",
    "x-frame-options",
    "strict-transport-security",
)
_SLOW_SECONDS = 600
_TIMEOUTS = ("proxy_read_timeout", "proxy_send_timeout", "proxy_connect_timeout", "fastcgi_read_timeout")


@dataclass(frozen=True)
class Upstream:
    """Where a directive sends requests to."""

    host: str
    port: int
    at: At


def judged(project: Project) -> list[NginxConfig]:
    """The configurations that are read by themselves, not for development or tests."""
    return [
        c
        for c in (*project.nginx, *in_config_maps(project.manifests.effective))
        if not c.included
        and project.files.class_of(c.path) is FileClass.PRODUCTION
        and project.files.environment_of(c.path) not in ASIDE
    ]


@check(
    "INF-008",
    "Proxies lead to services that are there and listen",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot be reached",
    effort_hours=0.5,
)
@joined("upstreams")
def upstreams_exist(project: Project) -> Iterator[Fact]:
    """
    nginx does not even start when it cannot resolve an upstream; where the port is wrong, it answers 502.

    Decides: for each nginx configuration that a service of a compose file or manifest runs, the host of every
    `proxy_pass` and upstream is a service of the same file or namespace, on a common network, and the port is one
    that its process listens on. In compose files also the ports that Traefik labels name.
    The path that a target group of AWS asks, where every service of the project shows its routes, is one of theirs.

    Fix: write the service's name and the port that it listens on inside its container.

    Blind to: hosts outside of the project, hosts that a variable gives, the default ports of images from elsewhere.

    See: https://nginx.org/en/docs/http/ngx_http_upstream_module.html
    """
    yield from asked_by_balancers(project)
    for proxy in proxies(project):
        if proxy.deployment is not None and proxy.deployment.environment not in ASIDE:
            for upstream in _upstreams(proxy.config):
                yield from _leads(project, proxy, proxy.deployment, upstream)
    for service in project.system.own:
        for deployment in service.deployments:
            if deployment.environment not in ASIDE:
                yield from _labelled(project, service, deployment)


def _upstreams(config: NginxConfig) -> Iterator[Upstream]:
    named = {u.name: u for u in config.upstreams}
    for upstream in named.values():
        for server in upstream.servers:
            if "$" not in server.host and not server.host.startswith("unix:"):
                yield Upstream(server.host, server.port or 80, server.at)
    for directive in config.walk():
        if directive.name not in _PASSES or not directive.args or "$" in directive.args[0]:
            continue
        found = _TARGET.fullmatch(directive.args[0])
        if found is not None and found["host"] not in named and found["scheme"] != "unix" and found["host"] != "unix":
            default = 443 if found["scheme"] in {"https", "grpcs"} else 80
            yield Upstream(found["host"], int(found["port"] or default), directive.at)


def _leads(project: Project, proxy: Proxy, deployment: Deployment, upstream: Upstream) -> Iterator[Fact]:
    host, place = upstream.host, _place(deployment)
    name = f"{proxy.service.name}: leads to {host}:{upstream.port}"
    if host in _LOCAL or re.fullmatch(r"[\d.]+|\[.*", host):
        return
    found = _target(project, deployment, host)
    if found is None:
        kind, _, where = deployment.target.partition(":")
        if "." in host or kind != "compose" or _named_otherwise(project, where, host):
            yield unknown(f"{name}, which is not part of {where}.", upstream, **place)
        else:
            message = f"{name}, and {where} has no service of that name; nginx does not start."
            yield bad(message, upstream, deployment, **place)
        return
    service, target = found
    if not _connected(project, deployment, proxy.service.name, service.name):
        yield bad(f"{name}, but the two share no network.", upstream, target, **place)
        return
    listens = project.serving.listening(service, target)
    if service.first_party and listens.on(upstream.port) is False:
        ports = ", ".join(str(n) for n in sorted(listens.ports))
        yield bad(f"{name}, but {service.name} listens on {ports}.", upstream, *listens.ports.values(), **place)
    else:
        yield ok(f"{name}.", upstream, target, **place)


def _place(deployment: Deployment) -> dict[str, Any]:
    return {"environment": None if deployment.environment == "unknown" else deployment.environment}


def _target(project: Project, deployment: Deployment, host: str) -> tuple[Service, Deployment] | None:
    """The service that a name means inside of a deployment target."""
    for service in project.system.services:
        for other in service.deployments:
            if other.target == deployment.target and host in _names(project, service, other):
                return service, other
    return None


def _names(project: Project, service: Service, deployment: Deployment) -> set[str]:
    """What a service is called on the network of its deployment target."""
    kind, _, file = deployment.target.partition(":")
    if kind == "compose":
        compose = _compose(project, file)
        own = next((s for s in compose.services if s.at == deployment.at), None) if compose else None
        if own is None:
            return {service.name}
        aliases = {n.text for n in own.node.each("networks", "*", "aliases", "*")}
        container = own.node.get("container_name")
        return {own.name, *aliases, *([container.text] if container is not None else [])}
    bare = {p.name for p in deployment.ports if p.role == "target" and p.name}
    space = deployment.namespace
    return bare | {f"{n}.{space}{end}" for n in bare if space for end in ("", ".svc", ".svc.cluster.local")}


def _named_otherwise(project: Project, file: str, host: str) -> bool:
    """Whether the compose file gives a host this name in a way that is not a service."""
    compose = _compose(project, file)
    keys = ("extra_hosts", "links", "external_links")
    services = compose.services if compose is not None else ()
    given = [n for s in services for key in keys for n in s.node.each(key, "*")]
    outside = any(n.get("external") is not None for n in compose.networks.values()) if compose else True
    return outside or any(host in (n.key or "") or host in n.text for n in given)


def _compose(project: Project, path: str) -> ComposeFile | None:
    return next((f for f in project.compose if f.path == path), None)


def _connected(project: Project, deployment: Deployment, one: str, other: str) -> bool:
    """Whether two services of a compose file share a network; others are taken to."""
    kind, _, file = deployment.target.partition(":")
    compose = _compose(project, file) if kind == "compose" else None
    pair = [compose.service(name) for name in (one, other)] if compose is not None else []
    if len(pair) < 2 or any(s is None or s.network_mode for s in pair):
        return True
    first, second = (set(s.networks) or {"default"} for s in pair if s is not None)
    return bool(first & second)


def _labelled(project: Project, service: Service, deployment: Deployment) -> Iterator[Fact]:
    """The ports that Traefik is told by labels."""
    kind, _, file = deployment.target.partition(":")
    compose = _compose(project, file) if kind == "compose" else None
    own = next((s for s in compose.services if s.at == deployment.at), None) if compose else None
    for key, label in own.labels.items() if own is not None else ():
        if not key.endswith(".loadbalancer.server.port") or not label.text.isdigit():
            continue
        listens = project.serving.listening(service, deployment)
        holds = listens.on(int(label.text))
        name = f"{service.name}: Traefik leads to its port {label.text}"
        if holds is False:
            ports = ", ".join(str(n) for n in sorted(listens.ports))
            yield bad(f"{name}, but it listens on {ports}.", label, *listens.ports.values(), **_place(deployment))
        elif holds:
            yield ok(f"{name}.", label, *list(listens.ports.values())[:1], **_place(deployment))


@check("INF-014", "nginx takes its configuration", Severity.CRITICAL, Clause.EXECUTION, blocker="cannot start")
def configuration_is_taken(project: Project) -> Iterator[Fact]:
    """
    nginx refuses to start with a configuration that has one wrong directive.

    Decides: each configuration is read as nginx reads it: braces, ends of directives, where a directive may stand
    and how many arguments it takes.

    Fix: correct the directive; `nginx -t` shows the same error.

    Blind to: directives of third-party modules, files that only the container has.

    See: https://nginx.org/en/docs/beginners_guide.html
    """
    for config in judged(project):
        found = [config.error] if config.error is not None else [*config.problems, *_strange_listens(config)]
        for problem in found:
            yield bad(problem.message, problem)
        if not found and (empty := _serves_nothing(config)) is not None:
            message = "This nginx has no server and includes none: it starts, and answers nobody."
            yield bad(message, empty, severity=Severity.HIGH, blocks=False)
        elif not found and not config.template:
            yield ok("nginx can read it.", config)


def _serves_nothing(config: NginxConfig) -> Directive | None:
    """The http block of a whole configuration that defines no server, and whose includes bring settings only."""
    http = next((d for d in config.directives if d.name == "http"), None)
    if http is None or config.template or config.servers or any(d.name == "stream" for d in config.directives):
        return None
    included = [d for d in config.walk() if d.name == "include"]
    return http if all(re.search(r"mime\.types$|/(?:fastcgi|proxy|uwsgi)[\w.]*$", d.value) for d in included) else None


_LISTENS = re.compile(
    r"default(?:_server)?|ssl|http2|quic|spdy|proxy_protocol|udp|reuseport|deferred|bind|\S*[${]\S*"
    r"|(?:setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|ipv6only|so_keepalive|multipath)(?:=\S+)?"
)
"""https://nginx.org/en/docs/http/ngx_http_core_module.html#listen and that of the stream module."""


def _strange_listens(config: NginxConfig) -> Iterator[Problem]:
    """`listen 443 ssl` without its semicolon takes the next directive for parameters, which nginx refuses."""
    for directive in config.walk():
        strange = next((a for a in directive.args[1:] if not _LISTENS.fullmatch(a)), None)
        if directive.name == "listen" and strange is not None:
            yield Problem(f"listen has no parameter {strange}; a semicolon may be missing before it.", directive.at)


@check("INF-009", "The way in from the world is encrypted", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def proxies_speak_tls(project: Project) -> Iterator[Fact]:
    """
    What crosses the internet without TLS can be read and changed by everybody on the way.

    Decides: each nginx configuration that a service publishes on the host has a server with TLS, redirects plain
    HTTP to it, and leaves out TLS 1.0 and 1.1; Traefik's labels, arguments and files and Caddy's sites, where compose files
    publish one, and Traefik's routes in a cluster; listeners of AWS load balancers in Terraform are HTTPS or redirect, and
    CloudFront distributions speak TLS 1.2 only.

    Fix: `listen 443 ssl;` with certificate and `ssl_protocols TLSv1.2 TLSv1.3;`, and a server on port 80 with
    `return 301 https://$host$request_uri;`.

    Blind to: TLS that ends in front of the host.

    See: https://ssl-config.mozilla.org/
    """
    published = {p.config.path: p for p in proxies(project) if p.deployment and _is_published(p.deployment)}
    for config in judged(project):
        servers = config.servers
        secure = [s for s in servers if any(one.ssl for one in s.listens)]
        yield from _protocols(config)
        proxy = published.get(config.path)
        if secure:
            plain = [s for s in servers if s not in secure and not _redirects(s) and s.locations]
            for server in plain:
                message = "This server answers plain HTTP beside the one with TLS, and does not redirect."
                yield partial(message, server, severity=Severity.MEDIUM)
            if not plain:
                yield ok("TLS, and plain HTTP only redirects.", secure[0])
        elif proxy is not None and servers and proxy.deployment is not None:
            yield _with_another(project, config) or _without_tls(project, proxy, proxy.deployment, servers[0])
    yield from encrypted_entrances(project)
    yield from encrypted_by_labels(project)


def _with_another(project: Project, config: NginxConfig) -> Fact | None:
    """A template beside this one that speaks TLS: which of them is taken, the start of the container decides."""
    folder = posixpath.dirname(config.path)
    for other in judged(project):
        secure = any(one.ssl for server in other.servers for one in server.listens)
        if secure and other is not config and posixpath.dirname(other.path) == folder and "template" in other.path:
            return unknown(
                "No TLS here; a template beside this one has it, and which is taken is not seen.", config, other
            )
    return None


def _is_published(deployment: Deployment) -> bool:
    return any(p.role == "published" and p.address not in _LOCAL for p in deployment.ports) and (
        deployment.environment not in ASIDE
    )


def _without_tls(project: Project, proxy: Proxy, deployment: Deployment, server: Server) -> Fact:
    before = next((s for s in project.system.services if _ends_tls(s) and s.name != proxy.service.name), None)
    if before is not None:
        return unknown(f"{proxy.service.name}: no TLS of its own; {before.name} may end it in front.", server, before)
    severity = {} if deployment.environment != "unknown" else {"severity": Severity.MEDIUM}
    message = f"{proxy.service.name}: published without TLS; all that passes it can be read on the way."
    at = server.listens[0] if server.listens else server
    return bad(message, at, deployment, **_place(deployment), **severity)


def _ends_tls(service: Service) -> bool:
    published = any(p.host == 443 for d in service.deployments for p in d.ports)
    return published or "traefik" in service.name or "caddy" in service.name


def _redirects(server: Server) -> bool:
    directives = [server.directive, *(one.directive for one in server.locations)]
    answers = [d for one in directives for d in (*one.all("return"), *one.all("rewrite"))]
    return any("https://" in d.value for d in answers)


def _protocols(config: NginxConfig) -> Iterator[Fact]:
    for directive in (d for d in config.walk() if d.name == "ssl_protocols"):
        old = [word for word in directive.args if word in _OLD_TLS]
        if old:
            yield bad(f"{' and '.join(old)} can be broken; allow TLSv1.2 and TLSv1.3 only.", directive)
        else:
            yield ok(f"Only {' and '.join(directive.args)}.", directive)


@check("INF-010", "Proxies bound size and time of requests", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def requests_are_bounded(project: Project) -> Iterator[Fact]:
    """
    A proxy that takes bodies of any size or waits for ever is filled up by a handful of slow clients.

    Decides: `client_max_body_size` is not 0, and no proxy timeout is over ten minutes; where nothing is said,
    nginx's own bounds (1 MB, 60 s) hold.

    Fix: `client_max_body_size 10m;` and `proxy_read_timeout 60s;`, larger only in the location that needs it.

    Blind to: bounds in front of the proxy.

    See: https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size
    """
    for config in judged(project):
        wide = [d for d in config.walk() if _is_unbounded(d)]
        for directive in wide:
            yield bad(f"{directive.name} {directive.value} is no bound.", directive)
        if not wide and config.servers:
            yield ok("Size and time of requests are bounded.", config)


def _is_unbounded(directive: Directive) -> bool:
    if directive.name == "client_max_body_size":
        return directive.value == "0"
    found = re.fullmatch(r"(\d{1,9})(s|m|h|d|ms)?", directive.value) if directive.name in _TIMEOUTS else None
    scale = {"ms": 0.001, "m": 60, "h": 3600, "d": 86400}
    return found is not None and int(found[1]) * scale.get(found[2] or "s", 1) > _SLOW_SECONDS


@check("INF-011", "Proxies hide their version and keep the headers they add", Severity.LOW, Clause.DEPLOYMENT)
def proxies_are_discreet(project: Project) -> Iterator[Fact]:
    """
    A version in every answer tells which holes to try; and a location that adds one header of its own silently drops
    all those of its server.

    Decides: `server_tokens off` holds in each server; headers that a server adds still hold in its locations, where
    nginx drops them as soon as a location has an `add_header`.

    Fix: `server_tokens off;` in `http`, and the security headers again in (or included into) such locations.

    Blind to: headers that nobody adds, which SEC-004 looks for.

    See: https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header
    """
    for config in judged(project):
        hidden = any(d.name == "server_tokens" and d.value == "off" for d in config.walk())
        if config.servers:
            place = config.servers[0]
            told = bad("Each answer tells nginx's version.", place)
            yield ok("nginx's version is hidden.", place) if hidden else told
        for server in config.servers:
            yield from _dropped(server)


def _dropped(server: Server) -> Iterator[Fact]:
    meant = _security(server.effective("add_header"))
    for location in server.locations if meant else ():
        lost = sorted(meant - _security(server.effective("add_header", location)))
        if lost and location.directive.all("add_header") and not _only_redirects(location):
            message = f"location {location.path}: its own add_header drops {', '.join(lost)}."
            yield bad(message, location.directive.all("add_header")[0], server, severity=Severity.MEDIUM)


def _security(directives: tuple[Directive, ...]) -> set[str]:
    return {d.args[0].lower() for d in directives if d.args and d.args[0].lower() in _HEADERS}


def _only_redirects(location: Location) -> bool:
    return location.directive.get("return") is not None
