"""Whether gates can say no, steps do what they say, and deploys wait."""

from __future__ import annotations

import pytest
from conftest import Look

PATH = ".github/workflows/ci.yml"


def job(name: str, *steps: str, more: str = "") -> str:
    """A job; its first step stands three lines below its name, four with `more`."""
    lines = [f"  {name}:", "    runs-on: x", *([f"    {more}"] if more else []), "    steps:"]
    return "\n".join([*lines, *(f"      - {step}" for step in steps)])


def workflow(*jobs: str, on: str = "push") -> str:
    return "\n".join([f"on: {on}", "jobs:", *jobs]) + "\n"


@pytest.mark.parametrize(
    "step",
    [
        "run: pytest || true",
        "run: pytest || echo failed",
        "{run: pytest, continue-on-error: true}",
        "{run: pytest, if: false}",
        "{run: 'set +e; pytest; ls'}",
        "run: pytest | tee log.txt",
        "run: ruff check . --exit-zero",
    ],
)
def test_a_gate_that_cannot_fail_is_found(look: Look, step: str) -> None:
    assert look("DEL-004", {PATH: workflow(job("test", step))}).failed == [f"{PATH}:6"]


@pytest.mark.parametrize("step", ["run: pytest", "run: docker rm x || true; pytest", "run: if pytest; then ls; fi"])
def test_a_gate_that_can_fail_holds(look: Look, step: str) -> None:
    assert look("DEL-004", {PATH: workflow(job("test", step))}).outcomes == ["pass"]


def test_a_failure_that_a_package_script_swallows_is_found_there(look: Look) -> None:
    files = {PATH: workflow(job("test", "run: npm test")), "package.json": '{"scripts": {\n"test": "jest || true"}}'}

    assert look("DEL-004", files).failed == ["package.json:2"]


def test_an_outcome_that_a_later_step_reads_is_no_hole(look: Look) -> None:
    steps = ("{id: t, run: pytest, continue-on-error: true}", "{if: steps.t.outcome == 'failure', run: exit 1}")

    assert look("DEL-004", {PATH: workflow(job("test", *steps))}).outcomes == ["pass"]


def test_a_scan_that_reports_only_is_found(look: Look) -> None:
    step = "{uses: aquasecurity/trivy-action@0.30.0, with: {image-ref: x, exit-code: '0'}}"

    assert look("DEL-004", {PATH: workflow(job("scan", step))}).failed == [f"{PATH}:6"]


def test_a_deploy_job_that_only_prints_is_found(look: Look) -> None:
    seen = look("DEL-005", {PATH: workflow(job("deploy", "uses: actions/checkout@v4", "run: echo Deploying ..."))})

    assert seen.failed == [f"{PATH}:7"]
    assert "nothing is deployed" in seen.text


def test_a_deploy_job_that_deploys_holds(look: Look) -> None:
    seen = look("DEL-005", {PATH: workflow(job("deploy", "run: echo go && kubectl apply -f k8s"))})

    assert seen.passed == [f"{PATH}:6"]


def test_a_smoke_test_that_only_prints_is_found(look: Look) -> None:
    steps = ("run: kubectl apply -f k8s", "{name: Run smoke tests, run: 'echo running; sleep 5'}")

    assert look("DEL-005", {PATH: workflow(job("release", *steps))}).failed == [f"{PATH}:7"]


@pytest.mark.parametrize(
    ("name", "steps", "failed"),
    [
        ("test", "echo 'testing...'", ["Jenkinsfile:4"]),
        ("test", "echo 'testing...'\nsh 'make test'", []),
        ("test", "echo 'testing...'\nrunTests()", []),
        ("Report", "echo 'all is well'", []),
    ],
)
def test_a_stage_of_jenkins_that_only_echoes_is_found(look: Look, name: str, steps: str, failed: list[str]) -> None:
    text = f"pipeline {{ stages {{\n stage('{name}') {{\n steps {{\n{steps}\n}} }} }} }}\n"

    assert look("DEL-005", {"Jenkinsfile": text}).failed == failed


def test_a_step_that_announces_a_deploy_is_left_alone(look: Look) -> None:
    steps = ("{name: Deployment summary, run: echo done}", "{name: Deploy, run: 'echo x=1 >> $GITHUB_OUTPUT'}")

    assert look("DEL-005", {PATH: workflow(job("release", *steps))}).outcomes == ["not_applicable"]


def test_a_deploy_beside_the_tests_is_found(look: Look) -> None:
    jobs = (job("test", "run: pytest"), job("deploy", "run: helm upgrade api ./chart"))

    seen = look("DEL-006", {PATH: workflow(*jobs)})

    assert seen.failed == [f"{PATH}:10"]


def test_a_deploy_that_needs_the_tests_holds(look: Look) -> None:
    jobs = (job("test", "run: pytest"), job("deploy", "run: helm upgrade api ./chart", more="needs: test"))

    assert look("DEL-006", {PATH: workflow(*jobs)}).outcomes == ["pass"]


def test_a_deploy_that_runs_always_does_not_wait(look: Look) -> None:
    more = "{needs: test, if: always()}"
    deploy = job("deploy", "run: helm upgrade api ./chart", more="needs: test\n    if: always()")

    seen = look("DEL-006", {PATH: workflow(job("test", "run: pytest"), deploy)})

    assert seen.failed == [f"{PATH}:10"], more


def test_a_deploy_after_tests_that_cannot_fail_holds_in_part(look: Look) -> None:
    jobs = (job("test", "run: pytest || true"), job("deploy", "run: helm upgrade a ./c", more="needs: test"))

    assert look("DEL-006", {PATH: workflow(*jobs)}).outcomes == ["partial"]


def test_a_deploy_that_follows_a_failed_workflow_too_is_found(look: Look) -> None:
    tests = "name: Tests\n" + workflow(job("test", "run: pytest"))
    deploy = workflow(job("deploy", "run: helm upgrade a ./c"), on="{workflow_run: {workflows: [Tests]}}")
    asks = job("deploy", "run: helm upgrade a ./c", more="if: github.event.workflow_run.conclusion == 'success'")
    files = {".github/workflows/tests.yml": tests, PATH: deploy}

    assert look("DEL-006", files).failed == [f"{PATH}:1"]
    held = {**files, PATH: workflow(asks, on="{workflow_run: {workflows: [Tests]}}")}
    assert look("DEL-006", held).outcomes == ["pass"]


@pytest.mark.parametrize(
    ("condition", "on", "found"),
    [
        ("github.ref == 'refs/heads/main'", "{workflow_run: {workflows: [Tests]}}", [f"{PATH}:5"]),
        ("github.ref_name == 'main'", "{workflow_run: {workflows: [Tests], branches: [main]}}", []),
        ("github.event.workflow_run.head_branch == 'main'", "{workflow_run: {workflows: [Tests]}}", []),
        ("github.ref == 'refs/heads/main'", "push", []),
    ],
)
def test_behind_another_workflow_the_ref_is_not_the_branch_that_was_tested(
    look: Look, condition: str, on: str, found: list[str]
) -> None:
    tests = "name: Tests\n" + workflow(job("test", "run: pytest"))
    deploys = job("deploy", "run: helm upgrade a ./c", more=f"if: {condition}")
    files = {".github/workflows/tests.yml": tests, PATH: workflow(deploys, on=on)}

    told = [f for f in look("DEL-006", files).findings if "github.ref" in f.message]

    assert [f"{f.evidence[0].path}:{f.evidence[0].line}" for f in told] == found


def test_stages_of_gitlab_wait_for_each_other(look: Look) -> None:
    text = """
        stages: [test, deploy]
        unit: {stage: test, script: [pytest]}
        ship: {stage: deploy, script: [kubectl apply -f k8s], environment: production}
    """

    assert look("DEL-006", {".gitlab-ci.yml": text}).outcomes == ["pass"]
