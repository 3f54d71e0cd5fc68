"""Code that belongs to the program and is kept in another repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from kit.model import At
from kit.project import Project
from kit.system.scope import within

_PATH = re.compile(r"^\s*path\s*=\s*(\S+)\s*$")
_ASIDE = frozenset(
    {"docs", "doc", "themes", "theme", "third_party", "thirdparty", "vendor", "external", "extern", "deps"}
)


@lru_cache(maxsize=64)
def kept_elsewhere(project: Project, root: str | None) -> At | None:
    """The line of `.gitmodules` that names a submodule within a folder whose files are not here; None where all are.

    What libraries and documents bring along is no part of the program.
    """
    for at, path in _submodules(project):
        if _ASIDE & set(path.lower().split("/")) or not within(path, root or "."):
            continue
        if not any(p.startswith(f"{path}/") for p in project.files.paths):
            return at
    return None


def in_submodule(project: Project, path: str) -> At | None:
    """The line of `.gitmodules` that names the submodule which a path lies in, or is."""
    return next((at for at, folder in _submodules(project) if within(path, folder)), None)


def _submodules(project: Project) -> Iterator[tuple[At, str]]:
    for number, line in enumerate(project.files.lines(".gitmodules"), start=1):
        if found := _PATH.match(line):
            yield At(".gitmodules", number), posixpath.normpath(found[1])
