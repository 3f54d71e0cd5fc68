"""Pipelines that take commands from what they print."""

from __future__ import annotations

from conftest import Look

WORKFLOW = """
    name: CI
    on: push
    jobs:
      build:
        runs-on: ubuntu-24.04
        env:
          ACTIONS_ALLOW_UNSECURE_COMMANDS: true
        steps:
          - run: make
    """


def test_the_old_commands_are_not_allowed_again(look: Look) -> None:
    path = ".github/workflows/ci.yml"

    assert look("DEL-040", {path: WORKFLOW}).failed == [f"{path}:7"]
    assert look("DEL-040", {path: WORKFLOW.replace("true", "false")}).passed == [path]
