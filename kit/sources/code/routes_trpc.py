"""tRPC in outline: procedures as routes, named through the routers that nest them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.sources.code.js import JsProject
from kit.sources.code.js_module import JsModule, arguments, callee_name, method_of, pairs, unwrap
from kit.sources.code.mounts import Guard, Key
from kit.sources.code.records import RouteFact
from kit.sources.code.words import suggests_auth, suggests_public

_KINDS = {"query": "GET", "mutation": "POST", "subscription": "GET"}
_ROUTERS = frozenset(["router", "createTRPCRouter", "createRouter", "createTrpcRouter", "mergeRouters"])
MAX_DEPTH = 8


class Procedure(NamedTuple):
    """A procedure of a router under its name, or a router nested in it."""

    name: str
    node: SgNode
    module: JsModule


def trpc_routes(project: JsProject, mounts: list[RouteFact]) -> Iterator[RouteFact]:
    """The procedures of every outermost router. `mounts`: the routes known so far; one that names tRPC tells
    where the procedures are served, else `/trpc` stands for it and the prefix is unknown."""
    routers: dict[Key, list[Procedure]] = {}
    for module in project.modules("@trpc/server", "outer({", "ocedure"):
        for call in module.root.find_all(kind="call_expression"):
            if callee_name(call).rsplit(".", 1)[-1] in _ROUTERS and arguments(call):
                nodes = pairs(unwrap(arguments(call)[0]))
                routers[module.key(call)] = [Procedure(name, unwrap(node), module) for name, node in nodes]
    nested = {key for entries in routers.values() for entry in entries if (key := _router(entry, routers, project))}
    base = next((r.path.rsplit("/{", 1)[0] for r in mounts if "trpc" in r.path.lower() and "{" in r.path), None)
    for key, entries in routers.items():
        if key not in nested:
            for name, procedure in _flat(entries, routers, project, "", 0):
                yield from _fact(name, procedure, base)


def _router(entry: Procedure, routers: dict[Key, list[Procedure]], project: JsProject) -> Key | None:
    """The key of the router that an entry nests, or None for a procedure."""
    own = entry.module.key(entry.node)
    if own in routers:
        return own
    found = project.resolve(entry.node, entry.module)
    key = found.module.key(unwrap(found.node)) if found and found.node is not None else None
    return key if key in routers else None


def _flat(
    entries: list[Procedure], routers: dict[Key, list[Procedure]], project: JsProject, prefix: str, depth: int
) -> Iterator[tuple[str, Procedure]]:
    for entry in entries if depth < MAX_DEPTH else ():
        inner = _router(entry, routers, project)
        if inner:
            yield from _flat(routers[inner], routers, project, f"{prefix}{entry.name}.", depth + 1)
            continue
        found = project.resolve(entry.node, entry.module)
        node, module = (found.node, found.module) if found else (entry.node, entry.module)
        if node is not None:
            yield f"{prefix}{entry.name}", Procedure(entry.name, unwrap(node), module)


def _fact(name: str, procedure: Procedure, base: str | None) -> Iterator[RouteFact]:
    method = method_of(procedure.node)
    if method is None or method[1] not in _KINDS:
        return
    guard = _guard(method[0], procedure.module)
    at = procedure.module.at(procedure.node)
    path = f"{base or '/trpc'}/{name}"
    yield RouteFact(
        _KINDS[method[1]],
        path,
        at,
        "trpc",
        procedure.name,
        guard.auth,
        guard.at,
        prefix_known=base is not None,
    )


def _guard(node: SgNode, module: JsModule) -> Guard:
    """By the name of the procedure that the chain begins with: `protectedProcedure`, `publicProcedure`."""
    chained = method_of(node)
    while chained is not None:
        node = unwrap(chained[0])
        chained = method_of(node)
    name = callee_name(node)
    if suggests_public(name) or name.rsplit(".", 1)[-1] in {"procedure", "baseProcedure"}:
        return Guard(False)
    return Guard(True if suggests_auth(name) or "admin" in name.lower() else None, module.at(node))
