"""Places in texts that are read line by line or by their words rather than as trees."""

from __future__ import annotations

import re

from kit.model import At
from kit.project import Project

_STATEMENT_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_CODE_COMMENT = re.compile(r"(?m)^[ \t]*(?:#|//|\*|/\*).*$")


def at_offset(path: str, text: str, offset: int) -> At:
    """The line of a file in which a character of its text stands."""
    return At(path, text.count("\n", 0, offset) + 1)


def without_comments(path: str, text: str) -> str:
    """A text whose comments are blanks; every character keeps its place."""
    comment = _STATEMENT_COMMENT if path.endswith(".sql") else _CODE_COMMENT
    return comment.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def first_line(project: Project, path: str, pattern: re.Pattern[str]) -> At | None:
    """The first line of any file of the project that a pattern matches."""
    lines = project.files.lines(path)
    return next((At(path, n) for n, line in enumerate(lines, 1) if pattern.search(line[:2000])), None)
