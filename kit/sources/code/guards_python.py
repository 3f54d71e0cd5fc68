"""What guards a Python route: dependencies, decorators, hooks that refuse callers they do not know."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from kit.sources.code.mounts import OPEN, Guard
from kit.sources.code.python import Found, PythonProject
from kit.sources.code.python_module import (
    Function,
    PythonModule,
    Scope,
    elements,
    keyword,
    last_name,
    literal_text,
)
from kit.sources.code.words import demands, reads_credentials, refuses, suggests_auth, turns_away, words_of

MAX_HOPS = 6

_SCHEMES = frozenset({
    "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "HTTPBearer", "HTTPBasic", "HTTPDigest",
    "APIKeyHeader", "APIKeyQuery", "APIKeyCookie", "OpenIdConnect", "JWTBearer",
})  # fmt: skip
_DEPENDS = frozenset({"Depends", "Security"})
_LOGIN = frozenset({
    "login", "signin", "signup", "register", "token", "logout", "password", "auth", "oauth", "callback",
    "refresh",
})  # fmt: skip


def suggests_login(path: str) -> bool:
    """True where a route is itself the way in: it answers 401 without being guarded."""
    return bool(set(words_of(path)) & _LOGIN)


class PythonGuards:
    """Answers for one project what an expression, a parameter list or a decorator guards."""

    def __init__(self, project: PythonProject) -> None:
        self.project = project
        self._seen: dict[ast.AST, bool] = {}

    def of_dependencies(self, node: ast.AST | None, module: PythonModule, scope: Scope) -> Guard:
        """`dependencies=[Depends(...), Security(...)]`, also where the list is a name, or what a function makes."""
        if isinstance(node, ast.Name | ast.Attribute):
            found = self.project.resolve(node, module, scope)
            if found and found.module and isinstance(found.node, ast.List | ast.Tuple | ast.Call | ast.IfExp):
                return self.of_dependencies(found.node, found.module, found.scope)
        if isinstance(node, ast.IfExp):
            return _doubted(first_guard(self.of_dependencies(side, module, scope) for side in (node.body, node.orelse)))
        if isinstance(node, ast.Call) and last_name(node) not in _DEPENDS:
            return self._of_made(node, module, scope)
        return first_guard(self._of_dependency(item, module, scope) for item in elements(node))

    def _of_made(self, call: ast.Call, module: PythonModule, scope: Scope) -> Guard:
        """A list of dependencies that a function of the project makes: which of them, its conditions decide."""
        found = self.project.resolve(call.func, module, scope)
        if found is None or found.module is None or not isinstance(found.node, Function):
            return OPEN
        inside, where = (*found.scope, found.node.name), found.module
        calls = (n for n in ast.walk(found.node) if isinstance(n, ast.Call) and last_name(n) in _DEPENDS)
        return _doubted(first_guard(self._of_dependency(each, where, inside) for each in calls))

    def of_parameters(self, function: Function, module: PythonModule, scope: Scope, hops: int = 0) -> Guard:
        """What the parameters of a FastAPI handler or dependency depend on."""
        arguments = function.args
        plain = [*arguments.posonlyargs, *arguments.args]
        defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
        pairs = [
            *zip(plain, defaults, strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        sought = [node for arg, default in pairs for node in (arg.annotation, default) if node is not None]
        return first_guard(self._of_parameter(node, module, scope, hops) for node in sought)

    def of_decorators(self, nodes: Iterable[ast.expr], module: PythonModule, scope: Scope) -> Guard:
        """`@login_required`, `@jwt_required()`, or one of the project's own that answers 401."""
        return first_guard(self._of_decorator(node, module, scope) for node in nodes)

    def of_attributes(self, scope: Scope, module: PythonModule) -> Guard:
        """What the class that holds a handler depends on: `user: User = Depends(current_user)`, those above it too."""
        found = self.project.lookup(scope[-1], module, scope[:-1]) if scope else None
        return first_guard(self._of_fields(each) for each in self._lineage(found))

    def _of_fields(self, found: Found) -> Guard:
        if found.module is None or not isinstance(found.node, ast.ClassDef):
            return OPEN
        inside = (*found.scope, found.node.name)
        fields = [item for item in found.node.body if isinstance(item, ast.AnnAssign)]
        sought = [node for item in fields for node in (item.annotation, item.value) if node is not None]
        return first_guard(self._of_parameter(node, found.module, inside, 0) for node in sought)

    def of_router_class(self, found: Found | None) -> Guard:
        """What a router's own class makes it depend on: `super().__init__(dependencies=[Depends(f)])`."""
        for each in self._lineage(found):
            for call in ast.walk(each.node) if each.node is not None else ():
                if isinstance(call, ast.Call) and last_name(call) == "__init__" and each.module is not None:
                    guard = self.of_dependencies(keyword(call, "dependencies"), each.module, each.scope)
                    if guard.auth:
                        return guard
        return OPEN

    def _lineage(self, found: Found | None, hops: int = 0) -> Iterator[Found]:
        """A class of the project and those that it stands on."""
        if found is None or found.module is None or not isinstance(found.node, ast.ClassDef) or hops > MAX_HOPS:
            return
        yield found
        for base in found.node.bases:
            plain = base.value if isinstance(base, ast.Subscript) else base
            yield from self._lineage(self.project.resolve(plain, found.module, found.scope), hops + 1)

    def of_hook(self, function: Function, module: PythonModule) -> Guard:
        """A function that runs before every request of a blueprint or application."""
        decorated = self.of_decorators(function.decorator_list, module, ())
        if decorated.auth:
            return decorated
        refusing = suggests_auth(function.name) or refuses(module.text(function))
        return Guard(True, module.at(function)) if refusing else OPEN

    def of_body(self, function: ast.AST, module: PythonModule, path: str) -> Guard:
        """A handler that refuses by itself leaves a doubt, unless it is the way in."""
        text = module.text(function)
        doubtful = (refuses(text) or reads_credentials(text)) and not suggests_login(path)
        return Guard(None, module.at(function)) if doubtful else OPEN

    def is_refusing_middleware(self, node: ast.AST, module: PythonModule, scope: Scope) -> bool:
        """True for a middleware that turns callers away; one that only notes who calls does not."""
        found = self.project.resolve(node, module, scope)
        if found and found.module and found.node is not None:
            return refuses(found.module.text(found.node))
        return suggests_auth(last_name(node)) and last_name(node) != "AuthenticationMiddleware"

    def is_guard(self, node: ast.AST | None, module: PythonModule, scope: Scope, hops: int = 0) -> bool:
        """True where a dependency's callable asks who the caller is: by its name, its kind, its own
        dependencies, or by answering 401."""
        if node is None or hops > MAX_HOPS:
            return False
        found = self.project.resolve(node, module, scope)
        if found is None or found.module is None or found.node is None:
            return last_name(node) in _SCHEMES or suggests_auth(_spelled(node))
        if found.node not in self._seen:
            self._seen[found.node] = False  # a dependency that depends on itself guards nothing
            self._seen[found.node] = self._definition_guards(found, _spelled(node), hops)
        return self._seen[found.node]

    def _definition_guards(self, found: Found, name: str, hops: int) -> bool:
        module, node = found.module, found.node
        if module is None:
            return False
        if isinstance(node, ast.Call):
            return self._call_guards(node, module, found.scope, name)
        if isinstance(node, Function):
            text = module.text(node)
            inside = (*found.scope, node.name)
            if self.of_parameters(node, module, inside, hops + 1).auth or self._makes_guard(node, module, inside, hops):
                return True
            return (refuses(text) and not _lenient(name)) or (suggests_auth(name) and turns_away(text))
        if isinstance(node, ast.ClassDef):
            scheme = any(base.rsplit(".", 1)[-1] in _SCHEMES for base in self.project.bases(found))
            return (
                scheme or suggests_auth(name) or refuses(module.text(node)) or self._asks_when_called(found, node, hops)
            )
        return suggests_auth(name)

    def _makes_guard(self, node: Function, module: PythonModule, inside: Scope, hops: int) -> bool:
        """Whether a function makes a dependency that guards: one written within it, or what another makes."""
        nested = [f for f in node.body if isinstance(f, Function)]
        given = [r.value for r in ast.walk(node) if isinstance(r, ast.Return) and isinstance(r.value, ast.Call)]
        return any(self.of_parameters(f, module, (*inside, f.name), hops + 1).auth for f in nested) or (
            hops < MAX_HOPS and any(self.is_guard(call.func, module, inside, hops + 1) for call in given)
        )

    def _asks_when_called(self, found: Found, node: ast.ClassDef, hops: int) -> bool:
        """Whether what FastAPI calls of a class depends on a guard: its making, or an instance that is called."""
        called = [f for f in node.body if isinstance(f, Function) and f.name in {"__call__", "__init__"}]
        inside = (*found.scope, node.name)
        return found.module is not None and any(
            self.of_parameters(f, found.module, inside, hops + 1).auth for f in called
        )

    def _call_guards(self, node: ast.Call, module: PythonModule, scope: Scope, name: str) -> bool:
        """`oauth2 = OAuth2PasswordBearer(...)`, `RoleChecker("admin")`; `auto_error=False` lets everyone
        in."""
        lenient = keyword(node, "auto_error")
        if isinstance(lenient, ast.Constant) and lenient.value is False:
            return False
        kind = last_name(node)
        return (
            kind in _SCHEMES or suggests_auth(kind) or suggests_auth(name) or self.is_guard(node.func, module, scope, 1)
        )

    def _of_dependency(self, node: ast.AST | None, module: PythonModule, scope: Scope, hops: int = 0) -> Guard:
        """`Depends(f)`, `Depends(RoleChecker("admin"))` or `Security(f)`."""
        if not isinstance(node, ast.Call) or hops > MAX_HOPS:
            return OPEN
        kind = last_name(node)
        if kind not in _DEPENDS:
            return OPEN
        target = node.args[0] if node.args else keyword(node, "dependency")
        if isinstance(target, ast.Call):
            guarding = self._call_guards(target, module, scope, "") and not _lenient(last_name(target))
        else:
            guarding = self.is_guard(target, module, scope, hops)
        guarding = guarding or (kind == "Security" and target is not None and not _lenient(_spelled(target)))
        if guarding:
            return Guard(True, module.at(node))
        asks = target is not None and not _lenient(_spelled(target)) and demands(_spelled(target))
        return Guard(None, module.at(node)) if asks else OPEN

    def _of_parameter(self, node: ast.AST, module: PythonModule, scope: Scope, hops: int) -> Guard:
        """An annotation (`Annotated[..., Depends(f)]`, or a name for one) or a default (`Depends(f)`)."""
        if hops > MAX_HOPS:
            return OPEN
        if isinstance(node, ast.Call):
            return self._of_dependency(node, module, scope, hops)
        if isinstance(node, ast.Subscript):
            inner = elements(node.slice)
            if last_name(node.value) != "Annotated":
                return OPEN
            if len(inner) > 1 and isinstance(inner[1], ast.Call) and inner[1].args:
                return first_guard(self._of_dependency(item, module, scope, hops) for item in inner[1:])
            depends = isinstance(inner[-1], ast.Call) and last_name(inner[-1]) in _DEPENDS
            return (
                Guard(True, module.at(node)) if depends and self.is_guard(inner[0], module, scope, hops + 1) else OPEN
            )
        if isinstance(node, ast.Name | ast.Attribute):
            found = self.project.resolve(node, module, scope)
            if found and found.module and isinstance(found.node, ast.Subscript):
                guard = self._of_parameter(found.node, found.module, found.scope, hops + 1)
                return Guard(True, module.at(node)) if guard.auth else OPEN
        return OPEN

    def _of_decorator(self, node: ast.expr, module: PythonModule, scope: Scope) -> Guard:
        if isinstance(node, ast.Call) and _lenient_call(node):
            return OPEN
        target = node.func if isinstance(node, ast.Call) else node
        found = self.project.resolve(target, module, scope)
        if found and found.module and isinstance(found.node, Function):
            text = found.module.text(found.node)
            guarding = refuses(text) or (suggests_auth(found.node.name) and turns_away(text))
        else:
            guarding = suggests_auth(_spelled(node))
        return Guard(True, module.at(node)) if guarding else OPEN


def _doubted(guard: Guard) -> Guard:
    """A guard that a condition may leave out."""
    return guard._replace(auth=None) if guard.auth else guard


def first_guard(guards: Iterable[Guard]) -> Guard:
    """The guard of several that are all asked."""
    result = OPEN
    for guard in guards:
        result = result.and_then(guard)
    return result


def _spelled(node: ast.AST) -> str:
    """The dotted name as written: `auth.login_required`."""
    if isinstance(node, ast.Call):
        return _spelled(node.func)
    if isinstance(node, ast.Attribute):
        return f"{_spelled(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _lenient(name: str) -> bool:
    return bool(set(words_of(name)) & {"optional", "optionally", "maybe", "anonymous"})


def _lenient_call(node: ast.Call) -> bool:
    """`@jwt_required(optional=True)`."""
    value = keyword(node, "optional")
    return (isinstance(value, ast.Constant) and value.value is True) or literal_text(value) == "optional"
