"""The routers of Python's composing frameworks: what makes one, and which one an expression stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from kit.sources.code.guards_python import PythonGuards
from kit.sources.code.index import CodeIndex
from kit.sources.code.mounts import Key, MountGraph, Prefix, RouterObject
from kit.sources.code.python import PythonProject
from kit.sources.code.python_module import (
    Function,
    PythonModule,
    Scope,
    argument,
    keyword,
    last_name,
    literal_text,
    returned,
)


class Maker(NamedTuple):
    """A class that makes an application or router, the package it is of, and the keyword of its prefix."""

    framework: str
    is_app: bool
    prefix: str = ""


MAKERS = {
    "FastAPI": Maker("fastapi", True),
    "APIRouter": Maker("fastapi", False, "prefix"),
    "Starlette": Maker("starlette", True),
    "Flask": Maker("flask", True),
    "OpenAPI": Maker("flask", True),
    "Quart": Maker("quart", True),
    "Sanic": Maker("sanic", True),
    "Blueprint": Maker("flask", False, "url_prefix"),
    "APIBlueprint": Maker("flask", False, "url_prefix"),
    "Namespace": Maker("flask", False, "path"),
    "Api": Maker("flask", False, "prefix"),
    "Application": Maker("aiohttp", True),
    "RouteTableDef": Maker("aiohttp", False),
}
_NEEDS_ORIGIN = {"Api": "flask", "Application": "aiohttp", "Namespace": "flask", "OpenAPI": "flask"}
_PARAMETERS = frozenset(["app", "router", "api", "application", "bp", "blueprint", "server", "web_app", "api_router"])
MAX_HOPS = 8


class PythonRouters:
    """Finds the routers of one project and says which one an expression stands for."""

    def __init__(self, code: CodeIndex, project: PythonProject, graph: MountGraph, guards: PythonGuards) -> None:
        self.code = code
        self.project = project
        self.graph = graph
        self.guards = guards

    def find(self, module: PythonModule) -> Iterator[tuple[ast.Call, Maker, Scope]]:
        """Know every router that a module makes, and give the calls that make them."""
        for call, scope in module.all(ast.Call):
            maker = self._maker(call, module, scope)
            if maker:
                self._add(call, maker, module, scope)
                yield call, maker, scope

    def _add(self, call: ast.Call, maker: Maker, module: PythonModule, scope: Scope) -> None:
        key, unit = module.key(call), self.code.unit(module.path)
        guard = self.guards.of_dependencies(keyword(call, "dependencies"), module, scope)
        guard = guard.and_then(self.guards.of_router_class(self.project.resolve(call.func, module, scope)))
        prefix = self.project.text(keyword(call, maker.prefix), module, scope) if maker.prefix else Prefix()
        name = last_name(call)
        if name == "Namespace" and not keyword(call, "path"):
            prefix = Prefix(f"/{literal_text(argument(call, 0, 'name')) or ''}")
        self.graph.add(RouterObject(key, maker.framework, maker.is_app, unit, prefix, guard))

    def _maker(self, call: ast.Call, module: PythonModule, scope: Scope) -> Maker | None:
        name = last_name(call)
        origin = self.project.origin(call.func, module, scope)
        last = origin.rsplit(".", 1)[-1] or name
        maker = MAKERS.get(last) or MAKERS.get(name)
        if maker and last in _NEEDS_ORIGIN and _NEEDS_ORIGIN[last] not in origin:
            return None
        if maker:
            return maker._replace(framework=framework_of(maker.framework, origin))
        if not name[:1].isupper():
            return None
        found = self.project.resolve(call.func, module, scope)
        bases = self.project.bases(found) if found else ()
        return next((MAKERS[b] for b in (base.rsplit(".", 1)[-1] for base in bases) if b in MAKERS), None)

    def of(self, node: ast.AST | None, module: PythonModule, scope: Scope, hops: int = 0) -> Key | None:
        """The router that an expression stands for; a parameter that takes one counts as a router of its
        own."""
        if node is None or hops > MAX_HOPS:
            return None
        if isinstance(node, ast.Call):
            return self._made_by(node, module, scope, hops)
        if isinstance(node, ast.Await):
            return self.of(node.value, module, scope, hops + 1)
        found = self.project.resolve(node, module, scope)
        if found and found.module and isinstance(found.node, ast.arg):
            return self._parameter(found.node, found.module)
        if found and found.module and found.node is not None and found.node is not node:
            return self.of(found.node, found.module, found.scope, hops + 1)
        if isinstance(node, ast.Attribute) and node.attr in {"router", "app"}:
            return self.of(node.value, module, scope, hops + 1)
        return None

    def _made_by(self, call: ast.Call, module: PythonModule, scope: Scope, hops: int) -> Key | None:
        key = module.key(call)
        if key in self.graph.objects:
            return key
        found = self.project.resolve(call.func, module, scope)
        if found and found.module and isinstance(found.node, Function):
            inside = (*found.scope, found.node.name)
            made = (self.of(v, found.module, inside, hops + 1) for v in returned(found.node))
            return next((key for key in made if key), None)
        wrapped = (self.of(a, module, scope, hops + 1) for a in call.args[:1])
        return next((key for key in wrapped if key), None) if found is None or found.module is None else None

    def _parameter(self, node: ast.arg, module: PythonModule) -> Key | None:
        annotation = last_name(node.annotation) or literal_text(node.annotation) or ""
        maker = MAKERS.get(annotation.rsplit(".", 1)[-1])
        if maker is None and node.arg not in _PARAMETERS:
            return None
        key = module.key(node)
        framework = maker.framework if maker else framework_of("", module.source)
        self.graph.add(RouterObject(key, framework, False, self.code.unit(module.path), parameter=True))
        return key


def framework_of(name: str, text: str) -> str:
    """The framework by the text of an import or file, where it tells one; else `name`."""
    known = ("fastapi", "quart", "sanic", "flask", "aiohttp", "starlette")
    return next((framework for framework in known if framework in text), name)
