"""What `.gitignore` files swallow: nested rules, the deepest first, as git has them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.tree.text import decode, one_line_end

MAX_GITIGNORE = 200_000
MAX_STARS = 10
"""Stars within one segment of a pattern."""
MAX_DOUBLE_STARS = 3
"""`**` in a pattern: each more lets a hostile one take a power longer to match in a deep tree."""
_STAR = "[^/]*"
_CLASS = re.compile(r"\[[^]]*\]")


class IgnoreRules:
    """The ignore rules of a tree; each folder's `.gitignore` is read once, when it is first asked for."""

    def __init__(self, root: Path, excludes: Iterable[str] = ()) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.read: dict[str, list[str]] = {".git/info/exclude": list(excludes)}
        self._excludes = self._compile(self.read[".git/info/exclude"], ".git/info/exclude")
        self._specs: dict[str, GitIgnoreSpec | None] = {}

    def ignored(self, path: str, *, is_dir: bool = False) -> bool:
        """Whether the path, or a folder above it, is ignored. `path` is relative to the root, with `/`."""
        parents = [str(p) for p in PurePosixPath(path).parents][-2::-1]
        return any(self.matches(p, is_dir=True) for p in parents) or self.matches(path, is_dir=is_dir)

    def matches(self, path: str, *, is_dir: bool) -> bool:
        """Whether the rules name this path itself; for a walk that has looked at the folders above."""
        name = f"{path}/" if is_dir else path
        folder = os.path.dirname(path)  # noqa: PTH120 - a posix string, many times
        while True:
            spec = self.read_in(folder)
            if spec is not None:
                verdict = spec.check_file(name[len(folder) + 1 :] if folder else name).include
                if verdict is not None:
                    return verdict
            if not folder:
                break
            folder = os.path.dirname(folder)  # noqa: PTH120
        return bool(self._excludes and self._excludes.check_file(name).include)

    def read_in(self, folder: str) -> GitIgnoreSpec | None:
        """The rules of the folder's own `.gitignore`."""
        if folder not in self._specs:
            self._specs[folder] = self._read(f"{folder}/.gitignore" if folder else ".gitignore")
        return self._specs[folder]

    def _read(self, path: str) -> GitIgnoreSpec | None:
        try:
            place = self.root / path
            # Like git, no link is followed here.
            if not stat.S_ISREG(place.lstat().st_mode):
                return None
            with place.open("rb") as stream:
                data = stream.read(MAX_GITIGNORE)
        except (OSError, ValueError):
            return None
        self.read[path] = one_line_end(decode(data).text).split("\n")
        return self._compile(self.read[path], path)

    def _compile(self, lines: Iterable[str], path: str) -> GitIgnoreSpec | None:
        kept = [line for number, line in enumerate(lines, 1) if line.strip() and self._usable(line, path, number)]
        return GitIgnoreSpec([tame(line) for line in kept]) if kept else None

    def _usable(self, line: str, path: str, number: int) -> bool:
        segments = line.split("/")
        many = segments.count("**") > MAX_DOUBLE_STARS or any(s.count("*") > MAX_STARS for s in segments)
        if many and not line.startswith("#"):
            self.problems.append(Problem("The ignore pattern has too many stars; it is left out.", At(path, number)))
            return False
        try:
            tame(line)
        except (ValueError, re.error):
            self.problems.append(Problem("The ignore pattern cannot be read; it is left out.", At(path, number)))
            return False
        return True


def tame(line: str) -> GitIgnoreSpecPattern:
    """The pattern of a line, matched in a time that grows with the name's length and not with its power.

    What stands between two stars of a segment is taken where it first occurs, and not tried elsewhere: whatever
    follows can only gain by it. Raises ValueError for what is no pattern.
    """
    pattern = GitIgnoreSpecPattern(line)
    text = pattern.regex.pattern if pattern.regex is not None else ""
    if isinstance(text, str) and text.count(_STAR) > 1:
        first, *parts = text.split(_STAR)
        pattern.regex = re.compile(first + "".join(_taken(part) for part in parts[:-1]) + _STAR + parts[-1])
    return pattern


def _taken(part: str) -> str:
    plain = bool(part) and not set(_CLASS.sub("", part)) & set("/()|$")
    return f"(?>[^/]*?{part})" if plain else _STAR + part
