"""JSON to nodes with lines; comments and trailing commas are taken as editors take them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from kit.model import At
from kit.sources.formats.nodes import Document, Node, Problem, Scalar
from kit.sources.formats.template import has_template
from kit.sources.tree.text import encodable, one_line_end

MAX_DEPTH = 100
MAX_NODES = 300_000
MAX_PROBLEMS = 100
_STRING = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
_STRING_OR_COMMENT = re.compile(rf"{_STRING}|//[^\n]*|/\*.*?\*/", re.DOTALL)
_STRING_OR_COMMA = re.compile(rf"{_STRING}|,(?=\s*[}}\]])")
_TOKEN = re.compile(rf'{_STRING}|[{{}}\[\],:]|[^\s{{}}\[\],:"]+')
_NOT_BREAK = re.compile(r"[^\n]")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _TooMuchError(Exception):
    """Beyond a limit; the 1-based line where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse_json(text: str, path: str) -> Document:
    """The one document of a JSON or JSONC file. A duplicate key (the last one counts) is a problem.

    Text with template marks that is no JSON by itself has `template` True and no root.
    """
    text = _strict(one_line_end(text))
    try:
        json.loads(text, parse_constant=_refuse)
        reader = _Reader(path, text)
        return Document(path, "json", (reader.root(),), problems=tuple(reader.problems))
    except RecursionError:
        return _broken(path, f"The JSON is nested deeper than {MAX_DEPTH} levels.", None)
    except _TooMuchError as error:
        return _broken(path, str(error), error.line)
    except json.JSONDecodeError as error:
        if has_template(text):
            return Document(path, "json", template=True)
        # What is cut off is missed behind the last line break, where no line is.
        last = text.rstrip("\n").count("\n") + 1
        return _broken(path, f"The JSON cannot be read: {error.msg}.", min(error.lineno, last))
    except ValueError as error:
        return _broken(path, f"The JSON cannot be read: {error}.", None)


def is_clean(text: str) -> bool:
    """Whether `parse_json` would find neither an error nor a problem. It makes no nodes, and costs a fraction."""
    try:
        whole = json.loads(_strict(one_line_end(text)), parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return False
    level, made = [whole], 1
    for _ in range(MAX_DEPTH + 1):
        level = [inner for value in level for inner in _within(value)]
        made += len(level)
        if not level or made > MAX_NODES:
            break
    return not level and made <= MAX_NODES


def loads(text: str) -> Any:
    """The plain value of a JSON text; its strings can be written to any file. Raises ValueError and RecursionError."""
    value = json.loads(text)
    if _SURROGATE.search(text):
        return json.loads(encodable(json.dumps(value, ensure_ascii=False)))
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key given twice")
    return found


def _within(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _strict(text: str) -> str:
    """The text without a byte order mark, and blanks where comments and trailing commas were."""
    text = _STRING_OR_COMMENT.sub(_without_comment, text.lstrip("\ufeff"))
    return _STRING_OR_COMMA.sub(lambda match: match[0] if match[0][0] == '"' else " ", text)


def _without_comment(match: re.Match[str]) -> str:
    return match[0] if match[0][0] == '"' else _NOT_BREAK.sub(" ", match[0])


def _broken(path: str, message: str, line: int | None) -> Document:
    return Document(path, "json", error=Problem(message, At(path, line, line)))


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


class _Reader:
    """Turns the tokens of a text that is known to be JSON into nodes: `json` itself tells no places."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._tokens = self._lined(text)
        self._made = 0

    def root(self) -> Node:
        """The node of the whole document."""
        return self._node(*next(self._tokens), 0)

    def _lined(self, text: str) -> Iterator[tuple[str, int]]:
        line, done = 1, 0
        for match in _TOKEN.finditer(text):
            line += text.count("\n", done, match.start())
            done = match.start()
            yield match[0], line

    def _node(self, lexeme: str, line: int, depth: int) -> Node:
        self._made += 1
        if self._made > MAX_NODES:
            raise _TooMuchError(f"The JSON holds more than {MAX_NODES} values.", line)
        if depth > MAX_DEPTH:
            raise _TooMuchError(f"The JSON is nested deeper than {MAX_DEPTH} levels.", line)
        if lexeme == "{":
            return self._object(line, depth)
        if lexeme == "[":
            return self._array(line, depth)
        value = _scalar(lexeme)
        return Node(value, At(self.path, line, line), raw=value if isinstance(value, str) else lexeme)

    def _object(self, first: int, depth: int) -> Node:
        entries: dict[str, Node] = {}
        for lexeme, line in self._tokens:
            if lexeme == "}":
                return Node(entries, At(self.path, first, line))
            if lexeme != ",":
                self._entry(entries, str(_scalar(lexeme)), line, depth)
        raise _TooMuchError("The JSON ends within an object.", first)

    def _entry(self, entries: dict[str, Node], key: str, line: int, depth: int) -> None:
        next(self._tokens)  # the colon
        value = self._node(*next(self._tokens), depth + 1)
        if key in entries and len(self.problems) < MAX_PROBLEMS:
            message = f"The key {key!r} is given twice; the first is on line {entries[key].line}."
            self.problems.append(Problem(message, At(self.path, line, line)))
        entries[key] = Node(value.data, At(self.path, line, value.at.end_line), key, None, line, value.raw)

    def _array(self, first: int, depth: int) -> Node:
        items: list[Node] = []
        for lexeme, line in self._tokens:
            if lexeme == "]":
                return Node(items, At(self.path, first, line))
            if lexeme != ",":
                items.append(self._node(lexeme, line, depth + 1))
        raise _TooMuchError("The JSON ends within an array.", first)


def _scalar(lexeme: str) -> Scalar:
    if lexeme[0] == '"' and "\\" not in lexeme:
        return lexeme[1:-1]
    value: Scalar = json.loads(lexeme)
    return encodable(value) if isinstance(value, str) else value
