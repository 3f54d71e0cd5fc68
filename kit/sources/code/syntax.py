"""Python text to `ast`, also where a statement of it is broken or newer than the running interpreter."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.formats.python import parse_module
from kit.sources.grammar import parse

_BARE_EXCEPT_LIST = re.compile(r"^(\s*except\*?\s+)([\w.]+(?:\s*,\s*[\w.]+)+)(\s*:)", re.MULTILINE)
OLD_PRINT = re.compile(r"^[ \t]*print[ \t]+[\"'\w%]", re.MULTILINE)
"""The statement of Python 2, which the grammar still reads."""
_IMPORTED = re.compile(
    r"""(?:\btypeof\s{1,9})?\bimport\(\s{0,9}["'][^"'\n]{0,300}["']\s{0,9}\)(?:\.\w+)*(?:\[\s{0,9}["'][\w$-]{0,99}["']\s{0,9}\])*"""
)
_TYPED_NAMES = re.compile(
    r"(?<=[(,])(\s{0,20})(any|string|number|boolean|object|symbol|unknown|never)(?=\s{0,20}[,)][^=\n;{]{0,200}=>)"
)
"""Parameters of a function's type that go by the name of a type: `(string) => any`."""
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class PythonText:
    """What became of a Python text: its module, and why the interpreter could not read all of it."""

    module: ast.Module
    error: Exception | None = None

    def problem(self, path: str, at: At) -> Problem | None:
        """The syntax error in the words of the interpreter, at `at` where they name no line; None where it reads it."""
        if isinstance(self.error, SyntaxError):
            return Problem(f"Python syntax error: {self.error.msg}.", At(path, self.error.lineno or at.line))
        return Problem(f"Python cannot parse this: {self.error}.", At(path, at.line)) if self.error else None


def read_python(text: str) -> PythonText:
    """The module, parsed once where the interpreter reads the text. Else what is newer than the interpreter is put in
    its words, or top-level statements that cannot be read are left out; the others keep their lines. Never raises."""
    try:
        return PythonText(parse_module(text))
    except _UNREADABLE as error:
        plainer = _BARE_EXCEPT_LIST.sub(r"\1(\2)\3", text)
        module = _parse(plainer) if plainer != text else None
        return PythonText(module or _readable_statements(text), error)


def older_typescript(text: str) -> str:
    """TypeScript in words that the grammar knows, line by line: imported types by a name, `export type *` without
    `type`, parameters by a name that is no type's, and NUL characters as blanks."""
    plainer = _TYPED_NAMES.sub(r"\1\2_", _IMPORTED.sub("Imported", text))
    return re.sub(r"\bexport type \*", "export *", plainer).replace("\x00", " ")


def _parse(text: str) -> ast.Module | None:
    try:
        return parse_module(text)
    except _UNREADABLE:
        return None


def _readable_statements(text: str) -> ast.Module:
    body: list[ast.stmt] = []
    root = parse(text, "python")
    for node in root.children() if root is not None else ():
        piece = _parse(node.text()) if node.is_named() else None
        if piece is not None:
            ast.increment_lineno(piece, node.range().start.line)
            body.extend(piece.body)
    return ast.Module(body, [])
