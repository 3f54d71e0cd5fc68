"""Testing: which suites there are, and what runs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from kit.checks.shared.testfiles import test_files
from kit.checks.testing.runs import runs as known_runs
from kit.model import FileClass
from kit.project import Project
from kit.report.blocks import Cell, Chart, Mark, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.theme import LIGHT
from kit.report.views.common import Findings, controls
from kit.report.words import count, have
from kit.system.model import PipelineStep

CODE = (
    ".py",
    ".js",
    ".jsx",
    ".ts",
    ".tsx",
    ".mjs",
    ".cjs",
    ".go",
    ".java",
    ".kt",
    ".rb",
    ".rs",
    ".cs",
    ".php",
)
KINDS = {"e2e": "end-to-end", "integration": "integration", "unit": "unit", "load": "load", "smoke": "smoke"}


@dataclass
class Suite:
    """The code files of one part of the project: what is under test, and the tests."""

    code: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    runs: list[PipelineStep] = field(default_factory=list)
    joined: bool = True
    """Whether it belongs to a service: pipelines are joined to services only, so elsewhere no run tells nothing."""


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
    """Code and test files by service, or by top folder where no service holds them.

    Services of one folder share its files and are named together.
    """
    names: dict[str, list[str]] = defaultdict(list)
    runs: dict[str, list[PipelineStep]] = defaultdict(list)
    for service in project.system.own:
        if service.root:
            names[service.root].append(service.name)
            runs[service.root] += [p for p in service.pipelines if p.does == "test"]
    found: dict[str, Suite] = defaultdict(Suite)
    for path in project.files.paths:
        kind = project.files.class_of(path) if path.endswith(CODE) else None
        if kind in {FileClass.PRODUCTION, FileClass.TEST}:
            root = _root(path, names)
            suite = found[", ".join(names[root]) if root else _top(path)]
            suite.runs = runs[root] if root else []
            suite.joined = bool(root)
            (suite.tests if kind is FileClass.TEST else suite.code).append(path)
    for suite in found.values():
        if suite.tests and not suite.runs:
            suite.runs = _covering(project, suite.tests)
    return dict(found)


def _covering(project: Project, tests: list[str]) -> list[PipelineStep]:
    """The step that runs some of these files, as the check of that sees it, whichever service its pipeline is for."""
    wanted = set(tests)
    inside = [t for t in test_files(project) if t.path in wanted]
    run = next((r for r in known_runs(project) for t in inside if r.covers(project, t)), None)
    return [PipelineStep("test", run.act.at.path, run.act.job.name, run.act.at)] if run else []


def _root(path: str, roots: Iterable[str]) -> str | None:
    """The deepest of the roots that holds the path."""
    holding = [r for r in roots if r == "." or path.startswith(f"{r}/")]
    return max(holding, key=len, default=None)


def _title(suites: dict[str, Suite]) -> str:
    untested = sum(bool(s.code and not s.tests) for s in suites.values())
    left = [s for s in suites.values() if s.tests and not s.runs]
    unrun = sum(s.joined for s in left)
    parts = count(len(suites), "part")
    tested = (
        f"{untested} of {parts} {have(untested, 'has', 'have')} no test"
        if untested
        else ("The one part has tests" if len(suites) == 1 else f"Every one of {parts} has tests")
    )
    if unrun:
        return f"{tested}; no pipeline runs those of {unrun}"
    return f"{tested}; {'some belong to no one service' if left else 'a pipeline runs all that there are'}"


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
    if not suite.tests:
        run = Mark("fail", "nothing to run")
    elif suite.runs:
        run = Mark("pass", suite.runs[0].job, str(suite.runs[0].at))
    else:
        run = Mark("fail", "no pipeline") if suite.joined else Mark("unknown", "belongs to no one service")
    kinds = {word for key, word in KINDS.items() for path in suite.tests if key in path.lower()}
    return (name, len(suite.code), len(suite.tests), ", ".join(sorted(kinds)) or "not told by name", run)


def _top(path: str) -> str:
    return path.split("/", 1)[0] if "/" in path else "project root"
