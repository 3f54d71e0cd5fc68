"""What tests were measured to reach, and what came of them."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator

from kit.checks.shared.evidence import Told, told
from kit.checks.shared.words import listed
from kit.checks.testing.coverage import TARGETS
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.evidence.model import Case, Counted, Coverage, Suites
from kit.sources.evidence.places import ours
from kit.sources.tree.classify import language_of

METRICS = ("lines", "branches", "functions", "statements")
LOW = 50.0
ENOUGH, HALF = 0.85, 0.6
MOST_SKIPPED = 0.1
MOST_NAMED = 5
_FAMILIES = {
    "typescript": "javascript",
    "tsx": "javascript",
    "jsx": "javascript",
    "vue": "javascript",
    "svelte": "javascript",
    "kotlin": "java",
    "groovy": "java",
    "scala": "java",
}
_NO_CODE = (".d.ts", ".config.js", ".config.ts", ".config.mjs", ".config.cjs", ".stories.tsx", ".stories.ts")
_SETUP = ("/__init__.py", "/setup.py", "/manage.py")
_COMMANDS = (
    ("vitest", "npx vitest run --coverage --coverage.reporter=lcov", "coverage/lcov.info"),
    ("jest", "npx jest --coverage", "coverage/lcov.info"),
    ("pytest", "pytest --cov --cov-report=json", "coverage.json"),
    ("mocha", "npx c8 --reporter=lcov npm test", "coverage/lcov.info"),
)
_BY_LANGUAGE = {
    "python": ("coverage run -m pytest && coverage json", "coverage.json"),
    "go": ("go test -coverprofile=cover.out ./...", "cover.out"),
    "java": ("mvn verify with the JaCoCo plugin", "target/site/jacoco/jacoco.xml"),
    "javascript": ("npx c8 --reporter=lcov npm test", "coverage/lcov.info"),
}


@check("TST-070", "Measured coverage reaches the thresholds", Severity.HIGH, Clause.INVARIANTS, effort_hours=16)
def coverage_reaches_the_thresholds(project: Project) -> Iterator[Fact]:
    """
    A threshold in a settings file says what is wanted; only the report of a run says what is reached.

    Decides: each coverage report of the params file's evidence (lcov, Cobertura, JaCoCo, Clover, coverage.py, Istanbul, Go)
    against `thresholds.coverage`, each metric that is demanded; where none is, against 80 per cent of lines and statements,
    75 of branches and 70 of functions, and then below 50 fails. A threshold that nothing measures is unknown.

    Fix: test what the report shows as not reached, the code of the gravest findings first.

    Blind to: what tests assert; reached is not verified.

    See: https://martinfowler.com/bliki/TestCoverage.html
    """
    wanted = {m: getattr(project.thresholds.coverage, m) for m in METRICS}
    reports = list(told(project, Coverage))
    for report in reports:
        for metric in _judged(report.record, wanted):
            counted = report.record.totals.get(metric)  # type: ignore[call-overload]
            if counted is not None and counted.of:
                yield _reached(report, metric, counted, wanted[metric])
    for metric, threshold in wanted.items():
        if threshold is not None and not any(metric in r.record.totals for r in reports):
            yield _unmeasured(project, metric, threshold, reports)


def _judged(report: Coverage, wanted: dict[str, float | None]) -> list[str]:
    """The metrics that are demanded; where none is, all that are not the same twice."""
    demanded = [metric for metric in METRICS if wanted[metric] is not None]
    same = report.totals.get("lines") == report.totals.get("statements")
    return demanded or [metric for metric in METRICS if not (metric == "statements" and same)]


def _reached(report: Told[Coverage], metric: str, counted: Counted, threshold: float | None) -> Fact:
    tool, percent = report.record.tool, counted.percent
    said = f"{metric}: {percent:.1f} per cent are covered ({counted.hit} of {counted.of}, {tool})"
    goal = threshold if threshold is not None else TARGETS[metric]
    if percent >= goal:
        return ok(report.said(f"{said}; {goal:g} are {_asked(threshold)}."), report.at(), **report.how)
    missing = report.said(f"{said}; {goal:g} are {_asked(threshold)}.")
    if threshold is None and percent >= LOW:
        return partial(missing, report.at(), severity=Severity.MEDIUM, **report.how)
    severity = Severity.HIGH if threshold is not None else Severity.MEDIUM
    return bad(missing, report.at(), severity=severity, **report.how)


def _asked(threshold: float | None) -> str:
    return "demanded" if threshold is not None else "adequate, and no threshold is set"


def _unmeasured(project: Project, metric: str, threshold: float, reports: list[Told[Coverage]]) -> Fact:
    said = f"{metric}: {threshold:g} per cent are demanded, and nothing measures them"
    if reports:
        tools = listed(sorted({r.record.tool for r in reports}))
        return unknown(f"{said}: {tools} count no {metric}.", reports[0].at())
    command, file = supply(project)
    return unknown(f"{said}. `{command}` does; name {file} under `evidence.coverage`.", At("."))


def supply(project: Project) -> tuple[str, str]:
    """The command that measures coverage here, and the file that it writes."""
    names = {d.name for p in project.packages for d in p.dependencies}
    for tool, command, file in _COMMANDS:
        if tool in names:
            return command, file
    first = next((_family(language) for language in project.files.languages), "")
    return _BY_LANGUAGE.get(first, ("the test runner with its coverage report", "it"))


@check("TST-071", "Measured coverage speaks of the code that runs", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=4)
def coverage_speaks_of_the_code(project: Project) -> Iterator[Fact]:
    """
    Ninety per cent of a tenth of the code is nine per cent: reports that leave code out look better with every exclusion.

    Decides: the files that the coverage reports name together, against the project's production code in the same
    language, weighed by lines: from 85 per cent holds, from 60 in part. A report none of whose files is the project's is
    another project's.

    Fix: measure all sources, loaded by a test or not, and take exclusions back.
    - node: `coverage.include: ["src/**"]`.
    - python: `[run] source = app`.
    - go: `-coverpkg=./...`.

    Blind to: code that is generated into a folder of sources.

    See: https://coverage.readthedocs.io/en/latest/source.html
    """
    reports = [r for r in told(project, Coverage) if r.record.files]
    named: dict[str, Told[Coverage]] = {}
    for report in reports:
        own = [p for f in report.record.files if (p := ours(project.files, f.path, report.file.path))]
        if not own:
            first = report.record.files[0]
            message = f"{report.file.path}: none of its {len(report.record.files)} files is this project's; the first is {first.path}."
            yield bad(message, report.at(first.line), severity=Severity.HIGH, **report.how)
        named.update(dict.fromkeys(own, report))
    for family in dict.fromkeys(_family(language) for p in named if (language := language_of(p))):
        yield _scope(project, named, family)
    for report in told(project, Coverage):
        if not report.record.files:
            yield unknown(f"{report.file.path} tells sums only; of which files is not said.", report.at(), **report.how)


def _scope(project: Project, named: dict[str, Told[Coverage]], family: str) -> Fact:
    lines = {p: project.files.line_count(p) for p in _code(project, family)}
    left = {p: n for p, n in lines.items() if p not in named}
    share = 1 - sum(left.values()) / max(1, sum(lines.values()))
    report = next(r for p, r in named.items() if _family(language_of(p) or "") == family)
    reached = f"{len(lines) - len(left)} of {len(lines)} files of {family}, {100 * share:.0f} per cent of their lines"
    said = f"The reports speak of {reached}"
    if share >= ENOUGH:
        return ok(report.said(f"{said}."), report.at(), **report.how)
    folders = Counter[str]()
    for path, count in left.items():
        folders[posixpath.dirname(path) or "."] += count
    most = listed([folder for folder, _ in folders.most_common(MOST_NAMED)])
    worst = sorted(left, key=lambda p: -left[p])[:3]
    grade = partial if share >= HALF else bad
    return grade(report.said(f"{said}; left out is most of {most}."), report.at(), *map(At, worst), **report.how)


def _code(project: Project, family: str) -> Iterator[str]:
    for path in project.files.paths:
        if project.files.class_of(path) is FileClass.PRODUCTION and not path.endswith((*_NO_CODE, *_SETUP)):
            language = language_of(path)
            if language and _family(language) == family:
                yield path


def _family(language: str) -> str:
    return _FAMILIES.get(language.lower(), language.lower())


@check("TST-072", "The suites passed", Severity.HIGH, Clause.INVARIANTS, effort_hours=8)
def suites_passed(project: Project) -> Iterator[Fact]:
    """
    Tests that are there say what should hold; the report of their last run says whether it does.

    Decides: each report of a run (JUnit, pytest, Playwright, jest, vitest, mocha, TAP, `go test`): a failed test or an error
    fails, and so does a run in which no test passed.

    Fix: mend what fails, or the test where it is wrong; a test that nobody trusts goes.

    Blind to: runs whose report is not named under `evidence`.

    See: https://martinfowler.com/articles/practical-test-pyramid.html
    """
    for run in told(project, Suites):
        r = run.record
        counts = f"{r.passed} passed, {r.failed} failed, {r.skipped} skipped"
        if r.failed:
            failed = [c for c in r.cases if c.outcome in ("failed", "error")]
            message = f"{r.tool}: {counts}{_first(project, run, failed)}."
            places = [run.at(c.line) for c in failed[:MOST_NAMED]] or [run.at()]
            yield bad(run.said(message), *places, **run.how)
        elif not r.passed:
            yield bad(run.said(f"{r.tool}: no test passed: {counts}."), run.at(), **run.how)
        else:
            seconds = f" in {r.seconds:.0f} s" if r.seconds else ""
            yield ok(run.said(f"{r.tool}: {counts}{seconds}."), run.at(), **run.how)


def _first(project: Project, run: Told[Suites], failed: list[Case]) -> str:
    """The gravest of what failed; a file that failed as a whole by its name in the project."""
    if not failed:
        return ""
    case = failed[0]
    own = ours(project.files, case.path, run.file.path) if case.path and case.name == case.path else None
    words = f": {case.message}" if case.message else ""
    return f"; the first is {own or case.name}{words}".rstrip(".")


@check("TST-073", "Runs of tests leave nothing out", Severity.LOW, Clause.INVARIANTS, effort_hours=4)
def runs_leave_nothing_out(project: Project) -> Iterator[Fact]:
    """
    A test that is skipped, or that passes at the second try, hides what it was written to show.

    Decides: each report of a run: flaky tests, more than a tenth skipped, and reports that declare more tests than they hold
    show in part.

    Fix: mend or remove what is skipped; find the race in what is flaky instead of running it again.

    Blind to: runners that try again without saying so.

    See: https://testing.googleblog.com/2016/05/flaky-tests-at-google-and-how-we.html
    """
    for run in told(project, Suites):
        r = run.record
        found = []
        if r.flaky:
            found.append(
                f"{r.flaky} passed only when tried again{_first(project, run, [c for c in r.cases if c.outcome == 'flaky'])}"
            )
        if r.total and r.skipped > MOST_SKIPPED * r.total:
            found.append(f"{r.skipped} of {r.total} are skipped")
        if run.file.note:
            found.append(run.file.note)
        if found:
            places = [run.at(c.line) for c in r.cases if c.outcome in ("flaky", "skipped")][:MOST_NAMED]
            yield partial(run.said(f"{r.tool}: {listed(found)}."), *(places or [run.at()]), **run.how)
        elif r.total:
            yield ok(run.said(f"{r.tool}: {r.skipped} of {r.total} skipped, none flaky."), run.at(), **run.how)
