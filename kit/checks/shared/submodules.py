"""Code that belongs to the program and is kept in another repository."""

from __future__ import annotations

import posixpath
import re
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
    for number, line in enumerate(project.files.lines(".gitmodules"), start=1):
        found = _PATH.match(line)
        path = posixpath.normpath(found[1]) if found else ""
        if not path or _ASIDE & set(path.lower().split("/")) or not within(path, root or "."):
            continue
        if not any(p.startswith(f"{path}/") for p in project.files.paths):
            return At(".gitmodules", number)
    return None
