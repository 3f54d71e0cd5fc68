"""Routes of .NET that a program maps: minimal APIs, their groups, health checks, hubs, and what its extensions map."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.sources.code.controllers_dotnet import controller_routes
from kit.sources.code.dotnet import in_development
from kit.sources.code.index import CodeIndex, Match
from kit.sources.code.mounts import absolute, braced_path
from kit.sources.code.records import RouteFact

_DOTNET = re.compile(
    r"\.(?:Map|Use(?=HealthChecks))(?P<what>Get|Post|Put|Patch|Delete|HealthChecks|Metrics|Hub(?:<\w+>)?)\(\s*(?:\"(?P<path>[^\"]*)\"|(?P<name>\w+)\s*[,)])?"
)
_MAPS = re.compile(r"\.(?:Map\w{1,40}(?:<[\w.]{1,80}>)?|UseHealthChecks)$")


def dotnet_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """All of them, those of controllers too."""
    yield from controller_routes(code)
    extensions: dict[str, list[RouteFact]] = defaultdict(list)
    for match, route in _mapped(code):
        name = _extension(match.node)
        if name is None:
            yield route
        elif not in_development(match.node):
            extensions[name].append(route)
    yield from _extended(code, extensions)


def _extension(node: SgNode) -> str | None:
    """The name of the extension method that holds a node: `static void MapX(this WebApplication app)`."""
    method = next((a for a in node.ancestors() if a.kind() == "method_declaration"), None)
    given, name = (method.field("parameters"), method.field("name")) if method is not None else (None, None)
    if given is None or name is None or re.match(r"\(\s*this\s", given.text()) is None:
        return None
    return str(name.text())


def _extended(code: CodeIndex, extensions: dict[str, list[RouteFact]]) -> Iterator[RouteFact]:
    """The routes that extensions of the project map, for each program that calls them."""
    for name, routes in extensions.items():
        called = list(_callers(code, name))
        for match in called:
            yield from (replace(route, at=match.at) for route in routes)
        if not called:
            yield from routes


def _callers(code: CodeIndex, name: str) -> Iterator[Match]:
    for match in code.find(kind="invocation_expression", languages=("csharp",), needles=(f".{name}(",)):
        function = match.node.field("function")
        if function is not None and re.search(rf"\.{name}$", function.text()):
            yield match


def _mapped(code: CodeIndex) -> Iterator[tuple[Match, RouteFact]]:
    """`app.MapGet("/x", …)`, those of a `MapGroup` too, `app.MapHealthChecks("/health")`, `endpoints.MapMetrics()`."""
    for match in code.find(kind="invocation_expression", languages=("csharp",), needles=(".Map", ".UseHealthChecks(")):
        function = match.node.field("function")
        head = function.text() if function is not None else ""
        # What is said of a route, further down the chain, maps none.
        found = _DOTNET.search(match.text[len(_before(head)) :]) if _MAPS.search(head) else None
        at_path = _path(code, match, found) if found is not None else None
        if found is None or at_path is None:
            continue
        group, what = _group(code.text(match.path), _before(head)), found["what"]
        guarded = _is_guarded(match.node, group)
        verb = "GET" if what in {"HealthChecks", "Metrics"} else "ANY" if what.startswith("Hub") else what
        written = f"{group.prefix}/{at_path.lstrip('/')}".rstrip("/") or "/"
        path = absolute(braced_path(re.sub(r"\{(\w+):[^}]*\}", r"{\1}", written)))
        auth_at = match.at if guarded else None
        yield match, RouteFact(verb.upper(), path, match.at, "aspnet", "", guarded, auth_at)


def _before(head: str) -> str:
    """What a route is mapped on."""
    return re.split(r"\.(?:Map\w+(?:<[\w.]+>)?|UseHealthChecks)$", head)[0]


def _path(code: CodeIndex, match: Match, found: re.Match[str]) -> str | None:
    """The path that a mapping is given: a text, or a constant of its file."""
    if found["path"] is not None:
        return found["path"]
    if found["name"] is None:
        return "/metrics" if found["what"] == "Metrics" else None
    constant = re.search(
        rf'\bstring\s{{1,9}}{found["name"]}\s{{0,9}}=\s{{0,9}}"([^"\n]{{0,200}})"', code.text(match.path)
    )
    return constant[1] if constant is not None else None


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
