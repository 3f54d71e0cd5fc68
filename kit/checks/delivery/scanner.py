"""What the workflow scanner says beyond the checks of this area."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.scanners import nothing_to_add
from kit.model import Clause, Fact, Severity
from kit.project import Project
from kit.registry import check


@check("DEL-090", "The workflow scanner has nothing to add", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def workflow_scanner(project: Project) -> Iterator[Fact]:
    """
    zizmor knows GitHub Actions in depth: what a runner does with a cache, a token or an expression that our checks do not ask about.

    Decides: the alarms of zizmor whose rules belong to no other check, over GitHub workflows, composite actions and Dependabot files;
    asked by `--scanners` or `scanners: true`. Rules that are matters of taste are left out, with their reasons in
    `kit/scanners/rules.yaml`.

    Fix: follow the rule's page, or waive it with a reason.

    Blind to: everything unless the scanner is asked and installed.

    See: https://docs.zizmor.sh/audits/
    """
    yield from nothing_to_add(project, "zizmor")
