"""XML element by element, for reports that are too large for a tree. No entity is expanded, nothing fetched."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MAX_DEPTH = 200
MAX_ELEMENTS = 5_000_000
MAX_OWN_TEXT = 4_000
_CHUNK = 1 << 16


@dataclass(slots=True)
class Tag:
    """An element as it begins, and again as it ends (`ended`, with its own text). `path` holds the tags above it."""

    name: str
    attributes: dict[str, str]
    line: int
    path: tuple[str, ...]
    text: str = ""
    ended: bool = False


@dataclass(slots=True)
class _Reading:
    stack: list[Tag] = field(default_factory=list)
    ready: deque[Tag] = field(default_factory=deque)
    count: int = 0


def tags(text: str) -> Iterator[Tag]:
    """The elements in their order. Raises ValueError where it is broken, cut off, too deep or declares entities."""
    reading, parser = _Reading(), expat.ParserCreate(namespace_separator="}")
    _attach(parser, reading)
    try:
        for start in range(0, len(text), _CHUNK):
            parser.Parse(text[start : start + _CHUNK], False)
            while reading.ready:
                yield reading.ready.popleft()
        parser.Parse("", True)
    except expat.ExpatError as error:
        raise ValueError(f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
    yield from reading.ready


def _attach(parser: expat.XMLParserType, reading: _Reading) -> None:
    def start(name: str, attributes: dict[str, str]) -> None:
        reading.count += 1
        if len(reading.stack) >= MAX_DEPTH or reading.count > MAX_ELEMENTS:
            raise ValueError(f"line {parser.CurrentLineNumber}: it is nested too deeply or too large")
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        above = tuple(t.name for t in reading.stack)
        tag = Tag(name.rpartition("}")[2], plain, parser.CurrentLineNumber, above)
        reading.stack.append(tag)
        reading.ready.append(tag)

    def end(_: str) -> None:
        tag = reading.stack.pop()
        reading.ready.append(Tag(tag.name, tag.attributes, tag.line, tag.path, tag.text.strip(), ended=True))

    def characters(data: str) -> None:
        tag = reading.stack[-1]
        if len(tag.text) < MAX_OWN_TEXT:
            tag.text += data[:MAX_OWN_TEXT]

    def refuse(*_: object) -> int:
        raise ValueError(f"line {parser.CurrentLineNumber}: it declares entities, which are not expanded")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = parser.UnparsedEntityDeclHandler = parser.ExternalEntityRefHandler = refuse
