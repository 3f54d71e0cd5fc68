"""What the migration scanner says beyond the checks of this area."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.scanners import nothing_to_add
from kit.model import Clause, Fact, Severity
from kit.project import Project
from kit.registry import check


@check("DAT-090", "The migration scanner has nothing to add", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def migration_scanner(project: Project) -> Iterator[Fact]:
    """
    squawk reads PostgreSQL migrations with a grammar of its own and knows statements that lock or break what runs beside the ones that our checks ask about.

    Decides: the alarms of squawk whose rules belong to no other check, over the last five SQL migrations of each set for PostgreSQL;
    asked by `--scanners` or `scanners: true`. Rules that are matters of taste are left out, with their reasons in
    `kit/scanners/rules.yaml`.

    Fix: follow the rule's page, or waive it with a reason.

    Blind to: everything unless the scanner is asked and installed.

    See: https://squawkhq.com/docs/rules
    """
    yield from nothing_to_add(project, "squawk")
