"""Routes that libraries add by themselves: Node's health endpoints, gRPC's health service, .NET's mappings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.sources.code.index import CodeIndex
from kit.sources.code.js import JsProject
from kit.sources.code.js_module import JsModule, arguments, callee_name, pair, pairs, unwrap
from kit.sources.code.mounts import absolute, braced_path
from kit.sources.code.records import RouteFact

GRPC_HEALTH = "/grpc.health.v1.Health/Check"
_GRPC = {
    "go": ("call_expression", re.compile(r"^\w+\.RegisterHealthServer\(")),
    "python": ("call", re.compile(r"^(?:\w+\.)*add_HealthServicer_to_server\(")),
    "java": ("object_creation_expression", re.compile(r"^new\s+HealthStatusManager\(")),
    "csharp": (
        "invocation_expression",
        re.compile(r"\.MapGrpcHealthChecksService\(\)$|\.MapGrpcService<(?:\w+\.)*Health\w*>\(\)$"),
    ),
    "javascript": ("call_expression", re.compile(r"\.addService\(\s*health\w*\.", re.IGNORECASE)),
    "typescript": ("call_expression", re.compile(r"\.addService\(\s*health\w*\.", re.IGNORECASE)),
}
_DOTNET = re.compile(r"\.Map(Get|Post|Put|Patch|Delete|HealthChecks|Metrics|Hub(?:<\w+>)?)\(\s*(?:\"([^\"]*)\")?")

_MAPS = re.compile(r"\.Map\w{1,40}(?:<[\w.]{1,80}>)?$")


def health_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """All of them."""
    yield from _node(code)
    yield from _grpc(code)
    yield from _dotnet(code)


def _node(code: CodeIndex) -> Iterator[RouteFact]:
    """`createTerminus(server, { healthChecks: { "/health": f } })`; lightship serves three paths."""
    for module in code.once(JsProject).modules("createTerminus", "createLightship"):
        for call in module.root.find_all(kind="call_expression"):
            name, given = callee_name(call), [unwrap(node) for node in arguments(call)]
            if name == "createTerminus" and len(given) > 1:
                checks = pair(given[1], "healthChecks")
                for path, _ in pairs(unwrap(checks)) if checks is not None else ():
                    if path.startswith("/"):
                        yield _open("GET", path, module, call, "terminus")
            elif name == "createLightship":
                for path in ("/health", "/live", "/ready"):
                    yield _open("GET", path, module, call, "lightship")


def _open(method: str, path: str, module: JsModule, call: SgNode, framework: str) -> RouteFact:
    return RouteFact(method, absolute(path), module.at(call), framework, "health", False)


def _grpc(code: CodeIndex) -> Iterator[RouteFact]:
    """The health service that a probe of kind gRPC asks."""
    for language, (kind, pattern) in _GRPC.items():
        for match in code.find(kind=kind, languages=(language,), needles=("Health", "health")):
            if len(match.text) < 600 and pattern.search(match.text):
                yield RouteFact("GRPC", GRPC_HEALTH, match.at, "grpc", "Check", False)


def _dotnet(code: CodeIndex) -> Iterator[RouteFact]:
    """`app.MapGet("/x", …)`, those of a `MapGroup` too, `app.MapHealthChecks("/health")`, `endpoints.MapMetrics()`."""
    for match in code.find(kind="invocation_expression", languages=("csharp",), needles=(".Map",)):
        function = match.node.field("function")
        head = function.text() if function is not None else ""
        # What is said of a route, further down the chain, maps none.
        found = _DOTNET.search(match.text[len(head.rsplit(".Map", 1)[0]) :]) if _MAPS.search(head) else None
        if found is None or (found[2] is None and found[1] != "Metrics"):
            continue
        group = _group(code.text(match.path), head.rsplit(".Map", 1)[0])
        guarded = _is_guarded(match.node, group)
        verb = "GET" if found[1] in {"HealthChecks", "Metrics"} else "ANY" if found[1].startswith("Hub") else found[1]
        written = f"{group.prefix}/{(found[2] or '/metrics').lstrip('/')}".rstrip("/") or "/"
        path = absolute(braced_path(re.sub(r"\{(\w+):[^}]*\}", r"{\1}", written)))
        auth_at = match.at if guarded else None
        yield RouteFact(verb.upper(), path, match.at, "aspnet", "", guarded, auth_at)


_ASKS = re.compile(
    r"\.Require(?!RateLimiting|Cors|Host|Http)\w{1,60}[(<]|\.WithMetadata\(\s{0,20}new\s{1,9}(?:Require|Authorize)\w{0,60}"
    r"|\.AddEndpointFilter<\w{0,40}(?:Auth|ApiKey|Admin)\w{0,40}>"
)
"""What makes a route of ASP.NET ask who calls."""


def _is_guarded(node: SgNode, group: _Group) -> bool:
    """Whether a route asks who calls: by its chain, by an attribute of its handler, or by its group."""
    said = _rest(node)
    own = _ASKS.search(said) is not None or "[Authorize" in node.text()[:400]
    return own or (_ASKS.search(group.said) is not None and ".AllowAnonymous" not in said)


class _Group(NamedTuple):
    """What the variable that routes are mapped on stands for: a prefix, and what is said of all of them."""

    prefix: str = ""
    said: str = ""


def _group(text: str, name: str) -> _Group:
    if not re.fullmatch(r"\w{1,60}", name):
        return _Group()
    made = rf"\b{name}\s{{0,9}}=\s{{0,9}}[\w.]{{1,80}}\s{{0,99}}\.MapGroup"
    given = r"\(\s{0,9}\"([^\"\n]{0,200})\"\s{0,9}\)([^;]{0,600});"
    found = re.search(made + given, text)
    return _Group(found[1].strip("/") and f"/{found[1].strip('/')}", found[2]) if found is not None else _Group()


def _rest(node: SgNode) -> str:
    """The rest of the chain of calls that a call begins."""
    top = node
    while (above := top.parent()) is not None and above.kind() in {"member_access_expression", "invocation_expression"}:
        top = above
    text: str = top.text()
    return text[len(node.text()) :]
