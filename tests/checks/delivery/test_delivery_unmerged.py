"""Deploys of what nobody has merged, and tags that a variable of the workflow gives."""

from __future__ import annotations

from conftest import Look

PATH = ".github/workflows/ship.yml"
SHIP = """
    on: {push: {branches: [main]}, pull_request: {branches: [main]}}
    env:
      IMAGE: "acme/api:${{ github.sha }}"
    jobs:
      deploy:
        runs-on: ubuntu-latest
        steps:
          - uses: docker/build-push-action@v6
            with: {push: true, tags: "${{ env.IMAGE }}"}
          - run: kubectl apply -f k8s/
    """


def test_a_deploy_that_pull_requests_start_is_told(look: Look) -> None:
    guarded = SHIP.replace("runs-on: ubuntu-latest", "if: github.event_name == 'push'\n        runs-on: ubuntu-latest")

    assert "before anybody has merged" in look("DEL-023", {PATH: SHIP}).text
    assert "before anybody has merged" not in look("DEL-023", {PATH: guarded}).text


def test_a_tag_that_a_variable_of_the_workflow_gives_is_judged_by_its_value(look: Look) -> None:
    moving = SHIP.replace("api:${{ github.sha }}", "api:latest")

    assert look("DEL-011", {PATH: SHIP, "Dockerfile": "FROM x\n"}).outcomes == ["pass"]
    assert look("DEL-011", {PATH: moving, "Dockerfile": "FROM x\n"}).outcomes == ["fail"]
