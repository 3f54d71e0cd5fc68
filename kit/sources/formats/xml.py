"""XML as elements with lines. Entity declarations and document types are refused: nothing is expanded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from kit.model import At
from kit.sources.formats.nodes import Problem

MAX_DEPTH = 200
MAX_ELEMENTS = 200_000


@dataclass(slots=True)
class Element:
    """An element: `tag` without its namespace, `text` its own text, stripped."""

    tag: str
    at: At
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def get(self, *route: str) -> Element | None:
        """The first element at the end of a route of tags."""
        return next(self.each(*route), None)

    def each(self, *route: str) -> Iterator[Element]:
        """Every element at the end of a route of tags; `*` stands for any tag."""
        if not route:
            yield self
            return
        for child in self.children:
            if route[0] in ("*", child.tag):
                yield from child.each(*route[1:])

    def find(self, *route: str) -> str | None:
        """The text at the end of a route; None where there is none."""
        found = self.get(*route)
        return found.text if found is not None and found.text else None


class _RefusedError(Exception):
    """The document asks for what is not done, or goes beyond a limit."""


def parse_xml(text: str, path: str) -> Element | Problem:
    """The root element, or the problem. Never raises."""
    reader = _Reader(path)
    try:
        reader.parser.Parse(text.removeprefix("\ufeff"), True)
    except expat.ExpatError as error:
        # What is lacking at the end is missed behind the last line.
        line = min(error.lineno, max(1, len(text.splitlines())))
        return Problem(f"The XML cannot be read: {expat.ErrorString(error.code)}.", At(path, line))
    except (_RefusedError, ValueError) as error:
        return Problem(f"The XML cannot be read: {error}.", At(path, reader.parser.CurrentLineNumber))
    return reader.root if reader.root is not None else Problem("The XML is empty.", At(path))


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.root: Element | None = None
        self.stack: list[Element] = []
        self.count = 0
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = _refuse
        parser.UnparsedEntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = _refuse
        self.parser = parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.stack) >= MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise _RefusedError("it is nested too deep or too large")
        line = self.parser.CurrentLineNumber
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition("}")[2], At(self.path, line, line), plain)
        if self.stack:
            self.stack[-1].children.append(element)
        else:
            self.root = element
        self.stack.append(element)

    def _end(self, _: str) -> None:
        element = self.stack.pop()
        element.text = element.text.strip()
        element.at = At(self.path, element.at.line, self.parser.CurrentLineNumber)

    def _characters(self, text: str) -> None:
        self.stack[-1].text += text


def _refuse(*_: object) -> int:
    raise _RefusedError("it declares entities, which are not expanded")
