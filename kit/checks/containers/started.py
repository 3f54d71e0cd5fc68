"""Containers that scripts and pipelines start with `docker run`, to stay."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.model import At, FileClass
from kit.project import Project
from kit.system.pipeline_acts import is_preview, pipelines

_RUN = re.compile(
    r"^(?!\s*#)[^\n#]{0,300}?\b(?:docker|podman)\s+(?:container\s+)?run\b((?:[^\n\\]|\\(?!\n)|\\\n){0,4000})",
    re.MULTILINE,
)
"""A command with the lines that it goes on over, wherever it stands: in a script, a heredoc, what ssh is told."""
_STAYS = re.compile(r"\s(?:-[a-zA-Z]*d[a-zA-Z]*|--detach)(?=[\s=])")
_ENDS = re.compile(r"\s--rm(?=\s)")
_DEPLOYS = re.compile(
    r"(?:^|[^a-z])(?:re)?deploy|release|rollout|update|upgrade|(?:^|[^a-z])prod(?:uction)?(?:[^a-z]|$)", re.IGNORECASE
)
_ASIDE = re.compile(r"test|e2e|dev|local|clean|demo|preview|bench|sample|example", re.IGNORECASE)


@dataclass(frozen=True)
class Started:
    """A container that is started in the background; `restarts` whether Docker brings it back."""

    at: At
    restarts: bool


def started_by_hand(project: Project) -> Iterator[Started]:
    """Each container that a deployment starts in the background."""
    for script in project.scripts:
        named = _DEPLOYS.search(posixpath.basename(script.path)) and not _ASIDE.search(script.path)
        if named and project.files.class_of(script.path) is FileClass.PRODUCTION:
            yield from _started(project, script.path, 1, None)
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            deploys = any(not is_preview(project, pipeline, job) for _ in pipeline.of_job(job, "deploy"))
            if deploys and not _ASIDE.search(job.id) and not pipeline.of_job(job, "test"):
                yield from _started(project, job.at.path, job.at.line or 1, job.at.end_line)


def _started(project: Project, path: str, first: int, last: int | None) -> Iterator[Started]:
    text = project.files.text(path)
    for found in _RUN.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        said = found[1].replace("\\\n", " ")
        if first <= line and (last is None or line <= last) and _STAYS.search(said) and not _ENDS.search(said):
            yield Started(At(path, line), "--restart" in said)
