"""The ports that Python and JavaScript listen on, and where their programs start."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.index import CodeIndex
from kit.sources.code.js import JsProject
from kit.sources.code.js_module import (
    FUNCTIONS,
    JsModule,
    arguments,
    callee_name,
    method_of,
    pair,
    string_value,
    unwrap,
)
from kit.sources.code.python import PythonProject
from kit.sources.code.python_module import PythonModule, Scope, argument, keyword, last_name, literal_text
from kit.sources.code.records import EntryPointFact, ListenFact

MAX_HOPS = 8
_ENV_NAME = re.compile(r"(?:process\.env|import\.meta\.env|Bun\.env)(?:\.|\[\s*['\"])(\w+)")
_ADDRESS = re.compile(r"^(?:(?P<host>\[[^\]]*\]|[^:\s/]*):)?(?P<port>\d{1,5})$")
_SERVER = re.compile(r"(?:^|\.)(?:app|\w*[sS]erver)$|createServer\(|\w*[aA]pp\(\)$")
_PORT_NAME = re.compile(r"(?:[A-Z][A-Z0-9_]*_)?PORT")


class PortValue(NamedTuple):
    """What an expression says of a port: its number or default, the variable behind it, the address bound."""

    number: int | None = None
    name: str | None = None
    address: str | None = None

    @property
    def said(self) -> bool:
        """True where it says anything."""
        return self.number is not None or self.name is not None


def valid(number: int) -> int | None:
    """The number where it can be a port."""
    return number if 0 < number < 65536 else None


def parsed(text: str) -> PortValue:
    """`8080`, `:8080`, `0.0.0.0:8080`, `[::]:8080`."""
    found = _ADDRESS.match(text.strip())
    if found is None:
        return PortValue()
    return PortValue(valid(int(found["port"])), None, (found["host"] or "").strip("[]") or None)


# JavaScript


def js_listens(code: CodeIndex) -> Iterator[ListenFact]:
    """`app.listen(port)`, `serve({ port })`, `server.bindAsync("0.0.0.0:50051")`."""
    project = code.once(JsProject)
    for module in project.modules(".listen(", "serve(", "bindAsync(", "Microservice"):
        for call in module.root.find_all(kind="call_expression"):
            method, given = method_of(call), [unwrap(node) for node in arguments(call)]
            name = callee_name(call)
            if given and method and method[1] == "listen":
                port = _listen(given, module, project)
                if port.said or _SERVER.search(method[0].text()):
                    yield ListenFact(port.number, "listen", module.at(call), None, port.address, port.name)
            elif given and method and method[1] == "bindAsync":
                yield from _fact(js_port(given[0], module, project), module.at(call), "listen")
            elif given and name.rpartition(".")[2] in {"connectMicroservice", "createMicroservice"}:
                yield from _fact(_of_microservice(given, module, project), module.at(call), "listen")
            elif given and name in {"serve", "Bun.serve", "Deno.serve"} and given[0].kind() == "object":
                yield from _fact(_options(given[0], module, project), module.at(call), "listen")


def _fact(port: PortValue, at: At, role: str) -> Iterator[ListenFact]:
    if port.said:
        yield ListenFact(port.number, role, at, None, port.address, port.name)


def _listen(given: list[SgNode], module: JsModule, project: JsProject) -> PortValue:
    if given[0].kind() == "object":
        return _options(given[0], module, project)
    if given[0].kind() in FUNCTIONS:
        return PortValue()
    port = js_port(given[0], module, project)
    if port.said and len(given) > 1 and given[1].kind() in {"string", "identifier", "template_string"}:
        host = project.text(given[1], module)
        return port._replace(address=host.path if host.known and host.path else None)
    return port


def _options(node: SgNode, module: JsModule, project: JsProject) -> PortValue:
    stated = pair(node, "port")
    if stated is None:
        return PortValue()
    host = project.text(pair(node, "host", "hostname"), module)
    return js_port(stated, module, project)._replace(address=host.path if host.known and host.path else None)


def _of_microservice(given: list[SgNode], module: JsModule, project: JsProject) -> PortValue:
    """Of the transports of NestJS, gRPC and TCP are listened on; the others are brokers."""
    for node in given:
        transport, options = pair(node, "transport"), pair(node, "options")
        kind = transport.text().rpartition(".")[2] if transport is not None else ""
        if kind == "GRPC" and options is not None and (url := pair(options, "url")) is not None:
            return js_port(url, module, project)
        if kind == "TCP":
            port = _options(options, module, project) if options is not None else PortValue()
            return port if port.said else PortValue(3000)
    return PortValue()


def js_port(node: SgNode, module: JsModule, project: JsProject, hops: int = 0) -> PortValue:
    """The port that an expression gives: a literal, a fall-back behind a variable, a constant, a template."""
    node = unwrap(node)
    kind = node.kind()
    if kind == "number":
        return PortValue(valid(int(node.text())) if node.text().isdigit() else None)
    text = string_value(node)
    if text is not None:
        return parsed(text)
    if hops > MAX_HOPS:
        return PortValue()
    named = _ENV_NAME.fullmatch(node.text().rstrip("]'\""))
    if named:
        return PortValue(None, named[1])
    if kind in {"binary_expression", "ternary_expression"}:
        return _either(node, module, project, hops)
    if kind in {"call_expression", "unary_expression", "new_expression"}:
        return _converted(node, module, project, hops)
    if kind == "template_string":
        parts = [p.named_children()[0] for p in node.named_children() if p.kind() == "template_substitution"]
        return js_port(parts[-1], module, project, hops + 1) if parts else PortValue()
    found = project.resolve(node, module)
    if found and found.node is not None and found.node != node and found.node.kind() not in FUNCTIONS:
        return js_port(found.node, found.module, project, hops + 1)
    # A field that is called as a variable is one of a checked copy of the environment: `config.PORT`.
    member = node.field("property") if kind == "member_expression" else None
    return PortValue(None, member.text()) if member and _PORT_NAME.fullmatch(member.text()) else PortValue()


def _either(node: SgNode, module: JsModule, project: JsProject, hops: int) -> PortValue:
    sides = [node.field(name) for name in ("left", "consequence", "right", "alternative")]
    found = [js_port(side, module, project, hops + 1) for side in sides if side is not None]
    number = next((p.number for p in found if p.number is not None), None)
    return PortValue(number, next((p.name for p in found if p.name), None))


def _converted(node: SgNode, module: JsModule, project: JsProject, hops: int) -> PortValue:
    """`Number(x)`, `parseInt(x, 10)`, `+x`, `config.get("PORT", 3000)`, `normalizePort(x)`."""
    given = [*arguments(node), *([node.field("argument")] if node.field("argument") is not None else [])]
    method = method_of(node)
    name = string_value(given[0]) if given and given[0] is not None else None
    if method and method[1] in {"get", "getOrThrow", "getNumber"} and name:
        variable = name if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) else None
        default = (
            js_port(given[1], module, project, hops + 1) if len(given) > 1 and given[1] is not None else PortValue()
        )
        return PortValue(default.number, variable)
    return js_port(given[0], module, project, hops + 1) if given and given[0] is not None else PortValue()


# Python

_SERVERS = {
    "run_app": 8080,
    "run_simple": None,
    "make_server": None,
    "start_http_server": None,
    "start_wsgi_server": None,
}


def python_listens(code: CodeIndex) -> Iterator[ListenFact]:
    """`uvicorn.run(app, port=8000)`, `app.run(port=5000)`, `add_insecure_port("[::]:50051")`, gunicorn's
    `bind`."""
    project = code.once(PythonProject)
    needles = (
        "uvicorn",
        ".run(",
        "run_app",
        "_port(",
        "start_http_server",
        "HTTPServer",
        "waitress",
        ".listen(",
    )
    for module in project.modules(*needles, "bind"):
        for call, scope in module.all(ast.Call):
            port = _served(call, module, scope, project)
            role = "script" if _under_main(call, module) else "listen"
            yield from _fact(port, module.at(call), role)
        if "gunicorn" in module.path.rsplit("/", 1)[-1]:
            bound = module.bindings.get(((), "bind"))
            yield from (_fact(python_port(bound, module, (), project), module.at(bound), "listen") if bound else ())


def _served(call: ast.Call, module: PythonModule, scope: Scope, project: PythonProject) -> PortValue:
    name = last_name(call.func)
    if name in {"add_insecure_port", "add_secure_port"} and call.args:
        return python_port(call.args[0], module, scope, project)
    if name in {"HTTPServer", "ThreadingHTTPServer", "WSGIServer", "TCPServer", "ThreadingTCPServer"} and call.args:
        pair_given = call.args[0]
        bound = isinstance(pair_given, ast.Tuple) and len(pair_given.elts) == 2
        port = pair_given.elts[1] if bound and isinstance(pair_given, ast.Tuple) else None
        return python_port(port, module, scope, project) if port is not None else PortValue()
    if name in _SERVERS:
        place = {"run_simple": 1, "make_server": 1}.get(name, 0 if name.startswith("start") else 9)
        return _with_port(call, place, _SERVERS[name], module, scope, project)
    if name in {"run", "serve"}:
        return _run(call, module, scope, project)
    return PortValue()


def _run(call: ast.Call, module: PythonModule, scope: Scope, project: PythonProject) -> PortValue:
    origin = project.origin(call.func, module, scope)
    if origin in {"uvicorn.run", "hypercorn.run", "granian.run"}:
        return _with_port(call, 9, 8000, module, scope, project)
    if origin == "waitress.serve":
        return _with_port(call, 9, 8080, module, scope, project)
    if not isinstance(call.func, ast.Attribute):
        return PortValue()
    found = project.resolve(call.func.value, module, scope)
    made = found.node if found else None
    kind = last_name(made) if isinstance(made, ast.Call) else ""
    if kind in {"Flask", "Quart", "Sanic", "OpenAPI"} or (keyword(call, "port") and keyword(call, "host")):
        default = {"Flask": 5000, "Quart": 5000, "Sanic": 8000, "OpenAPI": 5000}.get(kind)
        return _with_port(call, 1, default, module, scope, project)
    return PortValue()


def _with_port(
    call: ast.Call,
    place: int,
    default: int | None,
    module: PythonModule,
    scope: Scope,
    project: PythonProject,
) -> PortValue:
    port = argument(call, place, "port")
    value = python_port(port, module, scope, project) if port is not None else PortValue(default)
    host = project.text(keyword(call, "host", "addr"), module, scope)
    return value._replace(address=host.path if host.known and host.path else None)


def python_port(
    node: ast.AST | None, module: PythonModule, scope: Scope, project: PythonProject, hops: int = 0
) -> PortValue:
    """The port that an expression gives: a literal, a variable's default, a constant, a setting, an
    f-string."""
    if node is None or hops > MAX_HOPS:
        return PortValue()
    if isinstance(node, ast.Constant):
        whole = isinstance(node.value, int) and not isinstance(node.value, bool)
        return PortValue(valid(int(node.value))) if whole else parsed(str(node.value))  # type: ignore[arg-type]
    if isinstance(node, ast.BoolOp | ast.IfExp):
        sides = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        found = [python_port(side, module, scope, project, hops + 1) for side in sides]
        number = next((p.number for p in found if p.number is not None), None)
        return PortValue(number, next((p.name for p in found if p.name), None))
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return python_port(parts[-1], module, scope, project, hops + 1) if parts else PortValue()
    if isinstance(node, ast.BinOp):
        return python_port(node.right, module, scope, project, hops + 1)
    if isinstance(node, ast.Subscript):
        env = project.origin(node.value, module, scope) == "os.environ"
        return PortValue(None, literal_text(node.slice)) if env else PortValue()
    if isinstance(node, ast.Call):
        return _python_converted(node, module, scope, project, hops)
    found_name = project.resolve(node, module, scope)
    if found_name and found_name.module and found_name.node is not None and found_name.node is not node:
        return python_port(found_name.node, found_name.module, found_name.scope, project, hops + 1)
    # A field of settings that cannot be followed has the name of its variable.
    field = node.attr.upper() if isinstance(node, ast.Attribute) else ""
    return PortValue(None, field) if _PORT_NAME.fullmatch(field) else PortValue()


def _python_converted(
    node: ast.Call, module: PythonModule, scope: Scope, project: PythonProject, hops: int
) -> PortValue:
    name = literal_text(node.args[0]) if node.args else None
    default = argument(node, 1, "default")
    if name and re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        given = python_port(default, module, scope, project, hops + 1) if default is not None else PortValue()
        return PortValue(given.number, name)
    if last_name(node) == "format" and node.args:
        return python_port(node.args[-1], module, scope, project, hops + 1)
    if last_name(node) == "Field":
        return python_port(argument(node, 0, "default"), module, scope, project, hops + 1)
    return python_port(node.args[0], module, scope, project, hops + 1) if node.args else PortValue()


def _under_main(node: ast.AST, module: PythonModule) -> bool:
    """True under `if __name__ == "__main__"`: it runs only where the file itself is run."""
    outer = module.parents.get(node)
    while outer is not None:
        if isinstance(outer, ast.If) and "__name__" in ast.dump(outer.test):
            return True
        outer = module.parents.get(outer)
    return False


# entry points


def python_entrypoints(code: CodeIndex) -> Iterator[EntryPointFact]:
    """`if __name__ == "__main__"`, and the module-level application that a server is pointed at."""
    project = code.once(PythonProject)
    for module in project.modules("__main__", "FastAPI(", "Flask(", "get_wsgi_application", "get_asgi_application"):
        for node, scope in module.all(ast.If):
            if not scope and isinstance(node.test, ast.Compare) and "__name__" in ast.dump(node.test):
                yield EntryPointFact("__main__", "main", At(module.path, node.lineno))
        for (where, name), value in module.bindings.items():
            made = last_name(value) if isinstance(value, ast.Call) and not where else ""
            if made in {
                "FastAPI",
                "Flask",
                "Starlette",
                "Quart",
                "Sanic",
                "get_wsgi_application",
                "get_asgi_application",
            }:
                yield EntryPointFact(name, "server", module.at(value))


def other_entrypoints(code: CodeIndex) -> Iterator[EntryPointFact]:
    """`func main()` of a Go main package, `public static void main` of Java, top-level servers of
    JavaScript."""
    for match in code.find(kind="function_declaration", languages=("go",), needles=("package main",)):
        name = match.node.field("name")
        if name is not None and name.text() == "main" and "package main" in code.text(match.path):
            yield EntryPointFact("main", "main", At(match.path, match.at.line))
    for match in code.find(kind="method_declaration", languages=("java",), needles=("static void main",)):
        name = match.node.field("name")
        if name is not None and name.text() == "main":
            yield EntryPointFact("main", "main", At(match.path, match.at.line))
