"""Infrastructure: what was run and what was asked, where the params file says so."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.asked import live, probes
from kit.checks.shared.ran import ran
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check


@check(
    "INF-080",
    "Commands that were run for infrastructure succeed",
    Severity.HIGH,
    Clause.DEPLOYMENT,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_infrastructure_succeed(project: Project) -> Iterator[Fact]:
    """
    What a plan would change, and whether it can be made at all, is known once it has been made.

    Decides: each command of the params file with `area: infrastructure` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the plan or validation does not try, and outputs of tools whose format is not known.

    See: https://developer.hashicorp.com/terraform/cli/commands/plan
    """
    yield from ran(project, "infrastructure")


@check("INF-081", "Names resolve to what they should", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=0.5)
def names_resolve(project: Project) -> Iterator[Fact]:
    """
    A name that leads nowhere, or to the machine of last year, takes everything behind it along.

    Decides: each name of the params file is resolved once; its records are held against `expect`, where there is any.

    Fix: mend the record at the provider of the zone, and wait as long as its time to live says.

    Blind to: what other name servers answer.

    See: https://datatracker.ietf.org/doc/html/rfc1035
    """
    for probe in probes(project).dns:
        about, said = f"name {probe.name} {probe.type}", "\n".join([f"{probe.name} {probe.type}", *probe.records])
        if probe.error:
            yield live(bad, f"{probe.name}: {probe.error}.", about, f"{said}\n{probe.error}")
        elif probe.expect and set(probe.expect) != set(probe.records):
            wanted, found = ", ".join(probe.expect), ", ".join(probe.records)
            yield live(bad, f"{probe.name}: its {probe.type} is {found}, and {wanted} was expected.", about, said)
        else:
            yield live(ok, f"{probe.name}: its {probe.type} is {', '.join(probe.records)}.", about, said)
