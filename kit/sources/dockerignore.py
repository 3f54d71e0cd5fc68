"""The .dockerignore of a build context: which of its files the builder never sees."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathspec import PathSpec
from pathspec.pattern import Pattern
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from kit.model import At

if TYPE_CHECKING:
    from kit.sources.files import FileIndex

MAX_PATTERNS = 2000
MAX_WILDCARDS = 12


@dataclass(frozen=True)
class DockerIgnore:
    """A context's ignore file. `path` is None where there is none: then nothing is ignored."""

    context: str
    path: str | None
    spec: PathSpec[Pattern]

    @property
    def at(self) -> At:
        """The ignore file, or the context where there is none."""
        return At(self.path or self.context or ".")

    def ignores(self, path: str) -> bool:
        """True where a path, relative to the project's root, is left out of the context or lies outside."""
        inside = _inside(path, self.context)
        return inside is None or self.spec.match_file(inside)

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


def parse(text: str) -> PathSpec[Pattern]:
    """The patterns of an ignore file; one of absurd size is left out.

    Unlike Git's they all start at the context, and a later `!` can bring back a file of an ignored folder.
    """
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines()[:MAX_PATTERNS])
    patterns = [_rooted(line) for line in lines if line and not line.startswith("#")]
    return PathSpec.from_lines(GitIgnoreSpecPattern, [p for p in patterns if p.count("*") <= MAX_WILDCARDS])


def _rooted(line: str) -> str:
    negated = line.startswith("!")
    pattern = posixpath.normpath(line[negated:].strip() or ".").lstrip("/")
    if pattern.startswith("**") and not pattern.startswith("**/"):
        # Docker lets `**` cross folders within a name: `**.md` is any depth
        pattern = f"**/*{pattern.lstrip('*')}"
    return f"{'!' if negated else ''}/{pattern}" if pattern not in {".", ""} else ""


def _inside(path: str, context: str) -> str | None:
    if not context:
        return path
    return path[len(context) + 1 :] if path.startswith(f"{context}/") else None
