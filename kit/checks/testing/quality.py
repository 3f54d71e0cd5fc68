"""Do the tests test something, and would anybody notice if they did not?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kit.checks.shared.testfiles import TestFile, test_files
from kit.checks.shared.words import plural
from kit.checks.testing.common import ECOSYSTEMS, configs, nearest
from kit.checks.testing.hollow import FAMILIES, asserts, empty_tests, only_starts
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check

SHOWN = 3
FOCUSED = re.compile(
    r"[ \t]*(?:(?:describe|it|test|context|suite)(?:\.\w+)?\.only|fit|fdescribe|fcontext)\s*(?:\.\w+)?\("
)
SKIPPED: dict[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    "js": (
        (".skip", ".todo(", "xit(", "xdescribe(", "xtest(", "xcontext("),
        re.compile(
            r"[ \t]*(?:(?:describe|it|test|context|suite)\.(?:skip|todo)(?:\.each\b[^\n]{0,200})?\(\s*['\"`]"
            r"|(?:xit|xdescribe|xtest|xcontext)\s*\()"
        ),
    ),
    "python": (
        ("skip",),
        re.compile(r"[ \t]*@(?:pytest\.mark\.skip\b(?!if)|unittest\.skip\()|pytestmark\s*=.{0,80}mark\.skip\b(?!if)"),
    ),
    "jvm": (("@Disabled", "@Ignore"), re.compile(r"[ \t]*@(?:Disabled|Ignore)\b")),
    "go": (("t.Skip",), re.compile(r"\tt\.Skip(?:Now|f)?\(")),
    "dotnet": (("Skip", "[Ignore"), re.compile(r"[ \t]*\[(?:(?:Fact|Theory)\(\s*Skip\s*=|Ignore)")),
    "rust": (("#[ignore",), re.compile(r"[ \t]*#\[ignore")),
    "ruby": (("xit", "xdescribe", "skip"), re.compile(r"[ \t]*(?:xit|xdescribe|skip)\b")),
    "php": (("markTestSkipped(",), re.compile(r"[ \t]*\$this->markTestSkipped\(")),
}
ASSERTS = re.compile(
    r"\b(?:assert|expect|should|verify|must|ensure|check|fail|require|raises|throws|validate|match|snapshot|compare)\w*\s*[.(\[<]"
    r"|\bassert\b|\.(?:should|to|expect|assert|is|true|equal|deepEqual|equals|must)\w*\s*[.(]|\bt\.(?:Error|Fatal|Fail|is|true|deepEqual|Run)"
    r"|\b(?:Assert|Should|Require|Expect|Verify|Check|Matches)\w*[.(!]|(?<![A-Za-z])[A-Za-z]\w*(?:Assert|Expect|Should|Verify|Check)\w*\(|pytest\.fail|_eq!|@Test\(expected|// Output:"
)
EMPTY = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"expect\(\s*(?:true|1|!0)\s*\)\s*\.(?:to(?:Be|Equal|StrictEqual)\(\s*(?:true|1)\s*\)|toBe(?:Truthy|Defined)\(\))",
        r"expect\((['\"])\w+\1\)\.to(?:Be|Equal)\(['\"]\w+['\"]\)",
        r"assert True[ \t]*(?:#.*)?$",
        r"assert 1 == 1\b",
        r"assertTrue\(\s*[Tt]rue\s*\)",
        r"assert\.(?:True|ok|isTrue)\(\s*(?:t,\s*)?true\s*\)",
        r"Assert\.True\(\s*true\s*\)",
    )
)
STARTS = {
    "js": re.compile(
        r"^[ \t]*(?P<test>(?:it|test)(?:\.each\b[^\n]{0,200}|\.only|\.concurrent)?\(\s*['\"`])[^\n]{0,200}$",
        re.MULTILINE,
    ),
    "python": re.compile(r"^(?P<indent>(?:    )?)(?P<test>(?:async )?def test_\w+)", re.MULTILINE),
}
NEXT_JS = re.compile(
    r"^[ \t]*(?:(?:describe|it|test|suite|context)(?:\.(?!step\b)\w+)*\(\s*['\"`]|(?:before|after)(?:Each|All)?\()",
    re.MULTILINE,
)
NEXT_METHOD = re.compile(r"^(?:    )?(?:@|(?:async )?def |class )", re.MULTILINE)
NEXT_FUNCTION = re.compile(r"^(?:@|(?:async )?def |class )", re.MULTILINE)
CALLS = re.compile(r"\w\(")
CALLED = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\(")
HELPERS = re.compile(
    r"^(?:async )?def (?P<py>\w+)\(|^(?:export )?(?:async )?function (?P<js>\w+)\(|^const (?P<arrow>\w+) = (?:async )?\(",
    re.MULTILINE,
)
WAITS = re.compile(
    r"waitFor|toHave|rejects|resolves|\bdone\(|(?:get|find)(?:All)?By|throw|\bcy\.|\.expect|reject|tester\.run|raises|warns"
)
HANDS_ON = re.compile(
    r"\b(?:run|test|then|scenario|flow|common|shared|try|perform|do)_?[A-Z\w]*\(|Flow\(|Scenario\(|benchmark|snapshot|skip"
)
NOTHING_HAPPENS = re.compile(
    r"n[o']t (?:\w+ )?(?:throw|rais|crash|fail|break)|without (?:\w+ )?(?:error|throw|rais|crash)|graceful|no-?_?op|idempotent|ignore|hang"
    r"|does_?n[o']?t|does not|do_not|not_raise|no_error|no error|should pass|accepts|allows|succeed|handles|valid|with_no|without",
    re.IGNORECASE,
)
OWN_IMPORTS = ("from '.", 'from ".', "from '@/", 'from "@/', "require('.", 'require(".', "client.", "page.", "cy.")
REACHES_OUT = re.compile(
    r"from ['\"](?:\.|@/|~|#|src/|app/)|require\(\s*['\"](?:\.|@/|~|src/)|import\(\s*['\"]|import ['\"]\.|jest\.requireActual|\bfetch\(|axios|supertest|request\(|\bpage\.|\bcy\."
    r"|subprocess|spawn|exec\w*\(|readFile|open\(|glob|client\.|TestClient|httpx|requests\.|proxyquire|rewire|http\.|got\(|superagent|chai\.request|frisby|readdir|__dirname|import\.meta"
)
RETRIES = re.compile(r"jest\.retryTimes\(\s*(\d+)|\bretry:\s*(\d+)|this\.retries\(\s*(\d+)")
RERUNS = re.compile(
    r"--reruns[= ](\d+)|-Dsurefire\.rerunFailingTestsCount=(\d+)|<rerunFailingTestsCount>(\d+)|--retries[= ](\d+)|--retry[= ](\d+)"
)
SUREFIRE = re.compile(r"(?:^|/)(?:Test\w*|\w+Tests?|\w+TestCase)\.(?:java|kt)$")
FILTER = re.compile(r"--testPathPatterns?[= ]['\"]?([\w./|-]+)")


@check("TST-005", "No test is skipped or focused", Severity.LOW, Clause.INVARIANTS, effort_hours=4)
def no_test_is_left_out(project: Project) -> Iterator[Fact]:
    """
    A focused test silences all others in its file; a skipped one promises what nobody checks any more.

    Decides: `.only` and its kin, and what other tests of the file they leave out; tests and suites that are skipped whatever happens, one finding per file.
    Skips under a condition (another platform, no credentials) are left alone.

    Fix: take out what lets a single test run alone; mend the skipped test, or delete it.

    Blind to: tests that are commented out.

    See: https://jestjs.io/docs/api#testonlyname-fn-timeout
    """
    clean: list[TestFile] = []
    for test in test_files(project):
        text = project.code.text(test.path)
        focused = (
            _lines(test, text, (".only", "fit(", "fdescribe(", "fcontext("), FOCUSED) if test.family == "js" else []
        )
        if focused:
            yield _focused(text, focused)
        skipped = _lines(test, text, *SKIPPED[test.family]) if test.family in SKIPPED else []
        if skipped:
            amount = "One test or suite is" if len(skipped) == 1 else f"{len(skipped)} tests or suites are"
            yield partial(f"{amount} skipped: what they checked, nothing checks.", *skipped[:SHOWN])
        if not focused and not skipped:
            clean.append(test)
    if clean:
        yield ok(f"{plural(len(clean), 'test file')} without a skipped or focused test.", clean[0])


def _focused(text: str, places: list[At]) -> Fact:
    """Grave where the focus leaves another test of the file out."""
    lines = text.split("\n")
    suites = any(SUITE.match(lines[place.line - 1]) for place in places if place.line)
    others = sum(1 for line in lines if (OTHER_SUITE if suites else UNFOCUSED).match(line))
    if others:
        amount = plural(others, f"other {'suite' if suites else 'test'}")
        return bad(f"Focused: {amount} of the file never run.", *places[:SHOWN], severity=Severity.HIGH)
    return partial("Focused: a test that is added to the file will never run.", *places[:SHOWN])


SUITE = re.compile(r"^\s*(?:f?describe|f?context|suite)\b")
OTHER_SUITE = re.compile(r"^(?:describe|context|suite)\s*\(")
UNFOCUSED = re.compile(r"^\s*(?:it|test|specify)(?:\.(?:each|concurrent))*\s*[(`]")


def _lines(test: TestFile, text: str, needles: tuple[str, ...], pattern: re.Pattern[str]) -> list[At]:
    """The lines that begin with the pattern, in a text that holds one of the needles."""
    if not any(needle in text for needle in needles):
        return []
    lines = enumerate(text.split("\n"), 1)
    return [At(test.path, number, number) for number, line in lines if pattern.match(line)]


def _at(test: TestFile, text: str, match: re.Match[str]) -> At:
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    line = text.count("\n", 0, start) + 1
    return At(test.path, line, line)


@check("TST-007", "Tests assert something", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=2)
def tests_assert(project: Project) -> Iterator[Fact]:
    """
    A test without an assertion passes as long as nothing crashes; `expect(true).toBe(true)` passes for ever.

    Decides: each file with tests in which nothing looks like an assertion, of any library or home-made; assertions
    of constants; tests of Java, Kotlin, C# and Go with an empty body. One finding per file. Where an empty test starts
    the program (`contextLoads` of Spring), that is all its module tests unless another of its tests asserts something.

    Fix: state what the result has to be.

    Blind to: assertions that a helper with an unusual name makes, and assertions that say little.

    See: https://jestjs.io/docs/expect
    """
    asserting: list[TestFile] = []
    starting: list[TestFile] = []
    for test in test_files(project):
        text = project.code.text(test.path)
        hollow = [match for pattern in EMPTY for match in pattern.finditer(text)]
        if hollow:
            yield bad("Asserts what is always true.", *[_at(test, text, m) for m in hollow[:SHOWN]])
        elif only_starts(project, test):
            starting.append(test)
        elif asserts(project, test) if test.family in FAMILIES else _asserts(text):
            silent = _silent(test, text) or empty_tests(project, test)
            if silent:
                which = (
                    "A test asserts nothing: it passes"
                    if len(silent) == 1
                    else f"{len(silent)} tests assert nothing: they pass"
                )
                message = f"{which} as long as nothing crashes."
                yield partial(message, *silent[:SHOWN], severity=Severity.LOW)
            else:
                asserting.append(test)
        else:
            yield bad("Nothing in the file is an assertion: its tests pass as long as nothing crashes.", test)
    yield from _only_starting(project, starting, asserting)
    if asserting:
        yield ok(f"{plural(len(asserting), 'test file')} with assertions.", asserting[0])


def _only_starting(project: Project, starting: list[TestFile], asserting: list[TestFile]) -> Iterator[Fact]:
    """Modules whose tests start the program and ask it nothing. Beside tests that assert, a start is worth its time."""
    sound = {_module(project, test) for test in asserting}
    held: dict[str, list[TestFile]] = {}
    for test in starting:
        held.setdefault(_module(project, test), []).append(test)
    for module, tests in held.items():
        if module in sound:
            asserting.extend(tests)
            continue
        places = [at for test in tests for at in empty_tests(project, test)]
        where = "" if module == "." else f" of {module}"
        yield bad(f"The only test{where} is empty: it only starts the program, and asks it nothing.", *places[:SHOWN])


def _module(project: Project, test: TestFile) -> str:
    package = nearest(project, test.path, ECOSYSTEMS.get(test.family, ""))
    return package.dir if package is not None else test.path.partition("/src/")[0]


def _asserts(text: str) -> bool:
    return any(word in text for word in ("expect(", "assert ", "assert.", "assertEqual")) or bool(ASSERTS.search(text))


@check("TST-008", "Tests run the code that goes to production", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=2)
def tests_run_the_code(project: Project) -> Iterator[Fact]:
    """
    A test that defines for itself what it tests stays green while the real code changes.

    Decides: files with unit tests in JavaScript, TypeScript and Python that import nothing of the project, start
    nothing and ask no server.

    Fix: import the function under test, and delete its copy.

    Blind to: tests whose subject is only mocked.

    See: https://vitest.dev/guide/mocking
    """
    running: list[TestFile] = []
    for test in test_files(project):
        text = project.code.text(test.path)
        if test.family not in {"js", "python"} or test.kind != "unit" or "{{" in test.path or not _asserts(text):
            continue
        if any(word in text for word in OWN_IMPORTS) or REACHES_OUT.search(text) or _imports_own(project, test, text):
            running.append(test)
        else:
            yield bad("Imports nothing of the project and asks no server: it tests what it defines itself.", test)
    if running:
        yield ok(f"{plural(len(running), 'file')} of unit tests with code of the project under test.", running[0])


def _imports_own(project: Project, test: TestFile, text: str) -> bool:
    if test.family == "js":
        names = {p.name for p in project.packages if p.name and p.ecosystem == "npm"}
        found = {
            name
            for name in re.findall(r"from ['\"]([^'\"\n]+)['\"]|require\(['\"]([^'\"\n]+)['\"]\)", text)
            for name in name
            if name
        }
        return any(
            name in names or "/".join(name.split("/")[:2]) in names or name.split("/")[0] in project.files
            for name in found
        ) or any(_is_folder(project, name.split("/")[0]) for name in found)
    modules = re.findall(r"^\s*(?:from|import)\s+([\w.]+)", text, re.MULTILINE)
    fixtures = bool(re.search(r"def test_\w+\(\s*(?!self\s*\))[a-z]", text))
    own = _python_names(project)
    return fixtures or any(m.startswith(".") or m.split(".")[0] in own for m in modules)


def _is_folder(project: Project, name: str) -> bool:
    """Whether the first part of an import is a folder of the project, itself or as an alias: `server`, `@server`."""
    bare = name.lstrip("@~#")
    return bool(bare) and any(project.files.is_dir(folder) for folder in (name, bare, f"src/{bare}"))


@lru_cache(maxsize=4)
def _python_names(project: Project) -> frozenset[str]:
    """Every name that may be a module of the project."""
    paths = project.code.files("python")
    stems = {path.rsplit("/", 1)[-1].removesuffix(".py") for path in paths}
    return frozenset(stems | {part for path in paths for part in path.split("/")[:-1]})


@check("TST-012", "Retries do not hide what is wrong", Severity.LOW, Clause.INVARIANTS, effort_hours=4)
def retries_do_not_hide(project: Project) -> Iterator[Fact]:
    """
    A test that passes on the third try found something: a race, a leak, a dependence on time. Retried it is green.

    Decides: retries of unit tests, and more than two of end-to-end tests, set in configurations, tests and the
    commands of pipelines and package scripts.

    Fix: take the retry out and mend the test; where a browser needs one, keep to one or two and fail on flaky tests.

    Blind to: retries of whole jobs.

    See: https://playwright.dev/docs/test-retries
    """
    for config in configs(project):
        for setting in (*config.all("retries"), *config.all("retry"), *config.all("runMode")):
            numbers = [int(n) for n in re.findall(r"\b\d+\b", setting.text)] or (
                [int(setting.value)] if isinstance(setting.value, float) else []
            )
            most, allowed = max(numbers, default=0), 2 if config.tool in {"playwright", "cypress", "wdio"} else 0
            if most > allowed:
                yield partial(
                    f"{config.tool}: a failing test is tried up to {most} times more before it counts.", setting
                )
            elif numbers:
                yield ok(f"{config.tool}: a failing test is tried at most {most} times more.", setting)
    for test in test_files(project):
        text = project.code.text(test.path)
        match = RETRIES.search(text) if "retr" in text else None
        if match is not None and int(next(g for g in match.groups() if g)) > 0 and not test.browser:
            yield partial(f"Tried again until it passes: {match[0].strip()}.", _at(test, text, match))
    for told, text, at in _told_to_run(project):
        again = RERUNS.search(text)
        if again is not None and int(next(g for g in again.groups() if g)) > 1:
            yield partial(f"{told}: {again[0].strip()} tries failing tests again.", at)


def _told_to_run(project: Project) -> Iterator[tuple[str, str, At]]:
    """What runs tests, as written: package scripts, pipelines' commands, and the lines of pytest's settings."""
    for package in project.packages:
        yield from ((f"Script {name}", node.text, node.at) for name, node in package.scripts.items())
    for workflow in project.workflows:
        for job in workflow.jobs:
            yield from ((f"Job {job.id}", command.text, command.at) for command in job.commands)
    for path in project.files.named("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini"):
        for number, line in enumerate(project.files.text(path).splitlines(), 1):
            if "--reruns" in line:
                yield path, line, At(path, number, number)


def _silent(test: TestFile, text: str) -> list[At]:
    """The places of single tests without an assertion, in a file that has some.

    A test goes up to where the next begins. One that hands on to a helper, or whose name says that nothing should
    happen, is left alone.
    """
    starts = STARTS.get(test.family)
    helpers = _asserting_helpers(text) if starts is not None else frozenset()
    found: list[At] = []
    for start in starts.finditer(text) if starts is not None else ():
        following = _following(test.family, start).search(text, start.end())
        body = text[start.end() : following.start() if following is not None else len(text)]
        if helpers & set(CALLED.findall(body)):
            continue
        if CALLS.search(body) and not _asserts(body) and not _excused(start[0], body):
            line = text.count("\n", 0, start.start("test")) + 1
            found.append(At(test.path, line, line))
    return found


def _asserting_helpers(text: str) -> frozenset[str]:
    """The functions of a file, tests aside, that assert something."""
    helpers = list(HELPERS.finditer(text))
    ends = [*(h.start() for h in helpers[1:]), len(text)]
    names = ((h["py"] or h["js"] or h["arrow"], text[h.end() : end]) for h, end in zip(helpers, ends, strict=False))
    return frozenset(name for name, body in names if not name.startswith("test") and _asserts(body))


def _following(family: str, start: re.Match[str]) -> re.Pattern[str]:
    """What ends a test: the next thing at its own depth."""
    if family == "js":
        return NEXT_JS
    return NEXT_METHOD if start["indent"] else NEXT_FUNCTION


def _excused(name: str, body: str) -> bool:
    return bool(WAITS.search(body) or HANDS_ON.search(body) or NOTHING_HAPPENS.search(name + body))
