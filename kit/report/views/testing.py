"""Testing: which suites there are, and what runs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kit.checks.shared import pipelines_elsewhere
from kit.checks.shared.testfiles import FAMILY, TestFile, test_files
from kit.checks.testing.belonging import hardly_any, own_tests, speaking_tests
from kit.checks.testing.common import code_by_service
from kit.checks.testing.found import is_found
from kit.checks.testing.runs import Run, run_outside
from kit.checks.testing.runs import runs as known_runs
from kit.project import Project
from kit.report.blocks import Cell, Chart, Mark, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.theme import LIGHT
from kit.report.views.common import Findings, controls
from kit.report.words import count, have
from kit.system.model import Service

KINDS = {"e2e": "end-to-end", "integration": "integration", "unit": "unit", "load": "load", "smoke": "smoke"}


@dataclass(frozen=True)
class Suite:
    """The code of one part of the project, the tests that belong to it, and what runs them."""

    code: tuple[str, ...]
    tests: tuple[TestFile, ...]
    runs: tuple[Run, ...] = ()
    taken: int = 0
    """How many of the tests a runner takes: of the others a check of their own tells."""
    unseen: bool = False
    """Whether a pipeline that is not here may run them."""
    little: bool = False
    """Whether there is too little code to ask for tests."""


def inventory(project: Project) -> Display:
    """Test files beside code files per part of the project, and the pipeline job that runs them."""
    suites = suites_of(project)
    if not any(s.tests for s in suites.values()):
        fill = "Test files (by name, folder or the runner's configuration) would be counted here with what runs them."
        return show(empty("No test file was found", fill))
    title = _title(suites)
    return show(Chart(title, figure_json(_figure(suites)), f"{title}.", _table(suites)))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "testing", "Testing checks by service or file"))


def suites_of(project: Project) -> dict[str, Suite]:
    """Code and tests by service as the checks join them, and by top folder what belongs to no service.

    Services of one folder share its files and are named together.
    """
    tests = test_files(project)
    services: dict[str, list[Service]] = defaultdict(list)
    code: dict[str, tuple[str, ...]] = {}
    for service, files in code_by_service(project).values():
        services[service.root or "."].append(service)
        code[service.root or "."] = files
    found = {}
    for root, members in services.items():
        belonging = own_tests(project, members[0], tests) or [
            t for member in members for t in speaking_tests(project, member, tests)
        ]
        found[", ".join(s.name for s in members)] = _suite(project, code[root], dict.fromkeys(belonging))
    return found | _others(project, {t.path for s in found.values() for t in s.tests}, bool(found))


def _others(project: Project, told: set[str], served: bool) -> dict[str, Suite]:
    """What belongs to no service, by top folder: with tests, or all of it where there is no service."""
    tests: dict[str, list[TestFile]] = defaultdict(list)
    code: dict[str, list[str]] = defaultdict(list)
    for test in test_files(project):
        if test.path not in told:
            tests[_top(test.path)].append(test)
    held = {path for _, files in code_by_service(project).values() for path in files}
    for path in project.code.files():
        if path not in held and project.code.language(path) in FAMILY:
            code[_top(path)].append(path)
    tops = sorted(tests) if served else sorted({*tests, *code})
    return {top: _suite(project, tuple(code[top]), tests[top]) for top in tops}


def _suite(project: Project, code: tuple[str, ...], tests: Iterable[TestFile]) -> Suite:
    tests = tuple(tests)
    taken = [t for t in tests if is_found(project, t) is not False]
    runs = [run for t in taken if (run := next((r for r in known_runs(project) if r.covers(project, t)), None))]
    unseen = bool(run_outside(project)) or bool(
        project.workflows and not known_runs(project) and pipelines_elsewhere.told(project)
    )
    return Suite(code, tests, tuple(runs), len(taken), unseen, hardly_any(project, code))


def _title(suites: dict[str, Suite]) -> str:
    untested = sum(not s.tests and not s.little for s in suites.values())
    unrun = sum(bool(s.tests) and not s.runs for s in suites.values())
    some = sum(0 < len(s.runs) < s.taken for s in suites.values())
    parts = count(len(suites), "part")
    little = " or little code" if any(not s.tests for s in suites.values()) else ""
    if untested:
        tested = f"{untested} of {parts} {have(untested, 'has', 'have')} no test"
    else:
        tested = "The one part has tests" if len(suites) == 1 else f"Every one of {parts} has tests{little}"
    if unrun:
        return f"{tested}; no pipeline is seen to run those of {unrun}"
    return f"{tested}; {'a pipeline runs some of them' if some else 'a pipeline runs all that there are'}"


def _figure(suites: dict[str, Suite]) -> object:
    ranked = sorted(suites.items(), key=lambda s: len(s[1].tests))
    return bars(
        [name for name, _ in ranked],
        [len(s.tests) for _, s in ranked],
        texts=[f"{len(s.tests)} for {count(len(s.code), 'code file')}" for _, s in ranked],
        colors=[LIGHT["pass_fill"] if s.runs else LIGHT["context"] for _, s in ranked],
        unit="test files; coloured where a pipeline runs them",
    )


def _table(suites: dict[str, Suite]) -> Table:
    rows = tuple(_row(name, suite) for name, suite in suites.items())
    heads = columns("Part", ("Code files", "number"), ("Test files", "number"), "Kinds", "Run by")
    return Table("Tests and what runs them", heads, rows)


def _row(name: str, suite: Suite) -> tuple[Cell, ...]:
    run = _run_by(suite)
    kinds = {word for key, word in KINDS.items() for t in suite.tests if key in t.path.lower() or key == t.kind}
    return (name, len(suite.code), len(suite.tests), ", ".join(sorted(kinds)) or "not told by name", run)


def _run_by(suite: Suite) -> Mark:
    if not suite.tests:
        return Mark("unknown", "little code, no test") if suite.little else Mark("fail", "nothing to run")
    if not suite.taken:
        return Mark("fail", "no runner takes them")
    if not suite.runs:
        return Mark("unknown", "a pipeline elsewhere may") if suite.unseen else Mark("fail", "no pipeline")
    act = suite.runs[0].act
    if len(suite.runs) < suite.taken:
        return Mark("partial", f"{act.job.name}: {len(suite.runs)} of {suite.taken}", str(act.at))
    return Mark("pass", act.job.name, str(act.at))


def _top(path: str) -> str:
    return path.split("/", 1)[0] if "/" in path else "project root"
