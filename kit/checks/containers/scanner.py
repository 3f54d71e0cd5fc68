"""What the Dockerfile scanner says beyond the checks of this area."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.scanners import nothing_to_add
from kit.model import Clause, Fact, Severity
from kit.project import Project
from kit.registry import check


@check("CON-090", "The Dockerfile scanner has nothing to add", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def dockerfile_scanner(project: Project) -> Iterator[Fact]:
    """
    hadolint reads Dockerfiles and the shell of their RUN with ShellCheck, and knows mistakes in them that our checks do not ask about.

    Decides: the alarms of hadolint whose rules belong to no other check, over Dockerfiles;
    asked by `--scanners` or `scanners: true`. Rules that are matters of taste are left out, with their reasons in
    `kit/scanners/rules.yaml`.

    Fix: follow the rule's page, or waive it with a reason.

    Blind to: everything unless the scanner is asked and installed.

    See: https://github.com/hadolint/hadolint#rules
    """
    yield from nothing_to_add(project, "hadolint")
