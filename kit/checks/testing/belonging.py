"""Which tests belong to which service: the checks and the chart of suites ask the same."""

from __future__ import annotations

import re

from kit.checks.shared.testfiles import TestFile
from kit.checks.testing.common import code_by_service, nearest
from kit.project import Project
from kit.system.model import Service
from kit.system.scope import within

HARDLY_ANY = 60
"""Lines of code below which nothing is asked of a service."""

COMMON = frozenset({"src", "app", "source"})
"""Folders within a service that name no service."""


def hardly_any(project: Project, code: tuple[str, ...]) -> bool:
    """Whether a service has so little code that nobody misses tests."""
    return sum(map(project.files.line_count, code)) < HARDLY_ANY


def own_tests(project: Project, service: Service, tests: tuple[TestFile, ...]) -> list[TestFile]:
    """The tests below the folder of a service and of no service further inside."""
    return [t for t in tests if within(t.path, service.root or ".") and _innermost(project, t, service)]


def speaking_tests(project: Project, service: Service, tests: tuple[TestFile, ...]) -> list[TestFile]:
    """The tests in other places that name a service or its folder."""
    return [t for t in tests if _speaks_of(project, t, service)]


def _innermost(project: Project, test: TestFile, service: Service) -> bool:
    """Whether no service further inside is the one that the test belongs to."""
    inner = [s.root for s, _ in code_by_service(project).values() if s.root and s.root != service.root]
    return not any(within(test.path, root) and len(root) > len(service.root or "") for root in inner if root != ".")


def _speaks_of(project: Project, test: TestFile, service: Service) -> bool:
    if service.root in {None, "."}:
        return False
    names = {service.name, str(service.root).rpartition("/")[2]} - COMMON
    words = set(re.split(r"[/._]", test.path))
    if names & words or f"{service.root}/" in project.code.text(test.path):
        return True
    package = nearest(project, test.path, "nuget") if test.family == "dotnet" else None
    return package is not None and any(within(path, service.root) for path in package.includes)
