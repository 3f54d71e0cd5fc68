"""The middlewares that code puts onto applications and routers, and whether those are served."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.sources.code.index import CodeIndex
from kit.sources.code.js import JsProject
from kit.sources.code.js_module import (
    FUNCTIONS,
    JsModule,
    arguments,
    callee_name,
    method_of,
    string_value,
    unwrap,
)
from kit.sources.code.python_module import (
    Function,
    PythonModule,
    Scope,
    argument,
    elements,
    last_name,
    literal_text,
)
from kit.sources.code.records import UseFact
from kit.sources.code.routes_js import Routes as JsRoutes
from kit.sources.code.routes_js import js_reading
from kit.sources.code.routes_python import Routes as PythonRoutes
from kit.sources.code.routes_python import python_reading

_JS_USES: tuple[str, ...] = (
    "use",
    "register",
    "addHook",
    "useGlobalGuards",
    "useGlobalInterceptors",
    "useGlobalFilters",
)
_JS_USES += ("useGlobalPipes", "enableCors", "enableShutdownHooks", "apply")
_PYTHON_USES = frozenset(["add_middleware", "middleware", "before_request", "after_request", "init_app"])


def js_middleware(code: CodeIndex) -> Iterator[UseFact]:
    """What `use`, `register` and Nest's `useGlobal…` are given, by the name of its package or function."""
    reading = code.once(js_reading)
    for module in reading.project.modules(*(f".{name}(" for name in _JS_USES)):
        for call in module.calls(*_JS_USES):
            method = method_of(call)
            if method:
                yield from _js_uses(call, method, module, reading)


def _js_uses(call: SgNode, method: tuple[SgNode, str], module: JsModule, reading: JsRoutes) -> Iterator[UseFact]:
    owner = reading.routers.of(method[0], module)
    nest = method[1].startswith(("useGlobal", "enable")) or (method[1] == "apply" and "onsumer" in method[0].text())
    if owner is None and not nest and "NestFactory" not in module.root.text():
        return
    mounted = reading.graph.mounted(owner) if owner else True
    given = [unwrap(node) for node in arguments(call)] if not method[1].startswith("enable") else []
    names = [_js_name(node, module, reading.project) for node in given if string_value(node) is None]
    for name in names or [method[1]]:
        if name:
            yield UseFact(name, module.at(call), method[0].text()[:60], mounted)


def _js_name(node: SgNode, module: JsModule, project: JsProject) -> str:
    """The package that a middleware is of, else its own name: `helmet()` is "helmet"."""
    if node.kind() in FUNCTIONS or node.kind() == "object":
        return ""
    callee = node
    while callee.kind() in {"call_expression", "new_expression"} and not project.origin(callee, module):
        inner = callee.field("function") or callee.field("constructor")
        if inner is None:
            break
        callee = unwrap(inner)
    return project.origin(callee, module) or callee_name(callee)


def python_middleware(code: CodeIndex) -> Iterator[UseFact]:
    """`add_middleware(X)`, `@app.middleware`, `Extension(app)`, Django's `MIDDLEWARE`."""
    reading = code.once(python_reading)
    for module in reading.project.modules(
        "add_middleware", "middleware", "before_request", "init_app", "(app", "MIDDLEWARE"
    ):
        for call, scope in module.all(ast.Call):
            yield from _python_use(call, module, scope, reading)
        for node, scope in module.functions():
            yield from _python_hooks(node, module, scope, reading)
        yield from _django(module)


def _python_use(call: ast.Call, module: PythonModule, scope: Scope, reading: PythonRoutes) -> Iterator[UseFact]:
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr == "add_middleware":
        owner = reading.routers.of(func.value, module, scope)
        name = last_name(argument(call, 0, "middleware_class"))
        yield UseFact(
            name,
            module.at(call),
            ast.unparse(func.value)[:60],
            reading.graph.mounted(owner) if owner else None,
        )
    elif isinstance(func, ast.Attribute) and func.attr == "init_app" and call.args:
        found = reading.project.resolve(func.value, module, scope)
        made = last_name(found.node) if found and isinstance(found.node, ast.Call) else last_name(func.value)
        yield UseFact(made, module.at(call), ast.unparse(call.args[0])[:60], None)
    elif last_name(func)[:1].isupper() and call.args and module.key(call) not in reading.graph.objects:
        owner = reading.routers.of(call.args[0], module, scope) if isinstance(call.args[0], ast.Name) else None
        if owner and reading.graph.objects[owner].is_app:
            yield UseFact(
                last_name(func), module.at(call), ast.unparse(call.args[0])[:60], reading.graph.mounted(owner)
            )


def _python_hooks(node: Function, module: PythonModule, scope: Scope, reading: PythonRoutes) -> Iterator[UseFact]:
    for decorator in node.decorator_list:
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(func, ast.Attribute) and func.attr in _PYTHON_USES:
            owner = reading.routers.of(func.value, module, scope)
            if owner:
                mounted = reading.graph.mounted(owner)
                yield UseFact(node.name, module.at(decorator), ast.unparse(func.value)[:60], mounted)


def _django(module: PythonModule) -> Iterator[UseFact]:
    for item in elements(module.bindings.get(((), "MIDDLEWARE"))):
        name = literal_text(item)
        if name:
            yield UseFact(name, module.at(item), "MIDDLEWARE", True)
