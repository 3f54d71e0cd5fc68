"""Whether tests test something, are found, and are run in full."""

from __future__ import annotations

import pytest
from conftest import Look

GOOD = "import { a } from './a'\nit('adds', () => {\n  expect(a()).toBe(1)\n})\n"


def test_a_focused_test_is_found(look: Look) -> None:
    alone = GOOD.replace("it(", "it.only(")
    beside = look("TST-005", {"src/a.test.ts": alone + "it('b', () => { expect(1).toBe(1) })\n"})
    seen = look("TST-005", {"src/a.test.ts": alone})

    assert (beside.failed, beside.findings[0].severity) == (["src/a.test.ts:2"], "high")
    assert (seen.failed, seen.findings[0].severity) == (["src/a.test.ts:2"], "low")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.test.ts", "describe.skip('x', () => { it('y', () => {}) })\n"),
        ("a.test.js", "xit('y', () => { expect(1) })\n"),
        ("test_a.py", "@pytest.mark.skip(reason='later')\ndef test_a():\n    assert 1\n"),
        ("a_test.go", "\tt.Skip()\nfunc TestA(t *testing.T) {}\n"),
        ("src/test/java/ATest.java", "@Disabled\n@Test void a() {}\n"),
    ],
)
def test_a_skipped_test_holds_in_part(look: Look, path: str, text: str) -> None:
    assert look("TST-005", {path: text}).failed == [f"{path}:1"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.test.ts", "test.skip(!process.env.KEY)\nit('y', () => { expect(1) })\n"),
        ("test_a.py", "@pytest.mark.skipif(WINDOWS, reason='x')\ndef test_a():\n    assert 1\n"),
        ("a.test.ts", "// it.only('x')\nit('y', () => { list.only })\n"),
    ],
)
def test_a_skip_under_a_condition_is_left_alone(look: Look, path: str, text: str) -> None:
    assert look("TST-005", {path: text}).outcomes == ["pass"]


def test_a_finding_in_a_test_weighs_in_this_area(look: Look) -> None:
    assert look("TST-005", {"src/a.test.ts": GOOD.replace("it(", "it.only(")}).findings[0].open


VITEST = {"package.json": '{"devDependencies": {"vitest": "^3"}, "scripts": {"test": "vitest run"}}'}


def test_a_file_that_the_runner_does_not_take_is_found(look: Look) -> None:
    seen = look("TST-006", {**VITEST, "tests/login.ts": GOOD, "src/a.test.ts": GOOD})

    assert seen.failed == ["tests/login.ts"]


def test_a_pattern_of_ones_own_is_read(look: Look) -> None:
    config = {"vitest.config.ts": "export default { test: { include: ['tests/**/*.ts'] } }"}

    assert look("TST-006", {**VITEST, **config, "tests/login.ts": GOOD}).passed == ["tests/login.ts"]


def test_an_expression_of_jest_is_read(look: Look) -> None:
    manifest = '{"devDependencies": {"jest": "^29"}, "jest": {"rootDir": "src", "testRegex": ".*\\\\.spec\\\\.ts$"}}'

    seen = look("TST-006", {"package.json": manifest, "src/a.spec.ts": GOOD, "test/b.spec.ts": GOOD})

    assert seen.failed == ["test/b.spec.ts"]


def test_a_python_file_that_pytest_does_not_collect_is_found(look: Look) -> None:
    files = {"requirements.txt": "pytest==8\n", "tests/login.py": "def test_login():\n    assert 1\n"}

    assert look("TST-006", files).failed == ["tests/login.py"]


def test_integration_tests_without_failsafe_are_found(look: Look) -> None:
    files = {
        "pom.xml": "<project><artifactId>x</artifactId></project>",
        "src/test/java/PayIT.java": "class PayIT { @Test void a() {} }",
    }

    assert look("TST-006", files).failed == ["src/test/java/PayIT.java"]
    held = {**files, "pom.xml": "<project><artifactId>maven-failsafe-plugin</artifactId></project>"}
    assert look("TST-006", held).failed == []


def test_a_filter_that_matches_no_test_is_found(look: Look) -> None:
    manifest = '{"devDependencies": {"jest": "^29"}, "scripts": {\n"smoke": "jest --testPathPattern=smoke"}}'

    seen = look("TST-006", {"package.json": manifest, "src/a.test.ts": GOOD})

    assert seen.failed == ["package.json:2"]


def test_a_file_without_an_assertion_is_found(look: Look) -> None:
    files = {"src/a.test.ts": "import { a } from './a'\nit('adds', () => {\n  a()\n})\n", "src/b.test.ts": GOOD}

    seen = look("TST-007", files)

    assert seen.failed == ["src/a.test.ts"]
    assert seen.passed == ["src/b.test.ts"]


def test_an_assertion_of_a_constant_is_found(look: Look) -> None:
    assert look("TST-007", {"src/a.test.ts": GOOD.replace("a()", "true").replace("(1)", "(true)")}).failed == [
        "src/a.test.ts:3"
    ]


def test_a_single_test_without_an_assertion_is_found(look: Look) -> None:
    text = "def test_a():\n    assert pay(1)\n\n\ndef test_mail():\n    send(1)\n\n\ndef test_b():\n    assert pay(2)\n"

    assert look("TST-007", {"test_pay.py": text}).failed == ["test_pay.py:5"]


def test_a_test_that_nothing_happens_is_left_alone(look: Look) -> None:
    text = "def test_a():\n    assert pay(1)\n\n\ndef test_does_not_raise():\n    send(1)\n"

    assert look("TST-007", {"test_pay.py": text}).outcomes == ["pass"]


def test_a_helper_of_ones_own_counts_as_an_assertion(look: Look) -> None:
    assert look("TST-007", {"test_a.py": "def test_a(page):\n    check_totals(page)\n"}).outcomes == ["pass"]


def test_a_test_of_what_it_defines_itself_is_found(look: Look) -> None:
    text = "const add = (a, b) => a + b\nit('adds', () => { expect(add(1, 2)).toBe(3) })\n"

    assert look("TST-008", {"src/a.test.ts": text}).failed == ["src/a.test.ts"]


def test_a_test_that_imports_the_code_holds(look: Look) -> None:
    assert look("TST-008", {"src/a.test.ts": GOOD}).outcomes == ["pass"]
    python = {"shop/cart.py": "x = 1", "test_cart.py": "from shop import cart\n\ndef test_x():\n    assert cart.x\n"}
    assert look("TST-008", python).failed == []


def test_an_alias_of_a_folder_is_the_code(look: Look) -> None:
    text = "import { start } from '@server/test'\nit('starts', () => { expect(start()).toBe(1) })\n"
    files = {"server/test.ts": "export const start = () => 1\n"}

    assert look("TST-008", {**files, "plugins/a.test.ts": text}).failed == []
    assert look("TST-008", {"plugins/b.test.ts": text.replace("@server", "@vendor")}).failed == ["plugins/b.test.ts"]


def test_many_retries_hold_in_part(look: Look) -> None:
    config = {"playwright.config.ts": "export default {\n  retries: process.env.CI ? 4 : 0,\n}\n"}

    assert look("TST-012", config).failed == ["playwright.config.ts:2"]
    assert look("TST-012", {"playwright.config.ts": "export default { retries: 2 }"}).outcomes == ["pass"]


def test_retries_of_unit_tests_hold_in_part(look: Look) -> None:
    assert look("TST-012", {"src/a.test.ts": "jest.retryTimes(3)\n" + GOOD}).failed == ["src/a.test.ts:1"]


def test_a_file_that_another_test_hands_over_is_not_for_the_runner(look: Look) -> None:
    inside = {"requirements.txt": "pytest==8\n", "tests/roots-test.py": "def test_roots():\n    assert 1\n"}
    handed = "import shutil\n\ndef test_it():\n    shutil.copyfile('tests/roots-test.py', 'box/x.py')\n    assert 1\n"

    assert look("TST-006", {**inside, "tests/test_it.py": handed}).failed == []
    assert look("TST-006", {**inside, "tests/test_it.py": "def test_it():\n    assert 1\n"}).failed == [
        "tests/roots-test.py"
    ]


def test_a_program_of_its_own_in_a_folder_of_tests_is_no_lost_test(look: Look) -> None:
    program = "async function runTest(name: string) {\n  if (!name) process.exit(1)\n}\nrunTest('a')\n"

    assert look("TST-006", {**VITEST, "tests/e2e-whole.ts": program, "src/a.test.ts": GOOD}).failed == []


SPRING = """
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest
class ShopApplicationTests {

  @Test
  void contextLoads() {
  }
}
"""
POM = "<project><artifactId>shop</artifactId></project>"
MODULE = {"shop/pom.xml": POM, "shop/src/test/java/ShopApplicationTests.java": SPRING}


def test_a_module_whose_only_test_starts_the_program_is_found_once(look: Look) -> None:
    seen = look("TST-007", {**MODULE, "shop/src/test/java/OtherTests.java": SPRING.replace("Shop", "Other")})

    assert len(seen.findings) == 1
    assert "only starts the program" in seen.text
    assert seen.failed == ["shop/src/test/java/OtherTests.java:8"]


def test_a_start_beside_tests_that_assert_is_left_alone(look: Look) -> None:
    text = "class PriceTest {\n  @Test void adds() { assertEquals(2, Price.of(1, 1)); }\n}\n"

    assert look("TST-007", {**MODULE, "shop/src/test/java/PriceTest.java": text}).outcomes == ["pass"]


def test_tests_of_other_languages_stand_beside_such_a_start(look: Look) -> None:
    text = "<?php\nclass PriceTest extends TestCase {\n  public function testAdds() { $this->assertEquals(2, 1 + 1); }\n}\n"

    assert look("TST-007", {**MODULE, "site/tests/PriceTest.php": text}).failed


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/test/java/ATest.java", "class ATest {\n  @Test void shouldAdd() { new A().add(1); }\n}\n"),
        ("src/test/java/ATest.java", "class ATest {\n  @Test\n  void adds() {\n    // later\n  }\n}\n"),
        ("src/test/kotlin/ATest.kt", "class ATest {\n  @Test fun `should add`() { A().add(1).toString() }\n}\n"),
        ("tests/ATest.cs", "public class ATest {\n  [Fact]\n  public void Adds() { new A().Add(1); }\n}\n"),
        ("a_test.go", "package a\n\nfunc TestAdd(t *testing.T) {\n\tAdd(1)\n}\n"),
        ("a_test.go", "package a\n\nfunc TestAdd(t *testing.T) {\n\tt.Run(name, func(t *testing.T) { Add(1) })\n}\n"),
    ],
)
def test_a_file_of_other_languages_without_an_assertion_is_found(look: Look, path: str, text: str) -> None:
    assert look("TST-007", {path: text}).failed == [path]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/test/java/ATest.java", "class ATest {\n  @Test void a() { mvc.perform(get()).andExpect(ok()); }\n}\n"),
        (
            "src/test/java/ATest.java",
            "class ATest {\n  @Test void a() { StepVerifier.create(a()).verifyComplete(); }\n}\n",
        ),
        ("src/test/java/ATest.java", "class ATest extends BaseTest {\n  @Test void a() {\n    roundTrip(a);\n  }\n}\n"),
        ("src/test/kotlin/ATest.kt", "class ATest {\n  @Test fun a() { add(1) shouldBe 2 }\n}\n"),
        ("tests/ATest.cs", "public class ATest {\n  [Fact]\n  public void A() { a.Received().Add(1); }\n}\n"),
        ("a_test.go", "package a\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1) != 2 {\n\t\tt.Fatal()\n\t}\n}\n"),
        ("a_test.go", "package a\n\nfunc TestAdd(t *testing.T) {\n\tsame(t, Add(1), 2)\n}\n"),
    ],
)
def test_assertions_of_other_languages_are_known(look: Look, path: str, text: str) -> None:
    assert look("TST-007", {path: text}).outcomes == ["pass"]


def test_an_empty_test_beside_others_is_found(look: Look) -> None:
    text = "class ATest {\n  @Test void a() { assertTrue(a()); }\n\n  @Test\n  void later() {}\n}\n"

    assert look("TST-007", {"src/test/java/ATest.java": text}).failed == ["src/test/java/ATest.java:5"]
