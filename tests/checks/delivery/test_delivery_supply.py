"""Who else can write into a pipeline, and what it does with its secrets."""

from __future__ import annotations

import pytest
from conftest import Look

PATH = ".github/workflows/ci.yml"
SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1"


def workflow(*steps: str, on: str = "push", more: str = "") -> str:
    """The first step stands at line 6."""
    return "\n".join([f"on: {on}", more or "name: CI", "jobs:", "  a:", "    steps:", *(f"      - {s}" for s in steps)])


@pytest.mark.parametrize(
    ("uses", "outcome"),
    [
        (f"x/y@{SHA}", "pass"),
        ("actions/checkout@v4", "pass"),
        ("x/y@v2", "partial"),
        ("x/y@main", "fail"),
        ("x/y@latest", "fail"),
    ],
)
def test_an_action_is_pinned_by_commit(look: Look, uses: str, outcome: str) -> None:
    seen = look("DEL-008", {PATH: workflow(f"uses: {uses}")})

    assert seen.outcomes == [outcome]
    assert seen.failed in ([], [f"{PATH}:6"])


def test_actions_of_the_project_are_not_asked(look: Look) -> None:
    assert look("DEL-008", {PATH: workflow("uses: ./.github/actions/x")}).outcomes == ["not_applicable"]


def test_a_workflow_that_may_write_everything_is_found(look: Look) -> None:
    assert look("DEL-009", {PATH: workflow("run: ls", more="permissions: write-all")}).failed == [f"{PATH}:2"]


def test_permissions_that_are_stated_hold(look: Look) -> None:
    assert look("DEL-009", {PATH: workflow("run: ls", more="permissions: {contents: read}")}).outcomes == ["pass"]


def test_silence_about_permissions_holds_in_part(look: Look) -> None:
    assert look("DEL-009", {PATH: workflow("run: ls")}).outcomes == ["partial"]


def test_a_title_pasted_into_a_script_is_found_at_its_line(look: Look) -> None:
    step = "run: |\n          ls\n          echo ${{ github.event.pull_request.title }}"

    seen = look("DEL-010", {PATH: workflow(step, on="pull_request_target")})

    assert seen.failed == [f"{PATH}:8"]
    assert seen.findings[0].severity == "high"


def test_a_title_in_the_environment_holds(look: Look) -> None:
    step = "{run: 'echo $TITLE', env: {TITLE: '${{ github.event.pull_request.title }}'}}"

    assert look("DEL-010", {PATH: workflow(step, on="pull_request_target")}).outcomes == ["pass"]


def test_a_pull_requests_code_that_runs_with_secrets_is_found(look: Look) -> None:
    checkout = "{uses: actions/checkout@v4, with: {ref: '${{ github.event.pull_request.head.sha }}'}}"

    seen = look("DEL-010", {PATH: workflow(checkout, "run: npm test", on="pull_request_target")})

    assert seen.failed == [f"{PATH}:6"]


@pytest.mark.parametrize(
    ("condition", "severity"),
    [
        ("github.event.pull_request.user.login == 'dependabot[bot]'", "low"),
        ("github.actor == 'dependabot[bot]'", "high"),
        ("github.event.pull_request.user.login == 'dependabot[bot]' || github.event.label", "high"),
    ],
)
def test_code_of_a_bots_own_pull_requests_is_less_grave(look: Look, condition: str, severity: str) -> None:
    checkout = "{uses: actions/checkout@v4, with: {ref: '${{ github.event.pull_request.head.sha }}'}}"
    text = workflow(checkout, "run: npm test", on="pull_request_target")
    guarded = text.replace("    steps:", f'    if: "{condition}"\n    steps:', 1)

    assert guarded != text
    assert [f.severity for f in look("DEL-010", {PATH: guarded}).findings] == [severity]


def test_a_secret_that_is_printed_is_found(look: Look) -> None:
    assert look("DEL-025", {PATH: workflow("run: echo ${{ secrets.KEY }}")}).failed == [f"{PATH}:6"]


@pytest.mark.parametrize(("name", "severity"), [("KEY", "medium"), ("EC2_HOST", "low"), ("HOSTED_KEY", "medium")])
def test_where_something_is_opens_nothing(name: str, severity: str, look: Look) -> None:
    (told,) = look("DEL-025", {PATH: workflow(f"run: echo ${{{{ secrets.{name} }}}}")}).findings

    assert told.severity == severity


def test_a_secret_from_the_environment_holds(look: Look) -> None:
    step = "{run: ./deploy, env: {KEY: '${{ secrets.KEY }}'}}"

    assert look("DEL-025", {PATH: workflow(step)}).passed == [f"{PATH}:6"]
