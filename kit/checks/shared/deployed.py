"""What is deployed for people to use: manifests, and the resources that make a platform of a cloud account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kit.checks.shared.images import ASIDE
from kit.model import FileClass
from kit.project import Project
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.platforms.terraform import Resource


def manifests(project: Project, *kinds: str) -> Iterator[Manifest]:
    """The Kubernetes objects as they are applied, those for development and tests left out; of these kinds, or all."""
    for manifest in project.manifests.effective:
        meant = manifest.environment not in ASIDE and project.files.class_of(manifest.path) is FileClass.PRODUCTION
        if meant and (not kinds or manifest.kind in kinds):
            yield manifest


def infrastructure(project: Project) -> Iterator[Resource]:
    """The resources of Terraform that are not for development, tests or examples."""
    for module in project.terraform:
        if module.environment not in ASIDE and project.files.class_of(module.paths[0]) is FileClass.PRODUCTION:
            yield from module.resources


def grade(environment: str) -> dict[str, Any]:
    """The keyword for a fact: the environment that a name tells."""
    return {"environment": None if environment == "unknown" else environment}
