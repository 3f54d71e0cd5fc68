"""Routes that libraries add by themselves: Node's health endpoints, gRPC's health service."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.sources.code.index import CodeIndex
from kit.sources.code.js import JsProject
from kit.sources.code.js_module import JsModule, arguments, callee_name, pair, pairs, unwrap
from kit.sources.code.mounts import absolute
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


def health_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """All of them."""
    yield from _node(code)
    yield from _grpc(code)


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
