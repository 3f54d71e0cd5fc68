"""Python text to `ast`, also where a statement of it is broken or newer than the running interpreter."""

from __future__ import annotations

import ast
import re

from ast_grep_py import SgRoot

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.formats.python import parse_module

_BARE_EXCEPT_LIST = re.compile(r"^(\s*except\*?\s+)([\w.]+(?:\s*,\s*[\w.]+)+)(\s*:)", re.MULTILINE)
OLD_PRINT = re.compile(r"^[ \t]*print[ \t]+[\"'\w%]", re.MULTILINE)
"""The statement of Python 2, which the grammar still reads."""
_IMPORTED = re.compile(
    r"""(?:\btypeof\s{1,9})?\bimport\(\s{0,9}["'][^"'\n]{0,300}["']\s{0,9}\)(?:\.\w+)*(?:\[\s{0,9}["'][\w$-]{0,99}["']\s{0,9}\])*"""
)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def parse_python(text: str) -> ast.Module:
    """The module; top-level statements that cannot be read are left out, the others keep their lines. Never
    raises."""
    for candidate in (text, _BARE_EXCEPT_LIST.sub(r"\1(\2)\3", text)):
        module = _parse(candidate)
        if module is not None:
            return module
    return _readable_statements(text)


def older_typescript(text: str) -> str:
    """TypeScript in words that the grammar knows, line by line: imported types by a name, `export type *` without
    `type`, and NUL characters as blanks."""
    return re.sub(r"\bexport type \*", "export *", _IMPORTED.sub("Imported", text)).replace("\x00", " ")


def python_error(text: str, path: str, at: At) -> Problem | None:
    """The syntax error of a Python file, in the words of the interpreter; None where it reads the file."""
    try:
        _compile(text)
    except SyntaxError as error:
        return Problem(f"Python syntax error: {error.msg}.", At(path, error.lineno or at.line))
    except _UNREADABLE as error:
        return Problem(f"Python cannot parse this: {error}.", At(path, at.line))
    return None


def _parse(text: str) -> ast.Module | None:
    try:
        return _compile(text)
    except _UNREADABLE:
        return None


def _compile(text: str) -> ast.Module:
    return parse_module(text)


def _readable_statements(text: str) -> ast.Module:
    body: list[ast.stmt] = []
    for node in SgRoot(text, "python").root().children():
        piece = _parse(node.text()) if node.is_named() else None
        if piece is not None:
            ast.increment_lineno(piece, node.range().start.line)
            body.extend(piece.body)
    return ast.Module(body, [])
