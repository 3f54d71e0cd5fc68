"""Has anybody tried how much the system carries?"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from kit.checks.performance.load_tools import BOUNDS, load_tests, run_of
from kit.checks.shared.judged import judged
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.system.pipelines import kinds_of


@check("PRF-001", "Load tests exist", Severity.MEDIUM, Clause.ASSUMPTIONS, effort_hours=16)
def load_tests_exist(project: Project) -> Iterator[Fact]:
    """
    Without a load test the first test of capacity is the busiest day.

    Decides: for systems with services that answer requests: scripts for k6, Locust, Gatling, JMeter, Artillery or autocannon,
    or a pipeline's step that runs such a tool.

    Fix: write one script for k6, Locust or the like that walks the most important path at twice the expected load.

    Blind to: load tests that are kept elsewhere.

    See: https://grafana.com/docs/k6/latest/testing-guides/
    """
    if not any(s.routes or s.kind == "api" for s in judged(project)):
        return
    found = load_tests(project)
    step = next(iter(_steps(project)), None)
    if found:
        tools = sorted({tool for _, tool, _ in found})
        yield ok(f"{len(found)} load test files for {', '.join(tools)}.", *(At(p) for p, _, _ in found[:5]))
    elif step is not None:
        yield ok("A pipeline runs a load test.", step[1])
    else:
        yield bad("No load test: how many users the system carries is not known.", At("."))


@check("PRF-002", "Load tests run in a pipeline and can fail", Severity.MEDIUM, Clause.ASSUMPTIONS, effort_hours=4)
def load_tests_run(project: Project) -> Iterator[Fact]:
    """
    A load test that nobody runs tells of the day that it was written; one without thresholds passes however slow the system
    has become.

    Decides: for each folder of load tests, whether a pipeline's step runs such a tool or names the folder, and whether the
    tests state thresholds.

    Fix: run it against staging after each deploy, with bounds for latency and errors that make it fail.

    Blind to: schedules outside of the repository.

    See: https://grafana.com/docs/k6/latest/using-k6/thresholds/
    """
    folders: dict[str, list[tuple[str, str, bool]]] = {}
    for test in load_tests(project):
        folders.setdefault(posixpath.dirname(test[0]), []).append(test)
    steps = list(_steps(project))
    for folder, found in folders.items():
        path, tool, _ = next((t for t in found if t[2]), found[0])
        fix = f"Run it against staging after each deploy: `{run_of(tool, path)}`, with {BOUNDS[tool]}."
        run = next(
            (
                at
                for text, at in steps
                if not folder or any(posixpath.basename(t[0]) in text for t in found) or folder in text
            ),
            None,
        )
        run = run or (steps[0][1] if steps and len(folders) == 1 else None)
        if run is None:
            yield bad(
                f"The {tool} tests here are run by no pipeline; they tell nothing about the next release.",
                At(path),
                fix=fix,
            )
        elif not any(limits for _, _, limits in found):
            message = f"The {tool} tests state no thresholds; they pass however slow the system is."
            yield partial(message, At(path), run, fix=fix)
        else:
            yield ok(f"The {tool} tests are run by a pipeline, and thresholds decide.", At(path), run)


def _steps(project: Project) -> Iterator[tuple[str, At]]:
    """The pipelines' steps that test under load, as text and place."""
    for workflow in project.workflows:
        for job in workflow.jobs:
            for step in job.all_steps:
                if "load-test" in set(kinds_of(step)):
                    yield (
                        f"{step.uses or ''} {step.run or ''} {' '.join(n.text for n in step.inputs.strings()) if step.inputs else ''}",
                        step.at,
                    )
