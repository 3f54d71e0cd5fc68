"""The calls that code makes, in one shape for every language, with their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ast_grep_py import SgNode

from kit.model import At
from kit.project import Project
from kit.sources.code.index import JAVASCRIPT, node_at

__all__ = [
    "JAVASCRIPT",
    "Call",
    "arguments",
    "calls",
    "entry",
    "is_on",
    "is_text",
    "option",
    "runs",
    "shown",
    "text_value",
    "unwrap",
]

ALL = ("python", *JAVASCRIPT, "go", "java")
_KINDS = {"python": "call", "go": "call_expression", "java": "method_invocation"}
_ASIDE = re.compile(
    r"(^|/)\.\w|(^|/)(scripts?|tools?|bin|hack|dev|ci|seeds?|seeders|benchmarks?|examples?|stories|\.storybook|codegen|cypress|e2e"
    r"|migrations?|fixtures|generators?)/|(^|/)(esbuild|gulpfile|gruntfile|webpack|rollup|vite|vitest|jest|next|babel|karma|playwright"
    r"|conftest|setup)(?:[.-][\w.-]*)?\.[cm]?[jt]s$|(^|/)build\.[cm]?js$|(^|/)(setup|conftest|noxfile|fabfile)\.py$",
    re.IGNORECASE,
)
_SERVED_AS_IS = re.compile(r"(^|/)(static|public|assets|wwwroot)/")
_STRINGS = frozenset({
    "string", "template_string", "concatenated_string", "interpreted_string_literal", "raw_string_literal",
    "string_literal",
})  # fmt: skip
_INNER = frozenset({"await_expression", "await", "parenthesized_expression", "as_expression", "non_null_expression"})


@dataclass(frozen=True, eq=False)
class Call:
    """A call: `callee` as it is written, without blanks."""

    path: str
    language: str
    callee: str
    node: SgNode

    @property
    def at(self) -> At:
        """The line where the call stands; in a chain that of its own name."""
        whole = node_at(self.path, self.node)
        function = self.node.field("function") or self.node.field("name")
        last = function.range().end.line + 1 if function is not None else whole.line
        return At(self.path, last, whole.end_line)

    @property
    def name(self) -> str:
        """The last word of the callee."""
        return re.split(r"[.>:]", self.callee)[-1]

    @cached_property
    def args(self) -> tuple[SgNode, ...]:
        """The arguments in order, those given by keyword left out."""
        return tuple(a for a in arguments(self.node) if a.kind() != "keyword_argument")

    def option(self, *names: str) -> SgNode | None:
        """The value of a keyword argument, or of a key of an object among the arguments."""
        for argument in arguments(self.node):
            if argument.kind() == "keyword_argument":
                key, value = argument.field("name"), argument.field("value")
                if key is not None and key.text() in names:
                    return value
            elif (found := option(argument, *names)) is not None:
                return found
        return None


def runs(path: str, *, browser: bool = False) -> bool:
    """Whether a file is part of what runs in production, by its place: no build script, seed or tool, and, where not the
    `browser` is meant, no file that is served as it is."""
    return not _ASIDE.search(path) and (browser or not _SERVED_AS_IS.search(path))


def calls(
    project: Project,
    *names: str,
    languages: tuple[str, ...] = ALL,
    needles: Iterable[str] = (),
    new: bool = False,
    browser: bool = False,
    both: Iterable[str] = (),
) -> Iterator[Call]:
    """The calls whose last word is one of `names`, in files that run in production.

    `needles` narrows the files that are parsed to those that hold one of them, `both` further to those that hold one of
    these too; `new` asks for constructors, `browser` for files that are served as they are too.
    """
    sieve = tuple(needles) or tuple(f"{name}" for name in names)
    last = re.compile(rf"(?:^|[.>:]|\bnew\s)(?:{'|'.join(map(re.escape, names))})$")
    marks = tuple(both)
    for path in project.code.holding(*sieve, languages=languages):
        if marks and not any(mark in project.code.text(path) for mark in marks):
            continue
        root = project.code.tree(path) if runs(path, browser=browser) else None
        language = project.code.language(path) or ""
        for node in _callers(root, language, names, new=new) if root is not None else ():
            callee = _callee(node)
            if last.search(callee):
                yield Call(path, language, callee, node)


def _callers(root: SgNode, language: str, names: tuple[str, ...], *, new: bool) -> list[SgNode]:
    words = "|".join(map(re.escape, names))
    if new and language != "python":
        kind, field = (
            ("object_creation_expression", "type") if language == "java" else ("new_expression", "constructor")
        )
        return list(root.find_all(kind=kind, has={"field": field, "regex": rf"(^|\.)({words})(<.*>)?$"}))
    kind = _KINDS.get(language, "call_expression")
    field = "name" if language == "java" else "function"
    return list(root.find_all(kind=kind, has={"field": field, "regex": rf"(^|[.>:\s])({words})$"}))


def _callee(node: SgNode) -> str:
    if node.kind() == "method_invocation":
        owner, name = node.field("object"), node.field("name")
        text = (f"{owner.text()[-200:]}." if owner is not None else "") + (name.text() if name is not None else "")
    else:
        function = node.field("function") or node.field("constructor") or node.field("type")
        text = function.text() if function is not None else ""
    return re.sub(r"<.*>$|[\s?!]", "", text[-300:])


def arguments(node: SgNode) -> list[SgNode]:
    """The arguments of a call, comments left out."""
    given = node.field("arguments")
    return [a for a in given.children() if a.is_named() and a.kind() != "comment"] if given is not None else []


def unwrap(node: SgNode) -> SgNode:
    """The expression inside of `await`, parentheses, `as` and `!`."""
    while node.kind() in _INNER:
        inner = next((c for c in node.children() if c.is_named()), None)
        if inner is None:
            break
        node = inner
    return node


def _is_named(child: SgNode, names: tuple[str, ...]) -> bool:
    """Whether a part of an object is a shorthand or a method of one of these names."""
    if child.kind() == "method_definition":
        named = child.field("name")
        return named is not None and named.text() in names
    return child.kind() == "shorthand_property_identifier" and child.text() in names


def option(node: SgNode | None, *names: str) -> SgNode | None:
    """The value of a key of an object, dictionary or composite literal; a shorthand is its own value."""
    for child in node.children() if node is not None else ():
        if child.kind() in {"pair", "keyed_element"}:
            parts = [c for c in child.children() if c.is_named()]
            if len(parts) > 1 and parts[0].text().strip("'\"`") in names:
                return _element(parts[-1])
        elif _is_named(child, names):
            return child
        elif child.kind() == "literal_value" and (found := option(child, *names)) is not None:
            return found
    return None


def _element(node: SgNode) -> SgNode:
    inner = [c for c in node.children() if c.is_named()] if node.kind() == "literal_element" else []
    return inner[0] if inner else node


def entry(node: SgNode | None, *route: str) -> SgNode | None:
    """The value at the end of a route of keys through nested objects."""
    for key in route:
        node = option(node, key)
    return node


def is_text(node: SgNode | None) -> bool:
    """True for a string literal in which nothing is put."""
    if node is None or node.kind() not in _STRINGS:
        return False
    inner = node.children()
    if any(c.kind() in {"template_substitution", "interpolation"} for c in inner):
        return False
    return node.kind() != "concatenated_string" or all(is_text(c) for c in inner if c.is_named())


def text_value(node: SgNode | None) -> str | None:
    """What a plain string literal says; None for anything else."""
    if node is None or not is_text(node):
        return None
    if node.kind() == "concatenated_string":
        return "".join(text_value(c) or "" for c in node.children() if c.is_named())
    parts = ("string_content", "string_fragment", "interpreted_string_literal_content")
    inner = [c.text() for c in node.children() if c.kind() in parts]
    return "".join(inner) if inner else node.text().strip("'\"`")


def shown(node: SgNode) -> str:
    """An expression on one line, cut to what a sentence can hold."""
    return re.sub(r"\s+", " ", node.text()[:200])[:60]


def is_on(node: SgNode | None) -> bool:
    """True for a literal true."""
    return node is not None and node.text() in {"True", "true"}
