"""The lines of a Dockerfile as BuildKit reads them: directives, comments, continuations and heredocs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.model import At

MAX_INSTRUCTIONS = 1000

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(\S.*?)\s*$")
_KNOWN_DIRECTIVES = {"syntax", "escape", "check"}
_HEREDOC = re.compile(r"""\d*<<(-?)(?:"([^"\n]+)"|'([^'\n]+)'|([^\s<>;&|"'()]+))""")
_WITH_HEREDOCS = re.compile(r"(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A heredoc's lines. `expand` is False where its name is quoted; `at` spans the body alone."""

    name: str
    content: str
    expand: bool
    at: At
    closed: bool = True


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One instruction's text, continuations joined.

    `pieces` holds what each physical line gave to it, None for a comment or blank line in between; `tail` the
    physical lines of its heredocs, terminators included.
    """

    text: str
    first: int
    last: int
    pieces: tuple[str | None, ...]
    heredocs: tuple[Heredoc, ...] = ()
    tail: tuple[str, ...] = ()

    def script(self, skipped: int) -> str:
        """The text after its first `skipped` characters, with the file's line breaks."""
        lines: list[str] = []
        begun = False
        for index, piece in enumerate(self.pieces, start=1):
            rest = (piece or "")[skipped:]
            skipped -= min(skipped, len(piece or ""))
            begun = begun or bool(rest)
            lines.append(f"{rest}\\" if begun and index < len(self.pieces) else rest)
        return "\n".join([*lines, *self.tail])


def directives(text: str) -> dict[str, str]:
    """The parser directives at the top, by lower-case name: `syntax`, `escape`, `check`."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        directive = _DIRECTIVE.match(line.strip())
        name = directive[1].lower() if directive else ""
        if directive is None or name not in _KNOWN_DIRECTIVES or name in found:
            break
        found[name] = directive[2]
    return found


def logical_lines(text: str, path: str, escape: str) -> Iterator[LogicalLine]:
    """Every instruction of the text in order, at most MAX_INSTRUCTIONS of them."""
    lines = text.split("\n")
    continued = re.compile(rf"(?:[^{re.escape(escape)}]|^){re.escape(escape)}[ \t]*$")
    index = made = 0
    while index < len(lines) and made < MAX_INSTRUCTIONS:
        if _is_blank(lines[index]):
            index += 1
            continue
        line, index = _logical_line(lines, index, path, continued)
        made += 1
        yield line


def _logical_line(lines: list[str], start: int, path: str, continued: re.Pattern[str]) -> tuple[LogicalLine, int]:
    pieces: list[str | None] = []
    index, last = start, start
    while index < len(lines):
        line = lines[index].rstrip("\r")
        index += 1
        if pieces and _is_blank(line):
            pieces.append(None)
            continue
        last = index - 1
        if not continued.search(line):
            pieces.append(line if pieces else line.lstrip())
            break
        piece = line.rstrip(" \t")[:-1]
        pieces.append(piece if pieces else piece.lstrip())
    del pieces[last - start + 1 :]
    text = "".join(piece or "" for piece in pieces)
    heredocs, end = _heredocs(text, lines, last + 1, path)
    tail = tuple(line.rstrip("\r") for line in lines[last + 1 : end])
    line_range = (start + 1, max(end, last + 1))
    return LogicalLine(text, *line_range, tuple(pieces), heredocs, tail), line_range[1]


def _is_blank(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith("#")


def _heredocs(text: str, lines: list[str], start: int, path: str) -> tuple[tuple[Heredoc, ...], int]:
    found: list[Heredoc] = []
    if not _WITH_HEREDOCS.match(text):
        return (), start
    for chomp, name, expand in heredoc_names(text):
        end = start
        while end < len(lines) and (lines[end].lstrip("\t") if chomp else lines[end]).rstrip("\r") != name:
            end += 1
        body = [(line.lstrip("\t") if chomp else line).rstrip("\r") for line in lines[start:end]]
        place = At(path, start + 1, max(start + 1, end))
        found.append(Heredoc(name, "\n".join(body), expand, place, closed=end < len(lines)))
        start = min(end + 1, len(lines))
    return tuple(found), start


def heredoc_names(text: str) -> Iterator[tuple[bool, str, bool]]:
    """Each heredoc that a line opens: whether tabs are cut, its name, whether variables are expanded."""
    if "<<" not in text:
        return
    quote, fresh, index = "", True, 0
    while index < len(text):
        char = text[index]
        opened = _HEREDOC.match(text, index) if fresh and not quote else None
        if opened:
            yield bool(opened[1]), opened[2] or opened[3] or opened[4], opened[4] is not None
            index, fresh = opened.end(), False
            continue
        if char == "\\" and quote != "'":
            index += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        fresh = not quote and (char.isspace() or char in ";&|(")
        index += 1
