"""What the ways of stating a Python route share: methods, guards, and the fact itself."""

from __future__ import annotations

import ast

from kit.sources.code.guards_python import PythonGuards
from kit.sources.code.index import CodeIndex
from kit.sources.code.mounts import OPEN, Guard, Key, MountGraph, Prefix, angle_path, braced_path
from kit.sources.code.python import PythonProject
from kit.sources.code.python_module import (
    Function,
    PythonModule,
    Scope,
    elements,
    keyword,
    literal_text,
)
from kit.sources.code.records import RouteFact
from kit.sources.code.routers_python import PythonRouters, framework_of

METHODS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "trace"])


class RouteWriter:
    """Holds what is known of a project's routers and writes routes into their graph."""

    def __init__(self, code: CodeIndex, project: PythonProject) -> None:
        self.code = code
        self.project = project
        self.guards = PythonGuards(project)
        self.graph = MountGraph()
        self.routers = PythonRouters(code, project, self.graph, self.guards)
        self.found: list[RouteFact] = []

    def emit(self, owner: Key | None, fact: RouteFact) -> None:
        if owner is None:
            self.found.append(fact)
        else:
            self.graph.route(owner, fact)

    def fact(
        self,
        method: str,
        prefix: Prefix,
        node: ast.AST,
        module: PythonModule,
        owner: Key | None,
        handler: str,
        guard: Guard = OPEN,
    ) -> RouteFact:
        framework = self.graph.objects[owner].framework if owner else framework_of("", module.source)
        path = braced_path(prefix.path) if framework in {"fastapi", "starlette", "aiohttp"} else angle_path(prefix.path)
        return RouteFact(
            method,
            path or ("" if owner else "/"),
            module.at(node),
            framework,
            handler,
            guard.auth,
            guard.at,
            mounted=True if owner else None,
            prefix_known=prefix.known and owner is not None,
        )

    def prefix(self, node: ast.AST | None, module: PythonModule, scope: Scope) -> Prefix:
        return self.project.text(node, module, scope)

    def methods(self, kind: str, call: ast.Call, node: ast.AST | None) -> list[str]:
        if "websocket" in kind:
            return ["WS"]
        if kind in METHODS:
            return [kind.upper()]
        if kind not in {"route", "api_route", "url_rule", "view"}:
            return []
        if isinstance(node, ast.ClassDef):
            return class_methods(node)
        named = [literal_text(item) for item in elements(keyword(call, "methods"))]
        return [name.upper() for name in named if name] or ["GET"]

    def guard(
        self, call: ast.Call, node: Function | ast.ClassDef, module: PythonModule, scope: Scope, path: str
    ) -> Guard:
        """All that stands before a handler: its dependencies, parameters, decorators and its own refusal."""
        guard = self.guards.of_dependencies(keyword(call, "dependencies"), module, scope)
        guard = guard.and_then(self.guards.of_decorators(_others(node, call), module, scope))
        if isinstance(node, Function):
            guard = guard.and_then(self.guards.of_parameters(node, module, (*scope, node.name)))
            guard = guard.and_then(self.guards.of_attributes(scope, module))
        else:
            guard = guard.and_then(self._class_guard(node, module, scope))
        return guard if guard.auth else self.guards.of_body(node, module, path)

    def _class_guard(self, node: ast.ClassDef, module: PythonModule, scope: Scope) -> Guard:
        inside = (*scope, node.name)
        lists = (module.bindings.get((inside, name)) for name in ("decorators", "method_decorators"))
        named = [item for found in lists for item in elements(found)]
        methods = [m for m in node.body if isinstance(m, Function) and m.name in METHODS]
        guarded = [self.guards.of_decorators(m.decorator_list, module, inside) for m in methods]
        whole = self.guards.of_decorators(named, module, scope)
        return whole if whole.auth or not guarded or not all(g.auth for g in guarded) else guarded[0]

    def handler_guard(
        self, call: ast.Call, handler: ast.AST | None, module: PythonModule, scope: Scope, path: str
    ) -> Guard:
        found = self.project.resolve(handler, module, scope) if handler is not None else None
        if found and found.module and isinstance(found.node, Function | ast.ClassDef):
            return self.guard(call, found.node, found.module, found.scope, path)
        if isinstance(handler, ast.Call):
            return self.guards.of_decorators([handler], module, scope)
        return self.guards.of_dependencies(keyword(call, "dependencies"), module, scope)


def class_methods(node: ast.ClassDef) -> list[str]:
    found = [n.name.upper() for n in node.body if isinstance(n, Function) and n.name in METHODS]
    return found or ["ANY"]


def _others(node: Function | ast.ClassDef, call: ast.Call) -> list[ast.expr]:
    return [decorator for decorator in node.decorator_list if decorator is not call]
