"""What a git directory says: revision, tracked paths, local excludes. Read with dulwich; nothing is run."""

from __future__ import annotations

import io
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from dulwich.config import ConfigFile
from dulwich.index import Index
from dulwich.object_format import ObjectFormat, get_object_format

from kit.model import At
from kit.sources.formats.nodes import Problem

MAX_GITFILE = 4096
MAX_EXCLUDES = 200_000
MAX_PACKED = 50_000_000
MAX_REFERENCES = 8
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class GitState:
    """HEAD's sha, the paths in the index (None where it is unreadable), the patterns of `info/exclude`."""

    revision: str | None
    tracked: frozenset[str] | None
    excludes: tuple[str, ...]
    problems: tuple[Problem, ...]


def read_git(root: Path) -> GitState | None:
    """The state of the repository whose working tree is `root`; None where there is no readable one.

    Hooks, fsmonitor, filters and includes of the configuration are never looked at. A `.git` file is followed
    out of the root only where the directory it names points back to it, as git's worktrees and submodules do.
    """
    marker = root / ".git"
    if not os.path.lexists(marker):
        return None
    try:
        directory = _git_directory(marker)
        common = _common_directory(directory)
    except (OSError, ValueError) as error:
        return GitState(None, None, (), (Problem(f"The git directory cannot be used: {error}", At(".git")),))
    problems: list[Problem] = []
    revision = _revision(directory, common, problems)
    tracked = _tracked(directory, common, problems)
    return GitState(revision, tracked, _excludes(common), tuple(problems))


def directories(root: Path) -> tuple[Path, Path] | None:
    """The git directory of the working tree `root`, and that with its objects; None where there is no usable one."""
    try:
        directory = _git_directory(root / ".git")
        return directory, _common_directory(directory)
    except (OSError, ValueError):
        return None


def _git_directory(marker: Path) -> Path:
    mode = marker.lstat().st_mode
    if stat.S_ISDIR(mode):
        return marker
    if not stat.S_ISREG(mode):
        raise ValueError("it is neither a directory nor a file")
    text = _small_text(marker, MAX_GITFILE).strip()
    if not text.startswith("gitdir: "):
        raise ValueError("the file does not name a directory")
    directory = Path(os.path.realpath(marker.parent / text.removeprefix("gitdir: ")))
    if not (directory.is_relative_to(marker.parent) or _points_back(directory, marker)):
        raise ValueError("it names a directory outside of the project that does not belong to it")
    return directory


def _points_back(directory: Path, marker: Path) -> bool:
    back = directory / "gitdir"
    if _is_file(back):
        return os.path.realpath(directory / _small_text(back, MAX_GITFILE).strip()) == str(marker)
    worktree = _setting(directory, b"core", b"worktree")
    return worktree is not None and os.path.realpath(directory / worktree) == str(marker.parent)


def _common_directory(directory: Path) -> Path:
    if not _is_file(directory / "HEAD"):
        raise ValueError("it has no HEAD")
    pointer = directory / "commondir"
    if not _is_file(pointer):
        return directory
    common = Path(os.path.realpath(directory / _small_text(pointer, MAX_GITFILE).strip()))
    if not directory.is_relative_to(common):
        raise ValueError("its common directory is elsewhere")
    return common


def _revision(directory: Path, common: Path, problems: list[Problem]) -> str | None:
    try:
        said = _small_text(directory / "HEAD", MAX_GITFILE).strip()
        for _ in range(MAX_REFERENCES):
            if not said.startswith("ref: "):
                return said if _SHA.fullmatch(said) else None
            said = _reference(common, said.removeprefix("ref: ").strip())
    except KeyError:
        return None  # a repository without a commit
    except Exception as error:
        problems.append(Problem(f"The revision cannot be read: {_said(error)}", At(".git")))
        return None
    problems.append(Problem("The revision cannot be read: references lead to each other without end", At(".git")))
    return None


def _reference(common: Path, name: str) -> str:
    """What a reference says: a revision, or another reference. Only plain files of the git directory are opened.

    Raises KeyError where there is no such reference, ValueError where it is kept in something else.
    """
    place, packed = common / name, common / "packed-refs"
    for base in (place, packed):
        if os.path.lexists(base) and not (_is_file(base) and _within(base, common)):
            raise ValueError(f"{base.name} is no plain file")
    if _is_file(place):
        return _small_text(place, MAX_GITFILE).strip()
    with packed.open("rb") if _is_file(packed) else io.BytesIO() as stream:
        lines = (line for line in stream.read(MAX_PACKED).splitlines() if not line.startswith((b"#", b"^")))
        known = dict(line.split(b" ", 1)[::-1] for line in lines if b" " in line)
    return known[os.fsencode(name)].decode("ascii")


def _tracked(directory: Path, common: Path, problems: list[Problem]) -> frozenset[str] | None:
    path = directory / "index"
    if not os.path.lexists(path):
        return frozenset()
    try:
        if not _is_file(path):
            raise ValueError("it is no plain file")
        index = Index(path, object_format=_object_format(common))
        return frozenset(os.fsdecode(name) for name in index)
    except Exception as error:
        problems.append(Problem(f"The git index cannot be read: {_said(error)}", At(".git")))
        return None


def _object_format(common: Path) -> ObjectFormat:
    return get_object_format(_setting(common, b"extensions", b"objectformat") or "sha1")


def _setting(directory: Path, section: bytes, name: bytes) -> str | None:
    path = directory / "config"
    if not _is_file(path):
        return None
    try:
        with path.open("rb") as stream:
            config = ConfigFile.from_file(stream, expand_includes=False)
        return os.fsdecode(config.get((section,), name))
    except (KeyError, ValueError, OSError):
        return None


def _excludes(common: Path) -> tuple[str, ...]:
    path = common / "info" / "exclude"
    if not (_is_file(path) and _within(path, common)):
        return ()
    return tuple(_small_text(path, MAX_EXCLUDES).splitlines())


def _small_text(path: Path, limit: int) -> str:
    with path.open("rb") as stream:
        return os.fsdecode(stream.read(limit))


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _within(path: Path, directory: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(directory))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
