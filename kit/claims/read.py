"""Reports as people write them: headings, lists, checkboxes, tables, sentences and code as statements with lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kit.claims import marks
from kit.claims.blocks import code_pieces
from kit.claims.join import joined
from kit.claims.model import Reading, Stated, Statement
from kit.claims.pieces import Piece, lines_of, sentences
from kit.claims.text import Text, read_text, repair

MAX_STATEMENTS = 5000
_CAPITALS = re.compile(r"(?=.*[A-Z]{3})[A-Z0-9 &/,.'()\-]{4,70}")
_LABEL = 8
"""The depth of a label ("Issues:") that stands above a list as a heading would."""
_LABELS = re.compile(r"(?=[^.!?;]{2,70}:$)(?:\S+\s+){0,7}\S+")
_FILE_LABEL = re.compile(
    r"(?:File|Path|Location|Script|Manifest|Config(?:uration)?|Document)s?:\s*`[^`]+`", re.IGNORECASE
)
_SAYS = re.compile(
    r"\d|\b(?:production|deployment)[- ]ready\b|\bready (?:for|to)\b|\bapproved\b|\bnot deployable\b", re.IGNORECASE
)
"""What makes a heading a statement: a number, or a verdict."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")


def read_report(path: Path, source: str) -> Reading:
    """A report's statements. Raises ParamsError for a file that is none."""
    return _reading(read_text(path), source)


def read_reports(paths: Iterable[Path], root: Path) -> tuple[Reading, ...]:
    """Each report once, under its path in the project at `root` where it lies there, else as it was given.

    Raises ParamsError for a file that is none.
    """
    named: dict[Path, Path] = {}
    for path in paths:
        named.setdefault(path.resolve(), path)
    return tuple(read_report(given, _source(place, given, root)) for place, given in named.items())


def _source(place: Path, given: Path, root: Path) -> str:
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else given.as_posix()


def read(text: str, source: str) -> Reading:
    """The statements of a text; never raises."""
    return _reading(repair(text), source)


def _reading(text: Text, source: str) -> Reading:
    statements = joined(_statements(text.lines, source))
    return Reading(source, text.lines, tuple(statements[:MAX_STATEMENTS]), text.repaired)


def _statements(lines: tuple[str, ...], source: str) -> list[Statement]:
    body = "\n".join(_without_front_matter(lines))
    try:
        tokens = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table"]).parse(body)
    except (ValueError, IndexError, RecursionError):
        tokens = []
    walk = _Walk(tokens, lines)
    pieces = list(walk.pieces()) if tokens else list(_plain_lines(lines))
    return _numbered(pieces, source)


def _without_front_matter(lines: tuple[str, ...]) -> list[str]:
    """The lines with a leading block of YAML blanked."""
    body = [_TAG.sub(" ", line) for line in lines]
    if lines and lines[0].strip() == "---":
        end = next((i for i, line in enumerate(lines[1:60], 1) if line.strip() == "---"), 0)
        body[: end + 1] = [""] * (end + 1)
    return body


def _plain_lines(lines: tuple[str, ...]) -> Iterator[Piece]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield Piece(line.strip(), number, number, "sentence")


def _numbered(pieces: list[Piece], source: str) -> list[Statement]:
    stem = PurePosixPath(source).stem
    ticked = {piece.section for piece in pieces if marks.is_box(piece.text, ticked=True)}
    seen: dict[int, int] = {}
    found = []
    for piece in pieces:
        text = marks.without_signs(piece.text) if piece.kind != "code" else piece.text
        if not re.search(r"\w", text):
            continue
        nth = seen[piece.line] = seen.get(piece.line, 0) + 1
        id = f"{stem}:{piece.line}" + (f".{nth}" if nth > 1 else "")
        mark = piece.mark or (marks.mark_of(piece.text) if piece.kind != "code" else None)
        found.append(
            Statement(
                id,
                source,
                piece.line,
                piece.end_line,
                piece.section,
                text,
                piece.kind,
                mark,
                columns=piece.columns,
                to_tick=marks.is_box(piece.text) and piece.section not in ticked,
            )
        )
    return found


@dataclass
class _Walk:
    """One pass over the tokens of a text."""

    tokens: list[Token]
    lines: tuple[str, ...]
    headings: list[tuple[int, str]] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    header: tuple[str, ...] = ()

    def pieces(self) -> Iterator[Piece]:
        """What the text states, in its order."""
        in_head = False
        row_at = 1
        for index, token in enumerate(self.tokens):
            if token.type == "list_item_open":
                self.parents.append("")
            elif token.type == "list_item_close":
                self.parents.pop()
            elif token.type in {"fence", "code_block"}:
                yield from self._code(token)
            elif token.type in {"thead_open", "thead_close"}:
                in_head = token.type == "thead_open"
            elif token.type == "tr_open":
                self.row, row_at = [], _first(token)
            elif token.type == "tr_close":
                yield from self._row(row_at, in_head=in_head)
            elif token.type == "inline":
                yield from self._inline(token, self.tokens[index - 1])

    def _inline(self, token: Token, before: Token) -> Iterator[Piece]:
        if before.type == "heading_open":
            yield from self._heading(token, int(before.tag[1:]))
        elif before.type in {"td_open", "th_open"}:
            self.row.append(_plain(token))
        else:
            yield from self._paragraph(token)

    @property
    def section(self) -> tuple[str, ...]:
        """The headings above, and the list items that this one stands below."""
        return (*(text for _, text in self.headings), *(text for text in self.parents[:-1] if text))

    def _heading(self, token: Token, level: int) -> Iterator[Piece]:
        text = _plain(token)
        self.headings = [(depth, name) for depth, name in self.headings if depth < level]
        line = _first(token)
        if marks.mark_of(text) is not None or _SAYS.search(re.sub(r"^[\W\d]*", "", text)):
            yield Piece(text, line, line, "heading", self.section)
        if re.search(r"\w", text):
            self.headings.append((level, text))

    def _paragraph(self, token: Token) -> Iterator[Piece]:
        listed = bool(self.parents)
        first = listed and not self.parents[-1]
        if not listed:
            self.headings = [heading for heading in self.headings if heading[0] < _LABEL]
        for piece in lines_of(_plain(token, breaks="\n"), _first(token)):
            if not listed and _LABELS.fullmatch(piece.text):
                self.headings = [*(h for h in self.headings if h[0] < _LABEL), (_LABEL, piece.text.rstrip(": "))]
                if re.search(r"(?<![A-Za-z])\d|`", piece.text):
                    yield piece.within(self.section[:-1], "item")
            elif not listed and _FILE_LABEL.match(piece.text):
                self.headings = [*(h for h in self.headings if h[0] < _LABEL), (_LABEL, piece.text)]
                yield piece.within(self.section[:-1], "item")
            elif first:
                self.parents[-1] = marks.without_signs(piece.text)[:200]
                first = False
                yield piece.within(self.section, "item")
            elif not listed and _CAPITALS.fullmatch(piece.text) and marks.mark_of(piece.text) is None:
                self.headings = [*(h for h in self.headings if h[0] < _LABEL), (_LABEL, piece.text)]
            elif piece.kind == "item" or listed:
                yield piece.within(self.section if not listed else (*self.section, self.parents[-1]), "item")
            else:
                yield from (part.within(self.section, "sentence") for part in sentences(piece))

    def _row(self, line: int, *, in_head: bool) -> Iterator[Piece]:
        if in_head:
            self.header = tuple(marks.without_signs(cell) for cell in self.row)
            return
        if not any(re.search(r"\w", cell) for cell in self.row):
            return
        said = [mark for cell in self.row[1:] if (mark := _cell_mark(cell)) is not None]
        mark = marks.worst(said) if said else marks.mark_of(self.row[0])
        kept = [i for i, cell in enumerate(self.row) if re.search(r"\w", marks.without_signs(cell))]
        text = " | ".join(marks.without_signs(self.row[i]) for i in kept)
        columns = tuple(self.header[i] if i < len(self.header) else "" for i in kept)
        yield Piece(text, line, line, "cell", self.section, mark, columns)

    def _code(self, token: Token) -> Iterator[Piece]:
        first = _first(token) + (1 if token.type == "fence" else 0)
        language = (token.info.strip().split() or [""])[0].strip("{}.").lower() if token.type == "fence" else ""
        section = (*self.section, *(t for t in self.parents[-1:] if t))
        yield from (piece.within(section, piece.kind) for piece in code_pieces(token.content, language, first))


def _cell_mark(cell: str) -> Stated | None:
    signs = marks.signs_of(cell)
    return marks.worst(signs) if signs else marks.word_mark(cell)


def _first(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _file_of(href: str) -> str:
    """The file beside the report that a link leads to; empty for an address or a heading."""
    path = href.partition("#")[0].removeprefix("./")
    return path if re.fullmatch(r"(?!\.\.)[\w.-]+(?:/[\w.-]+)*\.\w{1,8}", path) else ""


def _plain(token: Token, breaks: str = " ") -> str:
    """An inline token's text: emphasis and links taken off, inline code kept in backticks."""
    parts: list[str] = []
    target = ""
    for child in token.children or []:
        if child.type == "link_open":
            target = _file_of(str(child.attrs.get("href", "")))
        elif child.type == "link_close" and target and target.rpartition("/")[2] not in "".join(parts):
            parts.append(f" ({target})")
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append(breaks)
        elif child.type == "code_inline":
            parts.append(f"`{child.content}`")
        elif child.type == "image":
            parts.append(child.content)
        else:
            parts.append(child.content)
    return "".join(parts).strip()
