"""Remote desktops that let in whoever finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.model import At, Fact, FileClass, Severity, bad
from kit.project import Project

_PLACES = ("*.sh", "Dockerfile*", "*.dockerfile", "*.conf", "*.ini", "*.service", "*.y*ml", "Procfile")
_STARTED = re.compile(
    r"^(?!\s*(?:#|//))[^\n]*(?:\bx11vnc\b[^\n]{0,200}\s-nopw\b|\b(?:x0?vncserver|vncserver|Xvnc|tigervncserver)\b"
    r"[^\n]{0,200}-SecurityTypes[= ]+None\b)",
    re.MULTILINE,
)
_LOCAL = re.compile(r"-localhost\b|-listen (?:localhost|127\.)")


def open_desktops(project: Project) -> Iterator[Fact]:
    """Each VNC server that is started without a password and not for its own machine alone."""
    for path in project.files.glob(*_PLACES, classes={FileClass.PRODUCTION}):
        text = project.files.text(path) if project.files.environment_of(path) not in {"development", "test"} else ""
        for found in _STARTED.finditer(text) if "vnc" in text else ():
            line = text.count("\n", 0, found.end()) + 1
            if not _LOCAL.search(found[0] + text[found.end() : text.find("\n", found.end())]):
                message = "A remote desktop (VNC) asks for no password; whoever reaches its port sits at the screen."
                yield bad(message, At(path, line), severity=Severity.HIGH)
