"""Routes of Go: net/http, gorilla/mux, chi, gin, echo, fiber, httprouter, with groups and sub-routers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.sources.code.go import GoFile, GoProject, Value, arguments, parameters, selected
from kit.sources.code.index import CodeIndex
from kit.sources.code.mounts import (
    OPEN,
    Guard,
    Key,
    Mount,
    MountGraph,
    Prefix,
    RouterObject,
    braced_path,
    colon_path,
)
from kit.sources.code.records import RouteFact
from kit.sources.code.words import refuses, suggests_auth, turns_away, words_of

NEEDLES = (
    "net/http",
    "gin-gonic/gin",
    "go-chi/chi",
    "labstack/echo",
    "gofiber/fiber",
    "gorilla/mux",
    "httprouter",
)
MAKERS = {
    "gin.Default": "gin",
    "gin.New": "gin",
    "chi.NewRouter": "chi",
    "chi.NewMux": "chi",
    "mux.NewRouter": "gorilla",
    "echo.New": "echo",
    "fiber.New": "fiber",
    "http.NewServeMux": "net/http",
    "httprouter.New": "httprouter",
}
TYPES = {
    "gin.Engine": "gin",
    "gin.RouterGroup": "gin",
    "gin.IRouter": "gin",
    "gin.IRoutes": "gin",
    "chi.Router": "chi",
    "chi.Mux": "chi",
    "mux.Router": "gorilla",
    "echo.Echo": "echo",
    "echo.Group": "echo",
    "fiber.App": "fiber",
    "fiber.Router": "fiber",
    "http.ServeMux": "net/http",
    "httprouter.Router": "httprouter",
}
_VERBS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "connect", "trace"])
_EVERY = frozenset(["Any", "All", "Handle", "HandleFunc"])
_METHOD_FIRST = frozenset(["Method", "MethodFunc", "Add", "Match"])
_SESSIONS = frozenset({"session", "sessions", "login", "identity"})
MAX_HOPS = 10


def go_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """The routes of every Go server, prefixes and guards applied."""
    reading = Routes(code, code.once(GoProject))
    reading.read()
    yield from reading.graph.routes()


class Routes:
    """One reading of a project, calls in the order of the source."""

    def __init__(self, code: CodeIndex, project: GoProject) -> None:
        self.code = code
        self.project = project
        self.graph = MountGraph()
        self.active: dict[Key, list[Guard]] = defaultdict(list)

    def read(self) -> None:
        """Read the whole project into the graph."""
        taking = {name for file in self.project.files(*NEEDLES) for name in _taking_routers(file)}
        files = list(self.project.files(*NEEDLES, *(f"{name}(" for name in taking)))
        calls = [(f, sorted(f.root.find_all(kind="call_expression"), key=_position)) for f in files]
        for file, made in calls:
            for call in made:
                self._make(call, file)
        for file, made in calls:
            for call in made:
                self._wrap(call, file)
        for file, made in calls:
            for call in made:
                self._call(call, file)

    # routers

    def _make(self, call: SgNode, file: GoFile) -> None:
        callee = call.field("function")
        framework = MAKERS.get(callee.text()) if callee is not None else None
        if framework:
            self.graph.add(RouterObject(file.key(call), framework, True, self.code.unit(file.path)))

    def _wrap(self, call: SgNode, file: GoFile) -> None:
        """`return requireLogin(mux)`, `ListenAndServe(addr, requireLogin(mux))`: the guard holds for all of its routes.

        A wrapper that handles sessions may ask who calls, or only load them: that stays open.
        """
        callee, holder = call.field("function"), call.parent()
        if callee is None or holder is None or holder.kind() == "expression_statement":
            return
        known = suggests_auth(callee.text())
        if not known and (not _SESSIONS & set(words_of(callee.text())) or callee.text().endswith("LoadAndSave")):
            return
        wrapped = [node for node in arguments(call) if node.kind() in {"identifier", "call_expression"}]
        owner = next((key for key in (self._innermost(node, file) for node in wrapped) if key is not None), None)
        if owner is not None:
            self.active[owner].append(self._guards([call], file) if known else Guard(None, file.at(call)))

    def _innermost(self, node: SgNode, file: GoFile, hops: int = 0) -> Key | None:
        """The router within wrappers: `a(b(mux))`."""
        if node.kind() == "call_expression" and hops < MAX_HOPS:
            inner = (self._innermost(each, file, hops + 1) for each in arguments(node))
            return next((key for key in inner if key is not None), None)
        return self.of(node, file) if node.kind() == "identifier" else None

    def of(self, node: SgNode, file: GoFile, hops: int = 0) -> Key | None:
        """The router that an expression stands for."""
        if file.key(node) in self.graph.objects:
            return file.key(node)
        if hops > MAX_HOPS:
            return None
        if node.kind() == "call_expression":
            return self._derived(node, file, hops)
        if node.kind() == "identifier" and node.text() == "http" and "http" in file.imports():
            self.graph.add(RouterObject(_default_mux(self.code, file), "net/http", True, self.code.unit(file.path)))
            return _default_mux(self.code, file)
        found = self.project.resolve(node, file)
        if found is None or found.node == node:
            return None
        return self._parameter(found) or self.of(found.node, found.file, hops + 1)

    def _parameter(self, found: Value) -> Key | None:
        holder = found.node.parent()
        kind = holder.field("type") if holder is not None and holder.kind() == "parameter_declaration" else None
        framework = TYPES.get(kind.text().lstrip("*")) if kind is not None else None
        if framework is None:
            return None
        key = found.file.key(found.node)
        unit = self.code.unit(found.file.path)
        self.graph.add(RouterObject(key, framework, False, unit, parameter=True))
        return key

    def _derived(self, call: SgNode, file: GoFile, hops: int) -> Key | None:
        """A router made from another: `r.Group("/v1", auth)`, `r.PathPrefix("/x").Subrouter()`,
        `r.With(auth)`; or by a function of the project that returns one."""
        chained = selected(call)
        if chained is None or chained[1] not in {
            "Group",
            "Subrouter",
            "With",
            "PathPrefix",
            "StrictSlash",
            "Host",
        }:
            return self._returned(call, file, hops)
        parent = self.of(chained[0], file, hops + 1)
        given = arguments(call)
        if parent is None or (chained[1] == "Group" and given and given[0].kind() == "func_literal"):
            return parent
        path = given[0] if chained[1] in {"Group", "PathPrefix"} and given else None
        extra = given if chained[1] == "With" else given[1:]
        return self._child(parent, call, file, self.project.text(path, file), self._guards(extra, file))

    def _child(self, parent: Key, node: SgNode, file: GoFile, prefix: Prefix, guard: Guard) -> Key:
        key = file.key(node)
        framework, unit = self.graph.objects[parent].framework, self.code.unit(file.path)
        self.graph.add(RouterObject(key, framework, False, unit))
        self.graph.mount(Mount(parent, key, prefix, self._covering(parent).and_then(guard)))
        return key

    def _returned(self, call: SgNode, file: GoFile, hops: int) -> Key | None:
        found = self.project.function(call, file)
        if found is None:
            return None
        for statement in found.node.find_all(kind="return_statement"):
            for value in statement.named_children()[:1]:
                node = value.named_children()[0] if value.kind() == "expression_list" else value
                key = self.of(node, found.file, hops + 1)
                if key:
                    return key
        return None

    # calls

    def _call(self, call: SgNode, file: GoFile) -> None:
        chained, given = selected(call), arguments(call)
        owner = self.of(chained[0], file) if chained else None
        if chained and owner and self._event(call, chained[1], owner, given, file):
            return
        if given:
            self._hand_over(call, given, file)

    def _event(self, call: SgNode, name: str, owner: Key, given: list[SgNode], file: GoFile) -> bool:
        if name in {"Use", "Pre"}:
            self.active[owner].append(self._guards(given, file))
            self._health(call, owner, given, file)
        elif name in {"Route", "Group", "Mount"} and len(given) >= 1:
            return self._nested(name, owner, given, file)
        elif name in _METHOD_FIRST and len(given) >= 3:
            for method in _methods(given[0]):
                self._route(call, owner, method, given[1:], file)
        elif name.lower() in _VERBS and len(given) >= 2:
            self._route(call, owner, name.upper(), given, file)
        elif name in _EVERY and len(given) >= 2:
            self._any(call, name, owner, given, file)
        else:
            return False
        return True

    def _nested(self, name: str, owner: Key, given: list[SgNode], file: GoFile) -> bool:
        """chi: `r.Route("/x", func(r chi.Router) {…})`, `r.Group(func(r …) {…})`, `r.Mount("/x", sub)`."""
        body = given[-1]
        prefix = self.project.text(given[0], file) if len(given) > 1 else Prefix()
        if name == "Mount" and len(given) == 2:
            child = self.of(body, file)
            if child and child != owner:
                self.graph.mount(Mount(owner, child, prefix, self._covering(owner)))
            return child is not None
        if body.kind() != "func_literal" or not parameters(body):
            return False
        self._child(owner, parameters(body)[0][0], file, prefix, OPEN)
        return True

    def _any(self, call: SgNode, name: str, owner: Key, given: list[SgNode], file: GoFile) -> None:
        """`HandleFunc("GET /x", h)`, `HandleFunc("/x", h).Methods("GET", "POST")`, `Handle("GET", "/x",
        h)`."""
        if name == "Handle" and len(given) >= 3 and not given[0].text().strip('"').startswith("/"):
            self._route(call, owner, given[0].text().strip('"').rsplit("Method", 1)[-1].upper(), given[1:], file)
            return
        for method in _stated_methods(call) or ["ANY"]:
            self._route(call, owner, method, given, file)

    def _route(self, call: SgNode, owner: Key, method: str, given: list[SgNode], file: GoFile) -> None:
        path = self.project.text(given[0], file)
        verb, _, rest = path.path.partition(" ")
        if rest and verb.isupper():
            method, path = verb, path._replace(path="/" + rest.strip().partition("/")[2])
        framework = self.graph.objects[owner].framework
        convert = braced_path if framework in {"chi", "gorilla", "net/http"} else colon_path
        own = convert(path.path.replace("{$}", ""))
        if framework == "net/http" and own.endswith("/") and own != "/":
            own += "{rest*}"
        guard = self._covering(owner).and_then(self._guards(given[1:], file))
        handler = given[-1].text().rsplit(".", 1)[-1] if given[-1].kind() != "func_literal" else ""
        fact = RouteFact(
            method, own, file.at(call), framework, handler[:60], guard.auth, guard.at, prefix_known=path.known
        )
        self.graph.route(owner, fact)

    def _hand_over(self, call: SgNode, given: list[SgNode], file: GoFile) -> None:
        """`registerRoutes(r)`, `v1.New(group)`: what the function does to its parameter, it does to the
        router."""
        for place, node in enumerate(given):
            if node.kind() not in {"identifier", "selector_expression", "call_expression"}:
                continue
            key = self.of(node, file)
            if key is None or key not in self.graph.objects:
                continue
            found = self.project.function(call, file)
            names = parameters(found.node) if found else []
            if found and place < len(names):
                child = self._parameter(Value(found.file, names[place][0]))
                if child and child != key:
                    self.graph.alias(key, child, self._covering(key))
            self._registered_at(call, key, given, file)

    def _registered_at(self, call: SgNode, key: Key, given: list[SgNode], file: GoFile) -> None:
        """A library's `RegisterAt(app, "/metrics")`."""
        callee = call.field("function")
        if callee is not None and callee.text().endswith("RegisterAt") and len(given) > 1:
            path = self.project.text(given[1], file)
            framework = self.graph.objects[key].framework
            guard = self._covering(key)
            fact = RouteFact("GET", path.path, file.at(call), framework, "", guard.auth, guard.at, True, path.known)
            self.graph.route(key, fact)

    def _health(self, call: SgNode, owner: Key, given: list[SgNode], file: GoFile) -> None:
        """Fiber's health check middleware serves two paths of its own."""
        for node in given:
            if node.text().startswith("healthcheck.New("):
                for path in ("/livez", "/readyz"):
                    self.graph.route(owner, RouteFact("GET", path, file.at(call), "fiber", "healthcheck", False))

    def _guards(self, nodes: list[SgNode], file: GoFile, depth: int = 0) -> Guard:
        """The guard among middlewares, by name; one of the project must turn somebody away."""
        guard = OPEN
        for node in nodes:
            name = node.field("function") if node.kind() == "call_expression" else node
            text = name.text() if name is not None and name.kind() != "func_literal" else ""
            found = self.project.function(node, file) if node.kind() == "call_expression" else None
            if suggests_auth(text) and (found is None or turns_away(found.node.text()) or refuses(found.node.text())):
                guard = guard.and_then(Guard(True, file.at(node)))
            elif node.kind() == "call_expression" and text and depth < MAX_HOPS:
                guard = guard.and_then(self._guards(_plain(node), file, depth + 1))
        return guard

    def _covering(self, owner: Key) -> Guard:
        guard = OPEN
        for active in self.active[owner]:
            guard = guard.and_then(active)
        return guard


def _plain(call: SgNode) -> list[SgNode]:
    """The arguments of a call but for functions written in place."""
    return [node for node in arguments(call) if node.kind() != "func_literal"]


def _taking_routers(file: GoFile) -> Iterator[str]:
    """The names of a file's functions that take a router: their callers are read too."""
    for function in file.functions:
        name = function.field("name")
        if name is not None and any(kind.lstrip("*") in TYPES for _, kind in parameters(function)):
            yield name.text()


def _default_mux(code: CodeIndex, file: GoFile) -> Key:
    """The default mux of net/http: one per program, taken as one per package."""
    return (f"{code.unit(file.path)}:http.DefaultServeMux", 0, 0)


def _position(call: SgNode) -> int:
    callee = call.field("function")
    field = callee.field("field") if callee is not None and callee.kind() == "selector_expression" else None
    return int((field or call).range().start.index)


def _methods(node: SgNode) -> list[str]:
    """The methods that stand first: `"GET"`, `http.MethodGet`, gin's `[]string{"GET", "HEAD"}`."""
    body = node.field("body") if node.kind() == "composite_literal" else None
    named = [node] if body is None else [each for each in body.named_children() if each.kind() != "comment"]
    return [each.text().strip('"').rsplit("Method", 1)[-1].upper() for each in named]


def _stated_methods(call: SgNode) -> list[str]:
    """The methods of gorilla's `.Methods(http.MethodGet, "POST")` after a route."""
    holder = call.parent()
    outer = holder.parent() if holder is not None and holder.kind() == "selector_expression" else None
    chained = selected(outer) if outer is not None else None
    if outer is None or chained is None or chained[1] != "Methods":
        return []
    return [node.text().strip('"').rsplit("Method", 1)[-1].upper() for node in arguments(outer)]
