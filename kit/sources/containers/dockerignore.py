"""The .dockerignore of a build context: which of its files the builder never sees."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kit.model import At

if TYPE_CHECKING:
    from kit.sources.tree.files import FileIndex

MAX_PATTERNS = 1000
MAX_SEGMENTS = 40

Segment = re.Pattern[str] | None
"""One step of a path; None stands for `**`, any number of steps."""


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """A line of an ignore file; `negated` where it brings files back."""

    text: str
    negated: bool
    segments: tuple[Segment, ...]

    def matches(self, path: str) -> bool:
        """True where the pattern matches the path or a folder above it.

        Steps through the pattern as an automaton does: the cost is at most the pattern's length times the
        path's; as a regular expression, `**/a/**/a/**/b` could take hours.
        """
        states = self._closed({0})
        for step in path.split("/"):
            states = self._closed({after for state in states for after in self._after(state, step)})
            if len(self.segments) in states:
                return True
        return False

    def _after(self, state: int, step: str) -> tuple[int, ...]:
        if state == len(self.segments):
            return ()
        segment = self.segments[state]
        if segment is None:
            return (state,)
        return (state + 1,) if segment.match(step) else ()

    def _closed(self, states: set[int]) -> set[int]:
        """With the states behind each `**`, which may stand for no step at all."""
        for state in sorted(states):
            while state < len(self.segments) and self.segments[state] is None:
                state += 1
                states.add(state)
        return states


@dataclass(frozen=True)
class DockerIgnore:
    """A context's ignore file. `path` is None where there is none: then nothing is ignored."""

    context: str
    path: str | None
    patterns: tuple[IgnorePattern, ...]

    @property
    def at(self) -> At:
        """The ignore file, or the context where there is none."""
        return At(self.path or self.context or ".")

    def ignores(self, path: str) -> bool:
        """True where a path, relative to the project's root, is left out of the context or lies outside."""
        inside = _inside(path, self.context)
        if inside is None:
            return True
        ignored = False
        for pattern in self.patterns:
            if pattern.negated == ignored and pattern.matches(inside):
                ignored = not pattern.negated
        return ignored

    def ignores_all(self, paths: tuple[str, ...]) -> bool:
        """True where there are paths and every one of them is ignored."""
        return bool(paths) and all(self.ignores(path) for path in paths)


def dockerignore(files: FileIndex, context: str, dockerfile: str | None = None) -> DockerIgnore:
    """What a build of `context` ignores. A `<dockerfile>.dockerignore` beside the Dockerfile comes first.

    `context` and `dockerfile` are relative to the project's root; "" or "." is the root itself.
    """
    context = "" if context in {"", "."} else posixpath.normpath(context)
    candidates = [f"{dockerfile}.dockerignore"] if dockerfile else []
    candidates.append(posixpath.join(context, ".dockerignore"))
    path = next((candidate for candidate in candidates if candidate in files), None)
    return DockerIgnore(context, path, parse(files.text(path) if path else ""))


def parse(text: str) -> tuple[IgnorePattern, ...]:
    """The patterns of an ignore file; one of absurd size is left out.

    Unlike Git's they all start at the context, and a later `!` can bring back a file of an ignored folder.
    """
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines()[:MAX_PATTERNS])
    patterns = (_pattern(line) for line in lines if line and not line.startswith("#"))
    return tuple(pattern for pattern in patterns if 0 < len(pattern.segments) <= MAX_SEGMENTS)


def _pattern(line: str) -> IgnorePattern:
    negated = line.startswith("!")
    path = posixpath.normpath(line[negated:].strip() or ".").lstrip("/")
    segments: list[Segment] = []
    for written in path.split("/") if path != "." else ():
        if written.startswith("**"):
            # Docker lets `**` cross folders within a name: `**.md` is any depth
            segments.append(None)
            written = written.lstrip("*") and f"*{written.lstrip('*')}"
        if written:
            segments.append(_segment(written))
    return IgnorePattern(line, negated, tuple(segments))


@lru_cache(maxsize=4096)
def _segment(written: str) -> re.Pattern[str]:
    """One step of a pattern with Go's rules: `[^a]` negates, a backslash escapes."""
    shell = re.sub(r"\\(.)", lambda found: f"[{found[1]}]", written.replace("[^", "[!"))
    return re.compile(fnmatch.translate(re.sub(r"\*{2,}", "*", shell)))


def _inside(path: str, context: str) -> str | None:
    if not context:
        return path
    return path[len(context) + 1 :] if path.startswith(f"{context}/") else None
