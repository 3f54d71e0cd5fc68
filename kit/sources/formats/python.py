"""Python to its syntax tree; nothing of it is compiled or run."""

from __future__ import annotations

import ast
import re
import warnings

from kit.sources.tree.text import encodable

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|\\U0000[dD][89a-fA-F]")


def parse_module(text: str) -> ast.Module:
    """The tree of a module, without the interpreter's warnings; strings in it can be written to any file.

    Raises what `ast.parse` does: SyntaxError, ValueError, RecursionError, MemoryError.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    if _SURROGATE.search(text):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = encodable(node.value)
    return tree
