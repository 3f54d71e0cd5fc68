"""Specified operations, served routes and calls, held against each other step by step of their paths."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from os.path import commonprefix

from kit.checks.shared.services import only_aside
from kit.project import Project
from kit.sources.papers.openapi import ApiOperation, OpenApi
from kit.system.model import Route, Service
from kit.system.scope import within

Steps = tuple[str, ...]
OPERATIONAL = re.compile(
    r"^/?$|health|ready|readiness|live(?:ness|z)?$|metrics|actuator|favicon|robots\.txt|docs?(?:/|$)|openapi|swagger|redoc|"
    r"graphql|static|assets|\.well-known|version$|ping$|status$|csp-report|manifest|\{[^/]*\*\}|^/_",
    re.IGNORECASE,
)
IN_DEPTH = frozenset({"python", "javascript", "typescript", "go", "java"})
_RENDERS = (
    "res.render(", "render_template(", "render(request", "html/template", "TemplateResponse(", "reply.view(", "HttpResponse(",
    "org.springframework.ui.Model", "@Render(",
)  # fmt: skip
_PAGES = frozenset({"nextjs", "nuxt", "remix", "sveltekit", "astro"})
_NO_HTTP = frozenset({"WS", "GRPC"})
MAX_PREFIX = 3


@dataclass(frozen=True)
class Joined:
    """A specification with the service that serves it. `pairs` are operations with the routes that serve them; `rest`
    those that no route serves; `whole` is True where all routes of the service could be read."""

    spec: OpenApi
    service: Service
    pairs: tuple[tuple[ApiOperation, Route], ...]
    rest: tuple[ApiOperation, ...]
    whole: bool
    shift: Shift


@dataclass(frozen=True)
class Shift:
    """How a specified path is turned into a served one: so many steps taken off, these put before."""

    drop: int = 0
    add: Steps = ()

    def of(self, path: str) -> Steps:
        """The steps of a specified path as the service serves them."""
        return (*self.add, *steps(path)[self.drop :])


def steps(path: str) -> Steps:
    """The steps of a path, without query and empty ones."""
    return tuple(step for step in path.split("?")[0].split("#")[0].split("/") if step)


def is_parameter(step: str) -> bool:
    """Whether a step stands for any value."""
    return "{" in step or step.startswith((":", "<", "*", "["))


def answers(route: Steps, wanted: Steps) -> bool:
    """Whether a route's path answers a wanted one: a parameter answers anything, the rest of a path any steps."""
    for index, step in enumerate(route):
        if step.endswith("*}") or step in {"*", "**"}:
            return True
        if index >= len(wanted) or not (step.lower() == wanted[index].lower() or is_parameter(step)):
            return False
    return len(route) == len(wanted)


def same(one: Steps, other: Steps) -> bool:
    """Whether two paths are one, a parameter standing for any step of the other."""
    if len(one) != len(other):
        return False
    return all(a.lower() == b.lower() or is_parameter(a) or is_parameter(b) for a, b in zip(one, other, strict=True))


def takes(route: Route, method: str) -> bool:
    """Whether a route takes a method."""
    return route.method in {method, "ANY"} or (method == "HEAD" and route.method == "GET") or method == "ANY"


def http_routes(service: Service) -> list[Route]:
    """The routes of a service that HTTP requests reach."""
    return [r for r in service.routes if r.method not in _NO_HTTP and r.mounted is not False]


def is_public(service: Service, route: Route) -> bool:
    """Whether a route is part of what a service offers to others: no page, no health check, no asset."""
    pages = service.framework in _PAGES and not route.path.startswith("/api")
    return not pages and not OPERATIONAL.search(route.path) and route.framework not in {"trpc"}


def shows_pages(project: Project, service: Service) -> bool:
    """Whether a service answers with pages that it renders, and none of its paths says that it is an API."""
    if any(re.match(r"/(?:api|v\d+)(?:/|$)", r.path) for r in service.routes):
        return False
    root = service.root or "."
    return any(within(p, root) for p in project.code.holding(*_RENDERS))


def serving(project: Project) -> list[Service]:
    """The project's own services that serve routes, each folder once."""
    found: dict[object, Service] = {}
    for service in project.system.own:
        aside = only_aside(project, service)
        if http_routes(service) and service.kind not in {"worker", "job"}:
            key = (service.root if not aside else "", tuple(service.routes))
            if key not in found or service.name == posixpath.basename(service.root or ""):
                found[key] = service
    kept = {s.routes: s for s in reversed(found.values())}
    return [s for s in found.values() if kept[s.routes] is s]


@lru_cache(maxsize=4)
def joined(project: Project) -> tuple[Joined, ...]:
    """Every specification of operations with the service whose routes fit it best."""
    judged = (s for s in project.openapi if s.operations and s.error is None and not _COMPARED.search(s.path))
    found = (_join(spec, serving(project)) for spec in judged)
    return tuple(one for one in found if one is not None)


_COMPARED = re.compile(r"(?i)[._-](?:base(?:line)?|breaking|candidate|previous|old|before|after)\.(?:ya?ml|json)$")
"""Specifications that tools compare with each other; the one that is served has the plain name."""


def _join(spec: OpenApi, services: list[Service]) -> Joined | None:
    tried = [(_pairs(spec, service, shift), service, shift) for service in services for shift in _shifts(spec, service)]
    if not tried:
        return None
    pairs, service, shift = max(tried, key=lambda t: (len(t[0]), _near(spec, t[1])))
    told = any(
        steps(route.path) or route.prefix_known for _, route in pairs
    )  # `/` below an unknown prefix tells nothing
    least = 2 / 3 if _is_of_another(spec, service) else 1 / 3
    if len(pairs) < len(spec.operations) * least or not told:
        return None
    done = {id(operation) for operation, _ in pairs}
    rest = tuple(o for o in spec.operations if id(o) not in done and o.method not in {"OPTIONS", "HEAD", "TRACE"})
    sockets = [steps(r.path) for r in service.routes if r.method == "WS"]  # OpenAPI has no word for them but GET
    rest = tuple(o for o in rest if not any(answers(s, shift.of(o.path)) for s in sockets))
    routes = http_routes(service)
    whole = service.language in IN_DEPTH and all(r.prefix_known and r.mounted is not None for r in routes)
    return Joined(spec, service, tuple(pairs), rest, whole, shift)


def _is_of_another(spec: OpenApi, service: Service) -> bool:
    """Whether the file is called after a service, and after none that is this one."""
    named = re.match(r"(?i)(?:.*/)?(?:openapi[._-])?([a-z][a-z0-9-]*-service)\b", spec.path)
    own = posixpath.basename(service.root or "") or service.name
    return named is not None and named[1] not in {own, service.name} and not service.name.startswith(named[1])


def _pairs(spec: OpenApi, service: Service, shift: Shift) -> list[tuple[ApiOperation, Route]]:
    routes = [(steps(r.path), r) for r in http_routes(service)]
    found = []
    for operation in spec.operations:
        wanted = shift.of(operation.path)
        fitting = [r for known, r in routes if takes(r, operation.method) and answers(known, wanted)]
        if fitting:
            found.append((operation, min(fitting, key=lambda r: r.path.count("{"))))
    return found


def _shifts(spec: OpenApi, service: Service) -> list[Shift]:
    """The ways to bring the specified paths and the served ones together: as they stand, without the server's base path,
    with a prefix that many routes have before the same steps."""
    base = len(commonprefix([steps(o.path) for o in spec.operations])) if len(spec.operations) > 1 else 0
    plain = [Shift(drop) for drop in range(min(base, MAX_PREFIX) + 1)]
    counted: Counter[Steps] = Counter()
    routes = [steps(r.path) for r in http_routes(service)][:400]
    for operation in spec.operations[:60]:
        wanted = steps(operation.path)
        for known in routes:
            extra = len(known) - len(wanted)
            if (
                0 < extra <= MAX_PREFIX
                and wanted
                and not any(map(is_parameter, known[:extra]))
                and same(known[extra:], wanted)
            ):
                counted[known[:extra]] += 1
    return [*plain, *(Shift(0, prefix) for prefix, _ in counted.most_common(2))]


def _near(spec: OpenApi, service: Service) -> int:
    return len(commonprefix([spec.path, f"{service.root}/"])) if service.root not in {None, "."} else 0


def lacking(one: Joined) -> Iterator[Route]:
    """The served routes that stand beside specified ones and that the specification does not have."""
    specified = [(one.shift.of(o.path), o.method) for o in one.spec.operations]
    assigned = {id(route) for _, route in one.pairs}
    shared = shared_prefix(steps(r.path) for _, r in one.pairs)
    for route in http_routes(one.service):
        known = steps(route.path)
        beside = known[: len(shared)] == shared and route.prefix_known and is_public(one.service, route)
        if (
            beside
            and id(route) not in assigned
            and not any(_exactly(known, s) and takes(route, m) for s, m in specified)
        ):
            yield route


def _exactly(one: Steps, other: Steps) -> bool:
    """Whether two paths are one, parameters standing at the same places."""
    return same(one, other) and all(is_parameter(a) == is_parameter(b) for a, b in zip(one, other, strict=True))


def shared_prefix(paths: Iterable[Steps]) -> Steps:
    """The steps that all paths begin with, without the last step of any and without parameters."""
    heads = [path[:-1] for path in paths]
    common: Steps = tuple(commonprefix(heads)) if heads else ()
    first = next((i for i, step in enumerate(common) if is_parameter(step)), len(common))
    return common[:first]
