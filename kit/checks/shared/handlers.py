"""The code that answers a route: its own text, wherever it stands."""

from __future__ import annotations

import ast
import posixpath
import re
from dataclasses import dataclass

from kit.model import At
from kit.project import Project
from kit.sources.code.index import JAVASCRIPT
from kit.system.model import Route

_FUNCTIONS = ("function_declaration", "method_definition", "variable_declarator")
_STRING = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")


@dataclass(frozen=True)
class Handler:
    """The function that answers a route: where its text begins, what stands before its body (decorators, parameters)
    and its body."""

    path: str
    line: int
    before: str
    body: str

    def at(self, offset: int) -> At:
        """The line of a character of the body."""
        return At(self.path, self.line + self.before.count("\n") + self.body.count("\n", 0, offset))


def statement(project: Project, route: Route) -> str:
    """The lines that register a route."""
    first = route.at.line or 1
    return "\n".join(project.files.lines(route.at.path)[first - 1 : route.at.end_line or first])


def without_strings(text: str) -> str:
    """A text whose quoted words are left out: paths and messages decide nothing."""
    return _STRING.sub("''", text)


def handler(project: Project, route: Route) -> Handler | None:
    """The function that answers a route; None where it cannot be told for sure."""
    language = project.code.language(route.at.path)
    if language == "python":
        return _python(project, route)
    if language == "go":
        return _go(project, route)
    return _javascript(project, route) if language in JAVASCRIPT else None


def _python(project: Project, route: Route) -> Handler | None:
    module = project.code.python(route.at.path)
    lines = project.files.lines(route.at.path)
    for node in ast.walk(module) if module is not None else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first <= (route.at.line or 0) <= node.lineno and node.name == route.handler.rsplit(".", 1)[-1]:
                begins = node.body[0].lineno
                before = "".join(f"{line}\n" for line in lines[first - 1 : begins - 1])
                return Handler(route.at.path, first, before, "\n".join(lines[begins - 1 : node.end_lineno]))
    return None


def _go(project: Project, route: Route) -> Handler | None:
    name = route.handler.rsplit(".", 1)[-1]
    return go_function(project, name, route.at.path) if name.isidentifier() else None


def go_function(project: Project, name: str, path: str) -> Handler | None:
    """The function or method of that name in the package of a file, else in the first one that has it."""
    head = re.compile(rf"(?m)^func (?:\([^)\n]*\) ?)?{name}\([^{{]*\{{")
    own = posixpath.dirname(path)
    for other in sorted(project.code.holding(f"{name}(", languages=("go",)), key=lambda p: posixpath.dirname(p) != own):
        text = project.code.text(other)
        found = head.search(text)
        if found is not None:
            body = text[found.end() :].split("\n}", 1)[0]
            return Handler(other, text.count("\n", 0, found.start()) + 1, found[0], body)
    return None


def _javascript(project: Project, route: Route) -> Handler | None:
    text = statement(project, route)
    name = route.handler.rsplit(".", 1)[-1]
    inline = re.search(r"=>|\bfunction\b", text)
    # `export async function POST(` is the head of the handler itself, whose body stands below.
    head = rf"\b(?:function|const|let|var)\s+{re.escape(name)}\b" if name else r"(?!)"
    if inline is not None and not re.search(head, text):
        return Handler(route.at.path, route.at.line or 1, text[: inline.end()], text[inline.end() :])
    root = project.code.tree(route.at.path) if re.fullmatch(r"\w+", name) else None
    for kind in _FUNCTIONS if root is not None else ():
        for node in root.find_all(kind=kind, has={"field": "name", "regex": f"^{name}$"}) if root is not None else ():
            body = node.field("body") or node.field("value")
            if body is not None:
                whole, own = node.text(), body.text()
                cut = whole.rfind(own)
                return Handler(route.at.path, node.range().start.line + 1, whole[:cut], own)
    return None
