"""Shell-like variables in Dockerfiles and compose files: `$A`, `${A}`, `${A:-default}`, `${A:?error}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_DEPTH = 12
MAX_CHARACTERS = 50_000

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")

Lookup = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable that a text refers to. `operator` is one of "", "-", ":-", "?", ":?", "+", ":+"."""

    name: str
    operator: str = ""
    operand: str = ""

    @property
    def default(self) -> str | None:
        """What stands in for it where it is not set, as written; None where nothing does."""
        return self.operand if self.operator.endswith("-") else None

    @property
    def required(self) -> bool:
        """True where its absence is an error (`${A:?…}`)."""
        return self.operator.endswith("?")


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A text with its variables filled in; those that nothing gives stay as written: `unresolved`."""

    text: str
    references: tuple[Reference, ...] = ()
    unresolved: tuple[str, ...] = ()


def interpolate(text: str, lookup: Lookup, escape: str = "$") -> Interpolated:
    """Fill in the variables of `text`. `lookup` gives a value or None where it is not known.

    `escape` makes the `$` behind it literal: "$" in compose files, a backslash in Dockerfiles.
    """
    if "$" not in text or len(text) > MAX_CHARACTERS:
        return Interpolated(text)
    return _Filling(lookup, escape).fill(text, 0)


class _Filling:
    def __init__(self, lookup: Lookup, escape: str) -> None:
        self.lookup = lookup
        self.escape = escape

    def fill(self, text: str, depth: int) -> Interpolated:
        made: list[str] = []
        references: list[Reference] = []
        unresolved: list[str] = []
        size = 0
        for literal, reference in self._pieces(text):
            # a variable that holds itself twice, line after line, must not grow without end
            if reference is None or size > MAX_CHARACTERS:
                made.append(literal)
                continue
            references.append(reference)
            filled = self._value(literal, reference, depth)
            made.append(filled.text)
            size += len(filled.text)
            references.extend(filled.references)
            unresolved.extend(filled.unresolved)
        return Interpolated("".join(made), tuple(references), tuple(unresolved))

    def _value(self, literal: str, reference: Reference, depth: int) -> Interpolated:
        value = self.lookup(reference.name)
        given = value is not None and (value != "" or not reference.operator.startswith(":"))
        if reference.operator.endswith("+"):
            return self._operand(reference, depth) if given else Interpolated("")
        if given:
            return Interpolated(value or "", self._operand(reference, depth).references)
        if reference.default is not None:
            return self._operand(reference, depth)
        return Interpolated(literal, (), (reference.name,))

    def _operand(self, reference: Reference, depth: int) -> Interpolated:
        if depth >= MAX_DEPTH or reference.required:
            return Interpolated(reference.operand)
        return self.fill(reference.operand, depth + 1)

    def _pieces(self, text: str) -> Iterator[tuple[str, Reference | None]]:
        start = 0
        while (dollar := text.find("$", start)) >= 0:
            if self.escape == "$" and text.startswith("$$", dollar):
                yield text[start : dollar + 1], None
                start = dollar + 2
                continue
            if self.escape != "$" and dollar > start and text[dollar - 1] == self.escape:
                yield text[start : dollar - 1] + "$", None
                start = dollar + 1
                continue
            reference, end = _reference(text, dollar)
            yield text[start:dollar], None
            yield text[dollar:end], reference
            start = end
        yield text[start:], None


def _reference(text: str, dollar: int) -> tuple[Reference | None, int]:
    """The variable at `dollar` and where it ends; None for a dollar that begins no variable."""
    if not text.startswith("${", dollar):
        name = _NAME.match(text, dollar + 1)
        return (Reference(name[0]), name.end()) if name else (None, dollar + 1)
    close = _closing_brace(text, dollar + 2)
    if close is None:
        return None, len(text)
    body = text[dollar + 2 : close]
    name = _NAME.match(body)
    if name is None:
        return None, close + 1
    operator = _OPERATOR.match(body, name.end())
    if operator is None:
        # a form that only some shells know, such as ${A#prefix}: the name is known, the value is not
        return Reference(name[0]), close + 1
    return Reference(name[0], operator[0], body[operator.end() :]), close + 1


def _closing_brace(text: str, start: int) -> int | None:
    depth = 1
    for found in re.compile(r"\$\{|\}").finditer(text, start):
        depth += 1 if found[0] == "${" else -1
        if depth == 0:
            return found.start()
    return None
