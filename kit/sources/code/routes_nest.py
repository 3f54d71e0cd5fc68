"""Routes of NestJS: controllers, versions, the global prefix, guards on methods, classes and the
application."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.sources.code.index import JAVASCRIPT, CodeIndex
from kit.sources.code.js import JsProject, returned
from kit.sources.code.js_module import (
    JsModule,
    arguments,
    callee_name,
    method_of,
    pair,
    string_value,
    unwrap,
)
from kit.sources.code.mounts import OPEN, Guard, Prefix, absolute, colon_path, join_paths
from kit.sources.code.records import RouteFact
from kit.sources.code.words import suggests_auth, suggests_public

VERBS = {"Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "All": "ANY"}
VERBS |= {"Head": "HEAD", "Options": "OPTIONS", "Sse": "GET"}


class Application(NamedTuple):
    """What a `main` file says of the whole application."""

    folder: str
    prefix: Prefix = Prefix()
    excluded: tuple[str, ...] = ()
    versioned: bool = False
    version_prefix: str = "v"
    version: str = ""
    guard: Guard = OPEN


class Controller(NamedTuple):
    """A controller class with what its decorators say."""

    module: JsModule
    node: SgNode
    name: str
    prefixes: list[Prefix]
    versions: list[str]
    guard: Guard
    public: bool


def nest_routes(code: CodeIndex, project: JsProject) -> Iterator[RouteFact]:
    """The routes of every controller, under what the nearest application puts before them."""
    modules = list(project.modules("@nestjs/"))
    applications = [app for module in modules for app in _applications(module, project)]
    guards = [(module.path, guard) for module in modules for guard in _global_guards(module, project)]
    listed, dynamic = _listed(modules)
    for module in modules:
        for controller in _controllers(module, project):
            application = _nearest(applications, module.path)
            guard = next((g for path, g in guards if _same_unit(code, path, module.path)), OPEN)
            mounted = True if controller.name in listed else None if dynamic or not listed else False
            yield from _routes(
                controller, application._replace(guard=application.guard.and_then(guard)), mounted, project
            )


def _applications(module: JsModule, project: JsProject) -> Iterator[Application]:
    if "NestFactory.create(" not in module.root.text() and "NestFactory.create<" not in module.root.text():
        return
    app = Application(posixpath.dirname(module.path))
    for where, call in _settings(module, project):
        method, given = method_of(call), arguments(call)
        if method and method[1] == "setGlobalPrefix" and given:
            excluded = pair(unwrap(given[1]), "exclude") if len(given) > 1 else None
            app = app._replace(prefix=_global_prefix(given[0], where, project), excluded=_excluded(excluded))
        elif method and method[1] == "enableVersioning":
            app = _versioning(app, unwrap(given[0]) if given else None)
        elif method and any(suggests_auth(callee_name(node)) for node in given):
            app = app._replace(guard=Guard(True, where.at(call)))
    yield app


_SETTINGS = ("setGlobalPrefix", "enableVersioning", "useGlobalGuards")


def _settings(module: JsModule, project: JsProject) -> Iterator[tuple[JsModule, SgNode]]:
    """The calls that set up an application where it is made, and in the functions that it is handed to."""
    yield from ((module, call) for call in module.calls(*_SETTINGS))
    for call in module.root.find_all(kind="call_expression", has={"field": "function", "kind": "identifier"}):
        if any(given.kind() == "identifier" and given.text().lower().endswith("app") for given in arguments(call)):
            found = project.function(call.field("function"), module)
            if found is not None and found.node is not None and found.module is not module:
                inside = found.node.range()
                for one in found.module.calls(*_SETTINGS):
                    if inside.start.index <= one.range().start.index < inside.end.index:
                        yield found.module, one


def _global_prefix(node: SgNode, module: JsModule, project: JsProject) -> Prefix:
    """The text given, or what `registerAs("app", () => ({ prefix: … }))` gives for
    `config.get("app.prefix")`."""
    asked, given = method_of(unwrap(node)), arguments(unwrap(node))
    if asked is None or asked[1] not in {"get", "getOrThrow"} or not given:
        return project.text(node, module)
    space, _, key = (string_value(given[0]) or "").rpartition(".")
    for where in project.modules("registerAs") if space else ():
        for call in where.root.find_all(kind="call_expression", has={"field": "function", "regex": "^registerAs$"}):
            named = arguments(call)
            value = _returned_pair(named[1], key) if len(named) > 1 and string_value(named[0]) == space else None
            if value is not None:
                return project.text(value, where)
    return Prefix("", False)


def _returned_pair(function: SgNode, key: str) -> SgNode | None:
    values = (pair(value, key) for value in returned(function))
    return next((value for value in values if value is not None), None)


def _excluded(node: SgNode | None) -> tuple[str, ...]:
    paths = (string_value(item) or string_value(pair(item, "path")) for item in node.named_children()) if node else ()
    return tuple(absolute(path) for path in paths if path)


def _versioning(app: Application, options: SgNode | None) -> Application:
    kind, prefix, version = pair(options, "type"), pair(options, "prefix"), pair(options, "defaultVersion")
    by_path = kind is None or kind.text().endswith("URI")
    stated = string_value(prefix)
    before = stated if stated is not None else "" if prefix is not None else "v"
    return app._replace(versioned=by_path, version_prefix=before, version=string_value(version) or "")


_LETS_STRANGERS = re.compile(
    r"(?i)if\s*\(\s*!\s*\w*(?:auth|token|header|bearer|user|jwt)[^{;]{0,200}\)\s*(?:\{[^{}]{0,400}?)?\breturn\s+true\b"
)


def _strict(name: SgNode, module: JsModule, project: JsProject) -> bool | None:
    """Whether a guard turns strangers away; None where its class lets those pass who bring nothing."""
    found = project.resolve(name, module)
    text = found.node.text() if found is not None and found.node is not None else ""
    return None if _LETS_STRANGERS.search(text) else True


def _global_guards(module: JsModule, project: JsProject) -> Iterator[Guard]:
    """`{ provide: APP_GUARD, useClass: JwtAuthGuard }`."""
    if "APP_GUARD" not in module.root.text():
        return
    for node in module.root.find_all(kind="object", has={"kind": "pair", "regex": "APP_GUARD"}):
        provide, used = pair(node, "provide"), pair(node, "useClass", "useExisting", "useFactory")
        if provide is not None and provide.text() == "APP_GUARD" and used is not None and suggests_auth(used.text()):
            yield Guard(_strict(used, module, project), module.at(node))


def _listed(modules: list[JsModule]) -> tuple[set[str], bool]:
    """The controllers that some `@Module` lists, and whether one lists what cannot be read."""
    names: set[str] = set()
    dynamic = False
    for module in modules:
        for call in module.root.find_all(kind="pair", has={"field": "key", "regex": "^controllers$"}):
            value = call.field("value")
            items = value.named_children() if value is not None and value.kind() == "array" else []
            dynamic = dynamic or not items or any(item.kind() == "spread_element" for item in items)
            names |= {item.text() for item in items}
    return names, dynamic


def _controllers(module: JsModule, project: JsProject) -> Iterator[Controller]:
    kinds = [{"kind": "class_declaration"}] + ([{"kind": "abstract_class_declaration"}] if module.typed else [])
    for node in module.root.find_all(any=kinds):
        decorators = class_decorators(node)
        own = decorators.get("Controller")
        name = node.field("name")
        if own is None or name is None:
            continue
        prefixes, versions = _paths(own, module, project)
        public = any(suggests_public(decorator) for decorator in decorators)
        yield Controller(module, node, name.text(), prefixes, versions, _guard(decorators, module, project), public)


def class_decorators(node: SgNode) -> dict[str, SgNode]:
    """The decorators of a class by name, also where they stand before its `export`."""
    holder = node.parent()
    places = [
        *node.children(),
        *(holder.children() if holder is not None and holder.kind() == "export_statement" else []),
    ]
    return _by_name([child for child in places if child.kind() == "decorator"])


def _by_name(decorators: list[SgNode]) -> dict[str, SgNode]:
    found = {}
    for decorator in decorators:
        inner = decorator.named_children()
        if inner:
            found[callee_name(inner[0]).rsplit(".", 1)[-1]] = inner[0]
    return found


def _paths(decorator: SgNode, module: JsModule, project: JsProject) -> tuple[list[Prefix], list[str]]:
    """Paths and versions of `@Controller("x")`, `@Controller(["a", "b"])` or `@Controller({ path, version
    })`."""
    given = arguments(decorator) if decorator.kind() == "call_expression" else []
    node = unwrap(given[0]) if given else None
    version = pair(node, "version")
    versions = [string_value(item) or "" for item in _items(version)]
    path = pair(node, "path") if node is not None and node.kind() == "object" else node
    return [project.text(item, module) for item in _items(path)] or [Prefix()], versions


def _items(node: SgNode | None) -> list[SgNode]:
    if node is None:
        return []
    return node.named_children() if node.kind() == "array" else [node]


def _guard(decorators: dict[str, SgNode], module: JsModule, project: JsProject) -> Guard:
    """What guards by decorator: `@UseGuards(AuthGuard("jwt"))`, or one of the project's own that says so."""
    for name, node in decorators.items():
        named = [callee_name(given) for given in arguments(node)] if name == "UseGuards" else [name]
        if node.kind() != "call_expression" and name == "UseGuards":
            continue
        documented = name.startswith("Api") and name != "ApiKeyAuth"  # what only describes an API guards nothing
        if not documented and any(suggests_auth(n) for n in named):
            lenient = name == "UseGuards" and any(_strict(g, module, project) is None for g in arguments(node))
            return Guard(None if lenient else True, module.at(node))
        if not documented and _puts_guards(node, module, project):
            return Guard(True, module.at(node))
    return OPEN


def _puts_guards(node: SgNode, module: JsModule, project: JsProject) -> bool:
    """Whether a decorator is the project's own and puts guards on: `applyDecorators(UseGuards(...))`."""
    callee = node.field("function") if node.kind() == "call_expression" else node
    found = project.function(callee, module) if callee is not None else None
    if found is not None and found.node is not None:
        return "UseGuards(" in found.node.text()
    name = re.escape(callee_name(node))
    made = re.compile(rf"\b(?:function|const)\s+{name}\b[\s\S]{{0,600}}?\bUseGuards\(")
    paths = project.code.holding("applyDecorators(", languages=JAVASCRIPT)
    return any(made.search(project.code.text(path)) is not None for path in paths)


def _routes(controller: Controller, app: Application, mounted: bool | None, project: JsProject) -> Iterator[RouteFact]:
    for method, decorators in _methods(controller.node):
        public = controller.public or any(suggests_public(name) for name in decorators)
        own = _guard(decorators, controller.module, project)
        guard = (OPEN if public else app.guard.and_then(controller.guard)).and_then(own)
        for name, node in decorators.items():
            if name in VERBS:
                handler = method.field("name")
                for path in _full_paths(controller, app, decorators, node, project):
                    at = controller.module.at(node)
                    text = handler.text() if handler is not None else ""
                    yield RouteFact(
                        VERBS[name],
                        colon_path(path.path),
                        at,
                        "nestjs",
                        text,
                        guard.auth,
                        guard.at,
                        mounted,
                        path.known,
                    )


def _methods(node: SgNode) -> Iterator[tuple[SgNode, dict[str, SgNode]]]:
    body = node.field("body")
    waiting: list[SgNode] = []
    for child in body.children() if body is not None else ():
        if child.kind() == "decorator":
            waiting.append(child)
        elif child.kind() == "method_definition":
            yield child, _by_name([*waiting, *(c for c in child.children() if c.kind() == "decorator")])
            waiting = []
        elif child.is_named() and child.kind() != "comment":
            waiting = []


def _full_paths(
    controller: Controller, app: Application, decorators: dict[str, SgNode], verb: SgNode, project: JsProject
) -> Iterator[Prefix]:
    given = arguments(verb) if verb.kind() == "call_expression" else []
    paths = [project.text(item, controller.module) for item in _items(unwrap(given[0]) if given else None)]
    own = decorators.get("Version")
    stated = [string_value(i) or "" for i in _items(unwrap(arguments(own)[0]))] if own and arguments(own) else []
    versions = stated or controller.versions or [app.version]
    for outer in controller.prefixes:
        for inner in paths or [Prefix()]:
            path = outer / inner
            for version in versions if app.versioned else [""]:
                segment = f"{app.version_prefix}{version}" if version else ""
                whole = Prefix(join_paths(segment, path.path), path.known)
                plain = absolute(path.path)
                whole = whole if plain in app.excluded else app.prefix / whole
                yield Prefix(absolute(whole.path).rstrip("/") or "/", whole.known)


def _nearest(applications: list[Application], path: str) -> Application:
    """The application whose folder shares the longest way with a file, the shallower of two that share as
    much."""
    parts = path.split("/")

    def nearness(app: Application) -> tuple[int, int]:
        folders = app.folder.split("/") if app.folder else []
        shared = takewhile(lambda pair: pair[0] == pair[1], zip(folders, parts, strict=False))
        return len(list(shared)), -len(folders)

    return max(applications, key=nearness, default=Application(""))


def _same_unit(code: CodeIndex, path: str, other: str) -> bool:
    return code.unit(path) == code.unit(other)
