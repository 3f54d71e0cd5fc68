"""Go's text templates as syntax trees: what Helm charts are written in. Nothing is evaluated here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_NESTING = 60
MAX_TOKENS = 500
"""Tokens of the longest action."""


class TemplateSyntaxError(Exception):
    """Text that is no Go template, with the 1-based line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number, boolean or nil."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Operand:
    """The dot, a variable or a pipeline in brackets, and the fields taken of it.

    `base` None is the dot; a name with `$` is a variable.
    """

    base: str | Pipeline | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """A function's name or a value, and its arguments."""

    head: str | Literal | Operand
    arguments: tuple[Argument, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, the value of each the last argument of the next; `names` are assigned it first."""

    commands: tuple[Command, ...]
    names: tuple[str, ...] = ()
    declares: bool = True


Argument = str | Literal | Operand
"""An argument: a function without arguments, a literal or an operand."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text between actions; `line` is that of its first character."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Output:
    """`{{ pipeline }}`; nothing is written where it assigns."""

    pipeline: Pipeline
    line: int


@dataclass(frozen=True, slots=True)
class Include:
    """`{{ template "name" pipeline }}`."""

    name: str
    pipeline: Pipeline | None
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """`if`, `with` or `range` with its two branches."""

    keyword: str
    pipeline: Pipeline
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Jump:
    """`break` or `continue`."""

    keyword: str
    line: int


Statement = Text | Output | Include | Block | Jump


@dataclass
class Template:
    """A parsed file: its own statements, and the templates that it defines."""

    body: tuple[Statement, ...] = ()
    defines: dict[str, tuple[Statement, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    glued: bool


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+')
    |(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?))
    |(?P<variable>\$\w*)
    |(?P<field>\.[^\W\d]\w*)
    |(?P<dot>\.)
    |(?P<word>[^\W\d]\w*)
    |(?P<mark>:=|=|\||\(|\)|,)""",
    re.VERBOSE,
)
_CLOSE = re.compile(r"\s+-\}\}|\}\}")
_COMMENT = re.compile(r"\{\{(?:-\s)?\s*/\*")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_CONSTANTS = {"true": True, "false": False, "nil": None}


def parse_template(text: str) -> Template:
    """The syntax tree. Raises TemplateSyntaxError."""
    template = Template()
    parser = _Parser(_parts(text), template)
    template.body, ended = parser.statements(0)
    if ended:
        raise TemplateSyntaxError(f"unexpected {{{{{ended}}}}}", parser.line)
    return template


def _parts(text: str) -> Iterator[Text | tuple[list[_Token], int]]:
    """Text and actions in turn, white space trimmed where an action says so."""
    position, line, trim = 0, 1, False
    while position <= len(text):
        start = text.find("{{", position)
        chunk = text[position : start if start >= 0 else len(text)]
        if trim:
            stripped = chunk.lstrip()
            line += chunk[: len(chunk) - len(stripped)].count("\n")
            chunk = stripped
        left = start >= 0 and text[start + 2 : start + 3] == "-" and text[start + 3 : start + 4].isspace()
        kept = chunk.rstrip() if left else chunk
        if kept:
            yield Text(kept, line)
        line += chunk.count("\n")
        if start < 0:
            return
        inner = start + 3 if left else start + 2
        tokens, position, trim = _action(text, start, inner, line)
        if tokens is not None:
            yield tokens, line
        line += text.count("\n", start, position)


def _action(text: str, start: int, position: int, line: int) -> tuple[list[_Token] | None, int, bool]:
    """The tokens of the action (None for a comment), where it ends, and whether it trims what follows."""
    if _COMMENT.match(text, start):
        end = text.find("*/", position)
        close = _CLOSE.match(text, end + 2) if end >= 0 else None
        if close is None:
            raise TemplateSyntaxError("unclosed comment", line)
        return None, close.end(), close[0] != "}}"
    tokens: list[_Token] = []
    glued = False
    while (close := _CLOSE.match(text, position)) is None:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None or len(tokens) > MAX_TOKENS:
            raise TemplateSyntaxError(f"unexpected {text[position : position + 10]!r} in an action", line)
        position = match.end()
        if match.lastgroup != "space":
            tokens.append(_Token(match.lastgroup, match[0], glued))
        glued = match.lastgroup != "space"
    return tokens, close.end(), close[0] != "}}"


class _Parser:
    """Recursive descent over the parts of one file."""

    def __init__(self, parts: Iterator[Text | tuple[list[_Token], int]], template: Template) -> None:
        self.parts = parts
        self.template = template
        self.line = 1

    def statements(self, depth: int) -> tuple[tuple[Statement, ...], str]:
        """Statements up to an `end`, an `else` or the file's end (""), and which of them it was."""
        found: list[Statement] = []
        if depth > MAX_NESTING:
            raise TemplateSyntaxError("nested too deep", self.line)
        for part in self.parts:
            if isinstance(part, Text):
                found.append(part)
                continue
            self._tokens, self.line = part
            keyword = self._tokens[0].text if self._tokens and self._tokens[0].kind == "word" else ""
            if keyword in {"end", "else"}:
                return tuple(found), keyword
            statement = self._statement(keyword, depth)
            if statement is not None:
                found.append(statement)
        return tuple(found), ""

    def _statement(self, keyword: str, depth: int) -> Statement | None:
        line = self.line
        if keyword in {"if", "with", "range"}:
            return self._block(keyword, self._tokens[1:], depth)
        if keyword in {"break", "continue"} and len(self._tokens) == 1:
            return Jump(keyword, line)
        if keyword in {"define", "block", "template"}:
            return self._named(keyword, depth)
        if not self._tokens:
            raise TemplateSyntaxError("missing value for command", line)
        return Output(self._pipeline(self._tokens), line)

    def _named(self, keyword: str, depth: int) -> Statement | None:
        line = self.line
        if len(self._tokens) < 2 or self._tokens[1].kind != "string":
            raise TemplateSyntaxError(f"{keyword} needs a name", line)
        name, rest = _string(self._tokens[1].text), self._tokens[2:]
        pipeline = self._pipeline(rest) if rest else None
        if keyword != "template":
            body, ended = self.statements(depth + 1)
            self._expect(ended, "end", line)
            self.template.defines[name] = body
        return Include(name, pipeline, line) if keyword != "define" else None

    def _block(self, keyword: str, tokens: list[_Token], depth: int) -> Block:
        line, pipeline = self.line, self._pipeline(tokens)
        body, ended = self.statements(depth + 1)
        otherwise: tuple[Statement, ...] = ()
        if ended == "else":
            rest = self._tokens[1:]
            if rest and rest[0].text in {"if", "with"}:
                # `else if` shares the `end` of its `if`.
                return Block(keyword, pipeline, body, (self._block(rest[0].text, rest[1:], depth + 1),), line)
            otherwise, ended = self.statements(depth + 1)
        self._expect(ended, "end", line)
        return Block(keyword, pipeline, body, otherwise, line)

    def _expect(self, ended: str, wanted: str, line: int) -> None:
        if ended != wanted:
            raise TemplateSyntaxError(f"missing {{{{{wanted}}}}}", line)

    def _pipeline(self, tokens: list[_Token]) -> Pipeline:
        reader = _Tokens(tokens, self.line)
        pipeline = reader.pipeline(0)
        if reader.rest:
            raise TemplateSyntaxError(f"unexpected {reader.rest[0].text!r}", self.line)
        return pipeline


class _Tokens:
    """Reads a pipeline from the tokens of one action."""

    def __init__(self, tokens: list[_Token], line: int) -> None:
        self.tokens = tokens
        self.position = 0
        self.line = line

    @property
    def rest(self) -> list[_Token]:
        return self.tokens[self.position :]

    def pipeline(self, depth: int) -> Pipeline:
        """A pipeline up to a closing bracket or the end."""
        if depth > MAX_NESTING:
            raise TemplateSyntaxError("nested too deep", self.line)
        names, declares = self._assignment()
        commands = [self._command(depth)]
        while self._take("|"):
            commands.append(self._command(depth))
        return Pipeline(tuple(commands), names, declares)

    def _assignment(self) -> tuple[tuple[str, ...], bool]:
        kinds = [t.text if t.kind == "mark" else t.kind for t in self.rest[:4]]
        end = 3 if kinds[1:3] == [",", "variable"] else 1
        if kinds[:1] != ["variable"] or len(kinds) <= end or kinds[end] not in {":=", "="}:
            return (), True
        names = tuple(t.text for t in self.rest[:end] if t.kind == "variable")
        self.position += end + 1
        return names, kinds[end] == ":="

    def _command(self, depth: int) -> Command:
        operands: list[Argument] = []
        while self.rest and self.rest[0].text not in {"|", ")"}:
            operands.append(self._operand(depth))
        if not operands:
            raise TemplateSyntaxError("missing value for command", self.line)
        return Command(operands[0], tuple(operands[1:]), self.line)

    def _operand(self, depth: int) -> Argument:
        token = self.rest[0]
        self.position += 1
        if token.kind == "word":
            return Literal(_CONSTANTS[token.text]) if token.text in _CONSTANTS else token.text
        if token.kind == "string":
            return Literal(_string(token.text))
        if token.kind == "number":
            return Literal(_number(token.text, self.line))
        if token.kind == "variable":
            return Operand(token.text, self._fields())
        if token.kind == "dot":
            return Operand(None, ())
        if token.kind == "field":
            return Operand(None, (token.text[1:], *self._fields()))
        if token.text == "(":
            inner = self.pipeline(depth + 1)
            if not self._take(")"):
                raise TemplateSyntaxError("unclosed bracket", self.line)
            return Operand(inner, self._fields())
        raise TemplateSyntaxError(f"unexpected {token.text!r}", self.line)

    def _fields(self) -> tuple[str, ...]:
        names: list[str] = []
        while self.rest and self.rest[0].kind == "field" and self.rest[0].glued:
            names.append(self.rest[0].text[1:])
            self.position += 1
        return tuple(names)

    def _take(self, mark: str) -> bool:
        if self.rest and self.rest[0].kind == "mark" and self.rest[0].text == mark:
            self.position += 1
            return True
        return False


def _string(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    return _ESCAPE.sub(_unescaped, text[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return _ESCAPES.get(match[4], match[4])


def _number(text: str, line: int) -> int | float:
    plain = text.replace("_", "")
    try:
        if "x" in plain.lower():
            return int(plain, 16)
        return float(plain) if any(c in plain for c in ".eE") else int(plain)
    except ValueError as error:
        raise TemplateSyntaxError(f"bad number {text[:20]!r}", line) from error
