"""ESLint: what it writes to a terminal, and its JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kit.sources.diagnostics.model import Diagnostic, Level
from kit.sources.formats.parts import Part, one_line

_FILE = re.compile(r"(?:[A-Za-z]:)?[/\\.\w@][^\n:]{0,400}\.\w{1,8}")
_ENTRY = re.compile(
    r"\s{2,}(?P<line>\d{1,9}):\d{1,9}\s+(?P<level>error|warning)\s+(?P<said>\S.*?)(?:\s{2,}(?P<rule>[\w@/-]+))?\s*"
)
_SUM = re.compile(r"\s*[✖×x] \d{1,9} problems? \(\d{1,9} errors?, \d{1,9} warnings?\)")


def is_stylish(lines: Iterable[str]) -> bool:
    """Whether an output ends as ESLint's does."""
    return any(_SUM.match(line) for line in lines)


def stylish(lines: Sequence[str]) -> list[Diagnostic]:
    """What ESLint writes to a terminal: a file, then its problems indented; nothing without the sum at its end."""
    return list(_entries(lines)) if is_stylish(lines) else []


def _entries(lines: Sequence[str]) -> Iterator[Diagnostic]:
    path = ""
    for n, line in enumerate(lines, start=1):
        match = _ENTRY.fullmatch(line)
        if match is not None and path:
            level: Level = "error" if match["level"] == "error" else "warning"
            said = one_line(match["said"])
            yield Diagnostic(match["rule"] or "fatal", level, said, path, int(match["line"]), line=n)
        elif _FILE.fullmatch(line.rstrip()):
            path = line.rstrip()


def is_results(root: Part) -> bool:
    """Whether a value is the JSON of ESLint: a list of files, each with its messages, nothing but metadata around."""
    inner = root.get("results") if root.is_map and "metadata" in root else root
    first = [inner.get(i) for i in range(3) if inner.get(i).is_map]
    return inner.is_list and bool(first) and all("filePath" in each and "messages" in each for each in first)


def results(root: Part) -> list[Diagnostic]:
    """What the JSON of ESLint says, with metadata or without."""
    files = root.get("results") if root.is_map else root
    return [said for file in files for said in _messages(file)]


def _messages(file: Part) -> Iterator[Diagnostic]:
    for each in file.get("messages"):
        yield Diagnostic(
            rule=each.get("ruleId").text or "fatal",
            level="error" if each.get("severity").number == 2 else "warning",
            message=each.get("message").text,
            path=file.get("filePath").text,
            at=each.get("line").count,
            end=each.get("endLine").count,
            line=each.get("ruleId").line,
        )
