"""Whether services have tests, and whether anything runs them."""

from __future__ import annotations

import json

from conftest import Look

LONG = "\n".join(f"def f{n}():\n    return {n}\n" for n in range(40))
SERVICES = {
    "compose.yml": "services:\n  api:\n    build: ./api\n    ports: ['8000:8000']\n  pay:\n    build: ./pay\n    ports: ['8001:8001']\n",
    "api/Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["python", "app.py"]\n',
    "pay/Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["python", "app.py"]\n',
    "api/app.py": LONG,
    "pay/app.py": LONG,
    "api/requirements.txt": "pytest==8\n",
}
TEST = {"api/tests/test_app.py": "from app import f1\n\ndef test_one():\n    assert f1() == 1\n"}


def workflow(*steps: str, on: str = "push") -> dict[str, str]:
    """The first step stands at line 7."""
    head = [f"on: {on}", "jobs:", "  a:", "    runs-on: x", "    steps:", "      - uses: actions/checkout@v4"]
    return {".github/workflows/ci.yml": "\n".join([*head, *(f"      - {s}" for s in steps)]) + "\n"}


def test_a_project_without_tests_is_named_once(look: Look) -> None:
    assert look("TST-001", SERVICES).failed == ["."]


def test_a_service_without_tests_is_found(look: Look) -> None:
    seen = look("TST-001", {**SERVICES, **TEST})

    assert seen.failed == ["compose.yml:6"]
    assert seen.passed == ["api/tests/test_app.py"]


def test_a_test_elsewhere_that_names_the_service_counts(look: Look) -> None:
    elsewhere = {"tests/pay/test_pay.py": "def test_pay():\n    assert 1\n"}

    assert look("TST-001", {**SERVICES, **TEST, **elsewhere}).failed == []


def test_a_folder_that_every_service_has_names_none(look: Look) -> None:
    compose = SERVICES["compose.yml"].replace("./api", "./src/api").replace("./pay", "./pay/src")
    moved = {k.replace("api/", "src/api/").replace("pay/", "pay/src/"): v for k, v in {**SERVICES, **TEST}.items()}

    assert look("TST-001", {**moved, "compose.yml": compose}).failed == ["compose.yml:6"]


def test_tests_that_no_pipeline_runs_are_found(look: Look) -> None:
    seen = look("TST-002", {**SERVICES, **TEST, **workflow("run: ruff check .")})

    assert seen.failed == ["api/tests/test_app.py"]


def test_tests_that_a_pipeline_runs_hold(look: Look) -> None:
    files = {**SERVICES, **TEST, **workflow("{run: pytest, working-directory: api}")}

    assert look("TST-002", files).passed == [".github/workflows/ci.yml:7"]


def test_a_run_in_another_folder_does_not_count(look: Look) -> None:
    files = {**SERVICES, **TEST, **workflow("{run: pytest, working-directory: pay}")}

    assert look("TST-002", files).failed == ["api/tests/test_app.py"]


def test_a_run_of_other_paths_does_not_count(look: Look) -> None:
    other = {"api/tests/unit/test_unit.py": "def test_unit():\n    assert True is not False\n"}
    files = {**SERVICES, **TEST, **other, **workflow("run: pytest api/tests/unit")}

    assert "1 of 2" in look("TST-002", files).text


def test_a_nightly_run_holds_in_part(look: Look) -> None:
    files = {**SERVICES, **TEST, **workflow("run: pytest api", on="{schedule: [{cron: '0 3 * * *'}]}")}

    assert look("TST-002", files).outcomes == ["partial"]


def test_folders_of_a_loop_are_read_from_the_script(look: Look) -> None:
    step = 'run: |\n          for s in pay; do\n            pushd "services/$s"\n            go test ./...\n            popd\n          done'
    files = {
        f"services/{s}/{f}": t
        for s in ("pay", "cart")
        for f, t in (("go.mod", "module x\n"), ("a_test.go", "func TestA(t *testing.T) {}\n"))
    }

    seen = look("TST-002", {**files, **workflow(step)})

    assert seen.failed == ["services/cart/a_test.go"]
    assert seen.passed == [".github/workflows/ci.yml:10"]


def test_a_system_that_no_test_drives_is_found(look: Look) -> None:
    assert look("TST-009", {**SERVICES, **TEST, **workflow("run: pytest api")}).failed == ["."]


def test_end_to_end_tests_that_nothing_runs_hold_in_part(look: Look) -> None:
    e2e = {
        "e2e/shop.spec.ts": "import { test, expect } from '@playwright/test'\ntest('buys', async ({ page }) => { expect(page) })\n"
    }

    assert look("TST-009", {**SERVICES, **TEST, **e2e, **workflow("run: pytest api")}).failed == ["e2e/shop.spec.ts"]
    run = workflow("run: npx playwright test")
    assert look("TST-009", {**SERVICES, **TEST, **e2e, **run}).outcomes == ["pass"]


STORE = {"compose.yml": SERVICES["compose.yml"] + "  db:\n    image: postgres:16\n"}


def test_an_in_memory_substitute_holds_in_part(look: Look) -> None:
    conftest = {"api/tests/conftest.py": 'import os\nurl = "sqlite://"\n'}

    assert look("TST-010", {**SERVICES, **STORE, **TEST, **conftest}).failed == ["api/tests/conftest.py:2"]


def test_a_database_beside_the_tests_holds(look: Look) -> None:
    text = workflow("run: pytest api")[".github/workflows/ci.yml"]
    text = text.replace("    steps:", "    services:\n      db: {image: 'postgres:16'}\n    steps:")

    assert look("TST-010", {**SERVICES, **STORE, **TEST, ".github/workflows/ci.yml": text}).passed == [
        ".github/workflows/ci.yml:6"
    ]


def test_a_property_library_that_no_test_uses_holds_in_part(look: Look) -> None:
    declared = {"requirements.txt": "hypothesis==6\n", **TEST}
    using = {"test_b.py": "from hypothesis import given\n\ndef test_b():\n    assert 1\n"}

    assert look("TST-011", declared).failed == ["requirements.txt:1"]
    assert look("TST-011", {**declared, **using}).outcomes == ["pass"]


def test_what_only_deploys_the_services_of_others_needs_no_tests(look: Look) -> None:
    files = {
        "deploy/docker-compose.yml": "services:\n  cart:\n    image: acme/cart:1.2\n  user:\n    image: acme/user:1.2\n",
        "dashboards/panels.py": LONG,
    }

    assert look("TST-001", {"dashboards/panels.py": LONG}).failed == ["."]
    assert look("TST-001", files).failed == []


def test_the_word_that_a_container_takes_for_its_tests_runs_them(look: Look) -> None:
    run = look("TST-002", {**SERVICES, **TEST, **workflow("run: docker compose run --rm api tests --junitxml=out.xml")})
    other = look("TST-002", {**SERVICES, **TEST, **workflow("run: docker compose run --rm api serve")})

    assert run.failed == []
    assert other.failed == ["api/tests/test_app.py"]


def test_specifications_in_a_folder_that_is_named_are_found(look: Look) -> None:
    spec = "describe('a', () => { it('b', () => { cy.visit('/'); expect(1).to.equal(1); }); });\n"
    config = "module.exports = { e2e: { specPattern: 'web/specs/' } };\n"
    files = {"package.json": '{"name": "a", "devDependencies": {"cypress": "13.0.0"}}', "cypress.config.js": config}

    assert look("TST-006", {**files, "web/specs/list_spec.js": spec}).failed == []
    assert look("TST-006", {**files, "web/cypress/list_spec.js": spec}).failed == ["web/cypress/list_spec.js"]


def test_one_lost_file_among_many_weighs_less(look: Look) -> None:
    lost = {"tests/check_one.py": "def test_one():\n    assert 1\n"}
    many = {f"tests/test_{n}.py": "def test_one():\n    assert 1\n" for n in range(6)}
    seen = look("TST-006", {"requirements.txt": "pytest==8.0.0\n", "pytest.ini": "[pytest]\n", **lost, **many})

    assert [str(f.severity) for f in seen.findings if f.outcome.open] == ["medium"]


def test_a_runner_of_a_monorepo_that_the_top_calls_runs_the_tests(look: Look) -> None:
    script = "npx dotenv-cli -e .env.example -- npx nx run-many --target=test --all"
    manifest = json.dumps({"name": "top", "scripts": {"test": script}, "devDependencies": {"nx": "20", "jest": "29"}})
    test = {"apps/api/src/a.spec.ts": "it('a', () => { expect(1).toBe(1); });\n", "apps/api/project.json": "{}"}

    assert look("TST-002", {"package.json": manifest, **test, **workflow("run: npm test")}).failed == []
    assert look("TST-002", {"package.json": manifest, **test, **workflow("run: npm run lint")}).failed


def test_a_server_for_pipelines_that_is_named_may_run_the_tests(look: Look) -> None:
    lints = {**SERVICES, **TEST, **workflow("run: ruff check .")}

    assert look("TST-002", lints).failed == ["api/tests/test_app.py"]
    assert look("TST-002", {**lints, "docs/ci.md": "# CI\n\nJenkins runs the tests.\n"}).unknown == ["docs/ci.md:3"]


CHECKS = {
    "package.json": '{"name": "a", "scripts": {"test": "node tests/run.mjs"}}\n',
    "tests/run.mjs": "import './price.test.mjs';\n",
    "tests/price.test.mjs": "test('price', () => {});\n",
    "other/stock.test.mjs": "test('stock', () => {});\n",
}


def test_a_runner_of_the_projects_own_runs_what_lies_beside_it(look: Look) -> None:
    for step in ("run: npm test", "run: node tests/run.mjs"):
        seen = look("TST-002", {**CHECKS, **workflow(step)})
        assert seen.failed == ["other/stock.test.mjs"], step

    assert look("TST-002", {**CHECKS, **workflow("run: node server.mjs")}).outcomes == ["fail"]


def project_of(*references: str) -> str:
    items = "".join(f'<ProjectReference Include="{name}" />' for name in references)
    return f'<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>{items}</ItemGroup></Project>\n'


DOTNET = {
    "compose.yml": "services:\n  orders-api:\n    build: ./src/Shop.Orders\n    ports: ['80:80']\n  pay-api:\n    build: ./src/Shop.Pay\n    ports: ['81:80']\n",
    **{
        f"src/Shop.{name}/{file}": text
        for name in ("Orders", "Pay")
        for file, text in {
            "Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0\nCOPY . .\n",
            f"Shop.{name}.csproj": project_of(),
            "Program.cs": "class A {\n" + "  int a;\n" * 70 + "}\n",
        }.items()
    },
    "tests/Shop.Tests/Shop.Tests.csproj": project_of("..\\..\\src\\Shop.Orders\\Shop.Orders.csproj"),
    "tests/Shop.Tests/PriceTests.cs": "public class PriceTests {\n  [Fact]\n  public void Adds() {}\n}\n",
}


def test_a_test_project_beside_tests_the_projects_that_it_refers_to(look: Look) -> None:
    seen = look("TST-001", DOTNET)

    assert (seen.passed, seen.failed) == (["tests/Shop.Tests/PriceTests.cs"], ["compose.yml:6"])


def test_a_solution_and_a_project_file_name_what_is_tested(look: Look) -> None:
    def outcomes(command: str) -> list[str]:
        return look("TST-002", {**DOTNET, "src/Shop.sln": "", **workflow(f"run: {command}")}).outcomes

    assert outcomes("dotnet test src/Shop.sln") == ["pass"]
    assert outcomes("dotnet test tests/Shop.Tests/Shop.Tests.csproj") == ["pass"]
    assert outcomes("dotnet test src/Shop.Pay/Shop.Pay.csproj") == ["fail"]


def test_a_build_that_leaves_the_tests_out_is_named(look: Look) -> None:
    files = {
        "pom.xml": "<project><artifactId>a</artifactId></project>\n",
        "src/test/java/ATest.java": "class ATest {\n  @Test void adds() {}\n}\n",
    }
    out = look("TST-002", {**files, **workflow("run: mvn -B package -DskipTests")})

    assert out.outcomes == ["fail"]
    assert "`mvn -B package -DskipTests` leaves them out" in out.text
    assert look("TST-002", {**files, **workflow("run: mvn -B package")}).outcomes == ["pass"]
    both = workflow("run: mvn -B package -DskipTests", "run: mvn -B verify")
    assert look("TST-002", {**files, **both}).outcomes == ["pass"]


def test_a_script_of_a_pipeline_that_is_called_a_smoke_test_is_one(look: Look) -> None:
    smoke = workflow("run: pytest api", '{name: Smoke Test, run: "kubectl logs -l app=load | grep errors"}')

    assert look("TST-009", {**SERVICES, **TEST, **smoke}).passed == [".github/workflows/ci.yml:8"]


def test_a_smoke_test_that_only_waits_and_prints_is_none(look: Look) -> None:
    smoke = workflow("run: pytest api", '{name: Smoke Test, run: "sleep 30 && echo fine"}')

    assert look("TST-009", {**SERVICES, **TEST, **smoke}).outcomes == ["fail"]


def test_a_script_that_asks_the_running_system_is_a_test_in_part(look: Look) -> None:
    script = "curl -sS http://vote > answer\ngrep -q '1 vote' answer || exit 1\n"
    seen = look("TST-001", {**SERVICES, "tests/tests.sh": script})

    assert [(f.outcome, f.severity) for f in seen.findings] == [("partial", "medium")]
    assert look("TST-001", {**SERVICES, "tests/tests.sh": "echo ready\n"}).failed == ["."]


def test_a_script_that_names_its_test_files_runs_those(look: Look) -> None:
    test = "test('adds', () => {});\n"
    files = {
        "package.json": '{"name": "a", "scripts": {"test": "node scripts/run.js"}}\n',
        "scripts/run.js": "for (const file of ['orders/one.test.js']) spawnSync('node', ['--test', file]);\n",
        "orders/one.test.js": test,
    }
    assert look("TST-002", {**files, **workflow("run: npm test")}).outcomes == ["pass"]
    seen = look("TST-002", {**files, "orders/two.test.js": test, **workflow("run: npm test")})
    assert seen.failed == ["orders/two.test.js"]


def test_a_service_whose_only_test_starts_it_holds_in_part(look: Look) -> None:
    code = "class Pay {\n" + "\n".join(f"  int f{n}() {{\n    return {n};\n  }}\n" for n in range(40)) + "}\n"
    started = "@SpringBootTest\nclass PayTests {\n  @Test\n  void contextLoads() {}\n}\n"
    files = {
        "compose.yml": "services:\n  pay:\n    build: ./pay\n    ports: ['8001:8001']\n",
        "pay/Dockerfile": 'FROM eclipse-temurin:21\nCOPY . .\nCMD ["java", "-jar", "pay.jar"]\n',
        "pay/pom.xml": "<project><artifactId>pay</artifactId></project>",
        "pay/src/main/java/Pay.java": code,
        "pay/src/test/java/PayTests.java": started,
    }

    seen = look("TST-001", files)

    assert (seen.outcomes, seen.findings[0].severity) == (["partial"], "medium")
    assert "starts the program" in seen.text
    asking = started.replace("{}", "{ assertNotNull(pay); }")
    assert look("TST-001", {**files, "pay/src/test/java/PayTests.java": asking}).outcomes == ["pass"]
