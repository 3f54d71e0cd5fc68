"""What containers of one host share: ports of stacks that run together, files in one volume."""

from __future__ import annotations

import pytest
from conftest import Look

APP = """
    services:
      grafana:
        image: grafana/grafana:11.1.0
        ports: ["3000:3000"]
        networks: [shop]
    networks:
      shop: {%s}
    """
SHOP = """
    services:
      api:
        image: acme/api:1.0.0
        ports: ["%s"]
        networks: [shop]
    networks:
      shop: {name: shop}
    """


def stacks(network: str, port: str) -> dict[str, str]:
    return {"deploy/monitoring.compose.yaml": APP % network, "compose.yaml": SHOP % port}


def test_a_stack_that_joins_anothers_network_must_leave_its_ports(look: Look) -> None:
    seen = look("CON-016", stacks("external: true, name: shop", "3000:8080"))

    assert seen.failed == ["compose.yaml:4"]
    assert "both run" in seen.text


def test_stacks_of_one_folder_may_be_meant_for_different_hosts(look: Look) -> None:
    files = stacks("", "3000:8080")
    files["compose.monitoring.yaml"] = files.pop("deploy/monitoring.compose.yaml")
    seen = look("CON-016", files)

    assert (seen.failed, len(seen.unknown)) == ([], 1)


@pytest.mark.parametrize("port", ["3001:8080", "127.0.0.2:3000:8080/udp"])
def test_other_ports_hold(look: Look, port: str) -> None:
    assert look("CON-016", stacks("external: true, name: shop", port)).failed == []


def test_a_file_that_defines_the_same_service_is_another_way_to_run_it(look: Look) -> None:
    files = stacks("external: true, name: shop", "3000:8080")
    files["compose.yaml"] = files["compose.yaml"].replace("api:\n", "grafana:\n")

    assert look("CON-016", files).failed == []


SHARED = """
    services:
      api:
        build: api
        volumes: ["files:/data"]
      resize:
        build: resize
        user: "{user}"
        volumes: ["files:/data{mode}"]
    volumes:
      files: {{}}
    """
IMAGES = {
    "api/Dockerfile": "FROM python:3.12\nRUN useradd --uid 10001 app\nCOPY . .\nUSER app\n",
    "resize/Dockerfile": "FROM python:3.12\nCOPY . .\n",
}


def shared(user: str, mode: str = "") -> dict[str, str]:
    return {**IMAGES, "compose.yaml": SHARED.format(user=user, mode=mode)}


def test_two_users_that_write_into_one_volume_are_told(look: Look) -> None:
    seen = look("CON-023", shared("10002"))

    assert seen.failed == ["compose.yaml:8"]
    assert "user 10001" in seen.text


@pytest.mark.parametrize(("user", "mode"), [("10001", ""), ("10002", ":ro"), ("root", ""), ("${UID}", "")])
def test_one_user_a_reader_and_root_hold(look: Look, user: str, mode: str) -> None:
    assert look("CON-023", shared(user, mode)).failed == []


def test_a_start_that_gives_the_files_away_holds(look: Look) -> None:
    files = {
        **shared("10002"),
        "resize/Dockerfile": 'FROM python:3.12\nCOPY . .\nENTRYPOINT ["./entry.sh"]\n',
        "resize/entry.sh": '#!/bin/sh\nchown -R 10001:10002 /data\nexec "$@"\n',
    }

    assert look("CON-023", files).failed == []
