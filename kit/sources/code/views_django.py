"""Django's views: the methods that each answers and what guards it."""

from __future__ import annotations

import ast
from typing import NamedTuple

from kit.sources.code.guards_python import PythonGuards
from kit.sources.code.mounts import OPEN, Guard
from kit.sources.code.permissions_django import Asked, permissions_for
from kit.sources.code.python import Found, PythonProject
from kit.sources.code.python_module import Function, PythonModule, Scope, elements, last_name, literal_text
from kit.sources.code.words import suggests_auth
from kit.sources.tree.classify import environment_of

_VERBS = frozenset(["get", "post", "put", "patch", "delete", "head", "options"])
_READING = {"TemplateView": ["GET"], "ListView": ["GET"], "DetailView": ["GET"], "RedirectView": ["GET"]}
_READING |= {
    "ListAPIView": ["GET"],
    "RetrieveAPIView": ["GET"],
    "CreateAPIView": ["POST"],
    "DestroyAPIView": ["DELETE"],
}
_READING |= {"ListCreateAPIView": ["GET", "POST"], "UpdateAPIView": ["PUT", "PATCH"]}
_READING |= {"CreateView": ["GET", "POST"], "UpdateView": ["GET", "POST"], "FormView": ["GET", "POST"]}
_READING |= {"RetrieveUpdateAPIView": ["GET", "PUT", "PATCH"], "RetrieveDestroyAPIView": ["GET", "DELETE"]}
_READING |= {"RetrieveUpdateDestroyAPIView": ["GET", "PUT", "PATCH", "DELETE"], "DeleteView": ["GET", "POST"]}
_MIXINS = frozenset(["LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin", "StaffuserRequiredMixin"])
_OPEN_PERMISSIONS = frozenset(["AllowAny"])


MAX_BASES = 10
"""How far permissions are looked for in what a class is made of."""


class View(NamedTuple):
    """What answers at a path: its methods and its guard."""

    methods: list[str]
    guard: Guard
    name: str
    guards: tuple[tuple[str, Guard], ...] = ()
    """Those of single methods, where they differ."""

    def guard_of(self, method: str) -> Guard:
        """What is asked of who calls with the method."""
        return dict(self.guards).get(method, self.guard)


class Views:
    """Answers for one project what a view is."""

    def __init__(self, project: PythonProject) -> None:
        self.project = project
        self.guards = PythonGuards(project)
        self.default = self._default_permission()

    def of(self, node: ast.expr, module: PythonModule) -> View:
        """A function, `View.as_view()`, or one wrapped: `login_required(view)`."""
        if isinstance(node, ast.Call) and last_name(node) == "as_view" and isinstance(node.func, ast.Attribute):
            found = self.project.resolve(node.func.value, module)
            if found and found.module and isinstance(found.node, ast.ClassDef):
                return self._class_view(found, found.node)
            name = last_name(node.func.value)
            return View(_READING.get(name, ["ANY"]), OPEN, name)
        if isinstance(node, ast.Call):
            inner = next((a for a in node.args if isinstance(a, ast.Name | ast.Attribute | ast.Call)), None)
            view = self.of(inner, module) if inner is not None else View(["ANY"], OPEN, last_name(node))
            return view._replace(guard=self.guards.of_decorators([node], module, ()).and_then(view.guard))
        found = self.project.resolve(node, module)
        if found and found.module and isinstance(found.node, Function):
            return self._function_view(found.node, found.module, found.scope)
        return View(["ANY"], OPEN, last_name(node))

    def _function_view(self, node: Function, module: PythonModule, scope: Scope) -> View:
        methods, rest = ["ANY"], False
        guard = self.guards.of_decorators(node.decorator_list, module, scope)
        for decorator in node.decorator_list:
            name = last_name(decorator)
            if name in {"api_view", "require_http_methods"} and isinstance(decorator, ast.Call):
                listed = [literal_text(item) for item in elements(decorator.args[0] if decorator.args else None)]
                methods, rest = [m.upper() for m in listed if m] or ["GET"], rest or name == "api_view"
            elif name in {"require_GET", "require_safe"}:
                methods = ["GET"]
            elif name == "require_POST":
                methods = ["POST"]
            elif name == "permission_classes" and isinstance(decorator, ast.Call) and decorator.args:
                return View(methods, self.permission(decorator.args[0], module), node.name)
        if not guard.auth:
            guard = self.default if rest else self.guards.of_body(node, module, node.name)
        return View(methods, guard, node.name)

    def _class_view(self, found: Found, node: ast.ClassDef) -> View:
        names = [base.rsplit(".", 1)[-1] for base in self.project.bases(found)]
        own = [f.name.upper() for f in node.body if isinstance(f, Function) and f.name in _VERBS]
        methods = own or next((_READING[name] for name in names if name in _READING), ["ANY"])
        guards = tuple((method, self.class_guard(found, names, Asked("", method))) for method in methods)
        return View(methods, guards[0][1], node.name, guards)

    def class_guard(self, found: Found, names: list[str], asked: Asked) -> Guard:
        """What guards a class-based view: permissions, mixins, decorators, else the framework's default.

        `names` are those of the classes that it is made of, `asked` the request.
        """
        node, module = found.node, found.module
        if not isinstance(node, ast.ClassDef) or module is None:
            return OPEN
        answering = self._answering(found, 0)
        if answering is not None:
            function, where = answering
            answer = permissions_for(function, asked)
            if not answer.sure:
                return Guard(None, where.at(function))
            if answer.node is not None:
                return self.permission(answer.node, where)
        stated = self._stated(found, 0)
        if stated is not None:
            return self.permission(*stated)
        if set(names) & _MIXINS or any(name.endswith("RequiredMixin") and suggests_auth(name) for name in names):
            return Guard(True, module.at(node))
        guard = self.guards.of_decorators(_handed(node.decorator_list), module, found.scope)
        if guard.auth:
            return guard
        rest = any(name.endswith(("APIView", "ViewSet")) for name in names)
        return self.default if rest else OPEN

    def _stated(self, found: Found, depth: int) -> tuple[ast.AST, PythonModule] | None:
        """The permissions that a class states, or the first of the project's classes that it is made of."""
        node, module = found.node, found.module
        if not isinstance(node, ast.ClassDef) or module is None or depth > MAX_BASES:
            return None
        own = module.bindings.get(((*found.scope, node.name), "permission_classes"))
        if own is not None:
            return own, module
        bases = (self.project.resolve(base, module, found.scope) for base in node.bases)
        return next((given for base in bases if base and (given := self._stated(base, depth + 1))), None)

    def _answering(self, found: Found, depth: int) -> tuple[Function, PythonModule] | None:
        """`get_permissions` of a class, or of the first of the project's classes that it is made of."""
        node, module = found.node, found.module
        if not isinstance(node, ast.ClassDef) or module is None or depth > MAX_BASES:
            return None
        own = next((f for f in node.body if isinstance(f, Function) and f.name == "get_permissions"), None)
        if own is not None:
            return own, module
        bases = (self.project.resolve(base, module, found.scope) for base in node.bases)
        return next((given for base in bases if base and (given := self._answering(base, depth + 1))), None)

    def permission(self, node: ast.AST, module: PythonModule) -> Guard:
        """`[IsAuthenticated]` guards, `[AllowAny]` and an empty list do not; one's own says so by its name or
        not."""
        names = [last_name(item.left if isinstance(item, ast.BinOp) else item) for item in elements(node)]
        if not names or any(name in _OPEN_PERMISSIONS for name in names):
            return OPEN
        doubtful = all(name.endswith("OrReadOnly") for name in names)
        return Guard(None if doubtful else True, module.at(node))

    def _default_permission(self) -> Guard:
        """What REST framework asks of every view that says nothing: `DEFAULT_PERMISSION_CLASSES`, of the settings for
        production where several modules state it."""
        stated = self.project.modules("DEFAULT_PERMISSION_CLASSES")
        for module in sorted(stated, key=lambda m: _NEAR_USERS.index(environment_of(m.path))):
            setting = module.bindings.get(((), "REST_FRAMEWORK"))
            if isinstance(setting, ast.Dict):
                for key, value in zip(setting.keys, setting.values, strict=True):
                    if literal_text(key) == "DEFAULT_PERMISSION_CLASSES":
                        names = [(literal_text(item) or last_name(item)).rsplit(".", 1)[-1] for item in elements(value)]
                        closed = names and not any(name in _OPEN_PERMISSIONS for name in names)
                        doubtful = all(name.endswith("OrReadOnly") for name in names)
                        return Guard(None if doubtful else True, module.at(value)) if closed else OPEN
        return OPEN


_NEAR_USERS = ("production", "unknown", "staging", "test", "development")
"""The environments that settings are for, the nearest to users first."""


def _handed(decorators: list[ast.expr]) -> list[ast.expr]:
    """The decorators, those inside of `method_decorator(login_required, name="dispatch")` too."""
    inner = [d.args[0] for d in decorators if isinstance(d, ast.Call) and last_name(d) == "method_decorator" and d.args]
    return [*decorators, *inner]
