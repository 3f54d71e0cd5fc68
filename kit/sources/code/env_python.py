"""The environment that Python reads: `os.environ`, decouple, environ, environs, command-line options,
wrappers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from kit.sources.code.env_settings import settings_reads
from kit.sources.code.index import CodeIndex
from kit.sources.code.python import Found, PythonProject
from kit.sources.code.python_module import (
    Function,
    PythonModule,
    Scope,
    argument,
    keyword,
    last_name,
    literal_text,
)
from kit.sources.code.records import EnvReadFact

NEEDLES = (
    "environ",
    "getenv",
    "Settings",
    "decouple",
    "Env(",
    "envvar",
    "dj_database_url",
    "starlette.config",
)
_CONFIGS: tuple[str, ...] = (
    "environ.Env",
    "environs.Env",
    "environ.FileAwareEnv",
    "starlette.config.Config",
    "decouple.Config",
)
_CONFIGS += ("environs.env", "starlette.config")
_NO_READS = frozenset(["read_env", "read_envfile", "prefixed", "seal", "parser_for", "dump", "add_parser"])
_IMPLIED = {"db": "DATABASE_URL", "db_url": "DATABASE_URL", "cache": "CACHE_URL", "cache_url": "CACHE_URL"}
_IMPLIED |= {
    "email": "EMAIL_URL",
    "email_url": "EMAIL_URL",
    "dj_db_url": "DATABASE_URL",
    "search_url": "SEARCH_URL",
}
_FALLBACKS = frozenset(["default", "fallback", "default_value"])
_NEEDS_TEXT = frozenset(["int", "float", "Decimal", "UUID", "Path", "urlparse", "loads", "b64decode", "literal_eval"])


class Reader(NamedTuple):
    """A function of the project that reads the variable named by its argument number `place`."""

    required: bool | None
    place: int
    name: str
    default_place: int | None
    default_name: str
    demanded_by: str = ""
    """The argument without which it does not raise, as `required=True`."""


def python_env(code: CodeIndex) -> Iterator[EnvReadFact]:
    """Every variable that production Python reads."""
    return PythonEnv(code.once(PythonProject)).reads()


class PythonEnv:
    """One reading of a project: direct reads, then calls of the functions that wrap one."""

    def __init__(self, project: PythonProject) -> None:
        self.project = project
        self.readers: dict[ast.AST, Reader] = {}

    def reads(self) -> Iterator[EnvReadFact]:
        """All of them, file by file."""
        for module in self.project.modules(*NEEDLES):
            for call, scope in module.all(ast.Call):
                yield from self._call(call, module, scope)
            for node, scope in module.all(ast.Subscript):
                yield from self._subscript(node, module, scope)
            for test, scope in module.all(ast.Compare):
                yield from self._membership(test, module, scope)
            yield from settings_reads(self.project, module)
        yield from self._wrapped()

    def _call(self, call: ast.Call, module: PythonModule, scope: Scope) -> Iterator[EnvReadFact]:
        origin = self.project.origin(call.func, module, scope)
        if origin in {"os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop"}:
            yield from self._read(call, argument(call, 0, "key"), argument(call, 1, "default"), module, scope)
        elif origin in {"decouple.config", "decouple.AutoConfig"}:
            yield from self._configured(call, module, scope, "")
        elif origin == "dj_database_url.config":
            name = literal_text(keyword(call, "env")) or "DATABASE_URL"
            default = literal_text(argument(call, 0, "default"))
            yield EnvReadFact(name, module.at(call), False if default else None, default)
        elif last_name(call.func) in {"Env", "FileAwareEnv"} and "environ" in origin:
            yield from self._scheme(call, module)
        elif literal_text(keyword(call, "envvar")):
            yield self._option(call, module)
        else:
            yield from self._of_config(call, module, scope)

    def _subscript(self, node: ast.Subscript, module: PythonModule, scope: Scope) -> Iterator[EnvReadFact]:
        if not isinstance(node.ctx, ast.Load) or self.project.origin(node.value, module, scope) != "os.environ":
            return
        required = not _tolerated(node, module)
        yield from self._named(node, node.slice, required or None, None, None, module, scope)

    def _membership(self, node: ast.Compare, module: PythonModule, scope: Scope) -> Iterator[EnvReadFact]:
        """`"X" in os.environ`: the program copes with either."""
        tests_in = len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn)
        if tests_in and self.project.origin(node.comparators[0], module, scope) == "os.environ":
            yield from self._named(node, node.left, False, None, None, module, scope)

    def _read(
        self,
        call: ast.Call,
        name: ast.expr | None,
        default: ast.expr | None,
        module: PythonModule,
        scope: Scope,
    ) -> Iterator[EnvReadFact]:
        given = default if default is not None else _alternative(call, module)
        nothing = given is None or (isinstance(given, ast.Constant) and given.value is None)
        empty = isinstance(given, ast.Constant) and given.value == ""
        taken_apart = isinstance(module.parents.get(call), ast.Attribute | ast.Subscript)  # "" has methods, too
        demanded = _demanded(call, module, scope)
        required = demanded if nothing else empty and not taken_apart and demanded is True
        fallback = None if nothing or required else given
        yield from self._named(call, name, required, fallback, default, module, scope)

    def _named(
        self,
        node: ast.expr,
        name: ast.expr | None,
        required: bool | None,
        default: ast.expr | None,
        fallback: ast.expr | None,
        module: PythonModule,
        scope: Scope,
    ) -> Iterator[EnvReadFact]:
        """The read of a variable whose name can be told; one named by a parameter makes its function a
        reader."""
        text = self.project.text(name, module, scope)
        if name is not None and text.known and text.path:
            needed = required and (None if _conditional(node, module) else True)
            yield EnvReadFact(text.path, module.at(node), needed, self._default(default, module, scope))
        elif isinstance(name, ast.Name):
            found = self.project.lookup(name.id, module, scope)
            if found and isinstance(found.node, ast.arg):
                needed = required and (None if _branch_or_function(node, module).__class__ is ast.If else True)
                self._note_reader(found, needed, fallback, module)

    def _note_reader(
        self, found: Found, required: bool | None, fallback: ast.expr | None, module: PythonModule
    ) -> None:
        function = module.parents.get(module.parents.get(found.node)) if found.node is not None else None  # type: ignore[arg-type]
        if not isinstance(function, Function) or not isinstance(found.node, ast.arg):
            return
        names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
        names = names[1:] if names[:1] in (["self"], ["cls"]) else names
        other = fallback.id if isinstance(fallback, ast.Name) and fallback.id in names else ""
        other = other or next((name for name in names if name in _FALLBACKS), "")
        if found.node.arg in names:
            raises = [n for n in ast.walk(function) if isinstance(n, ast.Raise)]
            gates = [_gate(n, function, module) for n in raises]
            needed = True if "" in gates and not other else None if any(gates) else required
            place, gate = names.index(found.node.arg), next(filter(None, gates), "")
            default_place = names.index(other) if other else None
            self.readers[function] = Reader(needed, place, found.node.arg, default_place, other, gate)

    def _wrapped(self) -> Iterator[EnvReadFact]:
        names = {node.name for node in self.readers if isinstance(node, Function)}
        for module in self.project.modules(*names) if names else ():
            for call, scope in module.all(ast.Call):
                if last_name(call.func) in names:
                    found = self.project.resolve(call.func, module, scope)
                    reader = self.readers.get(found.node) if found and found.node is not None else None
                    if reader:
                        yield from self._by_reader(call, reader, module, scope)

    def _by_reader(self, call: ast.Call, reader: Reader, module: PythonModule, scope: Scope) -> Iterator[EnvReadFact]:
        text = self.project.text(argument(call, reader.place, reader.name), module, scope)
        default = (
            argument(call, reader.default_place, reader.default_name) if reader.default_place is not None else None
        )
        if text.known and text.path:
            demanded = keyword(call, reader.demanded_by) if reader.demanded_by else None
            demands = reader.required or (isinstance(demanded, ast.Constant) and demanded.value is True)
            needed = (None if _conditional(call, module) else True) if demands else reader.required
            required = False if default is not None else needed
            yield EnvReadFact(text.path, module.at(call), required, self._default(default, module, scope))

    # libraries

    def _configured(self, call: ast.Call, module: PythonModule, scope: Scope, kind: str) -> Iterator[EnvReadFact]:
        """`config("X", default=…)`, `env.int("X", 3)`: without a default it raises."""
        name = self.project.text(argument(call, 0, "var", "key", "name"), module, scope)
        path = name.path if name.known and name.path else _IMPLIED.get(kind, "")
        default = keyword(call, "default")
        if default is None and kind and kind not in _IMPLIED and len(call.args) > 1:
            default = call.args[1]
        if path and (name.known or not call.args):
            required = default is None and (None if _conditional(call, module) else True)
            yield EnvReadFact(path, module.at(call), required, self._default(default, module, scope))

    def _of_config(self, call: ast.Call, module: PythonModule, scope: Scope) -> Iterator[EnvReadFact]:
        method = call.func if isinstance(call.func, ast.Attribute) else None
        func, kind = (method.value, method.attr) if method else (call.func, "")
        if kind in _NO_READS or not isinstance(func, ast.Name):
            return
        found = self.project.resolve(func, module, scope)
        if found is None:
            return
        made = found.node
        origin = found.origin
        if isinstance(made, ast.Call) and found.module:
            origin = self.project.origin(made.func, found.module, found.scope)
        if origin in _CONFIGS:
            yield from self._configured(call, module, scope, kind)

    def _scheme(self, call: ast.Call, module: PythonModule) -> Iterator[EnvReadFact]:
        """`environ.Env(DEBUG=(bool, False))` gives defaults ahead."""
        for item in call.keywords:
            if item.arg and isinstance(item.value, ast.Tuple) and len(item.value.elts) == 2:
                yield EnvReadFact(item.arg, module.at(item.value), False, plain(item.value.elts[1]))

    def _option(self, call: ast.Call, module: PythonModule) -> EnvReadFact:
        name = literal_text(keyword(call, "envvar")) or ""
        demanded = keyword(call, "required")
        required = isinstance(demanded, ast.Constant) and demanded.value is True
        return EnvReadFact(name, module.at(call), required, plain(keyword(call, "default")))

    def _default(self, node: ast.expr | None, module: PythonModule, scope: Scope) -> str | None:
        if node is None:
            return None
        text = self.project.text(node, module, scope)
        return text.path if text.known and not isinstance(node, ast.Constant) else plain(node)


def plain(node: ast.AST | None) -> str | None:
    """A literal as the text that an environment would give for it; None for anything else."""
    if not isinstance(node, ast.Constant) or node.value is None or isinstance(node.value, bytes):
        return None
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)


def _alternative(node: ast.expr, module: PythonModule) -> ast.expr | None:
    """What stands in for an absent value: `os.getenv("X") or "y"`."""
    outer = module.parents.get(node)
    if isinstance(outer, ast.BoolOp) and isinstance(outer.op, ast.Or) and outer.values[-1] is not node:
        return outer.values[-1]
    return None


def _conditional(node: ast.AST, module: PythonModule) -> bool:
    """True for what stands in a branch, or in a function that is called in branches only."""
    function = _branch_or_function(node, module)
    if not isinstance(function, Function):
        return function is not None
    calls = [call for call, _ in module.all(ast.Call) if last_name(call.func) == function.name]
    return bool(calls) and all(isinstance(_branch_or_function(call, module), ast.If | ast.IfExp) for call in calls)


def _branch_or_function(node: ast.AST, module: PythonModule) -> ast.AST | None:
    """The nearest `if` whose branch a node is in, or else the function around it. What only production does,
    and what only running the file does, is always done as far as a deployment goes."""
    inner, outer = node, module.parents.get(node)
    while outer is not None and not isinstance(outer, Function):
        if isinstance(outer, ast.If | ast.IfExp) and inner is not outer.test:
            asked = ast.dump(outer.test)
            if "__name__" not in asked and "prod" not in asked.lower():
                return outer
        inner, outer = outer, module.parents.get(outer)
    return outer


def _tolerated(node: ast.AST, module: PythonModule) -> bool:
    """True within a `try` that catches the KeyError, or under an `if` that asked first."""
    inner, outer = node, module.parents.get(node)
    while outer is not None and not isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        if isinstance(outer, ast.Try) and inner in outer.body and any(_catches(h) for h in outer.handlers):
            return True
        if isinstance(outer, ast.If | ast.IfExp) and inner is not outer.test and "environ" in ast.dump(outer.test):
            return True
        inner, outer = outer, module.parents.get(outer)
    return False


def _catches(handler: ast.ExceptHandler) -> bool:
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else set()
    caught = handler.type is None or bool(names & {"KeyError", "Exception", "LookupError", "BaseException"})
    return caught and not any(isinstance(n, ast.Raise) or _exits(n) for n in ast.walk(handler))


def _demanded(node: ast.expr, module: PythonModule, scope: Scope) -> bool | None:
    """True where an absent value would stop the program: it is converted, used as text, or checked with a
    raise."""
    outer = module.parents.get(node)
    if isinstance(outer, ast.Call) and node in outer.args and last_name(outer.func) in _NEEDS_TEXT:
        return True
    if isinstance(outer, ast.Attribute | ast.Subscript) and outer.value is node:
        return True
    if isinstance(outer, ast.Compare | ast.IfExp | ast.If | ast.BoolOp):
        return None if isinstance(outer, ast.If) and _stops(outer.body) else False
    if isinstance(outer, ast.UnaryOp):
        holder = module.parents.get(outer)
        return isinstance(holder, ast.If) and _stops(holder.body)
    if isinstance(outer, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        targets = outer.targets if isinstance(outer, ast.Assign) else [outer.target]
        return _checked({ast.dump(t).replace("Store()", "Load()") for t in targets}, module, scope)
    return None


def _checked(targets: set[str], module: PythonModule, scope: Scope) -> bool | None:
    """True where a later `if not name: raise` or `assert name` asks for what was read."""
    for test, where in module.all(ast.If):
        if where == scope and _stops(test.body) and any(t in ast.dump(test.test) for t in targets):
            return True
    return None


def _stops(body: list[ast.stmt]) -> bool:
    nodes = [node for stmt in body for node in ast.walk(stmt)]
    return any((isinstance(node, ast.Raise) and not _answers(node)) or _exits(node) for node in nodes)


def _answers(raised: ast.Raise) -> bool:
    """Whether what is raised is the answer to one request (`raise HTTPException(501)`): the program goes on."""
    made = raised.exc.func if isinstance(raised.exc, ast.Call) else raised.exc
    return (
        made is not None and re.search(r"(?i)^http|httpexception|^api(?:exception|error)", last_name(made)) is not None
    )


def _exits(node: ast.AST) -> bool:
    """Whether a call ends the program; `abort(501)` of Flask only answers."""
    name = last_name(node.func) if isinstance(node, ast.Call) else ""
    return name in {"exit", "_exit", "quit"} or (name == "abort" and isinstance(node, ast.Call) and not node.args)


def _gate(raised: ast.Raise, function: ast.AST, module: PythonModule) -> str:
    """The argument, off by itself, that must be on for this to be raised; empty where there is none."""
    arguments = function.args  # type: ignore[attr-defined]
    pairs = [*zip(arguments.args[::-1], arguments.defaults[::-1], strict=False)]
    pairs += [*zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    off = {arg.arg for arg, given in pairs if isinstance(given, ast.Constant) and given.value is False}
    node: ast.AST | None = raised
    while node is not None and node is not function:
        if isinstance(node, ast.If):
            named = {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}
            if found := sorted(named & off):
                return found[0]
        node = module.parents.get(node)
    return ""
