"""Containers: what was run and what was asked, where the params file says so."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.ran import ran
from kit.model import At, Clause, Fact, Severity, Strength, bad, ok
from kit.project import Project
from kit.registry import check


@check(
    "CON-080",
    "Commands that were run for containers succeed",
    Severity.HIGH,
    Clause.EXECUTION,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_containers_succeed(project: Project) -> Iterator[Fact]:
    """
    Whether images build and containers come up is decided by the machine that does it, not by their files.

    Decides: each command of the params file with `area: containers` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the build of the image or the start of the containers does not try, and outputs of tools whose format is not known.

    See: https://docs.docker.com/build/ci/
    """
    yield from ran(project, "containers")


@check("CON-081", "Containers that are listed run and are healthy", Severity.HIGH, Clause.EXECUTION, effort_hours=2)
def listed_containers_run(project: Project) -> Iterator[Fact]:
    """
    A container that restarts again and again, or has been unhealthy for a week, is found by looking.

    Decides: commands of the params file that list containers as JSON, such as `docker compose ps --all --format json`: each
    container has to run, and to be healthy where it says.

    Fix: read its log (`docker compose logs ...`), mend what ends it, start it again.

    Blind to: containers of other hosts, and ones that are not listed.

    See: https://docs.docker.com/reference/cli/docker/compose/ps/
    """
    for run in project.ran or ():
        for container in (c for read in run.read for c in read.containers):
            about, state = (
                f"container {container.name}",
                " and ".join(filter(None, (container.state, container.health))),
            )
            fine = container.state == "running" and container.health in {"", "healthy"}
            message = f"{container.name} ({container.image}) is {state}."
            yield (ok if fine else bad)(message, At("."), strength=Strength.MEASURED, about=about, blocks=False)
