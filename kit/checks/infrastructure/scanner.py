"""What the infrastructure scanner says beyond the checks of this area."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.scanners import nothing_to_add
from kit.model import Clause, Fact, Severity
from kit.project import Project
from kit.registry import check


@check("INF-090", "The infrastructure scanner has nothing to add", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def infrastructure_scanner(project: Project) -> Iterator[Fact]:
    """
    Checkov knows more than a thousand rules about the resources of clouds, most of which our checks do not ask about.

    Decides: the alarms of checkov whose rules belong to no other check, over Terraform, CloudFormation, Kubernetes, Dockerfile and Serverless files;
    asked by `--scanners` or `scanners: true`. Rules that are matters of taste are left out, with their reasons in
    `kit/scanners/rules.yaml`.

    Fix: follow the rule's page, or waive it with a reason.

    Blind to: everything unless the scanner is asked and installed.

    See: https://www.checkov.io/5.Policy%20Index/all.html
    """
    yield from nothing_to_add(project, "checkov")
