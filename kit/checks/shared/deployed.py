"""What is deployed for people to use: manifests, and the resources that make a platform of a cloud account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from kit.checks.shared.images import ASIDE
from kit.model import FileClass
from kit.project import Project
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.platforms.terraform import Resource
from kit.system.pipeline_acts import is_preview, pipelines


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


_PAGES = re.compile(r"\bpages\b|gh-pages|mkdocs|hugo|docusaurus|npm publish|schema", re.IGNORECASE)
"""What publishes documents, and runs nothing."""


@lru_cache(maxsize=4)
def production_is_told(project: Project) -> bool:
    """Whether the project says how it runs for its users: manifests, platforms, a pipeline that deploys, an environment
    by name. A product that others install, or a stack for one machine, says none of it."""
    deployments = [d for s in project.system.services for d in s.deployments]
    named = any(d.environment in {"production", "staging"} for d in deployments)
    elsewhere = any(not d.target.startswith("compose:") for d in deployments if d.environment not in ASIDE)
    deploys = (
        p
        for p in pipelines(project)
        if any(not is_preview(project, p, a.job) and not _PAGES.search(a.words) for a in p.of("deploy"))
    )
    return named or elsewhere or any(True for _ in infrastructure(project)) or any(True for _ in deploys)


def grade(environment: str) -> dict[str, Any]:
    """The keyword for a fact: the environment that a name tells."""
    return {"environment": None if environment == "unknown" else environment}
