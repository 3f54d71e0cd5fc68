"""What a file seems to import, by its words alone: a sieve that is cheap enough for every file.

It also sees imports in comments and texts; whoever reports one looks it up in the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Seen = tuple[str, tuple[str, ...]]
"""A module as it is written, and the names that are taken from it."""

_JS_FROM = re.compile(r"""\bfrom\s{0,20}["']([^"'\n]{1,300})["']""")
_JS_CALL = re.compile(r"""\b(?:require|import)\s{0,4}\(?\s{0,20}["']([^"'\n]{1,300})["']""")
_JS_NAMES = re.compile(
    r"""\b(?:import|export)\s{1,9}(?:type\s{1,9})?(?:\w{1,80}\s{0,9},\s{0,9})?\{([^{}]{0,6000})\}\s{0,9}from\s{0,9}["']([^"'\n]{1,300})["']"""
)
_PY_FROM = re.compile(
    r"^[ \t]*from[ \t]+([.\w]{1,200})[ \t]*import[ \t]*(\([^()]{0,6000}\)|[^\n(;#]{1,2000})", re.MULTILINE
)
_PY_IMPORT = re.compile(r"^[ \t]*import[ \t]+([\w.][^\n;#]{0,1000})", re.MULTILINE)
_GO_IMPORT = re.compile(r"""^(?:import[ \t])?[ \t]*(?:[\w.]+[ \t]+)?"([^"\s]{1,300})"[ \t]*(?://.*)?$""", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*|//[^\n]*|/\*[^*]{0,2000}\*/")


def javascript(text: str) -> Iterator[Seen]:
    """Modules of `import`, `export ... from`, `require` and `import(...)`."""
    for found in _JS_NAMES.finditer(text):
        yield found[2], tuple(_js_names(_COMMENT.sub("", found[1])))
    for pattern in (_JS_FROM, _JS_CALL):
        for found in pattern.finditer(text):
            yield found[1], ()


def _js_names(listed: str) -> Iterator[str]:
    for part in listed.split(","):
        words = [w for w in part.split() if w != "type"]
        if words and words[0] != "default" and re.fullmatch(r"[\w$]+", words[0]):
            yield words[0]


def python(text: str) -> Iterator[Seen]:
    """Modules of `import a.b` and `from a.b import c`; relative ones with their dots."""
    for found in _PY_FROM.finditer(text):
        listed = _COMMENT.sub("", found[2]).strip("() \t\n\\")
        yield found[1], tuple(part.split()[0] for part in listed.split(",") if part.split())
    for found in _PY_IMPORT.finditer(text):
        for part in found[1].split(","):
            if part.split():
                yield part.split()[0], ()


def go(text: str) -> Iterator[str]:
    """Paths that stand alone on a line, as in an import block."""
    return (found[1] for found in _GO_IMPORT.finditer(text))
