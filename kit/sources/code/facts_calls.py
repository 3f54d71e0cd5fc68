"""The HTTP requests that code makes, and whether each states a timeout."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.sources.code.index import CodeIndex, node_at
from kit.sources.code.js import JsProject
from kit.sources.code.js_module import JsModule, arguments, callee_name, pair, string_value, unwrap
from kit.sources.code.mounts import Prefix
from kit.sources.code.python import PythonProject
from kit.sources.code.python_module import PythonModule, Scope, argument, keyword, last_name
from kit.sources.code.records import CallFact

VERBS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "request"])
_GAP = "{…}"
MAX_DEPTH = 40

# Python: requests waits for ever unless told, httpx and aiohttp have defaults.
_PYTHON_CLIENTS = {"requests": False, "httpx": True, "aiohttp": True, "urllib3": False}


def python_calls(code: CodeIndex) -> Iterator[CallFact]:
    """`requests.get(url)`, `httpx.post(url)`, calls of sessions and clients, `urlopen(url)`."""
    project = code.once(PythonProject)
    for module in project.modules("requests", "httpx", "aiohttp", "urllib"):
        for call, scope in module.all(ast.Call):
            client = _python_client(call, module, scope, project)
            if client:
                yield _python_call(call, client, module, scope, project)


def _python_client(call: ast.Call, module: PythonModule, scope: Scope, project: PythonProject) -> str:
    origin = project.origin(call.func, module, scope)
    if origin == "urllib.request.urlopen":
        return "urllib"
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in VERBS:
        return ""
    root = origin.split(".")[0]
    if root in _PYTHON_CLIENTS and origin.count(".") == 1:
        return root
    found = project.resolve(call.func.value, module, scope)
    made = found.node if found and isinstance(found.node, ast.Call) else None
    if found is None or made is None or found.module is None:
        return ""
    maker = project.origin(made.func, found.module, found.scope)
    known = maker.split(".")[0] in _PYTHON_CLIENTS
    return (
        maker.split(".")[0]
        if known and last_name(made) in {"Session", "session", "Client", "AsyncClient", "ClientSession"}
        else ""
    )


def _python_call(call: ast.Call, client: str, module: PythonModule, scope: Scope, project: PythonProject) -> CallFact:
    verb = call.func.attr if isinstance(call.func, ast.Attribute) else "get"
    place = 1 if verb == "request" else 0
    url = _python_url(argument(call, place, "url"), module, scope, project)
    method = "GET" if verb not in VERBS else verb.upper()
    if verb == "request" and call.args:
        method = (project.text(call.args[0], module, scope).path or "ANY").upper()
    stated = keyword(call, "timeout")
    endless = isinstance(stated, ast.Constant) and stated.value is None
    spread = any(k.arg is None for k in call.keywords)  # `**options` may hold a limit
    default = _PYTHON_CLIENTS.get(client, False) or (None if spread else False)
    timeout = not endless if stated is not None else default
    return CallFact(method, url, module.at(call), client, timeout)


def _python_url(node: ast.AST | None, module: PythonModule, scope: Scope, project: PythonProject) -> str:
    """The URL with a gap for each part that is computed."""
    if isinstance(node, ast.JoinedStr):
        pieces = [_python_url(value, module, scope, project) for value in node.values]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        pieces = [_python_url(side, module, scope, project) for side in (node.left, node.right)]
    else:
        text = project.text(node.value if isinstance(node, ast.FormattedValue) else node, module, scope)
        pieces = [_filled(text)]
    return re.sub(r"(?:\{…\}){2,}", _GAP, "".join(pieces))


def _filled(text: Prefix) -> str:
    return text.path if text.known and text.path else _GAP


# JavaScript

_JS_CLIENTS = {"axios": False, "got": False, "ky": True, "superagent": False, "needle": False, "undici": True}
_JS_CLIENTS |= {"node-fetch": False, "cross-fetch": False, "request": False}
_EXPORTS = frozenset([*_JS_CLIENTS, "default", "fetch", "stream", "axiosInstance"])
"""What a library exports that makes a request when it is called."""


def js_calls(code: CodeIndex) -> Iterator[CallFact]:
    """`fetch(url)`, `axios.get(url)`, and calls of clients made by `axios.create`."""
    project = code.once(JsProject)
    for module in project.modules("fetch(", "axios", "got", "ky", "superagent", "undici", "needle"):
        for call in module.root.find_all(kind="call_expression"):
            client, verb, base = _js_client(call, module, project)
            given = arguments(call)
            if client and given:
                yield _js_call(call, client, verb, base, given, module, project)


def _js_client(call: SgNode, module: JsModule, project: JsProject) -> tuple[str, str, SgNode | None]:
    """Library, method, and the options that the client was made with."""
    function = call.field("function")
    name = callee_name(call)
    if function is None or not name:
        return "", "", None
    if name in {"fetch", "$fetch", "globalThis.fetch", "window.fetch"}:
        return "fetch", "", None
    head, _, verb = name.rpartition(".")
    if verb not in VERBS and head:
        return "", "", None
    origin, _, export = project.origin(function, module).partition(".")
    if origin in _JS_CLIENTS:
        asks = head or not export or export in VERBS or export in _EXPORTS  # no `isAxiosError(error)`
        return (origin, verb if head else "", None) if asks else ("", "", None)
    receiver = function.field("object") if function.kind() == "member_expression" else None
    found = project.resolve(receiver, module) if receiver is not None else None
    made = found.node if found and found.node is not None and found.node.kind() == "call_expression" else None
    if found is None or made is None or not callee_name(made).endswith((".create", ".extend")):
        return "", "", None
    library = project.origin(made.field("function"), found.module).split(".")[0]
    options = arguments(made)
    return (library, verb, options[0] if options else None) if library in _JS_CLIENTS else ("", "", None)


def _js_call(
    call: SgNode,
    client: str,
    verb: str,
    base: SgNode | None,
    given: list[SgNode],
    module: JsModule,
    project: JsProject,
) -> CallFact:
    objects = [unwrap(node) for node in given if unwrap(node).kind() == "object"]
    first = unwrap(given[0])
    stated = pair(first, "url") if first.kind() == "object" else first
    url = _js_url(stated, module, project) if stated is not None else _GAP
    named = next((m for o in objects if (m := pair(o, "method")) is not None), None)
    method = (string_value(named) or "ANY").upper() if named is not None else (verb or "get").upper()
    keys = ("timeout", "signal", "AbortSignal")
    limited = any(pair(o, *keys) is not None for o in [*objects, *([unwrap(base)] if base is not None else [])])
    limited = limited or (client == "superagent" and "timeout" in _chained(call))
    opaque = any(unwrap(node).kind() in {"identifier", "spread_element"} for node in given[1:])
    spread = any(child.kind() == "spread_element" for o in objects for child in o.named_children())
    default = _JS_CLIENTS.get(client, False)
    timeout = True if limited or default else None if opaque or spread or base is not None else False
    return CallFact("ANY" if method == "REQUEST" else method, url, module.at(call), client, timeout)


def _chained(call: SgNode) -> Iterator[str]:
    """The names of the methods that are called on what a call returns, one after another."""
    node: SgNode | None = call.parent()
    while node is not None and node.kind() in {"member_expression", "call_expression"}:
        named = node.field("property") if node.kind() == "member_expression" else None
        if named is not None:
            yield named.text()
        node = node.parent()


def _js_url(node: SgNode, module: JsModule, project: JsProject, depth: int = 0) -> str:
    node = unwrap(node)
    if depth > MAX_DEPTH:
        return _GAP
    if node.kind() == "template_string":
        pieces = [
            _js_url(child.named_children()[0], module, project, depth + 1)
            if child.kind() == "template_substitution"
            else child.text()
            for child in node.named_children()
        ]
        return re.sub(r"(?:\{…\}){2,}", _GAP, "".join(pieces))
    operator = node.field("operator") if node.kind() == "binary_expression" else None
    if operator is not None and operator.text() == "+":
        sides = [side for side in (node.field("left"), node.field("right")) if side is not None]
        return re.sub(r"(?:\{…\}){2,}", _GAP, "".join(_js_url(side, module, project, depth + 1) for side in sides))
    return _filled(project.text(node, module))


# Go and Java in outline

_GO_CALL = re.compile(r"^http\.(Get|Post|Head|PostForm)$")


def other_calls(code: CodeIndex) -> Iterator[CallFact]:
    """Go's `http.Get(url)`, which waits for ever, and `http.NewRequest`; Java's `RestTemplate` methods."""
    for match in code.find(kind="call_expression", languages=("go",), needles=("http.",)):
        function = match.node.field("function")
        name = function.text() if function is not None else ""
        given = _go_arguments(match.node)
        if _GO_CALL.match(name) and given:
            yield CallFact(
                name.removeprefix("http.").upper()[:4].rstrip("F"),
                _quoted(given[0]),
                match.at,
                "net/http",
                False,
            )
        elif name in {"http.NewRequest", "http.NewRequestWithContext"} and len(given) >= 3:
            place = len(given) - 2
            yield CallFact(_go_method(given[place - 1]), _quoted(given[place]), match.at, "net/http", None)
    for match in code.find(kind="method_invocation", languages=("java",), needles=("RestTemplate", "WebClient")):
        yield from _java_call(match.path, match.node)


def _java_call(path: str, node: SgNode) -> Iterator[CallFact]:
    name, given = node.field("name"), node.field("arguments")
    found = (
        re.match(r"^(get|post|put|delete|patch|exchange)(?:For(?:Object|Entity|Location))?$", name.text())
        if name
        else None
    )
    holder = node.field("object")
    first = given.named_children()[0] if given is not None and given.named_children() else None
    if found and holder is not None and first is not None and re.search(r"(?i)rest|template", holder.text()):
        method = "ANY" if found[1] == "exchange" else found[1].upper()
        yield CallFact(method, _quoted(first), node_at(path, node), "resttemplate", None)


def _go_arguments(node: SgNode) -> list[SgNode]:
    given = node.field("arguments")
    return [child for child in given.named_children() if child.kind() != "comment"] if given is not None else []


def _go_method(node: SgNode) -> str:
    return str(node.text()).removeprefix("http.Method").strip('"').upper()


def _quoted(node: SgNode, depth: int = 0) -> str:
    """A string literal's text; sums of literals and other things with gaps."""
    text = str(node.text())
    if node.kind() in {"interpreted_string_literal", "raw_string_literal", "string_literal"}:
        return text.strip('"`')
    if node.kind() == "binary_expression" and depth < MAX_DEPTH:
        sides = [side for side in (node.field("left"), node.field("right")) if side is not None]
        return re.sub(r"(?:\{…\}){2,}", _GAP, "".join(_quoted(side, depth + 1) for side in sides))
    return _GAP
