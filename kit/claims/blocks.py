"""Code blocks of a report: lines with status signs, commands, cited excerpts, and what comments say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims import marks
from kit.claims.pieces import Piece

SHELLS = frozenset({"sh", "bash", "shell", "zsh", "console", "shell-session", "terminal", "powershell", "cmd"})
CITED = re.compile(
    r"^\s*(?:#|//|--|<!--|/\*)\s*(?P<path>[\w@./-]*[\w-]\.[A-Za-z]\w{0,9}|[\w./-]*Dockerfile)"
    r"(?::[~≈]?(?P<first>\d+)(?:\s*[-–]\s*(?P<last>\d+)|\+)?)?"
)
_COMMENT = re.compile(r"^\s*(?:#|//|--)\s?(?P<text>.*)$")
_CLAIMED = re.compile(r"^[-*•]\s+\S|\bexists?\b")
PROGRAM = re.compile(
    r"\s*(?:\$ |> )?(?:sudo )?(?:[A-Z_]+=\S+ )*(?:npm|npx|pnpm|yarn|bun|make|docker|docker-compose|podman|kubectl|helm|git"
    r"|python3?|pip3?|uv|poetry|pytest|node|go|cargo|mvn|gradle|curl|terraform|psql|bash|sh|serverless|sls|aws|\./[\w./-]+)"
    r"(?:\s|$)"
)
_SIGNED = re.compile(rf"[{marks.PASSES}{marks.PARTLY}{marks.FAILS}]")
MOST = 400


def code_pieces(content: str, language: str, first: int) -> Iterator[Piece]:
    """What a block states, line by line; a block that cites a file, or says nothing by itself, as a whole."""
    lines = content.rstrip("\n").split("\n")[:MOST]
    if not any(line.strip() for line in lines):
        return
    cited = [index for index, line in enumerate(lines) if CITED.match(line)]
    typed = language in SHELLS or (not language and all(PROGRAM.match(x) for x in lines if _is_code(x)))
    if cited and not (typed and not _says(lines)):
        yield from _excerpts(lines, cited, first)
    elif typed:
        yield from _commands(lines, first)
    elif any(_SIGNED.search(line) for line in lines):
        yield from (_line(line, first + i) for i, line in enumerate(lines) if _SIGNED.search(line))
    else:
        yield Piece("\n".join(lines), first, first + len(lines) - 1, "code")
    yield from _comments(lines, first)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _says(lines: list[str]) -> bool:
    return any((found := _COMMENT.match(line)) and _CLAIMED.search(found["text"]) for line in lines)


def _line(line: str, number: int) -> Piece:
    return Piece(re.sub(r"^\s*(?:#|//|--)\s*", "", line).strip(), number, number, "item")


def _excerpts(lines: list[str], cited: list[int], first: int) -> Iterator[Piece]:
    """Each cited file with the lines below it, down to the next."""
    for index, after in zip(cited, [*cited[1:], len(lines)], strict=True):
        last = max(i for i in range(index, after) if lines[i].strip())
        yield Piece("\n".join(lines[index : last + 1]), first + index, first + last, "code")


def _commands(lines: list[str], first: int) -> Iterator[Piece]:
    begun: list[str] = []
    start = 0
    for index, line in enumerate(lines):
        if not begun and not _is_code(line):
            continue
        if not begun:
            start = index
        begun.append(line)
        if not line.rstrip().endswith("\\"):
            yield Piece("\n".join(begun).strip(), first + start, first + index, "code")
            begun = []
    if begun:
        yield Piece("\n".join(begun).strip(), first + start, first + len(lines) - 1, "code")


def _comments(lines: list[str], first: int) -> Iterator[Piece]:
    """Comments that state something: listed ones, and that something exists."""
    for index, line in enumerate(lines):
        found = _COMMENT.match(line)
        if found and _CLAIMED.search(found["text"]) and not _SIGNED.search(line):
            text = re.sub(r"^[-*•]\s+", "", found["text"]).strip()
            yield Piece(text, first + index, first + index, "item")
