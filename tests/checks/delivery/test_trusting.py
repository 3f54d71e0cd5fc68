"""What pipelines and builds take on trust."""

from __future__ import annotations

import pytest
from conftest import Look

CI = ".github/workflows/ci.yml"
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"


@pytest.mark.parametrize("run", ["pip install -r requirements.txt || true", "npm ci || echo skipped"])
def test_an_install_that_may_fail_unseen(look: Look, run: str) -> None:
    seen = look("DEL-042", {"Dockerfile": f"FROM python:3.12\nRUN {run}\nCMD python a.py\n"})
    assert seen.failed == ["Dockerfile:2"]
    assert look("DEL-042", {"b": "", CI: WORKFLOW.format(steps=f"      - run: {run}\n")}).failed[-1] == f"{CI}:6"


@pytest.mark.parametrize("run", ["npm ci || npm install", "npm ci", "rm -rf /tmp/x || true"])
def test_a_second_try_or_another_command_holds(look: Look, run: str) -> None:
    assert look("DEL-042", {"Dockerfile": f"FROM node:22\nRUN {run}\nCMD node a.js\n"}).failed == []


def test_a_tool_that_is_installed_and_run_in_one_line_is_a_matter_of_its_gate(look: Look) -> None:
    run = "pip install pip-audit==2.9.0 && pip-audit || true"
    assert look("DEL-042", {CI: WORKFLOW.format(steps=f"      - run: {run}\n")}).failed == []


def login(name: str, inputs: str) -> dict[str, str]:
    return {CI: WORKFLOW.format(steps=f"      - uses: {name}\n        with:\n          {inputs}\n")}


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("aws-actions/configure-aws-credentials@v4", "aws-secret-access-key: ${{ secrets.KEY }}"),
        ("google-github-actions/auth@v2", "credentials_json: ${{ secrets.KEY }}"),
        ("azure/login@v2", "creds: ${{ secrets.KEY }}"),
    ],
)
def test_a_stored_key_of_a_cloud(look: Look, name: str, inputs: str) -> None:
    assert look("DEL-043", login(name, inputs)).failed == [f"{CI}:8"]


def test_a_role_that_trusts_the_pipeline_holds(look: Look) -> None:
    seen = look("DEL-043", login("aws-actions/configure-aws-credentials@v4", "role-to-assume: arn:aws:iam::1:role/ci"))
    assert (seen.failed, seen.passed) == ([], [f"{CI}:6"])


@pytest.mark.parametrize(
    "line",
    [
        "ssh -o StrictHostKeyChecking=no deploy@host ./up.sh",
        "curl -sk https://api.example.org/x",
        "npm config set strict-ssl false",
    ],
)
def test_a_peer_that_nobody_checks(look: Look, line: str) -> None:
    assert look("DEL-044", {"deploy.sh": f"#!/bin/sh\n{line}\n"}).failed == ["deploy.sh:2"]


@pytest.mark.parametrize(
    "line",
    [
        "ssh deploy@host ./up.sh",
        "curl -k https://localhost:8443/",
        "# curl -k https://x.org/",
        "curl -s -o k https://x.org/",
    ],
)
def test_a_peer_that_is_checked_or_is_this_machine_holds(look: Look, line: str) -> None:
    assert look("DEL-044", {"deploy.sh": f"#!/bin/sh\n{line}\n"}).failed == []
