"""Does every test file get found by the runner that should run it?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.shared.started import runs
from kit.checks.shared.testfiles import TestFile, test_files
from kit.checks.shared.words import plural
from kit.checks.testing.common import configs, nearest
from kit.checks.testing.matching import configs_for, matches, pytest_collects
from kit.model import Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name, expanded
from kit.sources.packages.model import Package
from kit.sources.packages.runner_configs import RunnerConfig

SHOWN = 3
FEW = 10
SMALL = 0.2
"""Fewer lost files than that, and a smaller share of the package's tests, weigh less."""
SUREFIRE = re.compile(r"(?:^|/)(?:Test\w*|\w+Tests?|\w+TestCase)\.(?:java|kt)$")
FILTER = re.compile(r"--testPathPatterns?[= ]['\"]?([\w./|-]+)")
CALLS = re.compile(r"(?m)^[ \t]*(?:\w+\.)?(?:describe|it|test|suite|context|fit|fdescribe)(?:\.\w+)*[(`]")
"""A file without one of these is a program of its own, whatever its name says."""
OTHERS = re.compile(
    r"--test\b|--testMatch\b|bun test|deno test|\bava\b|\btap\b|karma|ng test|mocha|jasmine|wdio|react-scripts|storybook|tstyche|testcafe|grunt|gulp"
)


@check("TST-006", "Every test file is found by its runner", Severity.HIGH, Clause.INVARIANTS, effort_hours=1)
def tests_are_found(project: Project) -> Iterator[Fact]:
    """
    A test file that the runner's pattern does not take is never run, and never red.

    Decides: files with tests against the patterns of Jest, Vitest, Playwright and Cypress, as configured or as they
    are by default, against pytest's names, and against Maven's Surefire and Failsafe; filters of package scripts
    that no test file matches. One finding per package.

    Fix: rename the file to what the runner looks for, or widen its pattern.

    Blind to: patterns that code computes, and runners other than these.

    See: https://jestjs.io/docs/configuration#testmatch-arraystring
    """
    lost: dict[str, list[TestFile]] = {}
    found: dict[str, list[TestFile]] = {}
    for test in test_files(project):
        answer = is_found(project, test)
        package = nearest(project, test.path, {"js": "npm", "python": "pypi", "jvm": "maven"}.get(test.family, ""))
        where = f"{package.path if package is not None else '.'} ({test.family})"
        if answer is False:
            lost.setdefault(where, []).append(test)
        elif answer:
            found.setdefault(where, []).append(test)
    for where, tests in lost.items():
        share = len(tests) / max(len(found.get(where, ())) + len(tests), 1)
        shown = ", ".join(t.path.rsplit("/", 1)[-1] for t in tests[:SHOWN])
        yield bad(
            f"{where}: the runner does not look into {plural(len(tests), 'file')} with tests ({shown}).",
            *tests[:SHOWN],
            severity=None if len(tests) >= FEW or (share > SMALL and len(tests) >= SHOWN) else Severity.MEDIUM,
        )
    for where, tests in found.items():
        if where not in lost:
            yield ok(f"{where}: its runner finds every file with tests.", tests[0])
    yield from _filters(project)


def is_found(project: Project, test: TestFile) -> bool | None:
    """Whether the runner that the file is for takes it; None where that cannot be told."""
    if test.family == "python":
        return _python_found(project, test)
    if test.family == "jvm":
        return _maven_found(project, test)
    return _js_found(project, test) if test.family == "js" else None


def _js_found(project: Project, test: TestFile) -> bool | None:
    package = nearest(project, test.path, "npm")
    if package is None or not CALLS.search(project.code.text(test.path)) or _is_compiled(project, test.path):
        return None
    holders = [
        p
        for p in project.packages
        if p.ecosystem == "npm" and (p.path == package.path or p.path == package.root or p.dir == ".")
    ]
    scripts = " ".join(node.text for p in holders for node in p.scripts.values())
    if OTHERS.search(scripts):
        return None
    used = [
        tool
        for tool in ("jest", "vitest", "playwright", "cypress")
        if _uses(holders, tool) or configs_for(project, test.path, tool)
    ]
    answers: list[bool | None] = []
    for tool in used:
        answers += [matches(config, test.path) for config in configs(project) if config.tool == tool]
        if not configs_for(project, test.path, tool):
            answers.append(_by_default(tool, test, package))
    if not answers or (None in answers and True not in answers):
        return None
    return True in answers


def _is_compiled(project: Project, path: str) -> bool:
    """Whether a test of JavaScript stands beside the one in TypeScript that it was compiled from."""
    stem, end = posixpath.splitext(path)
    return end in {".js", ".mjs", ".cjs"} and any(project.files.exists(f"{stem}{other}") for other in (".ts", ".mts"))


def _uses(packages: list[Package], tool: str) -> bool:
    names = {"playwright": ("@playwright/test", "playwright")}.get(tool, (tool,))
    return any(p.depends_on(*names) for p in packages)


def _by_default(tool: str, test: TestFile, package: Package) -> bool | None:
    prefix = "" if package.dir == "." else f"{package.dir}/"
    return matches(RunnerConfig(tool, f"{prefix}{tool}.config.js"), test.path)


def _python_found(project: Project, test: TestFile) -> bool | None:
    text = project.code.text(test.path)
    if not re.search(r"^(?:    )?(?:async )?def test_\w+", text, re.MULTILINE):
        return None
    package = any(p.depends_on("pytest") for p in project.packages if p.ecosystem == "pypi")
    used = package or any(c.tool == "pytest" for c in configs(project))
    if not used:
        return None
    collected = pytest_collects(project, test.path)
    if collected is False and any("python_files=" in r.text for r in runs(project)):
        return None  # a command gives names of its own
    return None if collected is False and _handed_over(project, test) else collected


def _handed_over(project: Project, test: TestFile) -> bool:
    """Whether another test, a script or a pipeline names the file, to run it by itself or somewhere else."""
    name = test.path.rsplit("/", 1)[-1]
    others = (
        {t.path for t in test_files(project)} | {s.path for s in project.scripts} | {w.path for w in project.workflows}
    )
    return any(name in project.files.text(path) for path in others - {test.path})


def _maven_found(project: Project, test: TestFile) -> bool | None:
    package = nearest(project, test.path, "maven")
    if package is None or "/src/test/" not in f"/{test.path}" or nearest(project, test.path, "gradle") is not None:
        return None
    text = project.code.text(test.path)
    if "@Test" not in text or "abstract class" in text or SUREFIRE.search(test.path):
        return True if SUREFIRE.search(test.path) else None
    poms = [p for p in project.packages if p.ecosystem == "maven"]
    described = "".join(project.files.text(p.path) for p in poms)
    return None if "failsafe" in described or "<includes>" in described else False


def _filters(project: Project) -> Iterator[Fact]:
    """Package scripts whose pattern no test file matches."""
    paths = [t.path for t in test_files(project)]
    for package in project.packages:
        production = project.files.class_of(package.path) is FileClass.PRODUCTION
        for name, node in package.scripts.items() if package.ecosystem == "npm" and production else ():
            for command in commands(node.text, package.path, node.line or 1, directory=package.dir):
                tools = {base_name(inner.program) for inner in expanded(command)}
                match = FILTER.search(command.text) if "jest" in tools else None
                wanted = match[1] if match is not None else None
                if wanted and not any(part in path for part in wanted.split("|") for path in paths):
                    yield bad(f"Script {name} runs the tests that match {wanted}, and there are none.", node)
