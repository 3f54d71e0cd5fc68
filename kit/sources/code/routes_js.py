"""Routes of JavaScript's composing frameworks: Express and its kin, Fastify, Koa, Hono, Elysia, hapi."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.sources.code.calls_js import covers, flat, handler_name, method_name_of, methods_of, position_of
from kit.sources.code.guards_js import JsGuards, all_of
from kit.sources.code.index import CodeIndex
from kit.sources.code.js import JsProject
from kit.sources.code.js_module import (
    FUNCTIONS,
    MAX_LINKS,
    JsModule,
    arguments,
    callee_name,
    method_of,
    pair,
    parameters,
    unwrap,
)
from kit.sources.code.loops_js import Substitution, repetitions
from kit.sources.code.mounts import OPEN, Guard, Key, Mount, MountGraph, Prefix, colon_path
from kit.sources.code.records import RouteFact
from kit.sources.code.routers_js import CHAINING, VERBS, JsRouters

_PACKAGES = ("express", "fastify", "koa", "@koa", "hono", "@hono", "elysia", "@hapi", "restify", "polka", "h3")
NEEDLES = (
    *(f"{quote}{name}" for name in _PACKAGES for quote in "'\""),
    *(f".{verb}({quote}/" for verb in ("get", "post", "use", "all", "route") for quote in "'\"`"),
    *(".use(", "Express", "Fastify", "fastify"),
)
"""What a file holds that makes, mounts or fills a router. Front ends hold `router` too, and are many."""
NESTING = 4
"""How often routers are followed into functions before routes are read: one that is handed on twice is
found."""
_PATHS = frozenset(["string", "template_string", "binary_expression", "regex"])
_SERVED = frozenset({
    "graphqlHTTP", "createYoga", "expressMiddleware", "createExpressMiddleware", "trpcServer", "setup",
    "createHandler", "serve", "yoga", "apolloMiddleware", "toNodeHandler", "createRouteHandler", "swaggerUI",
    "apiReference",
})  # fmt: skip
_OBSERVERS = {
    "express-prom-bundle": ("metricsPath", "/metrics"),
    "express-status-monitor": ("path", "/status"),
}
_SUFFIXED = frozenset(["express", "koa", "hono", "fastify", "polka", "restify", "elysia", "h3", "hapi"])


def js_reading(code: CodeIndex) -> Routes:
    """The routers of a project's JavaScript, read once: `code.once(js_reading)`."""
    reading = Routes(code, code.once(JsProject))
    reading.read()
    return reading


def js_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """The routes of every application that registers them by calls, prefixes and guards applied."""
    return code.once(js_reading).routes()


class Routes:
    """One reading of a project. Calls are taken in the order of the source: a guard guards what comes after
    it."""

    def __init__(self, code: CodeIndex, project: JsProject) -> None:
        self.code = code
        self.project = project
        self.graph = MountGraph()
        self.routers = JsRouters(code, project, self.graph)
        self.guards = JsGuards(project)
        self.active: dict[Key, list[tuple[str, Guard]]] = defaultdict(list)
        self.reached: dict[str, JsModule] = {}
        self._ordered: dict[str, list[SgNode]] = {}
        self._receivers: dict[Key, tuple[Key | None, Prefix]] = {}

    def routes(self) -> Iterator[RouteFact]:
        """All of them, in the order of the files."""
        yield from self.graph.routes()

    def read(self) -> None:
        """Read the whole project into the graph."""
        for module in self.project.modules(*NEEDLES):
            self.reached[module.path] = module
            self.routers.find(module)
        waiting = list(self.reached.values())
        for _ in range(NESTING):
            before = set(self.graph.objects)
            for module in waiting:
                for call in self._calls(module):
                    self._given(call, module)
            gained = {key[0] for key in self.graph.objects.keys() - before}
            waiting = [module for path, module in self.reached.items() if path in gained]
        for module in list(self.reached.values()):
            for call in self._calls(module):
                self._call(call, module)

    def _calls(self, module: JsModule) -> list[SgNode]:
        """The calls of a module in the order of the source."""
        if module.path not in self._ordered:
            found = module.root.find_all(kind="call_expression")
            self._ordered[module.path] = sorted(found, key=position_of)
        return self._ordered[module.path]

    def _call(self, call: SgNode, module: JsModule) -> None:
        method = method_of(call)
        name = method[1] if method else ""
        if method and name in VERBS | {
            "use",
            "route",
            "register",
            "on",
            "openapi",
            "basePath",
            "addHook",
            "mount",
        }:
            owner, path = self._receiver(method[0], module)
            if owner:
                self._event(call, name, owner, path, module)
                return
        if arguments(call):
            self._hand_over(call, module)

    def _event(self, call: SgNode, name: str, owner: Key, path: Prefix, module: JsModule) -> None:
        framework = self.graph.objects[owner].framework
        if name == "use":
            for given in repetitions(call, module, self.project):
                self._use(call, given, owner, path, module)
        elif name == "register" and framework == "fastify":
            self._register(call, owner, module)
        elif name in {"route", "mount"} and framework in {"hono", "elysia"}:
            self._mount(call, owner, path, module)
        elif name == "route" and framework in {"fastify", "hapi"}:
            self._described(call, owner, module)
        elif name == "openapi":
            self._openapi(call, owner, path, module)
        elif name == "addHook":
            guard = all_of(self.guards.of_middleware(node, module) for node in arguments(call)[1:])
            self._guard(owner, "", guard)
        elif name == "on":
            self._on(call, owner, path, module)
        elif name in VERBS:
            for given in repetitions(call, module, self.project):
                self._route(call, given, name, owner, path, module)

    def _receiver(self, node: SgNode, module: JsModule, links: int = 0) -> tuple[Key | None, Prefix]:
        """The router that a call is made on, and the path that the chain before it set: `router.route("/x").get(f)`.

        Calls come in the order of their chain, so that what is before a link is known by then.
        """
        node = unwrap(node)
        key = module.key(node)
        if key not in self._receivers:
            self._receivers[key] = self._before(node, key, module, links)
        return self._receivers[key]

    def _before(self, node: SgNode, key: Key, module: JsModule, links: int) -> tuple[Key | None, Prefix]:
        method = method_of(node) if key not in self.graph.objects and links < MAX_LINKS else None
        if method is None or method[1] not in CHAINING:
            return self.routers.of(node, module), self._base(node, module)
        owner, path = self._receiver(method[0], module, links + 1)
        given = arguments(node)
        if owner and (method[1] == "basePath" or (method[1] == "route" and len(given) == 1)):
            path = path / self.project.text(given[0] if given else None, module)
        return owner, path

    def _base(self, node: SgNode, module: JsModule) -> Prefix:
        """The base path of a router that was given one where it was made: `const api = new
        Hono().basePath("/api")`."""
        found = self.project.resolve(node, module)
        if found is None or found.node is None or found.node.range() == node.range():
            return Prefix()
        path, inner = Prefix(), unwrap(found.node)
        while (method := method_of(inner)) is not None:
            if method[1] == "basePath" and arguments(inner):
                path = self.project.text(arguments(inner)[0], found.module) / path
            inner = unwrap(method[0])
        return path

    # mounts and guards

    def _use(self, call: SgNode, given: Substitution, owner: Key, outer: Prefix, module: JsModule) -> None:
        nodes = given.arguments
        path, handlers = self._split(nodes, given, module)
        path = outer / path
        guard = self._covering(owner, path.path)
        for place, node in enumerate(flat(handlers)):
            where = given.module_of(node, module)
            key = self.routers.of(given.of(node), where)
            if key and key != owner:
                self.graph.mount(Mount(owner, key, path, guard))
                continue
            own = self.guards.of_middleware(node, where)
            guard = guard.and_then(own)
            if place == len(handlers) - 1 and path.path not in {"", "/"}:
                self._served(call, node, owner, path, guard, module)
            if not own.auth and self._may_mount(node, where):
                self.graph.dynamic(self.code.unit(module.path))
            self._observer(node, owner, module)
            self._guard(owner, path.path, own)

    def _split(self, nodes: list[SgNode], given: Substitution, module: JsModule) -> tuple[Prefix, list[SgNode]]:
        """The path of a `use` or route, and its handlers."""
        if not nodes:
            return Prefix(), []
        first = unwrap(given.of(nodes[0]))
        where = given.module_of(nodes[0], module)
        if first.kind() == "array" and first.named_children() and first.named_children()[0].kind() in _PATHS:
            first = first.named_children()[0]
        if first.kind() == "regex":
            return Prefix("", False), nodes[1:]
        if first.kind() in _PATHS:
            return self.project.text(first, where), nodes[1:]
        text = self.project.text(first, where)
        if text.known and first.kind() in {"identifier", "member_expression"}:
            return text, nodes[1:]
        named = callee_name(first).rsplit(".", 1)[-1].lower()
        if len(nodes) > 1 and named.endswith(("path", "prefix", "url", "route", "base", "endpoint", "root")):
            return text._replace(known=False), nodes[1:]
        return Prefix(), nodes

    def _covering(self, owner: Key, path: str) -> Guard:
        """The guards set so far on a router whose path covers this one."""
        return all_of(guard for covered, guard in self.active[owner] if covers(covered, path))

    def _guard(self, owner: Key, path: str, guard: Guard) -> None:
        if guard.auth is not False:
            self.active[owner].append((path, guard))

    def _may_mount(self, node: SgNode, module: JsModule) -> bool:
        """True for what cannot be told to be no router: a name or a member that leads nowhere known."""
        node = unwrap(node)
        if node.kind() not in {"identifier", "member_expression"} or self.project.origin(node, module):
            return False
        found = self.project.resolve(node, module)
        return found is None or found.node is None or found.node.kind() not in FUNCTIONS

    def _served(self, call: SgNode, node: SgNode, owner: Key, path: Prefix, guard: Guard, module: JsModule) -> None:
        """A handler that `use` puts at a path: GraphQL, API pages, or a function that never passes on."""
        node = unwrap(node)
        name = callee_name(node).rsplit(".", 1)[-1]
        function = node if node.kind() in FUNCTIONS else None
        answers = function is not None and 0 < len(parameters(function)) <= 2
        if name in _SERVED or answers or "trpc" in path.path.lower():
            self._emit("ANY", path, call, owner, name, guard, module)

    def _observer(self, node: SgNode, owner: Key, module: JsModule) -> None:
        """A middleware of a package that serves a path of its own."""
        callee = unwrap(node).field("function") or node
        option, default = _OBSERVERS.get(self.project.origin(callee, module), ("", ""))
        if option:
            given = arguments(unwrap(node))
            stated = pair(unwrap(given[0]), option) if given else None
            path = self.project.text(stated, module) if stated is not None else Prefix(default)
            self._emit("GET", path, node, owner, option, OPEN, module)

    def _mount(self, call: SgNode, owner: Key, outer: Prefix, module: JsModule) -> None:
        """Hono's `route("/x", sub)`."""
        given = arguments(call)
        if len(given) < 2:
            return
        path = outer / self.project.text(given[0], module)
        key = self.routers.of(given[1], module)
        if key and key != owner:
            path = path / self._base(given[1], module) if key not in self.active else path
            self.graph.mount(Mount(owner, key, path, self._covering(owner, path.path)))
        elif key is None:
            self.graph.dynamic(self.code.unit(module.path))

    def _register(self, call: SgNode, owner: Key, module: JsModule) -> None:
        """Fastify's `register(plugin, { prefix })`: the plugin's first parameter is a router under the
        prefix."""
        given = arguments(call)
        if not given:
            return
        options = unwrap(given[1]) if len(given) > 1 else None
        stated = pair(options, "prefix")
        prefix = self.project.text(stated, module) if stated is not None else Prefix()
        guard = self._covering(owner, "")
        found = self.project.function(given[0], module)
        if found is None and unwrap(given[0]).kind() == "call_expression" and arguments(unwrap(given[0])):
            found = self.project.function(arguments(unwrap(given[0]))[0], module)
        if found and found.node is not None:
            key = self.routers.parameter_of(found.node, 0, found.module, "fastify")
            if key:
                self.graph.mount(Mount(owner, key, prefix, guard))
        elif not self.project.origin(given[0], module):
            self.graph.dynamic(self.code.unit(module.path))

    def _given(self, call: SgNode, module: JsModule) -> list[tuple[Key, Key | None]]:
        """The routers that a call is given, each with the parameter that it becomes where the function is
        known."""
        keys = {}
        for place, node in enumerate(arguments(call)):
            if unwrap(node).kind() in {"identifier", "member_expression"}:
                keys[place] = self.routers.of(node, module)
        found = self.project.function(call.field("function"), module) if any(keys.values()) else None
        given = []
        for place, key in keys.items():
            if key and found and found.node is not None:
                self.reached.setdefault(found.module.path, found.module)
                framework = self.graph.objects[key].framework
                given.append((key, self.routers.parameter_of(found.node, place, found.module, framework)))
            elif key:
                given.append((key, None))
        return given

    def _hand_over(self, call: SgNode, module: JsModule) -> None:
        """`routes(app)`: what the function does to its parameter, it does to the router; the hooks that it adds stand
        before what comes after the call, too."""
        for key, child in self._given(call, module):
            if child and child != key:
                self.graph.alias(key, child, self._covering(key, ""))
                self._guard(key, "", self._hooked(call, module))
            else:
                self.graph.escape(key)

    def _hooked(self, call: SgNode, module: JsModule) -> Guard:
        """The guards that a function adds as hooks to what it is given."""
        found = self.project.function(call.field("function"), module)
        if found is None or found.node is None:
            return OPEN
        given = {name.text() for name in parameters(found.node)}
        hooks: list[SgNode] = []
        for inner in found.node.find_all(kind="call_expression"):
            method, handed = method_of(inner), arguments(inner)
            if method and handed and method[0].text() in given and method[1] in {"addHook", "use"}:
                everywhere = method[1] == "addHook" or unwrap(handed[0]).kind() not in _PATHS
                hooks += handed[method[1] == "addHook" :] if everywhere else []
        return all_of(self.guards.of_middleware(node, found.module) for node in hooks)

    # routes

    def _route(self, call: SgNode, given: Substitution, verb: str, owner: Key, outer: Prefix, module: JsModule) -> None:
        nodes = given.arguments
        chained = outer.path != "" and bool(nodes) and unwrap(nodes[0]).kind() not in _PATHS
        path, handlers = (Prefix(), nodes) if chained else self._split(nodes, given, module)
        if not handlers or (not chained and handlers is nodes and not outer.path):
            return
        whole = outer / path
        guard = self._covering(owner, whole.path).and_then(self.guards.of_handlers(handlers, module, whole.path))
        method = {"all": "ANY", "del": "DELETE", "opts": "OPTIONS"}.get(verb, verb.upper())
        if method == "ANY" and whole.path.endswith("*") and guard.auth is not False:
            self._guard(owner, whole.path.rstrip("*").rstrip("/"), guard)
            return
        self._emit(method, whole, call, owner, handler_name(handlers[-1]), guard, module)

    def _described(self, call: SgNode, owner: Key, module: JsModule) -> None:
        """`route({ method, url, handler })`, one or a list."""
        given = [unwrap(node) for node in arguments(call)[:1]]
        if given and given[0].kind() in {"identifier", "member_expression"}:
            found = self.project.resolve(given[0], module)
            given = [found.node] if found and found.node is not None else []
        for node in flat(given):
            path = pair(node, "url", "path")
            if path is None:
                continue
            handler = pair(node, "handler")
            text = self.project.text(path, module)
            options = pair(node, "options", "config")
            guard = self.guards.of_options(node, module).and_then(self.guards.of_options(options, module))
            if handler is not None and not guard.auth:
                guard = guard.and_then(self.guards.of_handler(handler, module, text.path))
            guard = self._covering(owner, text.path).and_then(guard)
            for method in methods_of(pair(node, "method")):
                self._emit(method, text, node, owner, handler_name(handler), guard, module)

    def _openapi(self, call: SgNode, owner: Key, outer: Prefix, module: JsModule) -> None:
        """Hono's `openapi(createRoute({ method, path, middleware }), handler)`."""
        given = arguments(call)
        found = self.project.resolve(given[0], module) if given else None
        made = found.node if found and found.node is not None else unwrap(given[0]) if given else None
        where = found.module if found else module
        described = [unwrap(node) for node in arguments(made)] if made is not None else []
        if not described or pair(described[0], "path") is None:
            return
        path = outer / self.project.text(pair(described[0], "path"), where)
        guard = self._covering(owner, path.path).and_then(self.guards.of_options(described[0], where))
        guard = guard.and_then(self.guards.of_handlers(given[1:], module, path.path))
        for method in methods_of(pair(described[0], "method")):
            self._emit(method, Prefix(path.path, path.known), call, owner, "", guard, module)

    def _on(self, call: SgNode, owner: Key, outer: Prefix, module: JsModule) -> None:
        """Hono's `on(["GET", "POST"], "/x", handler)`."""
        given = arguments(call)
        if len(given) < 3 or unwrap(given[1]).kind() not in {*_PATHS, "array"}:
            return
        paths = [unwrap(given[1])] if unwrap(given[1]).kind() != "array" else unwrap(given[1]).named_children()
        for node in paths:
            path = outer / self.project.text(node, module)
            guard = self._covering(owner, path.path).and_then(self.guards.of_handlers(given[2:], module, path.path))
            for method in methods_of(given[0]):
                self._emit(method, path, call, owner, handler_name(given[-1]), guard, module)

    def _emit(
        self,
        method: str,
        path: Prefix,
        node: SgNode,
        owner: Key,
        handler: str,
        guard: Guard,
        module: JsModule,
    ) -> None:
        framework = self.graph.objects[owner].framework
        at = module.at(node)
        where = method_name_of(node)
        line = (where or node).range().start.line + 1
        at = type(at)(at.path, line, max(line, at.end_line or line))
        own = "" if path.path == "/" and framework in _SUFFIXED else path.path
        fact = RouteFact(method, colon_path(own), at, framework, handler, guard.auth, guard.at, prefix_known=path.known)
        self.graph.route(owner, fact)
