"""Mutation tests: what sets them up, and what runs them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.texts import first_line
from kit.model import At, Fact, FileClass, ok, partial, unknown
from kit.project import Project
from kit.system.pipeline_acts import pipelines
from kit.system.reach import reach

_TOOLS = {
    "@stryker-mutator/core": "Stryker", "stryker": "Stryker", "mutmut": "mutmut", "cosmic-ray": "Cosmic Ray",
}  # fmt: skip
_NAMED = {
    "stryker.conf.js": "Stryker", "stryker.conf.json": "Stryker", "stryker.conf.mjs": "Stryker", "stryker.config.json": "Stryker",
    "stryker.config.js": "Stryker", "stryker.config.mjs": "Stryker", "stryker-config.json": "Stryker", "mutants.toml": "cargo-mutants",
    "infection.json": "Infection", "infection.json5": "Infection",
}  # fmt: skip
_SAID = {
    "setup.cfg": (re.compile(r"^\[mutmut\]"), "mutmut"),
    "pyproject.toml": (re.compile(r"^\[tool\.mutmut\]"), "mutmut"),
    "pom.xml": (re.compile(r"pitest-maven"), "PIT"),
    "build.gradle": (re.compile(r"info\.solidsoft\.pitest"), "PIT"),
    "build.gradle.kts": (re.compile(r"info\.solidsoft\.pitest"), "PIT"),
}
_RUNS = {
    "Stryker": re.compile(r"\bstryker\b"),
    "mutmut": re.compile(r"\bmutmut\b"),
    "Cosmic Ray": re.compile(r"\bcosmic-ray\b"),
    "PIT": re.compile(r"\bpitest|mutationCoverage"),
    "cargo-mutants": re.compile(r"\bcargo[ -]mutants\b"),
    "Infection": re.compile(r"\binfection\b"),
}


def is_mutating(name: str) -> bool:
    """Whether a package is a mutation tester, which no test names."""
    return name in _TOOLS


def mutation_tests(project: Project) -> Iterator[Fact]:
    """Each mutation tester once: run by a pipeline, or set up (a configuration, or the package alone) and run by none."""
    for tool, at in _set_up(project).items():
        run = _run(project, tool)
        if run is not None:
            yield ok(f"{tool}: a pipeline runs the mutation tests.", run, at)
        elif project.workflows:
            yield partial(f"{tool} is set up, and no pipeline runs it.", at)
        else:
            yield unknown(f"{tool} is set up; no pipeline is here that would show whether it runs.", at)


def _set_up(project: Project) -> dict[str, At]:
    found: dict[str, At] = {}
    for path in project.files.named(*_NAMED):
        if project.files.class_of(path) is not FileClass.VENDORED:
            found.setdefault(_NAMED[path.rsplit("/", 1)[-1]], At(path))
    for path in project.files.named(*_SAID):
        pattern, tool = _SAID[path.rsplit("/", 1)[-1]]
        at = first_line(project, path, pattern)
        if at is not None:
            found.setdefault(tool, at)
    for package in project.packages:
        declared = package.depends_on(*_TOOLS)
        if declared is not None:
            found.setdefault(_TOOLS[declared.name], declared.at)
    return found


def _run(project: Project, tool: str) -> At | None:
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            for reached in reach(project).of(job.commands):
                if _RUNS[tool].search(reached.command.text):
                    return reached.root.at
    return None
