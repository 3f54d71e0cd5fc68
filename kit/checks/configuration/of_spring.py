"""Settings of Spring: the profiles that they are for, and the variables that take their place."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.project import Project
from kit.sources.formats.nodes import Node
from kit.system.model import EnvRead

_SETTINGS = re.compile(r"(?:application|bootstrap)\S*\.(?:ya?ml|properties)")


def for_a_profile(project: Project, read: EnvRead) -> bool:
    """Whether a setting of Spring is read with a profile only, which a target may not have switched on."""
    name = posixpath.basename(read.at.path)
    if not _SETTINGS.fullmatch(name):
        return False
    if "-" in name:
        return True
    for root in project.documents.get(read.at.path).roots:
        inside = (root.line or 1) <= (read.at.line or 0) <= (root.at.end_line or root.line or 0)
        profile = root.get("spring", "config", "activate") or root.get("spring", "profiles")
        if inside and profile is not None:
            return True
        native = root.get("spring", "cloud", "config", "server", "native")
        if native is not None and any(node.at.line == read.at.line for node in native.walk()):
            return True
    return False


def overriding(project: Project, read: EnvRead) -> str | None:
    """The variable that takes the place of a setting of Spring in which another is read: SPRING_DATASOURCE_PASSWORD for
    `spring.datasource.password: ${POSTGRES_PASSWORD}`. What it replaces is never asked for."""
    if _SETTINGS.fullmatch(posixpath.basename(read.at.path)) is None:
        return None
    if read.at.path.endswith(".properties"):
        lines = project.files.lines(read.at.path)
        line = lines[read.at.line - 1] if read.at.line and read.at.line <= len(lines) else ""
        names = [re.split(r"[=:]", line, maxsplit=1)[0].strip()] if "${" in line else []
    else:
        roots = project.documents.get(read.at.path).roots
        names = [name for root in roots for name in _names(root, "", read)]
    return re.sub(r"[^A-Z0-9]+", "_", names[0].upper().replace("-", "")) if names else None


def _names(node: Node, name: str, read: EnvRead) -> Iterator[str]:
    """The dotted names of the settings on the line where a variable is read."""
    for key, child in node.items():
        inner = f"{name}.{key}" if name else key
        if child.at.line == read.at.line and f"${{{read.name}" in child.text:
            yield inner
        yield from _names(child, inner, read)
