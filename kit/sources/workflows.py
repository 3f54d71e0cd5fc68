"""Pipelines of every platform: GitHub Actions and GitLab CI in depth, the others in outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.sources import workflows_github, workflows_gitlab, workflows_outline
from kit.sources.workflow_model import Job, Step, Workflow

if TYPE_CHECKING:
    from kit.sources.documents import Documents
    from kit.sources.files import FileIndex


def find(files: FileIndex, documents: Documents) -> tuple[Workflow, ...]:
    """Every pipeline of the project, in the order of the paths."""
    platforms = (workflows_github, workflows_gitlab, workflows_outline)
    found = [workflow for platform in platforms for workflow in platform.find(files, documents)]
    return tuple(sorted(found, key=lambda workflow: workflow.path))


__all__ = ["Job", "Step", "Workflow", "find"]
