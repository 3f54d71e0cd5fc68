"""Routes of Java: Spring MVC and WebFlux by annotations, JAX-RS, and the actuator's endpoints."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.guards_jvm import SpringSecurity
from kit.sources.code.index import CodeIndex
from kit.sources.code.java import (
    TYPES,
    Annotation,
    JavaModules,
    annotations_of,
    java_at,
    members,
    text_of,
    texts,
)
from kit.sources.code.mounts import OPEN, Guard, Prefix, absolute, braced_path
from kit.sources.code.own_guards_jvm import OwnGuards
from kit.sources.code.records import RouteFact

MAPPINGS = {"GetMapping": "GET", "PostMapping": "POST", "PutMapping": "PUT", "PatchMapping": "PATCH"}
MAPPINGS |= {"DeleteMapping": "DELETE", "RequestMapping": "ANY"}
_CLIENTS = frozenset({"RegisterRestClient", "RegisterClient", "FeignClient", "HttpExchange"})
"""What an interface bears that asks other services: its methods are calls, not routes."""
_JAX = frozenset(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
_CONTROLLERS = frozenset(["RestController", "Controller", "RepositoryRestController"])
_GUARDS = frozenset(["PreAuthorize", "Secured", "RolesAllowed", "Authenticated", "RequiresPermissions", "DenyAll"])
_ACTUATORS = (
    "spring-boot-starter-actuator",
    "spring-cloud-starter-netflix-eureka-server",
    "spring-cloud-config-server",
    "spring-boot-admin-starter-server",
)
_PROMETHEUS = ("micrometer-registry-prometheus",)
_METERED = ("info", "metrics", "prometheus")
"""What a configuration that is kept elsewhere usually exposes: whether it does cannot be told."""
_SECURITY = ("spring-boot-starter-security", "spring-boot-starter-oauth2-resource-server")


def jvm_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """The routes of every Java service in outline."""
    modules, security, written = code.once(JavaModules), code.once(SpringSecurity), code.once(OwnGuards)
    for path in code.holding("Mapping", "jakarta.ws.rs", "javax.ws.rs", languages=("java",)):
        root = code.tree(path)
        if root is not None:
            constants = _constants(root)
            for declaration in root.find_all(any=[{"kind": kind} for kind in TYPES]):
                yield from _type_routes(path, declaration, constants, modules, security, written)
    yield from actuator_routes(code)


def _constants(root: SgNode) -> dict[str, str]:
    """The file's text constants by name."""
    found: dict[str, str] = {}
    for field in root.find_all(kind="field_declaration"):
        declarator = field.field("declarator")
        name, value = (declarator.field("name"), declarator.field("value")) if declarator is not None else (None, None)
        if name is not None and value is not None and "static" in field.text().split("=")[0]:
            text = text_of(value, found)
            if text.known:
                found[name.text()] = text.path
    return found


def _type_routes(
    path: str,
    declaration: SgNode,
    constants: dict[str, str],
    modules: JavaModules,
    security: SpringSecurity,
    written: OwnGuards,
) -> Iterator[RouteFact]:
    own = annotations_of(declaration)
    jax = "Path" in own
    if own.keys() & _CLIENTS:
        return
    if not jax and not own.keys() & _CONTROLLERS:
        return
    outer = own.get("Path" if jax else "RequestMapping")
    prefixes = _paths(outer, constants) or [Prefix()]
    base = _context_path(modules, path, jax=jax)
    guard = _guard(own, path)
    for member in members(declaration, "method_declaration"):
        name = member.node.field("name")
        for method, inner, at in _mapped(member.annotations, constants, path, jax=jax):
            declared = _guard(member.annotations, path)
            asked = _open_or(member.annotations, guard.and_then(declared), declared)
            for prefix in prefixes:
                full = base / (prefix / inner)
                chained = _chained(modules, security, path, method, prefix / inner)
                whole = chained if asked.auth is False else chained.and_then(asked)
                if whole.auth is not True and not jax:
                    plain = absolute(braced_path((prefix / inner).path)).rstrip("/") or "/"
                    own_guard = written.of(path, method, plain, member.node, declaration)
                    whole = own_guard if own_guard.auth is not False else whole
                text = absolute(braced_path(full.path)).rstrip("/") or "/"
                handler = name.text() if name is not None else ""
                framework = "jax-rs" if jax else "spring"
                yield RouteFact(method, text, at, framework, handler, whole.auth, whole.at, True, full.known)


def _mapped(
    found: dict[str, Annotation], constants: dict[str, str], path: str, *, jax: bool
) -> Iterator[tuple[str, Prefix, At]]:
    """Method, path and place of each mapping of a method."""
    if jax:
        inner = _paths(found.get("Path"), constants) or [Prefix()]
        for verb in found.keys() & _JAX:
            yield verb, inner[0], java_at(path, found[verb].node)
        return
    for name, annotation in found.items():
        if name in MAPPINGS:
            stated = annotation.values.get("method")
            verbs = re.findall(r"\b([A-Z]{3,7})\b", stated.text()) if stated is not None else []
            for inner_path in _paths(annotation, constants) or [Prefix()]:
                for verb in verbs or [MAPPINGS[name]]:
                    yield verb, inner_path, java_at(path, annotation.node)


def _paths(annotation: Annotation | None, constants: dict[str, str]) -> list[Prefix]:
    if annotation is None:
        return []
    return texts(annotation.values.get("value") or annotation.values.get("path"), constants)


def _guard(found: dict[str, Annotation], path: str) -> Guard:
    for name, annotation in found.items():
        if name in _GUARDS and "permitAll" not in annotation.node.text():
            return Guard(True, java_at(path, annotation.node))
    return OPEN


def _open_or(found: dict[str, Annotation], guard: Guard, declared: Guard) -> Guard:
    """`@PermitAll` opens what the class closes."""
    opened = "PermitAll" in found or "permitAll" in getattr(found.get("PreAuthorize"), "node", _Nothing).text()
    return declared if opened else guard


class _Nothing:
    @staticmethod
    def text() -> str:
        return ""


def _chained(modules: JavaModules, security: SpringSecurity, path: str, verb: str, route: Prefix) -> Guard:
    """What the filter chain of a module asks of a route.

    With Spring Security on the class path and no chain in sight, that cannot be told here.
    """
    module = modules.of(path)
    if module is None:
        return OPEN
    asked = security.of(module, verb, absolute(braced_path(route.path)).rstrip("/") or "/")
    if asked is not None:
        return asked if route.known else Guard(None, asked.at)
    at = modules.build_line(module, *_SECURITY)
    return Guard(None, at) if at else OPEN


def _context_path(modules: JavaModules, path: str, *, jax: bool) -> Prefix:
    module = modules.of(path)
    if module is None:
        return Prefix()
    keys = (
        ("quarkus.rest.path", "quarkus.resteasy.path")
        if jax
        else ("server.servlet.context-path", "spring.webflux.base-path")
    )
    for key in keys:
        node = modules.setting(module, key)
        if node is not None:
            return Prefix("", False) if "${" in node.text else Prefix(node.text)
    return Prefix()


def actuator_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """The endpoints that Spring's actuator serves over HTTP: health always, the others where they are
    exposed."""
    modules, security = code.once(JavaModules), code.once(SpringSecurity)
    for module in modules.roots:
        at = modules.build_line(module, *_ACTUATORS)
        if at is None or not any(
            path.startswith(f"{module}/src/main/" if module else "src/main/") for path in code.index.paths
        ):
            continue
        if module and not at.path.startswith(f"{module}/"):  # a parent brings it; each module serves its own
            at = modules.build_file(module) or at
        base = modules.setting(module, "management.endpoints.web.base-path")
        stated = modules.setting(module, "management.server.port")
        outer = Prefix() if stated is not None else _context_path(modules, posixpath.join(module, "x"), jax=False)
        inner = Prefix(base.text if base is not None else "/actuator")
        root = outer / inner
        health = [(name, at) for name in ("health", "health/liveness", "health/readiness")]
        elsewhere = modules.configured_elsewhere(module)
        doubtful = [(name, at) for name in _METERED] if elsewhere and modules.build_line(module, *_PROMETHEUS) else []
        sure = [*health, *_endpoints(modules, module)]
        for name, place in [*sure, *(d for d in doubtful if d[0] not in {n for n, _ in sure})]:
            path, mounted = absolute(f"{root.path}/{name}"), True if (name, place) in sure else None
            guard = _chained(modules, security, posixpath.join(module, "x"), "GET", inner / Prefix(name))
            yield RouteFact("GET", path, place, "spring-actuator", name, guard.auth, guard.at, mounted, root.known)
        yield from _gateway_routes(modules, module)


def _endpoints(modules: JavaModules, module: str) -> Iterator[tuple[str, At]]:
    exposed = modules.setting(module, "management.endpoints.web.exposure.include")
    if exposed is None:
        return
    values = exposed.value if exposed.is_list else [exposed.text]
    plain = (re.sub(r"\$\{[^:}]*:([^}]*)\}", r"\1", str(value)) for value in values)  # what stands for nothing given
    names = [name.strip() for value in plain for name in value.split(",")]
    if "*" in names:
        names = ["info", "metrics", "env", "beans", "loggers", "mappings", "threaddump", "heapdump"]
        names += ["prometheus"] if modules.build_line(module, *_PROMETHEUS) else []
    for name in names:
        if name not in {"", "health"} and (name != "prometheus" or modules.build_line(module, *_PROMETHEUS)):
            yield name, exposed.at


def _gateway_routes(modules: JavaModules, module: str) -> Iterator[RouteFact]:
    """What Spring Cloud Gateway passes on by path."""
    for _, root in modules.settings(module):
        for predicate in root.each("spring", "cloud", "gateway", "**", "predicates", "*"):
            if predicate.text.startswith("Path="):
                for path in predicate.text.removeprefix("Path=").split(","):
                    yield RouteFact(
                        "ANY", absolute(braced_path(path.strip())), predicate.at, "spring-gateway", "gateway"
                    )
