"""What the checks of delivery share: which pipelines are judged, and how they are spoken of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from kit.project import Project
from kit.sources.commands.definitions import Definitions
from kit.sources.pipelines.model import Job, Step
from kit.system.pipeline_acts import Pipeline, pipelines

MAX_NAMED = 5


@lru_cache(maxsize=4)
def definitions(project: Project) -> Definitions:
    """What the project defines under the names that commands call."""
    return Definitions(project.files, project.documents, project.packages, project.makefiles)


def jobs(project: Project) -> Iterator[tuple[Pipeline, Job]]:
    """Every job of every pipeline."""
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            yield pipeline, job


def steps(project: Project) -> Iterator[tuple[Pipeline, Job, Step]]:
    """Every step of every pipeline, each place once though several jobs may reach it."""
    seen = set()
    for pipeline, job in jobs(project):
        for step in job.all_steps:
            if (step.at, step.name) not in seen:
                seen.add((step.at, step.name))
                yield pipeline, job, step
