"""Runs of tests: JUnit XML, pytest-json-report, Playwright, jest and vitest, mocha, TAP, `go test -json`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.model import Case, Issue, Issues, Level, Suites
from kit.sources.evidence.xml import Tag, tags
from kit.sources.formats.parts import Part, later, moment, number, one_line

MOST_CASES = 500
"""Cases that are kept by name; all are counted."""

MOST_ISSUES = 5_000
Outcome = Literal["passed", "failed", "error", "skipped", "flaky"]
_ENDS: dict[str, Outcome] = {
    "failure": "failed",
    "error": "error",
    "skipped": "skipped",
    "flakyFailure": "flaky",
    "flakyError": "flaky",
}
_WORDS: dict[str, Outcome] = {
    "passed": "passed",
    "pass": "passed",
    "expected": "passed",
    "xpassed": "passed",
    "xfailed": "passed",
    "failed": "failed",
    "fail": "failed",
    "unexpected": "failed",
    "error": "error",
    "flaky": "flaky",
    "rerun": "flaky",
}
_TAP = re.compile(
    r"(?P<bad>not )?ok\b(?: (?P<n>\d+))?(?: *- *| +)?(?P<name>[^#\n]*)(?:#\s*(?P<way>SKIP|TODO)\b(?P<why>[^\n]*))?",
    re.IGNORECASE,
)
_TAP_OPENS = re.compile(r"(?m)^(?:not )?ok\b[^\n]*\{[ \t]*$")
"""A suite whose tests stand within braces below it, each of which counts; the suite is none."""
_TAP_SUM = re.compile(r"# (tests|pass|fail|skipped|todo|cancelled) (\d{1,9})")


@dataclass
class _Run:
    """Cases counted as they come. A flaky one has failed and passed in the end."""

    tool: str
    counts: Counter[str] = field(default_factory=Counter)
    cases: list[Case] = field(default_factory=list)

    def add(self, outcome: Outcome, name: str = "", message: str = "", path: str = "", line: int | None = None) -> None:
        self.counts[outcome] += 1
        if outcome != "passed" and len(self.cases) < MOST_CASES:
            self.cases.append(Case(one_line(name), outcome, one_line(message), path, line))

    def done(self, seconds: float | None = None, line: int | None = None) -> Suites:
        c = self.counts
        failed = c["failed"] + c["error"]
        return Suites(
            self.tool,
            c["passed"] + c["flaky"],
            failed,
            c["skipped"],
            c["flaky"],
            seconds,
            tuple(_worst_first(self.cases)),
            line,
        )


def _worst_first(cases: Iterable[Case]) -> list[Case]:
    order = ("failed", "error", "flaky", "skipped")
    return sorted(cases, key=lambda c: order.index(c.outcome))


def junit(text: str) -> Found:
    """JUnit XML of whatever runner. What it declares and what it holds are compared. Linters write it, too: then it is
    what they raised."""
    linter = _LINTER.search(text[:4000])
    return _linted(text, linter["tool"]) if linter else _junit(text)


_LINTER = re.compile(r"<testsuite\b[^>]*\bpackage=\"org\.(?P<tool>ruff|eslint|stylelint)\"")
_AT = re.compile(r"line (\d{1,9})")


def _linted(text: str, tool: str) -> Found:
    """What a linter raised, each rule as a case of the suite of its file."""
    issues, path, case = [], "", None
    for tag in tags(text):
        if tag.name == "testsuite" and not tag.ended:
            path = tag.attributes.get("name", "")
        elif tag.name == "testcase" and not tag.ended:
            case = tag
        elif tag.name in ("failure", "error") and tag.ended and case is not None:
            rule = case.attributes.get("name", "").removeprefix(f"org.{tool}.")
            told = _AT.search(tag.text)
            at = number(case.attributes.get("line")) or (int(told[1]) if told else None)
            level: Level = "warning" if "Warning" in tag.text[:60] else "error"
            said = one_line(tag.attributes.get("message", "") or tag.text)
            issues.append(Issue(rule, level, said, path, int(at) if at else None, line=case.line))
    name = {"ruff": "Ruff", "eslint": "ESLint"}.get(tool, tool)
    return Found((Issues(name, "lint", tuple(issues[:MOST_ISSUES]), "", max(0, len(issues) - MOST_ISSUES), 1),))


def _junit(text: str) -> Found:
    run, made, seconds, first = _Run("JUnit"), None, 0.0, None
    declared = Counter[str]()
    case: _JUnitCase | None = None
    for tag in tags(text):
        if first is None:
            first = tag.line
        if tag.name == "testsuite" and not tag.ended:
            made = later(made, moment(tag.attributes.get("timestamp")))
            if "testsuite" not in tag.path:
                declared.update({k: int(number(tag.attributes.get(k)) or 0) for k in ("tests", "failures", "errors")})
                seconds += number(tag.attributes.get("time", "").replace(",", "")) or 0
        elif tag.name == "testcase":
            if not tag.ended:
                case = _JUnitCase(tag)
            elif case is not None:
                run.add(case.outcome, case.name, case.message, case.path, case.line)
        elif case is not None and tag.ended and tag.name in _ENDS and tag.path[-1] == "testcase":
            case.ends(tag)
    return _junit_done(run, declared, made, seconds, first)


@dataclass
class _JUnitCase:
    tag: Tag
    outcome: Outcome = "passed"
    message: str = ""

    @property
    def name(self) -> str:
        a = self.tag.attributes
        return " ".join(filter(None, (a.get("classname", ""), a.get("name", ""))))

    @property
    def path(self) -> str:
        return self.tag.attributes.get("file", "")

    @property
    def line(self) -> int:
        return self.tag.line

    def ends(self, tag: Tag) -> None:
        """A case may hold several ends; the worst counts."""
        order = ("passed", "flaky", "skipped", "failed", "error")
        if order.index(_ENDS[tag.name]) > order.index(self.outcome):
            self.outcome, self.message = _ENDS[tag.name], tag.attributes.get("message") or tag.text


def _junit_done(run: _Run, declared: Counter[str], made: datetime | None, seconds: float, line: int | None) -> Found:
    held = sum(run.counts.values())
    if not held and declared["tests"]:
        bad = min(declared["failures"] + declared["errors"], declared["tests"])
        run.counts.update(passed=declared["tests"] - bad, failed=bad)
    note = ""
    if held and declared["tests"] > held:
        note = f"it declares {declared['tests']} tests and holds {held}"
    return Found((run.done(seconds or None, line),), made=made, note=note)


def pytest_json(root: Part) -> Found:
    """The report of pytest-json-report."""
    run = _Run("pytest")
    for test in root.get("tests"):
        message = next((m for p in ("call", "setup", "teardown") if (m := _pytest_message(test.get(p)))), "")
        path = test.get("nodeid").text.partition("::")[0]
        run.add(_word(test.get("outcome").text), test.get("nodeid").text, message, path, test.line)
    if not run.counts:
        for word, part in root.get("summary").items():
            if word in _WORDS or word == "skipped":
                run.counts[_word(word)] += part.count or 0
    return Found((run.done(root.get("duration").number, root.line),), made=moment(root.get("created").value))


def _pytest_message(phase: Part) -> str:
    return phase.get("crash", "message").text or phase.get("longrepr").text


def _word(word: str) -> Outcome:
    return _WORDS.get(word, "skipped")


def playwright(root: Part) -> Found:
    """The report of Playwright's json reporter."""
    run, stats = _Run("Playwright"), root.get("stats")
    for spec in _specs(root, 0):
        for test in spec.get("tests"):
            name = " ".join(filter(None, (spec.get("title").text, test.get("projectName").text)))
            message = next((m for r in test.get("results") if (m := r.get("error", "message").text)), "")
            run.add(_word(test.get("status").text), name, message, spec.get("file").text, spec.get("title").line)
    for error in root.get("errors"):
        run.add("error", "before any test", error.get("message").text, line=error.line)
    if not run.counts:
        for word in ("expected", "unexpected", "flaky", "skipped"):
            run.counts[_word(word)] += stats.get(word).count or 0
    milliseconds = stats.get("duration").number
    seconds = milliseconds / 1000 if milliseconds is not None else None
    revision = root.get("config", "metadata").first("gitCommit", "revision.id", "ci")
    sha = revision.get("hash").text or revision.get("commitHash").text or revision.text
    return Found((run.done(seconds, stats.line),), made=moment(stats.get("startTime").value), revision=_sha(sha))


def _specs(suite: Part, depth: int) -> Iterator[Part]:
    yield from suite.get("specs")
    if depth < 50:
        for inner in suite.get("suites"):
            yield from _specs(inner, depth + 1)


def _sha(text: str) -> str | None:
    return text if re.fullmatch(r"[0-9a-f]{7,64}", text) else None


def jest(root: Part) -> Found:
    """The JSON of jest, and of vitest, which writes the same."""
    run = _Run("jest or vitest")
    for suite in root.get("testResults"):
        path, before = suite.first("name", "testFilePath").text, sum(run.counts.values())
        for test in suite.get("assertionResults"):
            message = test.get("failureMessages", 0).text
            run.add(_word(test.get("status").text), test.first("fullName", "title").text, message, path, test.line)
        if sum(run.counts.values()) == before and suite.get("status").text == "failed":
            run.add("error", path, suite.get("message").text, path, suite.line)
    if not run.counts:
        for word, name in (("passed", "Passed"), ("failed", "Failed"), ("skipped", "Pending")):
            run.counts[word] += root.get(f"num{name}Tests").count or 0
    return Found((run.done(line=root.get("numTotalTests").line),), made=moment(root.get("startTime").value))


def mocha(root: Part) -> Found:
    """The JSON of mocha, or mochawesome's, of which the figures are taken."""
    run, stats = _Run("mocha"), root.get("stats")
    for test in root.get("failures"):
        name, file = test.first("fullTitle", "title").text, test.get("file").text
        run.add("failed", name, test.get("err", "message").text, file, test.line)
    for test in root.get("pending"):
        run.add("skipped", test.first("fullTitle", "title").text, path=test.get("file").text, line=test.line)
    run.counts["passed"] = stats.get("passes").count or 0
    run.counts["failed"] = max(run.counts["failed"], stats.get("failures").count or 0)
    run.counts["skipped"] = max(run.counts["skipped"], stats.get("pending").count or 0)
    milliseconds = stats.get("duration").number
    seconds = milliseconds / 1000 if milliseconds is not None else None
    return Found((run.done(seconds, stats.line),), made=moment(stats.get("end").value))


def tap(text: str) -> Found:
    """The Test Anything Protocol. Raises ValueError where fewer tests came than its plan announced."""
    run, plan = _Run("TAP"), None
    sums: dict[str, int] = {}
    came, braced = 0, _TAP_OPENS.search(text) is not None
    for n, line in enumerate(text.split("\n"), start=1):
        if match := re.match(r"1\.\.(\d{1,9})", line):
            plan = int(match[1])
        elif line.startswith("Bail out!"):
            run.add("error", "Bail out!", line[9:], line=n)
        elif match := _TAP.match(line.strip() if braced else line):
            came += not line.startswith(" ")
            if not line.rstrip().endswith("{"):
                run.add(_tap_outcome(match), match["name"], match["why"] or "", line=n)
        elif match := _TAP_SUM.fullmatch(line.strip()):
            sums[match[1]] = int(match[2])
    if plan is not None and came < plan:
        raise ValueError(f"it is cut off: {plan} tests were announced and {came} came")
    if "pass" in sums and "fail" in sums:
        run.counts.update(_summed(run.counts, sums))
    return Found((run.done(line=1),))


def _summed(counts: Counter[str], sums: dict[str, int]) -> dict[str, int]:
    """What the sums at the end add to the tests of the first level: those within suites."""
    real = {
        "passed": sums["pass"],
        "failed": sums["fail"] + sums.get("cancelled", 0),
        "skipped": sums.get("skipped", 0) + sums.get("todo", 0),
    }
    return {word: count - counts[word] for word, count in real.items()}


def _tap_outcome(match: re.Match[str]) -> Outcome:
    if match["way"]:
        return "skipped"
    return "failed" if match["bad"] else "passed"


def go_test(entries: list[Part]) -> Found:
    """The events of `go test -json`. A test that both failed and passed is flaky."""
    ends: dict[tuple[str, str], dict[str, Part]] = {}
    made: datetime | None = None
    for entry in entries:
        action = entry.get("Action").text
        if action in ("pass", "fail", "skip"):
            key = entry.get("Package").text, entry.get("Test").text
            ends.setdefault(key, {})[action] = entry
            made = later(made, moment(entry.get("Time").value))
    if not ends:
        raise ValueError("no test of it came to an end: pass, fail or skip was expected")
    run = _Run("go test")
    with_failures = {package for (package, test), came in ends.items() if test and "fail" in came}
    parents = {(p, t.rpartition("/")[0]) for p, t in ends if "/" in t}
    for (package, test), came in ends.items():
        if test and (package, test) not in parents:
            outcome: Outcome = "flaky" if {"pass", "fail"} <= set(came) else _word(next(iter(came)))
            run.add(outcome, f"{package} {test}", line=next(iter(came.values())).line)
        elif not test and "fail" in came and package not in with_failures:
            run.add("error", package, "the package failed before or beside its tests", line=came["fail"].line)
    return Found((run.done(line=1),), made=made)


def _is_go(entries: list[Part]) -> bool:
    return any("Action" in e and "Package" in e for e in entries[:20])


def _is_tap(text: str) -> bool:
    return re.match(r"(?:TAP version \d+|1\.\.\d+)\s", text) is not None or (
        re.search(r"(?m)^1\.\.\d+\s*$", text) is not None and re.search(r"(?m)^(?:not )?ok\b", text) is not None
    )


JSON: tuple[Format[Part], ...] = (
    Format("pytest-json-report", lambda r: "summary" in r and "exitcode" in r, pytest_json),
    Format("Playwright", lambda r: "stats" in r and "suites" in r and "config" in r, playwright),
    Format("jest or vitest", lambda r: "numTotalTests" in r and "testResults" in r, jest),
    Format("mocha", lambda r: "passes" in r.get("stats") and "failures" in r.get("stats"), mocha),
)
LINES: tuple[Format[list[Part]], ...] = (Format("go test -json", _is_go, go_test),)
TEXT: tuple[Format[str], ...] = (Format("TAP", _is_tap, tap),)
XML = {name: Format("JUnit", lambda _: True, junit) for name in ("testsuites", "testsuite")}
