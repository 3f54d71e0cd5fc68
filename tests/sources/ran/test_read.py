"""Outputs of tools, as they write them, are read for files, lines and counts."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from kit.sources.ran.model import Counts, Read
from kit.sources.ran.read import read_output

ROOT = Path("/project")


def read(text: str, folder: str = "") -> tuple[Read, ...]:
    return read_output(dedent(text).strip("\n"), ROOT, ROOT / folder)


def places(text: str, folder: str = "") -> list[tuple[str, int | None, str]]:
    return [(p.path, p.line, p.rule) for each in read(text, folder) for p in each.problems]


def test_the_typescript_compiler_plain_and_pretty() -> None:
    text = """
        src/a.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.
        src/a.ts:2:49 - error TS2551: Property 'nme' does not exist on type '{ name: string; }'.

        2 export function f(p: {name: string}) { return p.nme; }
                                                          ~~~
          src/a.ts:2:23 - 'name' is declared here.
        error TS18003: No inputs were found in config file.
        Found 3 errors.
    """

    assert read(text)[0].tool == "tsc"
    assert places(text, "web") == [
        ("web/src/a.ts", 1, "TS2322"),
        ("web/src/a.ts", 2, "TS2551"),
        ("web", None, "TS18003"),
    ]


ESLINT = """
    /project/src/b.js
      1:7   error    'unused' is assigned a value but never used  no-unused-vars
      2:7   warning  Expected '===' and instead saw '=='          eqeqeq

    ✖ 2 problems (1 error, 1 warning)
"""


def test_eslint_in_its_plain_form_tells_errors_from_warnings() -> None:
    (found,) = read(ESLINT)

    assert places(ESLINT) == [("src/b.js", 1, "no-unused-vars"), ("src/b.js", 2, "eqeqeq")]
    assert [p.level for p in found.problems] == ["error", "warning"]
    assert found.problems[0].message == "'unused' is assigned a value but never used"


def test_eslint_as_json_within_what_npm_says() -> None:
    text = (
        "> shop@1.0.0 lint\n"
        '[{"filePath":"/project/src/b.js","messages":[{"ruleId":"no-undef","severity":2,"message":"\'a\' is not defined.",'
        '"line":2,"column":5}],"errorCount":1}]'
    )

    assert places(text) == [("src/b.js", 2, "no-undef")]


PYTEST = """
    ============================= test session starts ==============================
    collected 4 items

    py/test_a.py .FFs                                                        [100%]

    =================================== FAILURES ===================================
    ___________________________________ test_bad ___________________________________

        def test_bad():
    >       helper(1)

    py/test_a.py:6:
    _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

        def helper(x):
    >       assert x == 2
    E       assert 1 == 2

    py/test_a.py:3: AssertionError
    _________________________________ TestB.test_c _________________________________

    py/test_a.py:9: AssertionError
    =========================== short test summary info ============================
    FAILED py/test_a.py::test_bad - assert 1 == 2
    FAILED py/test_a.py::TestB::test_c - AssertionError: assert 'a' == 'b'
    ERROR py/test_b.py
    ============== 2 failed, 1 passed, 1 skipped, 1 error in 1.55s ===============
"""


def test_pytest_tells_each_failure_at_its_line_and_counts() -> None:
    (found,) = read(PYTEST)

    assert places(PYTEST) == [("py/test_a.py", 3, ""), ("py/test_a.py", 9, ""), ("py/test_b.py", None, "")]
    assert found.tests == Counts(passed=1, failed=3, skipped=1)


JEST = """
    FAIL jt/sum.test.cjs
      ✓ adds (8 ms)
      outer
        ✕ subtracts (13 ms)

      ● outer › subtracts

        expect(received).toBe(expected) // Object.is equality

        > 4 |     expect(2 - 1).toBe(2);
            |                   ^

          at Object.<anonymous> (sum.test.cjs:4:19)
          at new Promise (<anonymous>)

    Test Suites: 1 failed, 1 total
    Tests:       1 failed, 1 skipped, 1 passed, 3 total
"""


def test_jest_tells_the_line_of_the_test_itself() -> None:
    assert places(JEST) == [("jt/sum.test.cjs", 4, "")]
    assert read(JEST)[0].tests == Counts(1, 1, 1)


VITEST = """
     ❯ vt/sum.test.js (2 tests | 1 failed) 15ms
       × outer > subtracts 11ms

     FAIL  vt/sum.test.js > outer > subtracts
    AssertionError: expected 1 to be 2 // Object.is equality

     ❯ vt/sum.test.js:5:19
          4|   test('subtracts', () => {

     Test Files  1 failed (1)
          Tests  1 failed | 1 passed (2)
"""


def test_vitest_tells_what_was_expected() -> None:
    (found,) = read(VITEST)

    assert places(VITEST) == [("vt/sum.test.js", 5, "")]
    assert found.problems[0].message == "outer > subtracts: AssertionError: expected 1 to be 2 // Object.is equality"
    assert found.tests == Counts(1, 1, 0)


def test_vitest_tells_files_that_fail_before_any_test() -> None:
    text = """
         ❯ vt/sum.test.ts (0 test)

         FAIL  vt/all.test.ts [ vt/all.test.ts ]
         FAIL  vt/sum.test.ts [ vt/sum.test.ts ]
        TSConfckParseError: failed to resolve "extends":"../base.json"

         Test Files  1 failed (1)
              Tests  no tests
    """
    (found,) = read(text)

    assert (found.tool, found.tests) == ("vitest", None)
    assert [p.path for p in found.problems] == ["vt/all.test.ts", "vt/sum.test.ts"]
    assert {p.message for p in found.problems} == {
        'suite: TSConfckParseError: failed to resolve "extends":"../base.json"'
    }


def test_go_test_tells_the_first_line_of_a_failure() -> None:
    text = """
        --- FAIL: TestTotal (0.00s)
            total_test.go:12: got 3, want 2
        --- PASS: TestZero (0.00s)
        FAIL
        FAIL\texample.org/shop/total\t0.012s
    """

    assert places(text) == [("total_test.go", 12, "")]
    assert read(text)[0].tests == Counts(1, 1, 0)


def test_maven_tells_compiler_errors_and_failed_tests() -> None:
    text = """
        [ERROR] /project/src/main/java/x/B.java:[1,39] cannot find symbol
        [ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.041 s <<< FAILURE! -- in x.ATest
        [ERROR] Failures:
        [ERROR]   ATest.two:6 expected: <2> but was: <3>
        [ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0
    """

    assert places(text) == [("src/main/java/x/B.java", 1, ""), ("ATest.java", 6, "")]
    assert read(text)[0].tests == Counts(1, 1, 0)


def test_other_compilers_share_a_form() -> None:
    text = """
        app/main.py:3: error: Incompatible types in assignment  [assignment]
        app/main.py:9:5: F841 Local variable `x` is assigned to but never used
        ./cmd/run.go:12:2: undefined: missing
        app/main.py:4: note: see the documentation
        at 12:30: nothing happened
    """

    assert places(text) == [("app/main.py", 3, "assignment"), ("app/main.py", 9, "F841"), ("cmd/run.go", 12, "")]


def test_containers_of_a_listing_in_json() -> None:
    text = (
        '{"Name":"shop-api-1","Image":"shop-api","State":"running","Health":"healthy"}\n'
        '{"Names":"shop-db-1","Image":"postgres:16","State":"exited","Status":"Exited (1) 3 minutes ago"}\n'
        '{"level":"info","State":1}'
    )

    states = read(text)[0].containers

    assert [(c.name, c.state, c.health) for c in states] == [
        ("shop-api-1", "running", "healthy"),
        ("shop-db-1", "exited", ""),
    ]


def test_a_path_outside_of_the_project_stays_as_it_is_written() -> None:
    assert places("/usr/include/a.h:3:1: error: unknown type name") == [("/usr/include/a.h", 3, "")]


def test_words_of_nobody_we_know_are_no_problem() -> None:
    assert read("Everything is fine.\nTests are nice: 3 of them\n") == ()


@given(st.text(max_size=400))
def test_no_output_breaks_a_reader(text: str) -> None:
    for found in read_output(text, ROOT, ROOT):
        assert found.tool


@given(st.lists(st.sampled_from((ESLINT + PYTEST + JEST + VITEST).split("\n")), max_size=40))
def test_lines_of_tools_in_any_order_break_no_reader(lines: list[str]) -> None:
    for found in read_output("\n".join(dedent(line) for line in lines), ROOT, ROOT):
        assert all(p.line is None or p.line > 0 for p in found.problems)
