"""The environment that Go reads: `os.Getenv`, struct tags, the functions that wrap a read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.sources.code.go import FUNCTIONS, GoFile, GoProject, arguments, parameters
from kit.sources.code.index import CodeIndex
from kit.sources.code.records import EnvReadFact

_READS = frozenset(["os.Getenv", "os.LookupEnv", "syscall.Getenv"])
_TAG = re.compile(r'\b(env|envconfig):"([^"]*)"')
_DEFAULT = re.compile(r'\b(?:envDefault|env-default|default):"([^"]*)"')
_REQUIRED = re.compile(r'\b(?:env-required|required):"true"|,(?:required|notEmpty)\b')
_STOPS = re.compile(r"\bpanic\(|\bos\.Exit\(|\.(?:Fatal|Panic)\w*\(|\breturn\b[^\n]*(?:[eE]rr|fmt\.Errorf|errors\.New)")


_ENDS = re.compile(r"\bpanic\(|\bos\.Exit\(|\.(?:Fatal|Panic)\w*\(")
_OF_START = re.compile(
    r"(?i)(?:main|init|new|load|must|set_?up|connect|open|config|parse|read|get|from|run|start|validate|create|build|make"
    r"|provide|env|require|lookup|bootstrap|register|server|app|db|database|client)"
)


class Reader(NamedTuple):
    """A function that reads the variable named by its argument number `place`."""

    place: int
    required: bool | None
    default_place: int | None


def go_env(code: CodeIndex) -> Iterator[EnvReadFact]:
    """Every variable that production Go reads."""
    project = code.once(GoProject)
    readers: dict[str, Reader] = {}
    for file in project.files("Getenv", "LookupEnv", "env:", "envconfig"):
        for call in file.root.find_all(
            kind="call_expression", has={"field": "function", "regex": r"(Getenv|LookupEnv)$"}
        ):
            yield from _read(call, file, project, readers)
        for field in file.root.find_all(kind="field_declaration", has={"kind": "raw_string_literal"}):
            yield from _tagged(field, file)
    for file in project.files(*(f"{name}(" for name in readers)) if readers else ():
        for call in file.root.find_all(kind="call_expression"):
            callee = call.field("function")
            reader = readers.get(callee.text().rsplit(".", 1)[-1]) if callee is not None else None
            if reader:
                yield from _by_reader(call, reader, file, project)


def _read(call: SgNode, file: GoFile, project: GoProject, readers: dict[str, Reader]) -> Iterator[EnvReadFact]:
    callee, given = call.field("function"), arguments(call)
    if callee is None or callee.text() not in _READS or not given:
        return
    name = project.text(given[0], file)
    required, default = _context(call)
    if name.known and name.path:
        yield EnvReadFact(name.path, file.at(call), required and _needed(call, file), default)
        return
    function = next(
        (outer for outer in call.ancestors() if outer.kind().endswith("_declaration") and outer.field("body")),
        None,
    )
    names = [n.text() for n, _ in parameters(function)] if function is not None else []
    own = function.field("name") if function is not None else None
    if function is not None and own is not None and given[0].text() in names:
        place = names.index(given[0].text())
        body = function.text()
        fallback = next(
            (i for i, n in enumerate(names) if i > place and re.search(rf"(return|=)\s*{re.escape(n)}\b", body)),
            None,
        )
        readers[own.text()] = Reader(place, True if fallback is None and _STOPS.search(body) else required, fallback)


def _by_reader(call: SgNode, reader: Reader, file: GoFile, project: GoProject) -> Iterator[EnvReadFact]:
    given = arguments(call)
    if len(given) <= reader.place:
        return
    name = project.text(given[reader.place], file)
    if not name.known or not re.fullmatch(r"[A-Za-z_]\w*", name.path):
        return
    if reader.default_place is not None and len(given) > reader.default_place:
        default = given[reader.default_place]
        text = project.text(default, file)
        literal = text.path if text.known else default.text() if default.kind().endswith("_literal") else None
        yield EnvReadFact(name.path, file.at(call), False, literal)
    else:
        yield EnvReadFact(name.path, file.at(call), reader.required and _needed(call, file))


def _context(call: SgNode) -> tuple[bool | None, str | None]:
    """What follows a read: `if x == "" { panic }` demands it, `if x == "" { x = "y" }` gives a default."""
    holder = next((outer for outer in call.ancestors() if outer.kind().endswith(("_declaration", "_statement"))), None)
    parent = call.parent()
    if parent is not None and parent.kind() == "binary_expression":
        return False, None
    left = holder.field("left") if holder is not None else None
    if holder is None or left is None:
        return None, None
    name = left.named_children()[0].text() if left.named_children() else left.text()
    looked = (callee := call.field("function")) is not None and callee.text().endswith("LookupEnv")
    for test in _tests_after(holder):
        condition, body = test.field("condition"), test.field("consequence")
        empty = (
            re.search(rf'\b{re.escape(name)}\s*==\s*""|len\({re.escape(name)}\)\s*==\s*0|!\s*\w+', condition.text())
            if condition
            else None
        )
        if empty and body is not None:
            found = re.search(rf'\b{re.escape(name)}\s*=\s*"([^"]*)"', body.text())
            if found:
                return False, found[1]
            if not _STOPS.search(body.text()):
                return False, None
            return (True if _ENDS.search(body.text()) or _is_of_start(call) else None), None
        if condition is not None and re.search(rf'\b{re.escape(name)}\s*!=\s*""', condition.text()):
            return False, None
    return (False if looked else None), None


def _is_of_start(call: SgNode) -> bool:
    """Whether the function around a read is one that a start goes through, by its name: elsewhere an error that is
    handed back ends one request or message, not the process."""
    function = next((outer for outer in call.ancestors() if outer.kind() in FUNCTIONS), None)
    name = function.field("name") if function is not None else None
    return name is None or _OF_START.match(name.text()) is not None


def _needed(call: SgNode, file: GoFile) -> bool | None:
    """True for a read that is always made; None for one in a branch, or in a function that is called in
    branches only."""
    function = next((outer for outer in call.ancestors() if outer.kind() in FUNCTIONS), None)
    if _in_branch(call):
        return None
    name = function.field("name") if function is not None else None
    calls = [c for c in file.root.find_all(kind="call_expression") if name is not None and _called(c) == name.text()]
    return None if calls and all(_in_branch(c) for c in calls) else True


def _called(call: SgNode) -> str:
    callee = call.field("function")
    return callee.text().rsplit(".", 1)[-1] if callee is not None else ""


def _in_branch(node: SgNode) -> bool:
    """True within an `if`'s body or a `case`, inside of the same function."""
    inner = node
    for outer in node.ancestors():
        if outer.kind() in FUNCTIONS:
            return False
        if outer.kind() in {"expression_case", "default_case", "type_case"}:
            return True
        if outer.kind() == "if_statement" and inner in (
            outer.field("consequence"),
            outer.field("alternative"),
        ):
            condition = outer.field("condition")
            if condition is None or not re.search(r"err(or)?\b\s*[!=]=", condition.text()):
                return True
        inner = outer
    return False


def _tests_after(holder: SgNode) -> Iterator[SgNode]:
    """The `if` around a read made in its head, and the few that follow it."""
    outer = holder.parent()
    if outer is not None and outer.kind() == "if_statement":
        yield outer
    for node in holder.next_all()[:6]:
        if node.kind() == "if_statement":
            yield node


def _tagged(field: SgNode, file: GoFile) -> Iterator[EnvReadFact]:
    """`Port string `env:"PORT,required" envDefault:"8080"``."""
    tag = field.field("tag")
    text = tag.text() if tag is not None else ""
    found = _TAG.search(text)
    name = found[2].split(",")[0] if found else ""
    if not name or not re.fullmatch(r"[A-Za-z_]\w*", name):
        return
    default = _DEFAULT.search(text)
    required = bool(_REQUIRED.search(text)) and default is None
    yield EnvReadFact(name, file.at(field), required if required or default else None, default[1] if default else None)
