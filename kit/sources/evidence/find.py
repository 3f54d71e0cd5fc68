"""Which files the globs of the params name: no link out of the project is followed, no walk is endless."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

MAX_BYTES = 64_000_000
"""The largest evidence file that is read, in bytes; a log is read up to there."""
MOST_FILES = 500
MOST_ENTRIES = 200_000
_SKIPPED = frozenset({".git", "node_modules", ".venv", "__pycache__"})
_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a key of the params names. `missing` where a name without wildcards is not there."""

    key: str
    path: Path
    missing: bool = False


def find(patterns: Mapping[str, Iterable[str]]) -> tuple[Named, ...]:
    """The files of absolute globs by key, each once, by path; at most `MOST_FILES` of them."""
    found: dict[Path, Named] = {}
    for key, globs in patterns.items():
        for pattern in globs:
            for named in _matching(key, pattern):
                found.setdefault(named.path, named)
    return tuple(found[path] for path in sorted(found)[:MOST_FILES])


def digests(root: Path, patterns: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The SHA-256 of every file that the globs name, by its path relative to the root; empty for one that is not there.
    Nothing is read of it but the bytes that evidence is made from."""
    return {relative(root, named.path): _digest(root, named) for named in find(patterns)}


def relative(root: Path, path: Path) -> str:
    """The path from the root, with `..` where it lies outside."""
    return Path(os.path.relpath(path, root)).as_posix()


def leads_out(root: Path, path: Path) -> bool:
    """Whether a file that lies in the project by its name lies elsewhere in truth."""
    lexical = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the link that is looked for
    return lexical.is_relative_to(root) and not Path(os.path.realpath(path)).is_relative_to(root)


def _digest(root: Path, named: Named) -> str:
    digest, left = hashlib.sha256(), MAX_BYTES
    try:
        if not named.missing and named.path.is_file() and not leads_out(root, named.path):
            with named.path.open("rb") as stream:
                while block := stream.read(min(1 << 20, left)):
                    digest.update(block)
                    left -= len(block)
                more = stream.read(1)
            return f"{digest.hexdigest()} and more" if more else digest.hexdigest()
    except OSError:
        return ""
    return digest.hexdigest()


def _matching(key: str, pattern: str) -> Iterator[Named]:
    parts = Path(pattern).parts
    fixed = next((i for i, part in enumerate(parts) if _MAGIC & set(part)), len(parts))
    if fixed == len(parts):
        path = Path(pattern)
        yield Named(key, path, missing=not path.is_file())
        return
    base = Path(*parts[:fixed])
    matcher = GitIgnoreSpecPattern("/" + "/".join(parts[fixed:]))
    named = set(parts[fixed:])
    for path in _walk(base, _SKIPPED - named):
        inside = path.relative_to(base).as_posix()
        if matcher.regex is not None and matcher.regex.match(inside):
            yield Named(key, path)


def _walk(base: Path, skipped: frozenset[str]) -> Iterator[Path]:
    seen = 0
    for folder, folders, files in os.walk(base, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in skipped)
        for name in sorted(files):
            seen += 1
            if seen > MOST_ENTRIES:
                return
            yield Path(folder) / name
