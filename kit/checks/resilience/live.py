"""Resilience: what was run and what was asked, where the params file says so."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.asked import live, place_of, probes
from kit.checks.shared.ran import ran
from kit.model import Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check


@check(
    "RES-080",
    "Commands that were run for resilience succeed",
    Severity.HIGH,
    Clause.UNDEFINED,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_resilience_succeed(project: Project) -> Iterator[Fact]:
    """
    What a system does when a part of it fails is known once a part of it has failed.

    Decides: each command of the params file with `area: resilience` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the experiment does not try, and outputs of tools whose format is not known.

    See: https://principlesofchaos.org/
    """
    yield from ran(project, "resilience")


@check("RES-081", "Readiness tells of a dead dependency", Severity.HIGH, Clause.UNDEFINED, effort_hours=3)
def readiness_tells_of_a_dead_dependency(project: Project) -> Iterator[Fact]:
    """
    A readiness that says yes while the database is gone sends users to errors; whoever balances load believes it.

    Decides: each address with `dead` in the params file is asked where a dependency is dead: it has to answer there with
    another status, the one that is expected, while it answers well where all is alive.

    Fix: let the readiness ask what every request needs, with a short time limit, and answer 503 where it fails; leave the
    liveness alone, or all instances restart at once.

    Blind to: dependencies that nobody made dead, and how long it takes to tell.

    See: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
    """
    for probe in probes(project).http:
        if probe.dead is None:
            continue
        dead, place, about = probe.dead, place_of(project, probe), f"readiness {probe.url}"
        said = f"GET {probe.url}\n{probe.status or probe.error}\nGET {dead.url}\n{dead.status or dead.error}"
        if probe.status is None or dead.status is None:
            why = probe.error or dead.error
            yield unknown(f"{probe.url}: its readiness could not be compared: {why}.", place, about=about)
        elif dead.status == dead.expect and probe.status != dead.status:
            message = f"{probe.url}: with a dead dependency it answers {dead.status} in place of {probe.status}."
            yield live(ok, message, about, said, place)
        else:
            message = f"{probe.url}: with a dead dependency it answers {dead.status}; {dead.expect} was expected."
            yield live(bad, message, about, said, place)
