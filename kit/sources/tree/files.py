"""The file index: every file that belongs to a project, its class, its text, and what could not be read."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from kit.model import At, FileClass
from kit.sources.formats.nodes import Problem
from kit.sources.tree import classify
from kit.sources.tree.git import GitState, read_git
from kit.sources.tree.ignore import IgnoreRules
from kit.sources.tree.memory import Memory, Reader
from kit.sources.tree.text import (
    MAX_BLANK,
    MAX_LINE,
    MAX_PROGRAM_LINE,
    SNIFF_BYTES,
    decode,
    is_binary,
    preview,
    shortened,
)
from kit.sources.tree.walk import Entry, reason, walk

MAX_BYTES = 2_000_000
"""The largest file that is read as text, in bytes."""
MAX_HASHED = 200_000_000
"""The largest file that is hashed whole, in bytes: of a larger one nothing but its size and start is looked at."""


T = TypeVar("T")


class FileIndex:
    """The files of a project by their path relative to its root, with `/`.

    Tracked files and those that are neither tracked nor ignored belong to it; without git, ignored code that lies
    among sources, too. Nothing outside of the root is read, a link that leads out least of all.
    """

    def __init__(
        self,
        root: Path,
        entries: dict[str, Entry],
        rules: IgnoreRules,
        git: GitState | None,
        problems: Iterable[Problem] = (),
    ) -> None:
        self.root = root
        self.paths: tuple[str, ...] = tuple(sorted(entries))
        self.revision: str | None = git.revision if git else None
        self.is_git = git is not None and git.tracked is not None
        self._entries = entries
        self._rules = rules
        self._tracked = git.tracked if git else None
        self._found = tuple(problems)
        self.looked_for: dict[str, bool] = {}
        """What `on_disk` was asked for, and what it answered."""
        self.looked_at: set[str] = set()
        """The paths of whose content anything was asked, but for hash, class and problems."""
        self.unsure: frozenset[str] = frozenset()
        """The files that an ignore rule names, where no git tells whether they are tracked."""
        self.memory: Memory | None = None
        """What earlier runs have made of the files; None where nothing is kept."""
        self._texts: dict[str, str] = {}
        self._whole: dict[str, str | None] = {}
        self._heads: dict[str, bytes] = {}
        self._masked: dict[str, list[str]] = {}
        self._hidden: dict[str, set[int]] = {}
        self._quotes: dict[str, dict[int, str]] = {}
        self._classes: dict[str, FileClass] = {}
        self._globs: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._reading: dict[str, Problem] = {}

    @classmethod
    def of(cls, root: Path) -> FileIndex:
        """The index of the folder: by git where it has a `.git`, else by its `.gitignore` files."""
        root = Path(root).resolve()
        git = read_git(root)
        rules = IgnoreRules(root, git.excludes if git else ())
        found = walk(root, rules, (git.tracked or ()) if git else None)
        problems = (*(git.problems if git else ()), *rules.problems, *found.problems)
        index = cls(root, found.entries, rules, git, problems)
        index.unsure = frozenset(found.unsure & found.entries.keys())
        return index

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.exists(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def exists(self, path: str) -> bool:
        """Whether the file is in the index."""
        return clean(path) in self._entries

    def is_dir(self, path: str) -> bool:
        """Whether the folder holds a file of the index."""
        return clean(path) in self._folders

    def on_disk(self, path: str) -> bool:
        """Whether something is there, ignored or not, inside the root."""
        name = clean(path)
        if name is None:
            return False
        try:
            place = self.root / name
            there = os.path.lexists(place) and (real := place.resolve()).is_relative_to(self.root) and real.exists()
        except (OSError, ValueError, RuntimeError):
            there = False
        self.looked_for[name] = there
        return there

    def ignored(self, path: str) -> bool:
        """Whether ignore rules keep the path, present or not, out of the project; never a tracked file."""
        name = clean(path)
        if not name or name in (self._tracked or ()) or name in self._folders:
            return False
        if self._rules.ignored(name):
            return True
        # What is not there may be a folder that a build makes.
        may_be_folder = path.endswith("/") or not (self.on_disk(name) and (self.root / name).is_file())
        return may_be_folder and self._rules.ignored(name, is_dir=True)

    def tracked(self, path: str) -> bool | None:
        """Whether git tracks the file; None where there is no git index to tell."""
        return None if self._tracked is None else clean(path) in self._tracked

    def class_of(self, path: str) -> FileClass:
        """What the file is for; by its path alone where it is not in the index."""
        name = clean(path) or path
        if name not in self._classes:
            head = self._head(name) if classify.class_by_path(name) in _JUDGED_BY_HEAD else ""
            self._classes[name] = self._classifier.class_of(name, head)
        return self._classes[name]

    def environment_of(self, path: str) -> str:
        """The environment that the path's words name, or "unknown"."""
        return classify.environment_of(path)

    def glob(self, *patterns: str, classes: set[FileClass] | None = None) -> tuple[str, ...]:
        """The paths that match a pattern as `.gitignore` has them (`*.tf` anywhere, `/k8s/**` from the root);
        those that a pattern with `!` matches are left out."""
        if patterns not in self._globs:
            self._globs[patterns] = tuple(path for path in self.paths if _matches(patterns, path))
        found = self._globs[patterns]
        return found if classes is None else tuple(path for path in found if self.class_of(path) in classes)

    def named(self, *names: str) -> tuple[str, ...]:
        """The paths of that base name, upper and lower case alike."""
        return tuple(sorted({path for name in names for path in self._by_name.get(name.lower(), ())}))

    def ending(self, route: str) -> str | None:
        """The first path that ends with `route`, or lies in a folder that does; whole names only."""
        last = posixpath.basename(route)
        found = [path for path in self._by_name.get(last.lower(), ()) if f"/{path}".endswith(f"/{route}")]
        folders = (f for f in self._folders_by_name.get(last, ()) if f"/{f}".endswith(f"/{route}"))
        found += [self.paths[bisect_left(self.paths, f"{folder}/")] for folder in folders]
        return min(found, default=None)

    def text(self, path: str) -> str:
        """The decoded text, lines ended by `\\n`; empty for what is binary, too large or unreadable."""
        entry = self._looked_up(path)
        return self._text(entry) if entry else ""

    def program(self, path: str) -> str | None:
        """The text for a grammar: as `text`, but with long lines whole, for a cut one is no program any more. None
        where a line is too long for that, too."""
        text = self.text(path)
        return self._whole.get(clean(path) or "", text)

    def read(self, reader: Reader[T], path: str) -> T:
        """What the reader makes of the text; where an earlier run has read the same, what it made."""
        text = self.text(path)
        return self.memory.made(reader, text, path) if self.memory else reader.make(text, path)

    def lines(self, path: str) -> list[str]:
        """The lines of the text, without their ends."""
        text = self.text(path)
        return text.removesuffix("\n").split("\n") if text else []

    def head(self, path: str) -> str:
        """The first characters of a text file, cheaply."""
        entry = self._looked_up(path)
        return self._head(entry.path) if entry else ""

    def first_bytes(self, path: str) -> bytes:
        """The first bytes of a file, whatever it holds."""
        entry = self._looked_up(path)
        return self._sniffed(entry.path) if entry else b""

    def is_text(self, path: str) -> bool:
        """Whether the file is in the index, is no binary and is small enough to be read."""
        entry = self._looked_up(path)
        return entry is not None and entry.size <= MAX_BYTES and not is_binary(self._sniffed(entry.path))

    def excerpt(self, path: str, first: int, last: int) -> str:
        """The lines `first` to `last` (1-based), secrets masked with the whole file in view."""
        if path in self._quotes:
            return self._quotes[path].get(first, "")
        name = clean(path) or ""
        if name not in self._masked:
            from kit.sources.secrets import find as secrets  # its patterns take as long to compile as a walk

            masked = secrets.mask("\n".join(self.lines(name)), name).split("\n")
            hidden = self._hidden.get(name, ())
            self._masked[name] = [secrets.hide(line) if n in hidden else line for n, line in enumerate(masked, start=1)]
        return "\n".join(self._masked[name][max(first, 1) - 1 : max(last, first)])

    def quote(self, path: str, lines: Mapping[int, str]) -> None:
        """Show these lines, masked already, where a file that is not of the project is meant."""
        if clean(path) not in self._entries:
            self._quotes[path] = dict(lines)

    def hide(self, path: str, line: int) -> None:
        """Show nothing of what a line holds: somebody else saw a secret in it."""
        self._hidden.setdefault(path, set()).add(line)
        self._masked.pop(path, None)

    @property
    def hidden(self) -> frozenset[str]:
        """The files in which somebody else saw a secret."""
        return frozenset(self._hidden)

    def mask(self, text: str) -> str:
        """The text with secrets masked."""
        from kit.sources.secrets import find as secrets

        return secrets.mask(text)

    def size(self, path: str) -> int:
        """The size in bytes; 0 where it is not in the index."""
        entry = self._looked_up(path)
        return entry.size if entry else 0

    def sha256(self, path: str) -> str:
        """The hash of the file's bytes, hexadecimal; of nothing where it cannot be read, of its size and both ends
        where it is very large."""
        digest = hashlib.sha256()
        entry = self._entries.get(clean(path) or "")
        try:
            if entry is not None:
                with open(entry.real, "rb", buffering=0) as stream:  # noqa: PTH123 - twice as fast for small files
                    if entry.size > MAX_HASHED:
                        digest.update(b"%d\0" % entry.size + stream.read(MAX_BYTES))
                        stream.seek(-MAX_BYTES, os.SEEK_END)
                    while block := stream.read(1 << 20):
                        digest.update(block)
        except OSError as error:
            self._reading[path] = Problem(f"The file cannot be read: {reason(error)}", At(path))
        return digest.hexdigest()

    def line_count(self, path: str) -> int:
        """The number of lines; 0 for what is no text."""
        return len(self.lines(path))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be taken or read as it stands. Reads every text file once."""
        for entry in self._entries.values():
            self._text(entry)
        return (*self._found, *(self._reading[path] for path in sorted(self._reading)))

    @property
    def state(self) -> tuple[object, ...]:
        """What stands beside the files and decides what they mean: the revision, what git tracks, the ignore rules, and
        what could not be taken. Plain data, the same for the same tree."""
        tracked = None if self._tracked is None else sorted(self._tracked)
        return self.revision, tracked, sorted(self._rules.read.items()), [str(problem) for problem in self._found]

    @cached_property
    def languages(self) -> dict[str, int]:
        """Files per programming language among the production files, the most first."""
        found = (classify.language_of(p) for p in self.paths)
        counted = Counter(
            language
            for path, language in zip(self.paths, found, strict=True)
            if language and self.class_of(path) is FileClass.PRODUCTION
        )
        return dict(counted.most_common())

    @cached_property
    def _folders(self) -> frozenset[str]:
        folders = {""}
        for path in self.paths:
            while (path := posixpath.dirname(path)) not in folders:
                folders.add(path)
        return frozenset(folders)

    @cached_property
    def _folders_by_name(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for folder in self._folders:
            names[posixpath.basename(folder)].append(folder)
        return names

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            names[posixpath.basename(path).lower()].append(path)
        return names

    @cached_property
    def _classifier(self) -> classify.Classifier:
        return classify.Classifier(self.paths)

    def _looked_up(self, path: str) -> Entry | None:
        """The entry of a file that somebody wants to know the content of."""
        entry = self._entries.get(clean(path) or "")
        if entry is not None:
            self.looked_at.add(entry.path)
        return entry

    def _text(self, entry: Entry) -> str:
        if entry.path not in self._texts:
            self._texts[entry.path] = self._read(entry)
        return self._texts[entry.path]

    def _head(self, name: str) -> str:
        if name in self._texts:
            return self._texts[name][: classify.HEAD_CHARACTERS]
        return preview(self._sniffed(name))[: classify.HEAD_CHARACTERS]

    def _sniffed(self, name: str) -> bytes:
        if name not in self._heads:
            entry = self._entries.get(name)
            self._heads[name] = self._bytes(entry, SNIFF_BYTES) if entry else b""
        return self._heads[name]

    def _read(self, entry: Entry) -> str:
        if is_binary(self._sniffed(entry.path)):
            return ""
        if entry.size > MAX_BYTES:
            self._reading[entry.path] = Problem(
                f"The file is too large to be read: {entry.size} bytes.", At(entry.path)
            )
            return ""
        decoded = decode(self._bytes(entry, MAX_BYTES))
        if decoded.repaired:
            self._reading[entry.path] = Problem(f"The file {decoded.repaired}.", At(entry.path))
        text, long = shortened(decoded.text)
        if long is not None:
            fits = max(map(len, decoded.text.split("\n"))) <= MAX_PROGRAM_LINE
            self._whole[entry.path] = decoded.text if fits else None
        if long is not None and entry.path not in self._reading:
            message = f"The file is not read whole: lines of more than {MAX_LINE} characters are but at both ends, and "
            message += f"nothing is behind {MAX_BLANK} blank lines."
            self._reading[entry.path] = Problem(message, At(entry.path, long))
        return text

    def _bytes(self, entry: Entry, limit: int) -> bytes:
        try:
            with Path(entry.real).open("rb") as stream:
                return stream.read(limit)
        except OSError as error:
            self._reading[entry.path] = Problem(f"The file cannot be read: {reason(error)}", At(entry.path))
            return b""


_JUDGED_BY_HEAD = {FileClass.PRODUCTION, FileClass.EXAMPLE}


def clean(path: str) -> str | None:
    """The path as the index has it ("./a//b/" is "a/b", "." is ""); None where it leads out of the root."""
    name = posixpath.normpath(path)
    if name == ".":
        return ""
    return None if name.startswith(("/", "../")) or name == ".." else name


def _matches(patterns: tuple[str, ...], path: str) -> bool:
    included, excluded = _compiled(patterns)
    return any(r.match(path) for r in included) and not any(r.match(path) for r in excluded)


@lru_cache(maxsize=1024)
def _compiled(patterns: tuple[str, ...]) -> tuple[list[re.Pattern[str]], list[re.Pattern[str]]]:
    compiled = [GitIgnoreSpecPattern(pattern) for pattern in patterns]
    regexes = [(p.include, p.regex) for p in compiled if p.regex is not None]
    return [r for include, r in regexes if include], [r for include, r in regexes if include is False]
