"""The routers of JavaScript's composing frameworks: what makes one, and which one an expression stands
for."""

from __future__ import annotations

import re
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.sources.code.index import CodeIndex
from kit.sources.code.js import JsProject, returned
from kit.sources.code.js_module import (
    CLASSES,
    FUNCTIONS,
    JsModule,
    arguments,
    method_of,
    pair,
    parameters,
    required_module,
    unwrap,
)
from kit.sources.code.mounts import Key, MountGraph, Prefix, RouterObject


class Maker(NamedTuple):
    """What a constructor makes."""

    framework: str
    is_app: bool


MAKERS = {
    "express": Maker("express", True),
    "express.Router": Maker("express", False),
    "express-promise-router": Maker("express", False),
    "express.express": Maker("express", True),
    "restify.createServer": Maker("restify", True),
    "polka": Maker("polka", True),
    "fastify": Maker("fastify", True),
    "fastify.fastify": Maker("fastify", True),
    "fastify.Fastify": Maker("fastify", True),
    "koa": Maker("koa", True),
    "koa-router": Maker("koa", False),
    "@koa/router": Maker("koa", False),
    "@koa/router.Router": Maker("koa", False),
    "hono.Hono": Maker("hono", False),
    "hono": Maker("hono", False),
    "hono/tiny.Hono": Maker("hono", False),
    "hono/quick.Hono": Maker("hono", False),
    "@hono/zod-openapi.OpenAPIHono": Maker("hono", False),
    "elysia.Elysia": Maker("elysia", False),
    "elysia": Maker("elysia", False),
    "@hapi/hapi.server": Maker("hapi", True),
    "@hapi/hapi.Server": Maker("hapi", True),
    "h3.createRouter": Maker("h3", True),
}
TYPES = {
    "Express": "express",
    "Application": "express",
    "Router": "express",
    "IRouter": "express",
    "FastifyInstance": "fastify",
    "Koa": "koa",
    "Hono": "hono",
    "OpenAPIHono": "hono",
    "express": "express",
    "fastify": "fastify",
    "any": "express",
}
_NAMES = {
    "app": "express",
    "server": "express",
    "router": "express",
    "express": "express",
    "fastify": "fastify",
}
_NAMES |= {
    "instance": "fastify",
    "api": "express",
    "application": "express",
    "hono": "hono",
    "webserver": "express",
}
_SERVES = ("export default", "serve(", ".fetch", "handle(", "listen(", "createServer", ".request(")
VERBS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "all", "del", "opts", "trace"])
CHAINING = VERBS | {
    "use",
    "route",
    "on",
    "openapi",
    "register",
    "param",
    "basePath",
    "notFound",
    "onError",
    "prefix",
}
CHAINING |= {
    "routes",
    "middleware",
    "callback",
    "group",
    "mount",
    "set",
    "engine",
    "guard",
    "onBeforeHandle",
    "disable",
    "enable",
    "after",
    "ready",
    "error",
}
MAX_HOPS = 8


class JsRouters:
    """Finds the routers of one project and says which one an expression stands for."""

    def __init__(self, code: CodeIndex, project: JsProject, graph: MountGraph) -> None:
        self.code = code
        self.project = project
        self.graph = graph

    def find(self, module: JsModule) -> None:
        """Know every router that a module makes."""
        made = [{"kind": "call_expression"}, {"kind": "new_expression"}]
        for node in module.root.find_all(any=made):
            callee = node.field("function") or node.field("constructor")
            if callee is not None and callee.kind() in {"identifier", "member_expression", "call_expression"}:
                maker = self._maker(callee, module)
                if maker:
                    self._add(node, maker, module)

    def _maker(self, callee: SgNode, module: JsModule) -> Maker | None:
        if callee.kind() == "member_expression" and not callee.text()[-1:].isalpha():
            return None
        return MAKERS.get(self.project.origin(callee, module))

    def _add(self, node: SgNode, maker: Maker, module: JsModule) -> None:
        given = arguments(node)
        prefix = Prefix()
        if given and maker.framework in {"koa", "elysia"}:
            stated = pair(unwrap(given[0]), "prefix")
            prefix = self.project.text(stated, module) if stated is not None else prefix
        unit = self.code.unit(module.path)
        served = maker.framework in {"hono", "elysia"} and (
            any(s in module.root.text() for s in _SERVES) or self._served_elsewhere(node, unit)
        )
        self.graph.add(RouterObject(module.key(node), maker.framework, maker.is_app or served, unit, prefix))

    def _served_elsewhere(self, node: SgNode, unit: str) -> bool:
        """Whether another file of the package serves what goes by this name: `serve({ fetch: app.fetch })`."""
        holder = node.parent()
        name = holder.field("name") if holder is not None and holder.kind() == "variable_declarator" else None
        if name is None or name.kind() != "identifier":
            return False
        marks = (f"{name.text()}.fetch", f"serve({name.text()}", f"handle({name.text()}")
        return any(self.code.unit(path) == unit for path in self.code.holding(*marks))

    def of(self, node: SgNode | None, module: JsModule, hops: int = 0) -> Key | None:
        """The router that an expression stands for; a parameter that takes one is a router of its own."""
        if node is None or hops > MAX_HOPS:
            return None
        node = self._chain_root(unwrap(node), module)
        key = module.key(node)
        if key in self.graph.objects:
            return key
        if node.kind() == "call_expression":
            required = self.project.resolve(node, module) if required_module(node) else None
            if required is not None and required.node is not None:
                return self.of(required.node, required.module, hops + 1)
            return self._made_by(node, module, hops)
        if node.kind() == "assignment_expression":
            return self.of(node.field("right"), module, hops + 1)
        found = self.project.resolve(node, module)
        if found is None or found.node is None:
            return self._class_router(node, module)
        if _is_parameter(found.node):
            return self._parameter(found.node, found.module)
        if found.module is not module or found.node.range() != node.range():
            return self.of(found.node, found.module, hops + 1)
        return None

    def _chain_root(self, node: SgNode, module: JsModule) -> SgNode:
        """What a chain of calls was begun on: of `new Hono().get(f).post(g)` the `new Hono()`."""
        while module.key(node) not in self.graph.objects:
            chained = method_of(node)
            if chained is None or chained[1] not in CHAINING:
                break
            node = unwrap(chained[0])
        return node

    def _made_by(self, node: SgNode, module: JsModule, hops: int) -> Key | None:
        """A factory of the project, or a package's wrapper around a router."""
        found = self.project.function(node.field("function"), module)
        if found and found.node is not None:
            made = (self.of(value, found.module, hops + 1) for value in returned(found.node))
            return next((key for key in made if key), None)
        if method_of(node) is None:
            wrapped = (self.of(a, module, hops + 1) for a in arguments(node)[:1] if unwrap(a).kind() != "string")
            return next((key for key in wrapped if key), None)
        return None

    def _class_router(self, node: SgNode, module: JsModule) -> Key | None:
        """`new UserRoutes().router`: the router that a class keeps."""
        if node.kind() != "member_expression":
            return None
        receiver, prop = node.field("object"), node.field("property")
        if receiver is None or prop is None or unwrap(receiver).kind() != "new_expression":
            return None
        made = self.project.resolve(unwrap(receiver).field("constructor"), module)
        if made is None or made.node is None or made.node.kind() not in CLASSES:
            return None
        span = made.node.range()
        kept = made.module.bindings.get(f"this.{prop.text()}", ())
        inside = (b.node for b in kept if span.start.index <= b.node.range().start.index < span.end.index)
        return next((key for key in (self.of(value, made.module) for value in inside) if key), None)

    def _parameter(self, node: SgNode, module: JsModule) -> Key | None:
        key, framework = module.key(node), parameter_framework(node)
        if key in self.graph.objects:
            return key
        if framework is None:
            return None
        self.graph.add(RouterObject(key, framework, False, self.code.unit(module.path), parameter=True))
        return key

    def parameter_of(self, function: SgNode, place: int, module: JsModule, framework: str) -> Key | None:
        """The router that a function's parameter stands for, told by the call that gives one."""
        names = parameters(function)
        if place >= len(names) or names[place].kind() != "identifier":
            return None
        key = module.key(names[place])
        self.graph.add(RouterObject(key, framework, False, self.code.unit(module.path), parameter=True))
        return key


def parameter_framework(node: SgNode) -> str | None:
    """The framework that a parameter's type or name suggests, or None."""
    holder = node.parent()
    annotation = holder.field("type") if holder is not None and holder.kind().endswith("_parameter") else None
    if annotation is not None:
        words = re.findall(r"\w+", annotation.text())
        return next((TYPES[word] for word in words if word in TYPES), None)
    return _NAMES.get(node.text())


def _is_parameter(node: SgNode) -> bool:
    if node.kind() != "identifier":
        return False
    holder = node.parent()
    if holder is None:
        return False
    if holder.kind() in {"required_parameter", "optional_parameter", "formal_parameters"}:
        return True
    single = holder.field("parameter") if holder.kind() in FUNCTIONS else None
    return single is not None and single.range() == node.range()
