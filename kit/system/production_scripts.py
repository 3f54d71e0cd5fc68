"""The scripts that production runs: what images start, workloads and clocks call, what deploys, and what those call."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kit.model import FileClass

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.commands.scripts import Script

_ASIDE = frozenset({"development", "test"})
_DEV = re.compile(
    r"(?i)(?:^|[/._-])(?:dev|devel|development|local|test|tests|testing|e2e|demo|example|examples|ci|seed|fixtures?|codespaces?)(?:[/._-]|$)"
)
_NAMED = re.compile(
    r"(?i)^(?:docker-)?entrypoint|^deploy|(?:^|[-_.])(?:prod|production|service)(?:[-_.]|$)|^(?:start|run)-?server|^install-?service"
)
MAX_ROUNDS = 3


def production_scripts(project: Project) -> list[Script]:
    """The scripts of production class that something of production starts, and those that they start in turn."""
    judged = [
        s
        for s in project.scripts
        if project.files.class_of(s.path) is FileClass.PRODUCTION
        and project.files.environment_of(s.path) not in _ASIDE
        and not _DEV.search(s.path)
    ]
    told = "\n".join(_told(project))
    found = {s.path: s for s in judged if _NAMED.search(posixpath.basename(s.path)) or _names(told, s.path)}
    for _ in range(MAX_ROUNDS):
        called = "\n".join(c.text for s in found.values() for c in s.commands)
        more = {s.path: s for s in judged if s.path not in found and _names(called, s.path)}
        if not more:
            break
        found |= more
    return list(found.values())


def _names(text: str, path: str) -> bool:
    """Whether a text names a script; a name that many scripts have needs its folder too."""
    name = posixpath.basename(path)
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _told(project: Project) -> Iterator[str]:
    """The commands of images, deployments and clocks outside of development and tests."""
    for dockerfile in project.dockerfiles:
        start = dockerfile.command() if dockerfile.stages else None
        if start is not None and project.files.environment_of(dockerfile.path) not in _ASIDE:
            yield start.text
    for service in project.system.services:
        for deployment in service.deployments:
            if deployment.environment not in _ASIDE and deployment.command:
                yield deployment.command
    for manifest in project.manifests.effective.workloads:
        yield from (" ".join(c.command) for c in manifest.containers)
    yield from (s.runs for s in project.system.schedules if s.source == "crontab")
