"""The walk over a project's tree: plain files inside the root, nothing that leads out of it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.tree.classify import language_of
from kit.sources.tree.ignore import IgnoreRules

MAX_FILES = 200_000
_NEVER = frozenset({".git", ".hg", ".svn", ".jj"})
_INSTALLED = frozenset(
    {
        "node_modules",
        "bower_components",
        "__pycache__",
        ".venv",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
    }
    | {
        ".ruff_cache",
        ".hypothesis",
        ".terraform",
        ".gradle",
        ".terragrunt-cache",
        ".ipynb_checkpoints",
        ".DS_Store",
    }
)
"""What installers and tools leave behind: not walked into; what git tracks of it is taken all the same."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the project: `path` as shown, `real` what is opened (a link's target), `size` in bytes."""

    path: str
    real: str
    size: int
    link: bool = False


@dataclass
class Walk:
    """What a walk found: entries by shown path, and what could not be taken."""

    root: Path
    rules: IgnoreRules
    entries: dict[str, Entry] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    """What an ignore rule swallows, and is taken all the same: source code of a folder that no git tells of."""
    problems: list[Problem] = field(default_factory=list)

    def take(self, name: str, *, walked: bool = False) -> bool:
        """Take the file of that name relative to the root, if it is one inside; say so where it leads out.

        `walked`: the folders above are known to be no links.
        """
        path = str(self.root / name)
        try:
            status = os.lstat(path)
            link = stat.S_ISLNK(status.st_mode)
            real = path if walked and not link else os.path.realpath(path)
            if real != path and not self._allowed(real, name, link=link):
                return False
            status = os.stat(real) if link else status  # noqa: PTH116
        except (OSError, ValueError) as error:
            self._say(f"The file cannot be read: {reason(error)}", name)
            return False
        if not stat.S_ISREG(status.st_mode):
            return False
        self.entries[shown(name)] = Entry(shown(name), real, status.st_size, link)
        return True

    def _allowed(self, real: str, name: str, *, link: bool) -> bool:
        root = str(self.root)
        if not real.startswith(root.rstrip("/") + "/"):
            self._say("The link leads out of the project; it is not followed.", name)
            return False
        inside = real[len(root) :].strip("/").split("/")
        if _NEVER & set(inside):
            self._say("The link leads into the version control's own files; it is not followed.", name)
            return False
        if link and not os.path.lexists(real):
            self._say("The link leads nowhere.", name)
            return False
        return True

    def _say(self, message: str, name: str) -> None:
        self.problems.append(Problem(message, At(shown(name))))


def walk(root: Path, rules: IgnoreRules, tracked: Iterable[str] | None) -> Walk:
    """Every file under `root` that no ignore rule swallows, and the tracked ones whatever the rules say.

    Where nothing tells what is tracked (None), as in an unpacked archive, code among the sources is taken, too.
    """
    found, unsure, tracked = Walk(root, rules), tracked is None, set(tracked or ())
    for name in _names(found, tracked, unsure=unsure):
        if len(found.entries) >= MAX_FILES:
            found.problems.append(Problem(f"More than {MAX_FILES} files; the rest is not looked at.", At(".")))
            return found
        found.take(name, walked=True)
    for name in sorted(tracked - found.entries.keys()):
        parts = name.split("/")
        if (
            ".." not in parts
            and not _NEVER & set(parts)
            and os.path.lexists(root / name)
            and shown(name) not in found.entries
        ):
            found.take(name)
    return found


def shown(name: str) -> str:
    """The name as it can be written anywhere: bytes that are no UTF-8 become escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def reason(error: Exception) -> str:
    """What the system says, without the path on this machine."""
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)


_SOURCES = frozenset({"src", "app", "lib", "pkg", "internal", "cmd", "main", "source"})
_MADE = re.compile(
    r"^(?:\..*|.*(?:gen(?:erated)?|dist|build|out(?:put)?|target|compiled|bin|obj|artifacts?|te?mp|cache|coverage|vendor"
    r"|venv|stubs?|prisma|logs?|uploads?|static|public|assets|data)|env|.*pb2?(?:_grpc)?|proto\w*)$",
    re.IGNORECASE,
)


def _may_be_source(name: str) -> bool:
    """Whether a file or folder that a rule swallows lies among sources and is called like nothing that is made."""
    *above, last = name.split("/")
    stem, _, end = last.partition(".")
    code = not end or language_of(last) is not None
    return bool(_SOURCES & set(above)) and code and not _MADE.match(stem) and not any(_MADE.match(f) for f in above)


def _names(found: Walk, tracked: set[str], *, unsure: bool) -> Iterator[str]:
    pending = [""]
    while pending:
        folder = pending.pop()
        swallowed = folder in found.unsure
        found.rules.read_in(folder)
        for entry in _listed(found, folder):
            name = f"{folder}/{entry.name}" if folder else entry.name
            is_dir = entry.is_dir(follow_symlinks=False)
            if entry.name in _NEVER | _INSTALLED:
                continue
            if swallowed or ((is_dir or name not in tracked) and found.rules.matches(name, is_dir=is_dir)):
                if not unsure or not _may_be_source(name):
                    continue
                found.unsure.add(name)
            if is_dir:
                if not _is_environment(found.root / name):
                    pending.append(name)
            else:
                yield name


def _listed(found: Walk, folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(found.root / folder) as entries:
            return sorted(entries, key=lambda e: e.name)
    except OSError as error:
        found.problems.append(Problem(f"The folder cannot be read: {reason(error)}", At(shown(folder) or ".")))
        return []


def _is_environment(folder: Path) -> bool:
    return os.path.lexists(folder / "pyvenv.cfg")
