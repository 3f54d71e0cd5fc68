"""Is there a floor under coverage, is it high enough, does it hold for the code that runs, and does anything ask?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import relpath

from kit.checks.shared.swallowed import swallowed
from kit.checks.shared.testfiles import FAMILY, test_files
from kit.checks.testing.common import configs
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.wrappers import base_name, unwrap
from kit.sources.packages.runner_configs import RunnerConfig, Setting, words
from kit.sources.tree.globs import glob
from kit.system.pipeline_acts import Act, pipelines
from kit.system.reach import Reached, reach
from kit.system.scope import within

TARGETS = {"statements": 80.0, "branches": 75.0, "functions": 70.0, "lines": 80.0}
LOW = 50.0
ENOUGH, HALF = 0.85, 0.6
FLOOR = re.compile(
    r"--(?:cov-)?fail-under[= ](\d+(?:\.\d+)?)|/p:Threshold=(\d+)|--check-coverage\b.*?--lines[= ](\d+)|-fail-under[= ](\d+)"
)
MEASURES = re.compile(
    r"--coverage\b|--cov\b|--cov[= ]|coverage run|-coverprofile|\bnyc\b|\bc8\b|--experimental-test-coverage|jacoco|XPlat Code Coverage"
    r"|tarpaulin|llvm-cov|--collect-coverage|/p:CollectCoverage"
)
SERVICES = re.compile(r"codecov|coveralls|codeclimate|codacy|sonar|smokeshow", re.IGNORECASE)
ENTRIES = re.compile(r"(?:^|/)(?:main|index|server|vite-env)\.[jt]sx?$")
SETTINGS = re.compile(
    r"\.config\.|\.d\.ts$|/migrations/|/(?:__init__|manage|setup|conftest)\.py$|\.stories\.|/generated/"
)


@check("TST-003", "Coverage has a floor that is high enough", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=24)
def coverage_has_a_floor(project: Project) -> Iterator[Fact]:
    """
    A threshold of five per cent is a gate that everything walks through, and it reads like a quality gate.

    Decides: each threshold that a runner, a coverage tool or a command is held to: statements and lines from 80,
    branches from 75, functions from 70 hold; below 50 none does. One finding per figure; where there are tests and
    no threshold at all, one.

    Fix: measure, set the thresholds to what is reached, and raise them with every release.
    - vitest: `thresholds: { statements: 80, branches: 75, functions: 70, lines: 80 }`.
    - jest: `coverageThreshold: { global: { statements: 80, branches: 75 } }`.
    - python: `fail_under = 80` under `[tool.coverage.report]`.
    - java: a rule of JaCoCo with `minimum` 0.80.
    - dotnet: `/p:Threshold=80` of coverlet.

    Blind to: thresholds that a service keeps in its own settings, and what coverage really is.

    See: https://vitest.dev/config/#coverage-thresholds
    """
    found = [(metric, value, at) for config in _judged(project) for metric, value, at in config.thresholds]
    found += list(_of_commands(project))
    for metric, value, at in found:
        yield _figure(metric, value, at)
    everything = next((s for c in _judged(project) for s in c.all("100") if s.value is True), None)
    if everything is not None:
        yield ok("All that is measured has to be covered in full.", everything)
    elif not found and test_files(project):
        outside = _outside(project)
        if outside is not None:
            yield unknown(
                "A coverage service is told the figures; what it demands stands in its own settings.", outside
            )
        else:
            yield bad("No coverage threshold: what tests reach may shrink with every change.", _where(project))


def _judged(project: Project) -> list[RunnerConfig]:
    return [c for c in configs(project) if project.files.class_of(c.path) in {FileClass.PRODUCTION, FileClass.TEST}]


def _figure(metric: str, value: float, at: At) -> Fact:
    target = TARGETS[metric]
    if value < 0:
        return ok(f"{metric}: at most {abs(value):g} may stay uncovered.", at)
    if value >= target:
        return ok(f"{metric}: {value:g} per cent are demanded.", at)
    fix = f"Raise it step by step to {target:g}."
    if value >= LOW:
        return partial(f"{metric}: {value:g} per cent are demanded, {target:g} would be adequate.", at, fix=fix)
    return bad(f"{metric}: {value:g} per cent are demanded; hardly any change could fall below.", at, fix=fix)


def _of_commands(project: Project) -> Iterator[tuple[str, float, At]]:
    told = set()
    for reached in _commands(project):
        match = FLOOR.search(reached.command.text)
        if match is not None and reached.command.at not in told:
            told.add(reached.command.at)
            yield "lines", float(next(g for g in match.groups() if g)), reached.command.at
    for config in _judged(project):
        options = config.get("addopts")
        text = " ".join(words(options.value)) if options is not None else ""
        match = FLOOR.search(text)
        if match is not None and options is not None:
            yield "lines", float(next(g for g in match.groups() if g)), options.at


def _commands(project: Project) -> list[Reached]:
    return [r for p in pipelines(project) for r in reach(project).of(p.workflow.commands)]


def _outside(project: Project) -> At | None:
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            for step in job.all_steps:
                if SERVICES.search(f"{step.uses or ''} {' '.join(c.program for c in step.commands)}"):
                    return step.at
    return None


def _where(project: Project) -> At:
    return next((c.at for c in _judged(project) if c.tool in {"jest", "vitest", "pytest", "coverage", "nyc"}), At("."))


@check("TST-004", "Coverage is measured over the code that runs", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=4)
def coverage_scope(project: Project) -> Iterator[Fact]:
    """
    A threshold over three folders of thirty is reached by leaving the other twenty-seven out.

    Decides: for each coverage tool that says what it measures or leaves out: the share of the package's production
    code that is left, configuration, types and migrations not counted. From 85 per cent it holds, below 60 not.

    Fix: measure all sources, and leave out generated code and configuration only.
    - node: `src/**`.
    - python: `source = ["app"]`.

    Blind to: comments in the code that switch coverage off, and patterns that code computes.

    See: https://jestjs.io/docs/configuration#collectcoveragefrom-array
    """
    for config in _judged(project):
        scope = _scope(config)
        if scope is None:
            continue
        included, excluded = scope
        code = _code(project, config)
        if not code:
            continue
        measured = _measured(config, code, included, excluded)
        place = next(s for s in (*included, *excluded))
        if measured is None:
            yield unknown(f"{config.path}: what coverage is measured over is more than can be read here.", place)
        else:
            yield _share(config, len(measured), len(code), place, [p for p in code if p not in measured])


def _scope(config: RunnerConfig) -> tuple[list[Setting], list[Setting]] | None:
    """What is measured and what is left out; None where nothing is said."""
    if config.tool == "coverage":
        included = [s for key in ("source", "include") if (s := config.get("run", key)) is not None]
        excluded = [s for s in (config.get("run", "omit"), config.get("report", "omit")) if s is not None]
    elif config.tool == "jest":
        included, excluded = [s for s in (config.get("collectCoverageFrom"),) if s is not None], []
    elif config.tool == "vitest":
        included = [s for s in (config.get("coverage", "include"),) if s is not None]
        excluded = [s for s in (config.get("coverage", "exclude"),) if s is not None]
    elif config.tool == "nyc":
        included = [s for s in config.settings if s.keys == ("include",)]
        excluded = [s for s in config.settings if s.keys == ("exclude",)]
    else:
        return None
    return (included, excluded) if included or excluded else None


def _code(project: Project, config: RunnerConfig) -> list[str]:
    family = "python" if config.tool == "coverage" else "js"
    found = [
        p
        for p in project.code.files()
        if FAMILY.get(project.code.language(p) or "") == family and within(p, config.dir)
    ]
    inner = [
        p.dir for p in project.packages if p.ecosystem == "npm" and p.dir != config.dir and within(p.dir, config.dir)
    ]
    found = [p for p in found if not ENTRIES.search(p)] or found
    return [
        p
        for p in found
        if not SETTINGS.search(f"/{p}") and (family == "python" or not any(within(p, d) for d in inner))
    ]


def _measured(
    config: RunnerConfig, code: list[str], included: list[Setting], excluded: list[Setting]
) -> set[str] | None:
    wanted: list[re.Pattern[str]] = []
    unwanted: list[re.Pattern[str]] = []
    for settings, kept in ((included, wanted), (excluded, unwanted)):
        for setting in settings:
            if setting.value is None:
                return None
            for pattern in words(setting.value):
                away = pattern.startswith("!")
                matcher = _matcher(config, pattern.lstrip("!"))
                if matcher is None:
                    return None
                (unwanted if away else kept).append(matcher)
    left = [p for p in code if not wanted or any(_holds(m, relpath(p, config.dir)) for m in wanted)]
    return {p for p in left if not any(_holds(m, relpath(p, config.dir)) for m in unwanted)}


def _matcher(config: RunnerConfig, pattern: str) -> re.Pattern[str] | None:
    plain = pattern.replace("<rootDir>/", "").removeprefix("./")
    if config.tool == "coverage":
        # `source` names packages or folders; `omit` has globs whose star crosses folders.
        if "*" not in plain and not plain.endswith(".py"):
            plain = "" if plain in {".", ""} else plain.replace(".", "/").rstrip("/")
            return re.compile(rf"(?:src/)?{re.escape(plain)}(?:/.*|\.py)?" if plain else ".*")
        stars = plain.count("*")
        return re.compile(re.escape(plain).replace(r"\*\*", ".*").replace(r"\*", ".*")) if stars <= 4 else None
    return glob(plain if "*" in plain or "." in plain.rsplit("/", 1)[-1] else f"{plain.rstrip('/')}/**")


def _holds(pattern: re.Pattern[str], path: str) -> bool:
    return pattern.fullmatch(path) is not None


def _share(config: RunnerConfig, measured: int, total: int, place: Setting, left_out: list[str]) -> Fact:
    share = measured / total
    said = f"{config.path}: coverage is measured over {measured} of {total} code files ({share:.0%})"
    if share >= ENOUGH:
        return ok(f"{said}.", place)
    example = f"; left out are {left_out[0]} and its kin" if left_out else ""
    return (partial if share >= HALF else bad)(f"{said}{example}.", place)


@check("TST-013", "A pipeline holds the code to its coverage", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=1)
def coverage_is_enforced(project: Project) -> Iterator[Fact]:
    """
    A threshold in a configuration holds only where somebody measures.

    Decides: for each file with a coverage threshold: whether a command that a pipeline reaches measures coverage
    there, by an option, by the configuration itself, or by a package script that it calls, and whether it can fail.

    Fix: let the pipeline measure the coverage.
    - vitest: `vitest run --coverage`.
    - jest: `jest --coverage`.
    - python: `pytest --cov --cov-fail-under=80`.
    - go: `go test -coverprofile=coverage.out ./...`.
    - java: the `report` and `check` goals of JaCoCo in `verify`.
    - dotnet: `dotnet test --collect:"XPlat Code Coverage"`.
    - php: `phpunit --coverage-clover coverage.xml`.
    - rust: `cargo llvm-cov`.

    Blind to: coverage that a service computes by itself.

    See: https://jestjs.io/docs/cli#--coverageboolean
    """
    acts = list(_acts(project))
    for config in _judged(project):
        first = next(config.thresholds, None)
        if first is None or config.tool == "codecov" or not project.workflows:
            continue
        measuring = [act for act in acts if act.reached is not None and _measures(project, config, act.reached)]
        if not measuring:
            yield bad(f"{config.path} sets a coverage threshold, and no pipeline measures coverage there.", first[2])
            continue
        holding = next((act for act in measuring if swallowed(act.job, act) is None), None)
        if holding is not None:
            yield ok(f"{config.path}: {holding.words} measures it.", holding, config)
        elif (lost := swallowed(measuring[0].job, measuring[0])) is not None:
            why, places = lost
            yield bad(f"{config.path}: {measuring[0].words} measures it and cannot fail: {why}.", *places, first[2])


def _acts(project: Project) -> Iterator[Act]:
    """Every command that a step of a pipeline leads to."""
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            for step in job.all_steps:
                for reached in reach(project).of(step.commands):
                    yield Act("test", job, step, reached)


def _measures(project: Project, config: RunnerConfig, reached: Reached) -> bool:
    command = unwrap(reached.command)
    if command.directory is not None and not (
        within(command.directory, config.dir) or within(config.dir, command.directory)
    ):
        return False
    text = f"{base_name(command.program)} {' '.join(command.args)}"
    if MEASURES.search(text) or FLOOR.search(text) or text.startswith(("coverage report", "coverage xml")):
        return True
    if base_name(command.program) not in {config.tool, "pytest"}:
        return False
    beside = [c for c in configs(project) if c.tool == "pytest" and c.dir == config.dir]
    enabled = [config.get("collectCoverage"), config.get("coverage", "enabled"), *(c.get("addopts") for c in beside)]
    return any(s is not None and (s.value is True or "--cov" in " ".join(words(s.value))) for s in enabled)
