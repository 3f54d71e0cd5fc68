"""Settings modules of Python projects: what one holds, and what the one for production makes of it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.shared.calls import runs
from kit.checks.shared.meant import is_shadowed
from kit.model import At
from kit.project import Project

_ASIDE = frozenset({"development", "test"})
_KEY = re.compile(
    r"^(?:app\.secret_key|SECRET_KEY|app\.config\[['\"]SECRET_KEY['\"]\])\s*=\s*[bru]?['\"]([^'\"]{4,})['\"]"
)


def written_keys(project: Project) -> Iterator[At]:
    """Where settings outside development and tests hold the key of sessions itself."""
    for path in project.code.holding("SECRET_KEY", "secret_key", languages=("python",)):
        name = path.rsplit("/", 1)[-1]
        if (
            is_shadowed(project, path)
            or not runs(path)
            or re.search(r"local|dev|test", name)
            or project.files.environment_of(path) in _ASIDE
        ):
            continue
        for number, line in enumerate(project.files.lines(path), start=1):
            said = _KEY.match(line.strip())
            if said and "{{" not in said[1]:
                yield At(path, number)


def overridden(project: Project, path: str, name: str) -> At | None:
    """Where settings for production, which start from those at `path`, set `name` anew; None where none do."""
    if not name or not path.endswith(".py"):
        return None
    stem = re.escape(posixpath.basename(path).removesuffix(".py"))
    taken = re.compile(rf"(?m)^from [\w.]*\.{stem} import \*")
    for other in project.code.holding(f"{name} =", languages=("python",)):
        beside = posixpath.dirname(other) == posixpath.dirname(path) and other != path
        if beside and project.files.environment_of(other) == "production" and taken.search(project.files.text(other)):
            for number, line in enumerate(project.files.lines(other), start=1):
                if re.match(rf"\s*{re.escape(name)} =", line):
                    return At(other, number)
    return None
