"""Pipelines of every platform: GitHub Actions and GitLab CI in depth, the others in outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.sources.pipelines import github as workflows_github
from kit.sources.pipelines import gitlab as workflows_gitlab
from kit.sources.pipelines import outline as workflows_outline
from kit.sources.pipelines.model import Job, Step, Workflow

if TYPE_CHECKING:
    from kit.sources.formats.documents import Documents
    from kit.sources.tree.files import FileIndex


def find(files: FileIndex, documents: Documents) -> tuple[Workflow, ...]:
    """Every pipeline of the project, in the order of the paths."""
    platforms = (workflows_github, workflows_gitlab, workflows_outline)
    found = [workflow for platform in platforms for workflow in platform.find(files, documents)]
    return tuple(sorted(found, key=lambda workflow: workflow.path))


__all__ = ["Job", "Step", "Workflow", "find"]
