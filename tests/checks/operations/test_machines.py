"""What operations do to the machines."""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    "line",
    [
        "docker volume rm -f data",
        "docker compose -f prod.yml down -v",
        "sudo docker system prune -af --volumes",
        "kubectl delete pvc data",
    ],
)
def test_a_deploy_that_deletes_data(look: Look, line: str) -> None:
    assert look("OPS-064", {"deploy.sh": f"#!/bin/sh\n{line}\n"}).failed == ["deploy.sh:2"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("deploy.sh", "docker compose down"),
        ("deploy.sh", "docker image prune -f"),
        ("clean-deploy.sh", "docker volume rm data"),
        ("scripts/test/redeploy.sh", "docker compose down -v"),
    ],
)
def test_a_deploy_that_keeps_data_and_scripts_for_tests_hold(look: Look, name: str, line: str) -> None:
    assert look("OPS-064", {name: f"#!/bin/sh\n{line}\n"}).failed == []


UNIT = "[Service]\n{user}ExecStart=/usr/bin/api --port 80\nRestart=always\n"


def test_a_unit_without_a_user_runs_as_root(look: Look) -> None:
    assert look("OPS-065", {"ops/api.service": UNIT.format(user="")}).failed == ["ops/api.service:2"]
    assert look("OPS-065", {"ops/api.service": UNIT.format(user="User=root\n")}).failed == ["ops/api.service:2"]


@pytest.mark.parametrize("user", ["User=app\n", "DynamicUser=yes\n", "Type=oneshot\n"])
def test_a_unit_with_a_user_holds(look: Look, user: str) -> None:
    assert look("OPS-065", {"ops/api.service": UNIT.format(user=user)}).failed == []


CRASHING = "[Service]\nUser=api\nExecStart=/opt/api/run\n"
PLAY = """
    - hosts: web
      tasks:
        - systemd: {name: api, state: started}
    """


def test_a_unit_that_nobody_brings_back_after_a_crash_is_told(look: Look) -> None:
    assert look("OPS-065", {"api.service": CRASHING}).failed == ["api.service:3"]
    assert look("OPS-065", {"api.service": CRASHING + "RemainAfterExit=yes\n"}).failed == []
    assert look("OPS-065", {"api.service": CRASHING + "Restart=always\n"}).failed == []


def test_a_unit_of_the_project_that_is_started_must_be_enabled(look: Look) -> None:
    files = {"templates/api.service.j2": CRASHING + "Restart=always\n"}
    enabled = PLAY.replace("started}", "started, enabled: true}")

    assert look("OPS-065", {**files, "site.yml": PLAY}).failed == ["site.yml:3"]
    assert look("OPS-065", {**files, "site.yml": enabled}).failed == []
