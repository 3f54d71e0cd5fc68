"""Test suites: what failed where, and how many tests did what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import dropwhile

from kit.sources.ran.model import Counts, Problem, Read

_WIDTH = r"[^\s:]{1,300}"
_PYTEST_SUM = re.compile(r"=* ?(?P<sum>(?:\d+ [a-z]+(?:, )?)+) in [\d.]+s(?: \([\d:]+\))? ?=*")
_PYTEST_FAILED = re.compile(r"(?:FAILED|ERROR) (?P<path>[^\s:]+)(?:::(?P<test>\S+))?(?: - (?P<said>.*))?")
_PYTEST_TITLE = re.compile(r"_{3,} (?:ERROR at \w+ of )?(?P<name>\S.*?) _{3,}")
_PYTEST_PLACE = re.compile(rf"(?P<path>{_WIDTH}\.py):(?P<line>\d+): \S.*")
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed|todo|pending)")
_VITEST_SUM = re.compile(r"\s*Tests\s{2,}(?P<sum>\d.*)\(\d+\)\s*")
_VITEST_FILES = re.compile(r"\s*Test Files\s{2,}\d.*\(\d+\)\s*")
_VITEST_FAILED = re.compile(r"\s*FAIL\s{1,4}(?P<path>\S+\.\w+)(?: \[ \S+ \])?(?: > (?P<test>.+))?")
_VITEST_PLACE = re.compile(rf"\s*❯ (?:.* )?(?P<path>{_WIDTH}):(?P<line>\d+):\d+\)?")
_JEST_SUM = re.compile(r"Tests:\s+(?P<sum>\d.*), \d+ total")
_JEST_FILE = re.compile(r"FAIL (?P<path>\S+)(?: \([\d.]+ m?s\))?")
_JEST_TEST = re.compile(r"\s*● (?P<test>\S.*)")
_JEST_PLACE = re.compile(rf"\s+at (?:.* \()?(?P<path>{_WIDTH}):(?P<line>\d+):\d+\)?")
_GO_TEST = re.compile(r"\s*--- (?P<what>PASS|FAIL|SKIP): (?P<test>\S+) \([\d.]+s\)")
_GO_PLACE = re.compile(rf"\s+(?P<path>{_WIDTH}_test\.go):(?P<line>\d+):? ?(?P<said>.*)")
_GO_PACKAGE = re.compile(r"(?:FAIL|ok)\s+\S+\s+(?:[\d.]+s|\(cached\)|\[build failed\]).*")
_SUREFIRE_SUM = re.compile(r"(?:\[\w+\] )?Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)\s*")
_SUREFIRE = re.compile(r"\[ERROR\] {2,}(?P<class>[\w$]+)\.(?P<test>\w+):(?P<line>\d+)(?:->\S+)? ?(?P<said>.*)")


def counts(summed: str) -> Counts:
    """The counts of a line such as `1 failed, 12 passed`."""
    found: dict[str, int] = {}
    for number, word in _COUNT.findall(summed):
        found[word] = found.get(word, 0) + int(number)
    failed = found.get("failed", 0) + found.get("error", 0) + found.get("errors", 0)
    skipped = sum(found.get(word, 0) for word in ("skipped", "xfailed", "todo", "pending"))
    return Counts(found.get("passed", 0) + found.get("xpassed", 0), failed, skipped)


def pytest(lines: list[str]) -> Read | None:
    """pytest: failures and errors at the last line of the test's own file that the trace names."""
    sums = [m for line in lines if (m := _PYTEST_SUM.fullmatch(line.strip())) and _COUNT.search(m["sum"])]
    if not sums:
        return None
    places, failed = _pytest_places(lines), []
    for line in lines:
        match = _PYTEST_FAILED.fullmatch(line)
        if match is not None:
            name = (match["test"] or match["path"]).replace("::", ".")
            number = places.get((match["path"], name)) or places.get((match["path"], name.rpartition(".")[2]))
            said = f"{match['test'] or 'collecting'}: {match['said'] or 'failed'}"
            failed.append(Problem(match["path"], number, said))
    return Read("pytest", tuple(dict.fromkeys(failed)), counts(sums[-1]["sum"]))


def _pytest_places(lines: Iterable[str]) -> dict[tuple[str, str], int]:
    """The last line of a file that the section of a test names."""
    found: dict[tuple[str, str], int] = {}
    name = ""
    for line in lines:
        if title := _PYTEST_TITLE.fullmatch(line):
            name = title["name"]
        elif name and (place := _PYTEST_PLACE.fullmatch(line)):
            found[place["path"], name] = int(place["line"])
    return found


def vitest(lines: list[str]) -> Read | None:
    """Vitest: each failed test at the first place of its trace, and files that failed before any test was run."""
    sums = [m["sum"] for line in lines if (m := _VITEST_SUM.fullmatch(line))]
    if not sums and not any(_VITEST_FILES.fullmatch(line) for line in lines):
        return None
    failed = list(_blocks(lines, _VITEST_FAILED, _VITEST_PLACE))
    return Read("vitest", tuple(dict.fromkeys(failed)), counts(sums[-1]) if sums else None)


def jest(lines: list[str]) -> Read | None:
    """Jest: each failed test at the first place of its trace that lies in its own file."""
    sums = [m for line in lines if (m := _JEST_SUM.fullmatch(line))]
    if not sums:
        return None
    failed, path = [], ""
    for index, line in enumerate(lines):
        if file := _JEST_FILE.fullmatch(line):
            path = file["path"]
        elif path and (test := _JEST_TEST.fullmatch(line)):
            number = _first_at(lines[index + 1 : index + 120], _JEST_PLACE, path, _JEST_TEST)
            failed.append(Problem(path, number, f"{test['test']}: failed"))
    return Read("jest", tuple(dict.fromkeys(failed)), counts(sums[-1]["sum"]))


def go(lines: list[str]) -> Read | None:
    """go test: failures at the first line that their log names."""
    if not any(_GO_PACKAGE.fullmatch(line) for line in lines):
        return None
    outcomes = [m["what"] for line in lines if (m := _GO_TEST.fullmatch(line))]
    failed = list(_go_failures(lines))
    told = Counts(outcomes.count("PASS"), outcomes.count("FAIL"), outcomes.count("SKIP"))
    return Read("go test", tuple(failed), told if told.total else None)


def _go_failures(lines: list[str]) -> Iterator[Problem]:
    for index, line in enumerate(lines):
        test = _GO_TEST.fullmatch(line)
        if test is None or test["what"] != "FAIL":
            continue
        place = _GO_PLACE.fullmatch(lines[index + 1]) if index + 1 < len(lines) else None
        if place is not None:
            yield Problem(place["path"], int(place["line"]), f"{test['test']}: {place['said'] or 'failed'}")


def maven_tests(lines: list[str]) -> tuple[list[Problem], Counts | None]:
    """Surefire's failures, each at its test class, and the counts of the whole."""
    sums = [tuple(map(int, m.groups())) for line in lines if (m := _SUREFIRE_SUM.fullmatch(line))]
    failed = [
        Problem(f"{m['class'].partition('$')[0]}.java", int(m["line"]), f"{m['test']}: {m['said'] or 'failed'}")
        for line in lines
        if (m := _SUREFIRE.fullmatch(line))
    ]
    if not sums:
        return failed, None
    run, wrong, errors, skipped = sums[-1]
    return failed, Counts(run - wrong - errors - skipped, wrong + errors, skipped)


def _blocks(lines: list[str], head: re.Pattern[str], place: re.Pattern[str]) -> Iterator[Problem]:
    """What failed, with what is said below it; several that failed alike stand above one text."""
    for index, line in enumerate(lines):
        found = head.fullmatch(line)
        if found is not None:
            below = list(dropwhile(head.fullmatch, lines[index + 1 : index + 120]))
            number = _first_at(below, place, found["path"], head)
            said = next((text.strip() for text in below[:4] if text.strip()), "failed")
            yield Problem(found["path"], number, f"{found['test'] or 'suite'}: {said}")


def _first_at(lines: Iterable[str], place: re.Pattern[str], path: str, stop: re.Pattern[str]) -> int | None:
    """The line of the first place in that file, before the next block starts."""
    for line in lines:
        if stop.fullmatch(line):
            return None
        found = place.fullmatch(line)
        if found is not None and (found["path"].endswith(path) or path.endswith(found["path"])):
            return int(found["line"])
    return None
