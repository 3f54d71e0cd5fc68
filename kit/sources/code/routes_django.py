"""Routes of Django: URL configurations with their includes, class-based views, REST framework routers and
guards."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kit.sources.code.index import CodeIndex
from kit.sources.code.mounts import OPEN, Prefix, absolute, angle_path
from kit.sources.code.permissions_django import Asked
from kit.sources.code.python import Found, PythonProject
from kit.sources.code.python_module import (
    Function,
    PythonModule,
    argument,
    elements,
    keyword,
    last_name,
    literal_text,
)
from kit.sources.code.records import RouteFact
from kit.sources.code.views_django import View, Views

_EXTERNAL = {
    "django_prometheus.urls": (("GET", "metrics"),),
    "health_check.urls": (("GET", ""),),
    "django.contrib.auth.urls": (("ANY", "login/"), ("ANY", "logout/"), ("ANY", "password_reset/")),
}
"""The routes that well-known applications add where their URLs are included."""
_LISTING = {"ListModelMixin": "GET", "CreateModelMixin": "POST"}
_SINGLE = {"RetrieveModelMixin": "GET", "DestroyModelMixin": "DELETE"}
_LISTED = {"GET": "list", "POST": "create"}
_ACTIONS = {"GET": "retrieve", "PUT": "update", "PATCH": "partial_update", "DELETE": "destroy"}
"""What a viewset calls a request of each method: to the list, and to one item."""
MAX_DEPTH = 10
_ENTRIES = frozenset({"path", "re_path", "url"})


def django_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """The routes of every root URL configuration: those that a setting names, or that nothing includes."""
    reading = Django(code.once(PythonProject))
    yield from reading.routes()


class Django:
    """One reading of a project's URL configurations."""

    def __init__(self, project: PythonProject) -> None:
        self.project = project
        self.views = Views(project)
        self.included: set[str] = set()

    def routes(self) -> Iterator[RouteFact]:
        """All of them; a configuration that others include appears under their prefixes only."""
        modules = [m for m in self.project.modules("urlpatterns") if ((), "urlpatterns") in m.bindings]
        found = {m.path: list(self._module(m, Prefix(), 0, ())) for m in modules}
        named = self._roots()
        for module in modules:
            if module.path in named or (not named and module.path not in self.included):
                yield from found[module.path]
            elif module.path not in self.included:
                for fact in found[module.path]:
                    yield RouteFact(
                        fact.method,
                        fact.path,
                        fact.at,
                        "django",
                        fact.handler,
                        fact.auth,
                        fact.auth_at,
                        False,
                        False,
                    )

    def _roots(self) -> set[str]:
        """The files that `ROOT_URLCONF` names."""
        found = set()
        for module in self.project.modules("ROOT_URLCONF"):
            name = literal_text(module.bindings.get(((), "ROOT_URLCONF")))
            path = self.project.locate(module.path, name) if name else None
            found |= {path} if path else set()
        return found

    def _module(self, module: PythonModule, prefix: Prefix, depth: int, seen: tuple[str, ...]) -> Iterator[RouteFact]:
        if depth > MAX_DEPTH or module.path in seen:
            return
        values = [module.bindings.get(((), "urlpatterns"))]
        values += [n.value for n, s in module.all(ast.AugAssign) if not s and last_name(n.target) == "urlpatterns"]
        assigned = [
            n.value
            for n, s in module.all(ast.Assign)
            if not s and any(last_name(t) == "urlpatterns" for t in n.targets)
        ]
        for value in dict.fromkeys([*values, *assigned]):
            if value is not None:
                yield from self._patterns(value, module, prefix, depth, (*seen, module.path))

    def _patterns(
        self, node: ast.AST, module: PythonModule, prefix: Prefix, depth: int, seen: tuple[str, ...]
    ) -> Iterator[RouteFact]:
        """Every entry of a list, a sum of lists, a call around one, a router's `urls`."""
        if isinstance(node, ast.BinOp):
            for side in (node.left, node.right):
                yield from self._patterns(side, module, prefix, depth, seen)
        elif isinstance(node, ast.List | ast.Tuple):
            for item in node.elts:
                yield from self._entry(item, module, prefix, depth, seen)
        elif isinstance(node, ast.IfExp):
            yield from self._either(node, module, prefix, depth, seen)
        elif isinstance(node, ast.Call) and last_name(node) in _ENTRIES:
            yield from self._entry(node, module, prefix, depth, seen)
        elif isinstance(node, ast.Call):
            wrapped = node.args if last_name(node) in {"i18n_patterns", "format_suffix_patterns"} else []
            for item in wrapped:
                inner = self._patterns if isinstance(item, ast.List) else self._entry
                yield from inner(item, module, prefix, depth, seen)
        elif isinstance(node, ast.Attribute) and node.attr == "urls":
            yield from self._router(node.value, module, prefix)
        elif isinstance(node, ast.Name | ast.Attribute | ast.Starred):
            yield from self._named(node, module, prefix, depth, seen)

    def _either(
        self, node: ast.IfExp, module: PythonModule, prefix: Prefix, depth: int, seen: tuple[str, ...]
    ) -> Iterator[RouteFact]:
        """What is served whichever way the condition goes; the same path of both sides once."""
        found: dict[tuple[str, str], RouteFact] = {}
        for side in (node.orelse, node.body):
            for route in self._patterns(side, module, prefix, depth, seen):
                found.setdefault((route.method, route.path), route)
        yield from found.values()

    def _named(
        self,
        node: ast.Name | ast.Attribute | ast.Starred,
        module: PythonModule,
        prefix: Prefix,
        depth: int,
        seen: tuple[str, ...],
    ) -> Iterator[RouteFact]:
        """The patterns behind a name; those that another module calls `urlpatterns` are included by it, all of them."""
        target = node.value if isinstance(node, ast.Starred) else node
        found = self.project.resolve(target, module)
        if (
            found
            and found.module
            and found.node is not None
            and not isinstance(found.node, ast.Name)
            and depth < MAX_DEPTH
        ):
            if found.module is not module and found.node is found.module.bindings.get(((), "urlpatterns")):
                self.included.add(found.module.path)
                yield from self._module(found.module, prefix, depth + 1, seen)
                return
            yield from self._patterns(found.node, found.module, prefix, depth + 1, seen)

    def _entry(
        self, node: ast.AST, module: PythonModule, prefix: Prefix, depth: int, seen: tuple[str, ...]
    ) -> Iterator[RouteFact]:
        if isinstance(node, ast.Starred | ast.Name):
            yield from self._named(node, module, prefix, depth, seen)
            return
        if isinstance(node, ast.IfExp):
            yield from self._either(node, module, prefix, depth, seen)
            return
        if not isinstance(node, ast.Call) or last_name(node) not in _ENTRIES:
            return
        text = self._text(argument(node, 0, "route", "regex"), module)
        own = Prefix(angle_path(text.path) if last_name(node) == "path" else regex_path(text.path), text.known)
        whole = Prefix(f"{prefix.path}{own.path}", prefix.known and own.known)
        view = argument(node, 1, "view")
        if isinstance(view, ast.Call) and last_name(view) == "include":
            yield from self._include(view, module, whole, depth, seen)
        elif isinstance(view, ast.Attribute) and view.attr == "urls" and "admin" in ast.unparse(view):
            if not own.known:  # an unknown place with everything below it says nothing
                return
            path = absolute(f"{whole.path}{{path*}}")
            yield RouteFact("ANY", path, module.at(node), "django", "admin", True, module.at(node), True, whole.known)
        elif view is not None:
            found = self.views.of(view, module)
            for method in found.methods:
                yield self._fact(method, whole, node, module, found)

    def _text(self, node: ast.expr | None, module: PythonModule) -> Prefix:
        """A path; `settings.X` of `django.conf` is looked up in the project's settings."""
        text = self.project.text(node, module)
        if text.known or not isinstance(node, ast.Attribute):
            return text
        for settings in self.project.modules("INSTALLED_APPS", "ROOT_URLCONF"):
            value = settings.bindings.get(((), node.attr))
            found = self.project.text(value, settings) if value is not None else text
            if found.known:
                return found
        return text

    def _include(
        self, call: ast.Call, module: PythonModule, prefix: Prefix, depth: int, seen: tuple[str, ...]
    ) -> Iterator[RouteFact]:
        target = argument(call, 0, "arg")
        if isinstance(target, ast.Tuple) and target.elts:
            target = target.elts[0]
        name = literal_text(target)
        for method, path in _EXTERNAL.get(name or "", ()):
            yield RouteFact(
                method,
                absolute(prefix.path + path),
                module.at(call),
                "django",
                name or "",
                False,
                None,
                True,
                prefix.known,
            )
        if name is None and target is not None and not isinstance(target, ast.Name):
            yield from self._patterns(target, module, prefix, depth + 1, seen)
            return
        located = self.project.locate(module.path, name) if name else None
        inner = self.project.module(located) if located else None
        if name is None and target is not None:
            found = self.project.resolve(target, module)
            if found and found.module and found.node is not None:
                yield from self._patterns(found.node, found.module, prefix, depth + 1, seen)
                return
            inner = found.module if found else None
        if inner is not None:
            self.included.add(inner.path)
            yield from self._module(inner, prefix, depth + 1, seen)

    def _fact(self, method: str, path: Prefix, node: ast.AST, module: PythonModule, view: View) -> RouteFact:
        guard = view.guard_of(method)
        return RouteFact(
            method,
            absolute(path.path),
            module.at(node),
            "django",
            view.name,
            guard.auth,
            guard.at,
            True,
            path.known,
        )

    # REST framework routers

    def _router(self, node: ast.expr, module: PythonModule, prefix: Prefix) -> Iterator[RouteFact]:
        found = self.project.resolve(node, module)
        where = found.module if found and found.module else module
        for call, _ in where.all(ast.Call):
            func = call.func
            if isinstance(func, ast.Attribute) and func.attr == "register" and last_name(func.value) == last_name(node):
                yield from self._registered(call, where, prefix)

    def _registered(self, call: ast.Call, module: PythonModule, prefix: Prefix) -> Iterator[RouteFact]:
        text = self.project.text(argument(call, 0, "prefix"), module)
        base = Prefix(f"{prefix.path}{regex_path(text.path)}".rstrip("/"), prefix.known and text.known)
        found = self.project.resolve(argument(call, 1, "viewset"), module)
        if found is None or found.module is None or not isinstance(found.node, ast.ClassDef):
            yield self._fact("ANY", Prefix(f"{base.path}/", base.known), call, module, View([], OPEN, ""))
            return
        names = [b.rsplit(".", 1)[-1] for b in self.project.bases(found)]
        listing, single = _viewset_methods(found.node, names)
        lookup = literal_text(found.module.bindings.get(((*found.scope, found.node.name), "lookup_field"))) or "id"
        for method in listing:
            view = self._acting(found, names, _LISTED[method], method)
            yield self._fact(method, Prefix(f"{base.path}/", base.known), call, module, view)
        for method in single:
            view = self._acting(found, names, _ACTIONS[method], method)
            yield self._fact(method, Prefix(f"{base.path}/{{{lookup}}}/", base.known), call, module, view)
        yield from self._actions(found, found.node, found.module, names, base, lookup)

    def _acting(self, found: Found, names: list[str], action: str, method: str) -> View:
        """A viewset as it answers one of its actions."""
        return View([], self.views.class_guard(found, names, Asked(action, method)), getattr(found.node, "name", ""))

    def _actions(
        self, found: Found, node: ast.ClassDef, module: PythonModule, names: list[str], base: Prefix, lookup: str
    ) -> Iterator[RouteFact]:
        """`@action(detail=True, methods=["post"], url_path="x")`."""
        for function in node.body:
            for decorator in function.decorator_list if isinstance(function, Function) else ():
                if not isinstance(decorator, ast.Call) or last_name(decorator) != "action":
                    continue
                detail = keyword(decorator, "detail")
                single = isinstance(detail, ast.Constant) and detail.value is True
                path = literal_text(keyword(decorator, "url_path")) or str(getattr(function, "name", ""))
                stated = keyword(decorator, "permission_classes")
                whole = Prefix(f"{base.path}/{f'{{{lookup}}}/' if single else ''}{regex_path(path)}/", base.known)
                methods = [literal_text(m) for m in elements(keyword(decorator, "methods"))]
                for method in [m.upper() for m in methods if m] or ["GET"]:
                    view = self._acting(found, names, str(getattr(function, "name", "")), method)
                    own = view._replace(guard=self.views.permission(stated, module)) if stated is not None else view
                    yield self._fact(method, whole, decorator, module, own)


def _viewset_methods(node: ast.ClassDef, names: list[str]) -> tuple[list[str], list[str]]:
    """The methods on the list's path and on one item's, by the mixins and the functions of a viewset."""
    own = {f.name for f in node.body if isinstance(f, Function)}
    if "ModelViewSet" in names:
        return ["GET", "POST"], ["GET", "PUT", "PATCH", "DELETE"]
    if "ReadOnlyModelViewSet" in names:
        return ["GET"], ["GET"]
    listing = [verb for mixin, verb in _LISTING.items() if mixin in names]
    single = [verb for mixin, verb in _SINGLE.items() if mixin in names]
    single += ["PUT", "PATCH"] if "UpdateModelMixin" in names else []
    listing += [verb for name, verb in {"list": "GET", "create": "POST"}.items() if name in own and verb not in listing]
    written = {"retrieve": "GET", "update": "PUT", "partial_update": "PATCH", "destroy": "DELETE"}
    single += [verb for name, verb in written.items() if name in own and verb not in single]
    return listing, single


def regex_path(pattern: str) -> str:
    """`^users/(?P<pk>\\d+)/$` as `users/{pk}/`; an unnamed group is `{param}`."""
    pattern = pattern.removeprefix("^").removesuffix("$").removesuffix("\\Z").removeprefix("\\A")
    path, depth, start = "", 0, 0
    for position, character in enumerate(pattern):
        if character == "(" and not _escaped(pattern, position):
            start = position if depth == 0 else start
            depth += 1
        elif character == ")" and depth and not _escaped(pattern, position):
            depth -= 1
            if depth == 0:
                name = re.match(r"\(\?P<(\w+)>", pattern[start:])
                path += f"{{{name[1] if name else 'param'}}}" if not pattern.startswith("(?:", start) else ""
        elif depth == 0:
            path += character
    return re.sub(r"\\([./-])", r"\1", path).replace("/?", "/")


def _escaped(text: str, position: int) -> bool:
    return position > 0 and text[position - 1] == "\\"
