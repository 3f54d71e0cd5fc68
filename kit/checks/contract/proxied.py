"""Do the paths that a proxy hands on reach a route?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kit.checks.contract.paths import IN_DEPTH, OPERATIONAL, Steps, http_routes, is_parameter, steps
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.platforms.nginx import Location, NginxConfig
from kit.system.model import Route, Service
from kit.system.proxies import proxies

_ASIDE = frozenset({"development", "test"})
_TARGET = re.compile(r"https?://(?P<host>[^:/\s$]+)(?::\d{1,5})?(?P<uri>/[^\s$]*)?")


class _Handed(NamedTuple):
    """A location with the service that it leads to and the steps that stand before each path that arrives there."""

    location: Location
    service: Service
    before: Steps
    taken: Steps


@check("CTR-017", "Paths that proxies hand on are served", Severity.HIGH, Clause.SPECIFICATION, effort_hours=0.5)
def handed_paths_are_served(project: Project) -> Iterator[Fact]:
    """
    One slash at the end of `proxy_pass` decides whether a prefix is handed on. When proxy and service do not agree on it,
    every call through the proxy ends at 404, while each part works by itself.

    Decides: for each prefix location of an nginx configuration that a deployment runs and that leads to a service whose
    routes could all be read: some route begins with what the proxy hands on, and a prefix that it takes off is not one
    that all routes begin with.

    Fix: write `proxy_pass http://api:3000;` to hand the path on as it came, `proxy_pass http://api:3000/;` to take the
    location's prefix off.

    Blind to: locations with patterns or rewrites, and other proxies.

    See: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass
    """
    seen = set()
    for proxy in proxies(project):
        if proxy.deployment is None or proxy.deployment.environment in _ASIDE:
            continue
        for handed in _handed(project, proxy.config):
            key = (handed.location.at, handed.service.name)
            routes = _routes(handed.service)
            if key not in seen and routes:
                seen.add(key)
                yield _judged(handed, routes)


def _handed(project: Project, config: NginxConfig) -> Iterator[_Handed]:
    named = {u.name: u.servers[0].host for u in config.upstreams if u.servers}
    for server in config.servers:
        for location in server.locations:
            passed = location.proxy_pass
            found = _TARGET.fullmatch(passed.args[0]) if passed is not None and passed.args else None
            rewritten = location.directive.get("rewrite") or server.directive.get("rewrite")
            if found is None or rewritten is not None or location.modifier not in {"", "^~"}:
                continue
            service = project.system.service(named.get(found["host"], found["host"]))
            files = re.match(
                r"/(?:_next|_nuxt|_astro|_app|static|assets|media|uploads|files|public|favicon|robots)\b", location.path
            )
            library = re.match(r"/(?:socket\.io|sockjs|ws|graphql|cable|hubs?)(?:/|$)", location.path)
            if service is not None and location.path.startswith("/") and files is None and library is None:
                kept, own = found["uri"] is None, steps(location.path)
                yield _Handed(location, service, own if kept else steps(found["uri"]), () if kept else own)


def _routes(service: Service) -> list[Route]:
    """The routes of a service, where they are all known."""
    routes = http_routes(service)
    whole = service.language in IN_DEPTH - {"java"} and all(r.prefix_known and r.mounted is not None for r in routes)
    return routes if whole else []


def _judged(handed: _Handed, routes: list[Route]) -> Fact:
    location, name = handed.location, handed.service.name
    place = location.proxy_pass or location.directive
    if handed.before and not any(_begins(r, handed.before) for r in routes):
        before = "/" + "/".join(handed.before)
        say = f"{location.path} is handed on to {name} with {before} before each path, and none of its {len(routes)} routes begins so."
        return bad(say, place, routes[0])
    usual = [r for r in routes if not OPERATIONAL.search(r.path)]
    if handed.taken and not handed.before and usual and all(_begins(r, handed.taken) for r in usual):
        taken = "/" + "/".join(handed.taken)
        return bad(
            f"{taken} is taken off before {name} is asked, and its routes begin with {taken}: what arrives is not served.",
            place,
            usual[0],
        )
    return ok(f"What {location.path} hands on to {name} is served.", place)


def _begins(route: Route, before: Steps) -> bool:
    known = steps(route.path)
    for index, step in enumerate(before):
        if index < len(known) and (known[index].endswith("*}") or known[index] in {"*", "**"}):
            return True
        if index >= len(known) or not (known[index].lower() == step.lower() or is_parameter(known[index])):
            return False
    return True
