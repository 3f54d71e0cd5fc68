"""Does a pipeline take commands from what it prints?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node

_SWITCH = "ACTIONS_ALLOW_UNSECURE_COMMANDS"


@check("DEL-040", "Pipelines take no commands from their output", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=0.5)
def output_is_no_command(project: Project) -> Iterator[Fact]:
    """
    With the old commands allowed, whoever can have the pipeline print a line (a title, a name, a test's output) sets
    variables and the path of the steps that follow, and with them runs programs.

    Decides: `ACTIONS_ALLOW_UNSECURE_COMMANDS` in the environment of each GitHub workflow, job and step.

    Fix: take the variable out, and write to `$GITHUB_ENV` and `$GITHUB_PATH`.

    Blind to: runners that have it in their own environment.

    See: https://github.blog/changelog/2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/
    """
    for workflow in project.workflows:
        if workflow.platform != "github" or workflow.error is not None:
            continue
        steps = [step for job in workflow.jobs for step in job.steps]
        holders: list[Mapping[str, Node]] = [workflow.env, *(j.env for j in workflow.jobs), *(s.env for s in steps)]
        found = [env[_SWITCH] for env in holders if _SWITCH in env and env[_SWITCH].text.lower() == "true"]
        for node in found:
            yield bad(f"{workflow.name}: what is printed may set variables and paths of later steps.", node)
        if not found:
            yield ok(f"{workflow.name}: takes no commands from its output.", workflow)
