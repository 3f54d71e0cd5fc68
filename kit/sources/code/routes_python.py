"""Routes of Python's composing frameworks: FastAPI, Starlette, Flask with its extensions, Quart, Sanic,
aiohttp."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kit.sources.code.index import CodeIndex
from kit.sources.code.mounts import (
    OPEN,
    Guard,
    Key,
    Mount,
    Prefix,
    join_paths,
)
from kit.sources.code.python import PythonProject
from kit.sources.code.python_module import (
    Function,
    PythonModule,
    Scope,
    argument,
    elements,
    keyword,
    last_name,
    literal_text,
)
from kit.sources.code.records import RouteFact
from kit.sources.code.routers_python import Maker, framework_of
from kit.sources.code.writer_python import METHODS, RouteWriter, class_methods

NEEDLES = (
    "fastapi",
    "starlette",
    "flask",
    "quart",
    "sanic",
    "aiohttp",
    "router",
    "Blueprint",
    "@app.",
    ".route(",
)


_REGISTERS = {
    "include_router": 1,
    "register_blueprint": 1,
    "add_namespace": 1,
    "blueprint": 1,
    "add_routes": 0,
}
_EXPORTERS = frozenset(["make_asgi_app", "make_wsgi_app", "handle_metrics"])
MAX_HOPS = 8


def python_reading(code: CodeIndex) -> Routes:
    """The routers of a project's Python, read once: `code.once(python_reading)`."""
    reading = Routes(code, code.once(PythonProject))
    reading.read()
    return reading


def python_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """The routes of every Python application but Django's, prefixes and guards applied."""
    return code.once(python_reading).routes()


class Routes(RouteWriter):
    """One reading of a project: objects, then mounts, then routes."""

    def routes(self) -> Iterator[RouteFact]:
        """All of them, in the order of the files."""
        yield from self.graph.routes()
        yield from self.found

    def read(self) -> None:
        """Read the whole project into the graph."""
        modules = list(self.project.modules(*NEEDLES))
        for module in modules:
            for call, maker, scope in self.routers.find(module):
                self._made(call, maker, module, scope)
        for module in modules:
            for call, scope in module.all(ast.Call):
                self._mounting(call, module, scope)
                self._registering(call, module, scope)
        for module in modules:
            self._decorated(module)
        for module in modules:
            self._handed_over(module)

    def _made(self, call: ast.Call, maker: Maker, module: PythonModule, scope: Scope) -> None:
        """What making a router serves or mounts at once."""
        key = module.key(call)
        if last_name(call) == "Api" and call.args:
            self._mount_each(call.args[0], call, module, scope)
        if maker.framework == "fastapi" and maker.is_app:
            self._documentation(call, key, module, scope)
        if maker.framework == "starlette":
            self._starlette(keyword(call, "routes"), key, "", module, scope, 0)

    # mounts

    def _mounting(self, call: ast.Call, module: PythonModule, scope: Scope) -> None:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name in _REGISTERS:
            self._include(call, module, scope)
        elif name == "mount" and len(call.args) >= 2:
            self._mount_at(call, module, scope, argument(call, 0, "path"), argument(call, 1, "app"))
        elif name == "add_subapp" and len(call.args) == 2:
            self._mount_at(call, module, scope, call.args[0], call.args[1])
        elif name == "expose" and call.args:
            self._exposed(call, module, scope)
        elif name == "init_app" and call.args and isinstance(call.func, ast.Attribute):
            self._mount_each(call.args[0], call.func.value, module, scope)
        elif name == "add_middleware":
            self._middleware(call, module, scope)

    def _include(self, call: ast.Call, module: PythonModule, scope: Scope) -> None:
        assert isinstance(call.func, ast.Attribute)
        parent = self.routers.of(call.func.value, module, scope)
        child = argument(call, 0, "router", "blueprint", "ns", "routes")
        if parent is None or child is None:
            return
        given = keyword(call, "prefix", "url_prefix", "path")
        prefix = self.prefix(given, module, scope)
        guard = self.guards.of_dependencies(keyword(call, "dependencies"), module, scope)
        replaces = given is not None and self.graph.objects[parent].framework != "fastapi"
        for node, where in self._each(child, module, scope):
            if isinstance(node, ast.Call) and self._bare_route(node, parent, module, scope):
                continue
            key = self.routers.of(node, module, where)
            if key is None:
                self.graph.dynamic(self.code.unit(module.path))
            elif key != parent:
                self.graph.mount(Mount(parent, key, prefix, guard, replaces))

    def _exposed(self, call: ast.Call, module: PythonModule, scope: Scope) -> None:
        """`Instrumentator().instrument(app).expose(app, endpoint="/metrics")`."""
        owner = self.routers.of(call.args[0], module, scope)
        if owner:
            stated = keyword(call, "endpoint")
            path = self.prefix(stated, module, scope) if stated is not None else Prefix("/metrics")
            self.emit(owner, self.fact("GET", path, call, module, owner, "metrics"))

    def _mount_each(self, parent: ast.AST, child: ast.AST, module: PythonModule, scope: Scope) -> None:
        outer, inner = self.routers.of(parent, module, scope), self.routers.of(child, module, scope)
        if outer and inner and outer != inner:
            self.graph.mount(Mount(outer, inner))

    def _mount_at(
        self, call: ast.Call, module: PythonModule, scope: Scope, path: ast.AST | None, child: ast.AST | None
    ) -> None:
        assert isinstance(call.func, ast.Attribute)
        parent = self.routers.of(call.func.value, module, scope)
        if parent is None:
            return
        prefix = self.prefix(path, module, scope)
        key = self.routers.of(child, module, scope)
        if key and key != parent:
            self.graph.mount(Mount(parent, key, prefix))
            return
        maker = self._app_made_by(child, module, scope)
        inner = "" if maker in _EXPORTERS else "{path*}"
        fact = self.fact("ANY", Prefix(join_paths(prefix.path, inner), prefix.known), call, module, parent, maker)
        self.graph.route(parent, fact)

    def _app_made_by(self, node: ast.AST | None, module: PythonModule, scope: Scope) -> str:
        found = self.project.resolve(node, module, scope) if not isinstance(node, ast.Call) else None
        return last_name(found.node) if found and isinstance(found.node, ast.Call) else last_name(node)

    def _each(self, node: ast.AST, module: PythonModule, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        """The items of a list, and what a loop's variable stands for, one by one."""
        if isinstance(node, ast.List | ast.Tuple):
            for item in node.elts:
                yield item, scope
            return
        loops = module.all(ast.For) if isinstance(node, ast.Name) else ()
        for loop, where in loops:
            names = elements(loop.target)
            places = [i for i, name in enumerate(names) if isinstance(name, ast.Name) and name.id == node.id]  # type: ignore[attr-defined]
            if places and where == scope and _within(node, loop):
                yield from self._items(loop.iter, places[0] if len(names) > 1 else None, module, scope)
                return
        yield node, scope

    def _items(
        self, node: ast.AST, place: int | None, module: PythonModule, scope: Scope
    ) -> Iterator[tuple[ast.AST, Scope]]:
        if isinstance(node, ast.Name):
            found = self.project.resolve(node, module, scope)
            node = found.node if found and found.module is module and found.node is not None else node
        for item in elements(node):
            inner = elements(item)
            yield (inner[place] if place is not None and place < len(inner) else item), scope

    def _middleware(self, call: ast.Call, module: PythonModule, scope: Scope) -> None:
        """A middleware that may refuse leaves a doubt over the whole application: it has its exceptions."""
        assert isinstance(call.func, ast.Attribute)
        owner = self.routers.of(call.func.value, module, scope)
        if owner and call.args and self.guards.is_refusing_middleware(call.args[0], module, scope):
            self.graph.guard(owner, Guard(None, module.at(call)))

    def _handed_over(self, module: PythonModule) -> None:
        """`register(app)`: what the function does to its parameter, it does to the application."""
        for call, scope in module.all(ast.Call):
            for place, arg in enumerate([*call.args, *(k.value for k in call.keywords)]):
                if isinstance(arg, ast.Name | ast.Attribute) and last_name(call) not in _REGISTERS:
                    self._hand_over(call, place, arg, module, scope)

    def _hand_over(self, call: ast.Call, place: int, arg: ast.expr, module: PythonModule, scope: Scope) -> None:
        key = self.routers.of(arg, module, scope)
        if key is None:
            return
        found = self.project.resolve(call.func, module, scope)
        function = found.node if found and found.module and isinstance(found.node, Function) else None
        parameters = function.args.args if function else []
        child = found.module.key(parameters[place]) if found and found.module and place < len(parameters) else None
        if child in self.graph.objects and child and child != key:
            self.graph.alias(key, child)
        else:
            self.graph.escape(key)

    # routes

    def _decorated(self, module: PythonModule) -> None:
        for node, scope in module.definitions():
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                    self._decorator(decorator, decorator.func, node, module, scope)
                elif isinstance(decorator, ast.Attribute) and isinstance(node, Function):
                    self._hook(decorator, node, module, scope)

    def _decorator(
        self,
        call: ast.Call,
        func: ast.Attribute,
        node: Function | ast.ClassDef,
        module: PythonModule,
        scope: Scope,
    ) -> None:
        if func.attr in {"middleware", "before_request"} and isinstance(node, Function):
            self._hook(func, node, module, scope)
        methods = self.methods(func.attr, call, node)
        path = argument(call, 0, "path", "rule", "uri")
        if not methods or path is None:
            return
        prefix = self.prefix(path, module, scope)
        owner = self.routers.of(func.value, module, scope)
        if owner is None and not (prefix.path.startswith("/") and framework_of("", module.source)):
            return
        guard = self.guard(call, node, module, scope, prefix.path)
        for method in methods:
            self.emit(owner, self.fact(method, prefix, call, module, owner, node.name, guard))

    def _hook(self, func: ast.Attribute, node: Function, module: PythonModule, scope: Scope) -> None:
        if func.attr not in {"middleware", "before_request", "before_app_request"}:
            return
        owner = self.routers.of(func.value, module, scope)
        guard = self.guards.of_hook(node, module)
        if owner and guard.auth:
            sure = func.attr == "before_request" and not self.graph.objects[owner].is_app
            self.graph.guard(owner, guard if sure else Guard(None, guard.at))

    def _registering(self, call: ast.Call, module: PythonModule, scope: Scope) -> None:
        """`add_api_route`, `add_url_rule`, `add_resource`, `app.router.add_get` and the like."""
        func = call.func
        if not isinstance(func, ast.Attribute) or not func.attr.startswith("add_"):
            return
        kind = func.attr.removeprefix("add_")
        if kind == "resource":
            self._resource(call, func, module, scope)
        elif kind in {"api_route", "url_rule", "route", "view", "api_websocket_route", "websocket_route"} | METHODS:
            self._added(call, func, kind, module, scope)

    def _added(self, call: ast.Call, func: ast.Attribute, kind: str, module: PythonModule, scope: Scope) -> None:
        owner = self.routers.of(func.value, module, scope)
        if owner is None:
            return
        aiohttp = self.graph.objects[owner].framework == "aiohttp" and kind == "route"
        path = argument(call, 1 if aiohttp else 0, "path", "rule")
        handler = argument(call, 2 if aiohttp or kind == "url_rule" else 1, "endpoint", "view_func", "handler", "route")
        handler = keyword(call, "view_func") or handler
        first = (literal_text(call.args[0]) or "*").upper() if aiohttp and call.args else ""
        methods = ["ANY" if first == "*" else first] if aiohttp else self.methods(kind, call, None)
        prefix = self.prefix(path, module, scope)
        guard = self.handler_guard(call, handler, module, scope, prefix.path)
        for method in methods:
            self.emit(owner, self.fact(method, prefix, call, module, owner, last_name(handler), guard))

    def _resource(self, call: ast.Call, func: ast.Attribute, module: PythonModule, scope: Scope) -> None:
        """Flask-RESTful: a class with a method per HTTP method under one or more paths."""
        owner = self.routers.of(func.value, module, scope)
        if owner is None or not call.args:
            return
        found = self.project.resolve(call.args[0], module, scope)
        node = found.node if found and isinstance(found.node, ast.ClassDef) else None
        where = found.module if found and found.module else module
        for path in call.args[1:]:
            prefix = self.prefix(path, module, scope)
            guard = self.guard(call, node, where, scope, prefix.path) if node else OPEN
            for method in class_methods(node) if node else ["ANY"]:
                self.emit(owner, self.fact(method, prefix, call, module, owner, last_name(call.args[0]), guard))

    def _bare_route(self, call: ast.Call, owner: Key, module: PythonModule, scope: Scope) -> bool:
        """`web.get("/x", handler)` in a list that is added to an aiohttp application."""
        name = last_name(call)
        if not self.project.origin(call.func, module, scope).startswith("aiohttp") or not call.args:
            return False
        methods = self.methods(name, call, None) if name in METHODS else ["ANY"]
        handler = argument(call, 1, "handler")
        prefix = self.prefix(call.args[0], module, scope)
        guard = self.handler_guard(call, handler, module, scope, prefix.path)
        for method in methods:
            self.emit(owner, self.fact(method, prefix, call, module, owner, last_name(handler), guard))
        return True

    def _starlette(
        self, node: ast.AST | None, owner: Key, outer: str, module: PythonModule, scope: Scope, hops: int
    ) -> None:
        """`routes=[Route("/x", f), Mount("/y", routes=[...])]`."""
        if isinstance(node, ast.Name):
            found = self.project.resolve(node, module, scope)
            node, module = (found.node, found.module) if found and found.module else (None, module)
        for item in elements(node) if hops < MAX_HOPS else ():
            kind = last_name(item)
            if not isinstance(item, ast.Call) or not kind.endswith(("Route", "Mount")):
                continue
            prefix = self.prefix(argument(item, 0, "path"), module, scope)
            path = Prefix(join_paths(outer, prefix.path), prefix.known)
            if kind == "Mount":
                self._starlette(keyword(item, "routes"), owner, path.path, module, scope, hops + 1)
                continue
            handler = argument(item, 1, "endpoint")
            guard = self.handler_guard(item, handler, module, scope, path.path)
            for method in ["WS"] if kind.startswith("WebSocket") else self.methods("route", item, None):
                self.emit(owner, self.fact(method, path, item, module, owner, last_name(handler), guard))

    def _documentation(self, call: ast.Call, key: Key, module: PythonModule, scope: Scope) -> None:
        """The pages that FastAPI serves unless told not to."""
        if _is_none(keyword(call, "openapi_url")):
            return
        for name, default in (
            ("openapi_url", "/openapi.json"),
            ("docs_url", "/docs"),
            ("redoc_url", "/redoc"),
        ):
            value = keyword(call, name)
            if not _is_none(value):
                prefix = self.prefix(value, module, scope) if value is not None else Prefix(default)
                self.emit(key, self.fact("GET", prefix, call, module, key, name))


def _is_none(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _within(node: ast.AST, outer: ast.AST) -> bool:
    first, last = getattr(outer, "lineno", 0), getattr(outer, "end_lineno", 0)
    return first <= getattr(node, "lineno", 0) <= (last or 0)
