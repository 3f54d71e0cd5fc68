"""SQL text to statements, each a run of sqlglot tokens that know their lines. Nothing here raises."""

from __future__ import annotations

import logging
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

# What cannot be parsed becomes an operation of its own; sqlglot need not tell the terminal of it.
logging.getLogger("sqlglot").disabled = True

MAX_CHARS = 1_000_000
_FALLBACKS = ("postgres", "mysql", "sqlite", "tsql", "oracle", "")
_MAX_DEPTH = 100


@dataclass(frozen=True)
class Statement:
    """One statement: its tokens (absolute lines in `source`), without the closing semicolon."""

    tokens: tuple[Any, ...]
    source: str

    @property
    def text(self) -> str:
        """As written."""
        return self.source[self.tokens[0].start : self.tokens[-1].end + 1]

    @property
    def line(self) -> int:
        """1-based line of its first token in the text."""
        return line_of(self.tokens[0], self.source)

    @property
    def end_line(self) -> int:
        """1-based line of its last token."""
        return line_at(self.tokens[-1].end, self.source)

    @property
    def words(self) -> list[str]:
        """Its tokens as upper-case words; quoted names and strings as themselves."""
        return [word(token) for token in self.tokens]

    @property
    def too_deep(self) -> bool:
        """True where brackets are nested deeper than a parser that recurses should be given."""
        depth = deepest = 0
        for token in self.tokens:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
            deepest = max(deepest, depth)
        return deepest > _MAX_DEPTH

    def part(self, start: int, end: int | None = None) -> Statement:
        """Some of its tokens as a statement of its own."""
        return Statement(self.tokens[start:end], self.source)


def line_of(token: Any, source: str) -> int:
    """The line where a token begins; sqlglot's own are wrong behind a `$` that begins no quotation."""
    return line_at(token.start, source)


def line_at(place: int, source: str) -> int:
    """The line of a character, both as sqlglot counts them: lines from 1, characters from 0."""
    return bisect_left(_breaks(source), place) + 1


@lru_cache(maxsize=8)
def _breaks(source: str) -> tuple[int, ...]:
    """Where the lines of a text end."""
    return tuple(found.start() for found in re.finditer("\n", source))


def quoted(token: Any) -> bool:
    """True for a quoted name or a string, which are never keywords."""
    name: str = token.token_type.name
    return name == "IDENTIFIER" or name.endswith("STRING")


def word(token: Any) -> str:
    """A token's upper-case text, or for a quoted one its text behind a mark that no keyword has."""
    return f"'{token.text}" if quoted(token) else str(token.text).upper()


def retokenized(statement: Statement, dialect: str | None) -> Statement:
    """The statement behind its first word, where sqlglot takes all the rest as one string."""
    start = statement.tokens[0].end + 1
    rest = _lines_only(statement.source[:start]) + statement.source[start : statement.tokens[-1].end + 1]
    return Statement(tuple(_tokens(rest, dialect) or statement.tokens), rest)


_DOLLARS = re.compile(r"\$(\w*)\$(.*?)\$\1\$", re.S)


def body_of(statement: Statement) -> str | None:
    """What stands between the dollar signs, on the lines where it stands; None where there are none."""
    start = statement.tokens[0].start
    found = _DOLLARS.search(statement.source, start, statement.tokens[-1].end + 1)
    return _lines_only(statement.source[: found.start(2)]) + found[2] if found else None


def _lines_only(text: str) -> str:
    return "\n" * text.count("\n")


def statements(text: str, dialect: str | None) -> tuple[list[Statement], bool]:
    """The statements of a script, and whether all of it could be read."""
    source = _blanked(text[:MAX_CHARS])
    tokens = _tokens(source, dialect)
    if tokens is None:
        return [], not source.strip()
    return list(_split(tokens, source)), len(text) <= MAX_CHARS


def guess_dialect(text: str) -> str | None:
    """The dialect that a script's own words give away, or None."""
    said = _COMMENTS.sub(" ", text[:200_000])
    return next((name for name, pattern in _TELLTALES if pattern.search(said)), None)


_COMMENTS = re.compile(r"--[^\n]*|/\*(?!!)[\s\S]{0,20000}?\*/")
"""What people are told, with words in backticks; not what MySQL runs (`/*!40101 ... */`)."""


_TELLTALES = (
    ("clickhouse", re.compile(r"\bENGINE\s*=\s*\w*MergeTree\b|\bON CLUSTER\b", re.I)),
    ("mysql", re.compile(r"`\w+`|\bENGINE\s*=|\bAUTO_INCREMENT\b|^DELIMITER\b", re.I | re.M)),
    ("sqlite", re.compile(r"\bAUTOINCREMENT\b|^\s*PRAGMA\b", re.I | re.M)),
    ("tsql", re.compile(r"\bNVARCHAR\b|\bIDENTITY\s*\(\d|^GO\s*$|\bdbo\.", re.I | re.M)),
    (
        "postgres",
        re.compile(
            r"\b(?:BIG|SMALL)?SERIAL\b|\bJSONB\b|\bTIMESTAMPTZ\b|\w::\w|\$\$|\bCREATE EXTENSION\b"
            r"|\bgen_random_uuid\b|\bWITH TIME ZONE\b|\bBYTEA\b|\bAS ENUM\b|\bplpgsql\b",
            re.I,
        ),
    ),
)

_COPY = re.compile(r"^COPY\b[^\n;]*\bFROM\s+STDIN\b[^\n]*$", re.I)
_DELIMITER = re.compile(r"^\s*DELIMITER\s+(\S+)\s*$", re.I)
_PLACEHOLDER = re.compile(r"\$\{(\w+)(?:[.:-][\w.:-]*)?\}")


def _blanked(text: str) -> str:
    """The text without what only a database's client understands, its lines kept where they are."""
    client = _Client()
    return _PLACEHOLDER.sub(lambda found: found[1], "\n".join(map(client.line, text.split("\n"))))


class _Client:
    """What psql, mysql and sqlcmd take out of a script before the server sees it."""

    def __init__(self) -> None:
        self._delimiter = ";"
        self._copying = False
        self._in_body = False

    def line(self, line: str) -> str:
        """The line as the server would get it."""
        line = line.rstrip("\r")
        if self._copying or _COPY.match(line):
            self._copying = line != "\\."
            return ""
        if found := _DELIMITER.match(line):
            self._delimiter = found[1]
            return ""
        return self._statement_line(line)

    def _statement_line(self, line: str) -> str:
        if self._delimiter != ";":
            end = line.rstrip().removesuffix(self._delimiter)
            return line if end == line.rstrip() else f"{end};"
        if not self._in_body and (line.startswith("\\") or line.strip().upper() in {"GO", "/"}):
            return "" if line.startswith("\\") else ";"
        self._in_body ^= line.count("$$") % 2 == 1
        return line


def _tokens(source: str, dialect: str | None) -> list[Any] | None:
    for name in dict.fromkeys((dialect or "postgres", *_FALLBACKS)):
        try:
            return list(Dialect.get_or_raise(name or None).tokenize(source))
        except (SqlglotError, ValueError, RecursionError):
            continue
    return None


def _split(tokens: list[Any], source: str) -> Iterator[Statement]:
    current: list[Any] = []
    routine = False
    depth = 0
    for token in tokens:
        if token.text == ";" and not quoted(token) and depth <= 0:
            if current:
                yield Statement(tuple(current), source)
            current, routine, depth = [], False, 0
            continue
        previous = word(current[-1]) if current else ""
        current.append(token)
        routine = routine or _begins_routine(current)
        if routine:
            depth = max(0, depth + _nesting(word(token), previous))
    if current:
        yield Statement(tuple(current), source)


def _begins_routine(tokens: list[Any]) -> bool:
    if len(tokens) > 10 or word(tokens[0]) != "CREATE":
        return False
    return word(tokens[-1]) in {"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"}


def _nesting(current: str, previous: str) -> int:
    """How a word of a routine's body changes the depth of its blocks."""
    if previous == "END" and current in {"IF", "LOOP", "WHILE", "REPEAT"}:
        return 1  # this END closed what was never counted as opened
    if current == "BEGIN" or (current == "CASE" and previous != "END"):
        return 1
    return -1 if current == "END" else 0
