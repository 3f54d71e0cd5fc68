"""Recovery: what was run and what was asked, where the params file says so."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.ran import ran
from kit.model import Clause, Fact, Severity
from kit.project import Project
from kit.registry import check


@check(
    "REC-080",
    "Commands that were run for recovery succeed",
    Severity.HIGH,
    Clause.UNDEFINED,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_recovery_succeed(project: Project) -> Iterator[Fact]:
    """
    A backup is worth what its restore brought back the last time somebody tried.

    Decides: each command of the params file with `area: recovery` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the restore drill does not try, and outputs of tools whose format is not known.

    See: https://sre.google/sre-book/data-integrity/
    """
    yield from ran(project, "recovery")
