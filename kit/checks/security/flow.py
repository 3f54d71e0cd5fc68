"""Where the value of an expression comes from: what a text is put together of, and whether a request decides it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from kit.checks.shared.calls import arguments, is_text, text_value, unwrap
from kit.sources.code.index import CodeIndex

MAX_DEPTH = 8
MAX_PARTS = 120
MAX_STEPS = 600
MAX_DEFINITIONS = 40

REQUEST = re.compile(
    r"(?:this\.)?(?:req|request|ctx|context|c|event)(?:\.request|\.req)?\.(?:body|query|params?|headers?|cookies|files?"
    r"|queryStringParameters|pathParameters|rawBody|json|formData|text|param|get|searchParams|nextUrl)\b"
    r"|(?:self\.)?(?:flask\.)?request\.(?:args|form|json|get_json|values|data|GET|POST|FILES|files|query_params|cookies"
    r"|headers|body|path_params)\b"
    r"|(?:r|req|request)\.(?:URL\.Query|FormValue|PostFormValue|Form|PostForm|Header|PathValue)\b|mux\.Vars|chi\.URLParam"
    r"|(?:c|ctx)\.(?:Params?|Query|QueryParam|PostForm|FormValue|GetHeader|DefaultQuery|Body|FormParams|QueryParams)\b"
    r"|\w*[rR]equest\.(?:getParameter|getHeader|getQueryString|getPathInfo|getCookies|getReader|getInputStream)\b"
)
"""Expressions that hold what a client sent."""

MARKS = (
    "req.", "request.", "Request.", "ctx.", "context.", "c.", "event.", "r.", "mux.Vars", "URLParam", "@Body", "@Query", "@Param",
    "@Headers", "@RequestParam", "@PathVariable", "@RequestBody", "@RequestHeader", "@CookieValue", "@router.", "@app.", ".route(",
)  # fmt: skip

_CALLS = frozenset({"call", "call_expression", "method_invocation"})
_MEMBERS = frozenset(
    {
        "member_expression",
        "subscript_expression",
        "attribute",
        "subscript",
        "selector_expression",
        "index_expression",
        "field_access",
    }
)
_NAMES = frozenset({"identifier", "shorthand_property_identifier"})
_PASSING = frozenset({
    "trim", "toString", "String", "str", "decode", "encode", "format", "join", "concat", "replace", "strip", "lower", "upper",
    "toLowerCase", "toUpperCase", "split", "slice", "substring", "get", "Sprintf", "TrimSpace", "ToLower", "getOrDefault",
    "normalize", "resolve", "Join", "decodeURIComponent", "unquote", "json", "parse", "valueOf", "get_json", "JSON.parse", "Get",
})  # fmt: skip
_LOOKUPS = frozenset({"get", "getOrDefault", "Get"})
"""Methods that answer with what the owner holds: the key that they are asked for does not come back."""
_NUMBER = re.compile(
    r":?\s*(?:number|int|int32|int64|uint|uint64|float|float64|bool|boolean|bigint|long|Long|Integer|Double|Boolean|UUID|uuid\.UUID|date|datetime|Date|LocalDate)\b"
)
FUNCTIONS = frozenset({
    "function_definition", "function_declaration", "method_definition", "arrow_function", "function_expression",
    "method_declaration", "func_literal", "constructor_declaration", "lambda", "lambda_expression",
    "generator_function_declaration",
})  # fmt: skip
_NAMED_FUNCTIONS = {
    "python": ("function_definition",),
    "go": ("function_declaration", "method_declaration"),
    "java": ("method_declaration",),
    "javascript": ("function_declaration", "method_definition"),
}
_PARAMETERS = frozenset({
    "required_parameter", "optional_parameter", "formal_parameter", "typed_parameter", "typed_default_parameter",
    "default_parameter", "parameter_declaration",
})  # fmt: skip
_SENT = re.compile(r"@(?:Body|Query|Param|Headers|RequestParam|PathVariable|RequestBody|RequestHeader|CookieValue)\b")
_ROUTE = re.compile(r"@[\w.]+\.(?:get|post|put|patch|delete|route|websocket|api_route)\s*\(")
_PATTERNS = frozenset({
    "object_pattern", "array_pattern", "pair_pattern", "object_assignment_pattern", "assignment_pattern", "rest_pattern",
    "pattern_list", "tuple_pattern", "expression_list", "list_pattern",
})  # fmt: skip
_PLACE = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[sdvqfxi]|%\(\w+\)[sd]|\{[\w.!:]*\}")


@dataclass(frozen=True, eq=False)
class Definition:
    """Something that gives a name its value: an assignment (`value`), or a parameter (`value` None)."""

    value: SgNode | None
    node: SgNode
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Hole:
    """An expression in a text, with the text in front of it."""

    before: str
    node: SgNode


_CHOICES = frozenset({"ternary_expression", "conditional_expression"})


def _branches(node: SgNode) -> list[SgNode]:
    """What a condition chooses from: `asked ? this : that`, and `this if asked else that` of Python."""
    parts = [c for c in node.children() if c.is_named() and c.kind() != "comment"]
    return parts[1:] if node.kind() == "ternary_expression" else parts[:1] + parts[2:]


class Flow:
    """Answers for one code index; what a file assigns is read once."""

    def __init__(self, code: CodeIndex) -> None:
        self.code = code
        self._asks: dict[str, bool] = {}
        self._left = 0
        self._known: dict[str, dict[str, list[Definition]]] = {}

    def asks(self, path: str) -> bool:
        """Whether a file mentions anything that a client sends: where it does not, nothing in it is tainted."""
        if path not in self._asks:
            text = self.code.text(path)
            self._asks[path] = any(mark in text for mark in MARKS)
        return self._asks[path]

    def tainted(self, node: SgNode, path: str) -> bool:
        """True where what a client sent decides the value without anything in between that checks it."""
        self._left = MAX_STEPS
        return self.asks(path) and self._tainted(node, path, 0)

    def _tainted(self, node: SgNode, path: str, depth: int) -> bool:
        node = unwrap(node)
        kind = node.kind()
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0 or is_text(node):
            return False
        if kind in _CALLS | _MEMBERS and REQUEST.match(node.text()[:200]):
            return kind in _MEMBERS or _of_request(node)
        if kind in _CALLS:
            return self._passes(node, path, depth)
        if kind in _NAMES:
            if _is_matched(node):
                return False
            return any(self._from_request(d, path, depth + 1) for d in self.definitions(node, path))
        if kind in _MEMBERS:
            owner = next((c for c in node.children() if c.is_named()), None)
            return owner is not None and self._tainted(owner, path, depth + 1)
        if kind in FUNCTIONS:
            return False
        if kind in _CHOICES:
            return any(self._tainted(c, path, depth + 1) for c in _branches(node))
        return any(self._tainted(c, path, depth + 1) for c in node.children()[:MAX_PARTS] if c.is_named())

    def _passes(self, node: SgNode, path: str, depth: int) -> bool:
        function = node.field("function") or node.field("name")
        name = re.split(r"[.>]", function.text()[-120:])[-1] if function is not None else ""
        if name not in _PASSING:
            return False
        owner = node.field("object") or (function.field("object") if function is not None else None)
        owner = owner or (function.field("operand") if function is not None else None)
        given = arguments(node)
        if name in _LOOKUPS and owner is not None and owner.text() not in {"_", "lodash"}:
            given = given[1:]
        asked = [*given, *([owner] if owner is not None else [])]
        return any(self._tainted(a, path, depth + 1) for a in asked[:MAX_PARTS])

    def _from_request(self, definition: Definition, path: str, depth: int) -> bool:
        if definition.value is not None:
            return self._tainted(definition.value, path, depth)
        text = definition.node.text()[:400]
        if _SENT.search(text):
            return not _NUMBER.search(text.split(":", 1)[-1] if ":" in text else text)
        holder = next((a for a in definition.node.ancestors() if a.kind() == "decorated_definition"), None)
        if holder is None or "Depends" in text or not _ROUTE.search(holder.text()[:600]):
            return False
        return ": str" in text or ":" not in text

    def definitions(self, name: SgNode, path: str) -> Iterator[Definition]:
        """What gives a name its value where it is used: the definitions of the innermost function that has one."""
        line = name.range().start.line
        found = [d for d in self._of(path).get(name.text(), ()) if d.first <= line <= d.last]
        narrowest = min((d.last - d.first for d in found), default=0)
        yield from (d for d in found if d.last - d.first == narrowest)

    def is_number(self, node: SgNode, path: str) -> bool:
        """True where the value can only be a number, a switch or an identifier of fixed form."""
        node = unwrap(node)
        if node.kind() in {"number", "integer", "float", "true", "false", "int_literal"}:
            return True
        if node.kind() in _CALLS:
            function = node.field("function") or node.field("name")
            return bool(
                function
                and re.fullmatch(
                    r"int|float|len|parseInt|Number|parseFloat|Math\.\w+|strconv\.(Itoa|Format\w+)|uuid\w*|BigInt|bool|id",
                    function.text()[-60:],
                )
            )
        if node.kind() == "binary_operator":
            return _joins_numbers(node)
        if node.kind() not in _NAMES:
            return bool(re.search(r"(?:^|\.)(?:length|size|count|len)(?:\(\))?$", node.text()[-40:]))
        found = list(self.definitions(node, path))
        return bool(found) and all(self._is_number(d, path) for d in found)

    def _is_number(self, definition: Definition, path: str) -> bool:
        if definition.value is not None and definition.value.kind() not in _NAMES:
            return self.is_number(definition.value, path)
        if definition.value is not None:
            return False
        text = definition.node.text()[:200]
        declared = text.split("=", 1)[0]
        return bool(_NUMBER.search(declared.split(":", 1)[1] if ":" in declared else declared))

    def is_constant(self, node: SgNode, path: str, depth: int = 0) -> bool:
        """True where the code itself holds every value that it can have."""
        node = unwrap(node)
        if is_text(node) or self.is_number(node, path) or depth > 3:
            return depth <= 3
        text = node.text()[:200]
        if re.fullmatch(
            r"(?:\w+\.)*[A-Z][A-Z0-9_]{2,}|[A-Z]\w+\.\w+(?:\.value)?|(?:self|cls|this)\.(?:_{0,2}table\w*|model\w*|schema\w*)|__\w+__",
            text,
        ):
            return True
        if node.kind() in _CHOICES:
            return all(self.is_constant(c, path, depth + 1) for c in _branches(node))
        if node.kind() in _CALLS:
            return self._returns_constants(node, path, depth + 1)
        if node.kind() not in _NAMES:
            return False
        found = list(self.definitions(node, path))
        return bool(found) and all(d.value is not None and self.is_constant(d.value, path, depth + 1) for d in found)

    def _returns_constants(self, call: SgNode, path: str, depth: int) -> bool:
        """Whether every function of the project that has the name which is called returns what stands in the code."""
        function = call.field("function") or call.field("name")
        name = re.split(r"\W", function.text()[-80:])[-1] if function is not None else ""
        if len(name) < 4 or name in _PASSING:
            return False
        files = self.code.holding(name, languages=(self.code.language(path) or "",))
        found = [(p, d) for p in files for d in self._functions(name, p)]
        return 0 < len(found) <= 3 and all(self._only_constants(body, p, depth) for p, body in found)

    def _functions(self, name: str, path: str) -> Iterator[SgNode]:
        root = self.code.tree(path)
        kinds = _NAMED_FUNCTIONS.get(self.code.language(path) or "", _NAMED_FUNCTIONS["javascript"])
        for kind in kinds if root is not None else ():
            for function in root.find_all(kind=kind, regex=rf"\b{re.escape(name)}\b") if root is not None else ():
                named = function.field("name")
                if named is not None and named.text() == name:
                    yield function

    def _only_constants(self, function: SgNode, path: str, depth: int) -> bool:
        given = list(function.find_all(kind="return_statement"))
        values = [c for r in given for c in r.children() if c.is_named()]
        return bool(values) and len(values) == len(given) and all(self.is_constant(v, path, depth) for v in values)

    def holes(self, node: SgNode, path: str) -> tuple[str, list[Hole]]:
        """A text with `\\0` for each expression in it, and those expressions."""
        text, found = "", []
        self._left = MAX_STEPS
        for part in self._parts(node, path, 0)[:MAX_PARTS]:
            if isinstance(part, str):
                text += part
            else:
                found.append(Hole(text, part))
                text += "\0"
        return text, found

    def _parts(self, node: SgNode, path: str, depth: int) -> list[str | SgNode]:
        node = unwrap(node)
        kind = node.kind()
        plain = text_value(node)
        if plain is not None:
            return [plain]
        self._left -= 1
        if depth > 60 or self._left < 0:
            return [node]
        if kind in {"template_string", "string"}:
            return [_piece(c) for c in node.children() if _piece(c) != ""]
        if kind == "concatenated_string":
            return [p for c in node.children() if c.is_named() for p in self._parts(c, path, depth + 1)]
        if kind in {"binary_expression", "binary_operator"}:
            return self._binary(node, path, depth)
        if kind in _CALLS:
            return _formatted(node, self, path, depth) or [node]
        if kind in _NAMES:
            values = [d.value for d in self.definitions(node, path)]
            if values and all(v is not None for v in values) and len(values) <= 6 and depth < 40:
                return [p for v in values if v is not None for p in self._parts(v, path, depth + 20)]
        return [node]

    def _binary(self, node: SgNode, path: str, depth: int) -> list[str | SgNode]:
        parts = node.children()
        sign = next((c.text() for c in parts if not c.is_named()), "")
        sides = [c for c in parts if c.is_named()]
        if len(sides) != 2 or sign not in {"+", "%"}:
            return [node]
        left = self._parts(sides[0], path, depth + 1)
        if sign == "+":
            return [*left, *self._parts(sides[1], path, depth + 1)]
        if len(left) == 1 and isinstance(left[0], str):
            given = [c for c in sides[1].children() if c.is_named()] if sides[1].kind() == "tuple" else [sides[1]]
            return _filled(left[0], given)
        return [node]

    def _of(self, path: str) -> dict[str, list[Definition]]:
        if path not in self._known:
            self._known[path] = defaultdict(list)
            root = self.code.tree(path)
            for node in root.find_all(any=[{"kind": k} for k in _kinds(self.code.language(path))]) if root else ():
                for name, definition in _defined(node):
                    if len(self._known[path][name]) < MAX_DEFINITIONS:
                        self._known[path][name].append(definition)
        return self._known[path]


def _of_request(node: SgNode) -> bool:
    """Whether a call is one of the request's own, not one that is merely given something of it."""
    function = node.field("function")
    written = function.text()[:200] if function is not None else node.text()[:200]
    return bool(REQUEST.match(written) or written in {"mux.Vars", "chi.URLParam"})


def _kinds(language: str | None) -> tuple[str, ...]:
    of = {
        "python": ("assignment", "augmented_assignment", "typed_parameter", "typed_default_parameter", "default_parameter", "for_statement", "parameters", "with_item", "named_expression"),
        "go": ("short_var_declaration", "assignment_statement", "parameter_declaration", "var_spec", "const_spec"),
        "java": ("variable_declarator", "assignment_expression", "formal_parameter"),
    }  # fmt: skip
    javascript = (
        "variable_declarator",
        "assignment_expression",
        "augmented_assignment_expression",
        "formal_parameters",
    )
    typed = (*javascript, "required_parameter", "optional_parameter")
    return {**of, "javascript": javascript, "typescript": typed, "tsx": typed}.get(language or "", ())


_JOINED = re.compile(
    r"""(["'])[^"'\w]{0,4}\1\s*\+\s*(["'])[^"'\w]{0,4}\2\.join\(\[?\s*(?:str|repr)\((?P<each>\w+)\)\s+for\s+(?P=each)\s+in\s+(?P<all>\w+)\]?\)"""
    r"""\s*\+\s*(["'])[^"'\w]{0,4}\5"""
)


def _joins_numbers(node: SgNode) -> bool:
    """Whether a text is a list of numbers in brackets, as vectors are written: `"[" + ",".join(str(x) for x in v) + "]"`
    with `v: list[float]`."""
    found = _JOINED.fullmatch(node.text())
    scope = next((a for a in node.ancestors() if a.kind() in FUNCTIONS), None) if found is not None else None
    given = scope.field("parameters") if scope is not None else None
    if found is None or given is None:
        return False
    typed = rf"\b{found['all']}\s*:\s*(?:\w+\.)?(?:[Ll]ist|[Tt]uple|Sequence|Iterable)\[\s*(?:float|int)\b"
    return re.search(typed, given.text()) is not None


def _defined(node: SgNode) -> Iterator[tuple[str, Definition]]:
    scope = next((a for a in node.ancestors() if a.kind() in FUNCTIONS), None)
    span = scope.range() if scope is not None else None
    first, last = (span.start.line, span.end.line) if span is not None else (0, 10**9)
    if node.kind() in {"parameters", "formal_parameters"}:
        for child in node.children():
            if child.kind() in {"identifier", "object_pattern"}:
                for name in _names(child):
                    yield name, Definition(None, child, first, last)
        return
    left = node.field("left") or node.field("name") or node.field("pattern")
    value = None if node.kind() in _PARAMETERS else node.field("right") or node.field("value")
    if left is None:
        left = next((c for c in node.children() if c.is_named() and c.kind() not in {"decorator", "modifiers"}), None)
    if left is None or (value is None and node.kind() not in _PARAMETERS):
        return
    if value is not None and value.kind() == "expression_list":
        value = next((c for c in value.children() if c.is_named()), value)
    for name in _names(left):
        yield name, Definition(value, node, first, last)


def _names(node: SgNode, depth: int = 0) -> list[str]:
    if node.kind() in {"identifier", "shorthand_property_identifier_pattern"}:
        return [node.text()]
    if node.kind() not in _PATTERNS or depth > MAX_DEPTH:
        return []
    return [name for child in node.children()[:MAX_PARTS] for name in _names(child, depth + 1)]


def _piece(node: SgNode) -> str | SgNode:
    """A child of a text with holes: the text it is, or the expression that stands in it."""
    if node.kind() in {"template_substitution", "interpolation"}:
        return next((c for c in node.children() if c.is_named()), node)
    return node.text() if node.kind() in {"string_content", "string_fragment", "escape_sequence"} else ""


def _formatted(node: SgNode, flow: Flow, path: str, depth: int) -> list[str | SgNode]:
    """`"...".format(x)`, `fmt.Sprintf("...", x)`, `String.format("...", x)`, `text("...")`."""
    function = node.field("function")
    owner = (function.field("object") if function is not None else None) or node.field("object")
    written = (
        function.text()[-60:]
        if function is not None
        else f"{owner.text()[-20:] if owner else ''}.{node.field('name').text() if node.field('name') else ''}"
    )
    given = arguments(node)
    if written.endswith(".format") and owner is not None and text_value(owner) is not None:
        return _filled(text_value(owner) or "", [g.field("value") or g for g in given])
    if re.search(r"\bS?printf$|String\.format$|util\.format$|\.formatted$", written) and given:
        start = flow._parts(given[0], path, depth + 1)
        return _filled(start[0], given[1:]) if len(start) == 1 and isinstance(start[0], str) else []
    if re.search(r"(?:^|\.)(?:text|SQL|dedent|literal_column|trim|strip)$", written):
        inner = given[0] if given else owner
        return flow._parts(inner, path, depth + 1) if inner is not None else []
    return []


def _filled(text: str, given: list[SgNode]) -> list[str | SgNode]:
    """A format with what is put into its places, in order; numbers' places hold no text."""
    parts: list[str | SgNode] = []
    done = 0
    values = iter(given)
    for place in _PLACE.finditer(text):
        parts.append(text[done : place.start()])
        value = next(values, None)
        numeric = place[0][-1] in "dfxi" and place[0].startswith("%")
        parts.append("0" if value is None or numeric else value)
        done = place.end()
    return [*parts, text[done:]]


def _is_matched(name: SgNode) -> bool:
    """Whether the function asks a pattern of the whole value before it uses it: what passes holds no sign of another's
    making."""
    holder = next((a for a in name.ancestors() if a.kind() in FUNCTIONS), None)
    if holder is None or not re.fullmatch(r"\w+", name.text()):
        return False
    before = holder.text()[: max(0, name.range().start.index - holder.range().start.index)][-6000:]
    one = re.escape(name.text())
    whole = (
        rf"/\^[^/\n]{{1,200}}\$/\w*\.test\(\s*{one}\b|\b{one}\.match\(\s*/\^[^/\n]{{1,200}}\$/"
        rf"|\.fullmatch\([^\n]{{1,200}}\b{one}\b|re\.match\(r?[\"']\^[^\n]{{1,200}}\$[\"'],\s*{one}\b"
    )
    return re.search(whole, before) is not None
