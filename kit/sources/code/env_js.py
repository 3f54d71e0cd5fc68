"""The environment that JavaScript reads: `process.env` and its kin, destructured, aliased, wrapped or
validated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.env_schemas import is_variable, schema_reads
from kit.sources.code.index import CodeIndex
from kit.sources.code.js import JsProject
from kit.sources.code.js_module import (
    FUNCTIONS,
    JsModule,
    arguments,
    method_of,
    parameters,
    string_value,
    unwrap,
)
from kit.sources.code.records import EnvReadFact

NEEDLES = ("process.env", "import.meta.env", "Deno.env", "Bun.env", "getOrThrow", "onfigService", "env-var")
_SOURCES = frozenset(["process.env", "import.meta.env", "Bun.env", "globalThis.process.env"])
_BUILT_IN = frozenset(["MODE", "DEV", "PROD", "SSR", "BASE_URL"])
_STOPS = re.compile(
    r"\bthrow\b|process\.exit(?!\(\s*0\s*\))|\bprocess\.abort|\breject\(|\bassert\b|panic\(|fatal\(|invariant\("
)
_TESTS = frozenset(["if_statement", "unary_expression", "ternary_expression", "while_statement"])
_COMPARES = frozenset(["===", "!==", "==", "!=", "<", ">", "<=", ">=", "in"])


class Reader(NamedTuple):
    """A function of the project that reads the variable named by its argument number `place`."""

    place: int
    required: bool | None
    default_place: int | None


def js_env(code: CodeIndex) -> Iterator[EnvReadFact]:
    """Every variable that production JavaScript and TypeScript read."""
    return JsEnv(code.once(JsProject)).reads()


class JsEnv:
    """One reading of a project: direct reads, validations, then calls of the functions that wrap a read."""

    def __init__(self, project: JsProject) -> None:
        self.project = project
        self.readers: dict[tuple[str, int, int], Reader] = {}
        self._names: set[str] = set()

    def reads(self) -> Iterator[EnvReadFact]:
        """All of them, file by file."""
        for module in self.project.modules(*NEEDLES):
            yield from self._direct(module)
            yield from self._destructured(module)
            yield from self._calls(module)
        yield from schema_reads(self.project)
        yield from self._wrapped()

    # direct

    def _direct(self, module: JsModule) -> Iterator[EnvReadFact]:
        kinds = [{"kind": "member_expression"}, {"kind": "subscript_expression"}]
        for node in module.root.find_all(any=kinds):
            receiver = node.field("object")
            if receiver is None or not self._is_env(receiver, module):
                continue
            prop, index = node.field("property"), node.field("index")
            if prop is not None:
                yield from self._read(node, prop.text(), module, receiver.text())
            elif index is not None:
                name = self.project.text(index, module)
                if name.known and name.path:
                    yield from self._read(node, name.path, module, receiver.text())
                else:
                    self._note_reader(node, index, module)

    def _is_env(self, node: SgNode, module: JsModule) -> bool:
        text = node.text()
        if text in _SOURCES:
            return True
        if node.kind() != "identifier" or len(text) > 30:
            return False
        binding = module.lookup(text, node.range().start.index)
        return binding is not None and not binding.member and unwrap(binding.node).text() in _SOURCES

    def _read(self, node: SgNode, name: str, module: JsModule, source: str) -> Iterator[EnvReadFact]:
        if _is_written(node) or (source == "import.meta.env" and name in _BUILT_IN) or not is_name(name):
            return
        required, default = self._context(node, module)
        yield EnvReadFact(
            name,
            module.at(node),
            None if required and (conditional(node) or _left_early(node)) else required,
            default,
        )

    def _context(self, node: SgNode, module: JsModule) -> tuple[bool | None, str | None]:
        """What the expression around a read says: a fall-back, a `!`, a comparison, a check that throws."""
        inner, outer = node, node.parent()
        while outer is not None and outer.kind() in {
            "parenthesized_expression",
            "as_expression",
            "satisfies_expression",
        }:
            inner, outer = outer, outer.parent()
        if outer is None:
            return None, None
        if outer.kind() == "non_null_expression":
            return True, None
        if outer.kind() == "binary_expression":
            return self._in_binary(inner, outer, module)
        if outer.kind() in _TESTS:
            return self._stops(outer, node), None
        if outer.kind() in {"member_expression", "subscript_expression"} and outer.field("object") == inner:
            return (None if "?." in outer.text() or self._tested(node, module) else True), None
        if outer.kind() == "variable_declarator":
            return self._declared(outer, module), None
        return None, None

    def _in_binary(self, inner: SgNode, outer: SgNode, module: JsModule) -> tuple[bool | None, str | None]:
        operator, right = outer.field("operator"), outer.field("right")
        sign = operator.text() if operator is not None else ""
        if sign in {"||", "??"} and right is not None and right != inner:
            if _STOPS.search(right.text()):
                return True, None
            return False, self._literal(right, module)
        return (False, None) if sign in _COMPARES or sign in {"&&", "||", "??"} else (None, None)

    def _literal(self, node: SgNode, module: JsModule) -> str | None:
        node = unwrap(node)
        if node.kind() in {"number", "true", "false"}:
            return str(node.text())
        text = self.project.text(node, module)
        return text.path if text.known else None

    def _tested(self, node: SgNode, module: JsModule) -> bool:
        """Whether the file goes on only where the variable is there: `const enabled = process.env.X && …`."""
        name = re.escape(node.text())
        return re.search(rf"{name}\s*&&|&&\s*{name}(?![\w.\[(])", module.root.text()) is not None

    def _stops(self, outer: SgNode, node: SgNode) -> bool | None:
        """`if (!process.env.X) throw …`; None where something else is asked first."""
        holder = outer
        while holder.kind() != "if_statement":
            parent = holder.parent()
            if parent is None or parent.kind() in FUNCTIONS or parent.kind().endswith("statement_block"):
                return False
            holder = parent
        condition, body = holder.field("condition"), holder.field("consequence")
        asked = condition is not None and f"!{node.text()}" in condition.text().replace(" ", "")
        stops = bool(asked and body is not None and _STOPS.search(body.text()))
        more = condition is not None and "&&" in condition.text() and "prod" not in condition.text().lower()
        return None if stops and more else stops

    def _declared(self, declarator: SgNode, module: JsModule) -> bool | None:
        """`const x = process.env.X; if (!x) throw …`."""
        name = declarator.field("name")
        if name is None or name.kind() != "identifier":
            return None
        for test in module.root.find_all(kind="if_statement"):
            condition, body = test.field("condition"), test.field("consequence")
            asked = condition is not None and re.search(rf"!\s*{re.escape(name.text())}\b", condition.text())
            if asked and body is not None and _STOPS.search(body.text()):
                return True
        return None

    def _destructured(self, module: JsModule) -> Iterator[EnvReadFact]:
        """`const { A, B = "x" } = process.env`."""
        for node in module.root.find_all(kind="variable_declarator", has={"field": "name", "kind": "object_pattern"}):
            pattern, value = node.field("name"), node.field("value")
            if pattern is None or value is None or unwrap(value).text() not in _SOURCES:
                continue
            for part in pattern.named_children():
                yield from self._part(part, module)

    def _part(self, part: SgNode, module: JsModule) -> Iterator[EnvReadFact]:
        key = part.field("left") or part.field("key") or part
        value = part.field("value")
        given = part.field("right") or (value.field("right") if value is not None else None)
        name = key.text().strip("'\"")
        if is_name(name):
            default = self._literal(given, module) if given is not None else None
            yield EnvReadFact(name, module.at(part), False if given is not None else None, default)

    # calls

    def _calls(self, module: JsModule) -> Iterator[EnvReadFact]:
        for call in module.calls("get", "getOrThrow"):
            method, given = method_of(call), arguments(call)
            name = string_value(given[0]) if given else None
            if method is None or not name or not is_variable(name):
                continue
            receiver = method[0].text()
            if receiver == "Deno.env":
                yield EnvReadFact(name, module.at(call), *self._context(call, module))
            elif self.project.origin(method[0], module).startswith("env-var"):
                yield self._env_var(call, name, module)
            elif re.search(r"[cC]onfig", receiver):
                yield self._config_service(call, name, method[1], given, module)

    def _config_service(
        self, call: SgNode, name: str, method: str, given: list[SgNode], module: JsModule
    ) -> EnvReadFact:
        """NestJS: `get` copes, `getOrThrow` does not, a second argument is the default."""
        at = module.at(call)
        if method == "getOrThrow":
            return EnvReadFact(name, at, True)
        if len(given) > 1 and unwrap(given[1]).kind() != "object":
            return EnvReadFact(name, at, False, self._literal(given[1], module))
        return EnvReadFact(name, at, *self._context(call, module))

    def _env_var(self, call: SgNode, name: str, module: JsModule) -> EnvReadFact:
        """env-var: `get("X").default("y").required().asString()`."""
        required, default, outer = False, None, call
        while (member := outer.parent()) is not None and (chained := member.parent()) is not None:
            method = method_of(chained)
            if method is None or member.kind() != "member_expression":
                break
            given = arguments(chained)
            if method[1] == "required":
                required = not given or given[0].text() != "false"
            elif method[1] == "default" and given:
                default = self._literal(given[0], module)
            outer = chained
        return EnvReadFact(name, module.at(call), required and default is None, default)

    # wrappers

    def _note_reader(self, node: SgNode, index: SgNode, module: JsModule) -> None:
        """`const env = (name, fallback) => process.env[name] ?? fallback`."""
        function = next((outer for outer in node.ancestors() if outer.kind() in FUNCTIONS), None)
        names = [p.text() for p in parameters(function)] if function is not None else []
        if function is None or index.text() not in names:
            return
        required, _ = self._context(node, module)
        body = function.text()
        others = [i for i, name in enumerate(names) if name != index.text() and i > names.index(index.text())]
        fallback = next((i for i in others if re.search(rf"(\|\||\?\?|:)\s*{re.escape(names[i])}\b", body)), None)
        needed = True if _STOPS.search(body) and fallback is None else None if required is True else required
        self.readers[module.key(function)] = Reader(names.index(index.text()), needed, fallback)
        self._names |= _names_of(function)

    def _wrapped(self) -> Iterator[EnvReadFact]:
        for module in self.project.modules(*(f"{name}(" for name in self._names)) if self._names else ():
            pattern = f"^(?:.*\\.)?({'|'.join(map(re.escape, sorted(self._names)))})$"
            for call in module.root.find_all(kind="call_expression", has={"field": "function", "regex": pattern}):
                found = self.project.function(call.field("function"), module)
                reader = self.readers.get(found.module.key(found.node)) if found and found.node is not None else None
                if reader:
                    yield from self._by_reader(call, reader, module)

    def _by_reader(self, call: SgNode, reader: Reader, module: JsModule) -> Iterator[EnvReadFact]:
        given = arguments(call)
        name = self.project.text(given[reader.place], module) if len(given) > reader.place else None
        if name is None or not name.known or not is_name(name.path):
            return
        at: At = module.at(call)
        place = reader.default_place
        if place is not None and len(given) > place:
            yield EnvReadFact(name.path, at, False, self._literal(given[place], module))
            return
        required, default = self._context(call, module)
        needed = True if reader.required else required
        yield EnvReadFact(name.path, at, None if needed and conditional(call) else needed, default)


def conditional(node: SgNode) -> bool:
    """True within a branch of an `if`, a `case` or a `?:` of the same function; what only production does is
    always done as far as a deployment goes."""
    inner = node
    for outer in node.ancestors():
        kind = outer.kind()
        if kind in FUNCTIONS:
            return False
        branches = (outer.field("consequence"), outer.field("alternative"))
        condition = outer.field("condition")
        branched = kind in {"if_statement", "ternary_expression"} and inner in branches
        elsewhere = condition is not None and "prod" not in condition.text().lower()
        if kind == "switch_case" or (branched and elsewhere):
            return True
        inner = outer
    return False


def _left_early(node: SgNode) -> bool:
    """True where `if (!process.env.X) return …` stands in the same function: what follows only runs with
    it."""
    function = next((outer for outer in node.ancestors() if outer.kind() in FUNCTIONS), None)
    for test in function.find_all(kind="if_statement") if function is not None else ():
        condition, body = test.field("condition"), test.field("consequence")
        asked = condition is not None and f"!{node.text()}" in condition.text().replace(" ", "")
        if asked and body is not None and "return" in body.text() and not _STOPS.search(body.text()):
            return True
    return False


def is_name(text: str) -> bool:
    """True for what can be a variable's name."""
    return re.fullmatch(r"[A-Za-z_]\w{0,127}", text) is not None


def _names_of(function: SgNode) -> set[str]:
    named = function.field("name")
    holder = function.parent()
    bound = holder.field("name") or holder.field("key") if holder is not None else None
    return {node.text() for node in (named, bound) if node is not None and is_name(node.text())}


def _is_written(node: SgNode) -> bool:
    holder = node.parent()
    if holder is None:
        return False
    assigned = holder.kind() == "assignment_expression" and holder.field("left") == node
    return bool(assigned or (holder.kind() == "unary_expression" and holder.text().startswith("delete")))
