"""Containers that are started by hand or told to be root, and checks that watch nothing."""

from __future__ import annotations

import pytest
from conftest import Look

DEPLOY = """
    #!/bin/sh
    docker pull acme/api:1
    docker run -d --name api \\
      -p 8080:8080 \\
      acme/api:1
    """
COMPOSE = """
    services:
      api:
        build: .
        restart: always
        environment: {PUID: "0"}
        healthcheck:
          test: ["CMD-SHELL", "curl -f localhost:8080 || exit 0"]
    """
DOCKERFILE = 'FROM debian:12\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n'


def test_docker_run_in_a_deploy_needs_a_restart_policy_wherever_it_is_given(look: Look) -> None:
    lasting = DEPLOY.replace("acme/api:1\n    ", "--restart=always acme/api:1\n    ")

    assert look("CON-010", {"deploy.sh": DEPLOY}).failed == ["deploy.sh:3"]
    assert look("CON-010", {"deploy.sh": lasting}).failed == []


@pytest.mark.parametrize("change", [("run -d", "run --rm -d"), ("run -d", "run"), ("docker run", "# docker run")])
def test_what_ends_by_itself_needs_no_restart(look: Look, change: tuple[str, str]) -> None:
    assert look("CON-010", {"deploy.sh": DEPLOY.replace(*change)}).failed == []


def test_what_a_workflow_writes_into_a_script_of_the_machine_is_read(look: Look) -> None:
    workflow = """
        on: {push: {branches: [main]}}
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: |
                  cat <<EOF > startup.sh
                  docker run -d --name api acme/api:1
                  EOF
                  gcloud run deploy api --image acme/api:1
        """

    assert look("CON-010", {".github/workflows/deploy.yml": workflow}).failed == [".github/workflows/deploy.yml:8"]


def test_a_health_check_that_always_succeeds_watches_nothing(look: Look) -> None:
    files = {"docker-compose.yml": COMPOSE, "Dockerfile": DOCKERFILE + "HEALTHCHECK CMD curl -f localhost || true\n"}
    seen = look("CON-022", files)

    assert {"docker-compose.yml:7", "Dockerfile:4"} <= set(seen.failed)
    assert (
        "always succeeds"
        not in look(
            "CON-022", {**files, "docker-compose.yml": COMPOSE.replace("exit 0", "exit 1"), "Dockerfile": DOCKERFILE}
        ).text
    )


def test_a_service_that_is_told_to_be_root_is_root(look: Look) -> None:
    files = {"docker-compose.yml": COMPOSE, "Dockerfile": DOCKERFILE + "USER app\n"}

    assert look("CON-002", files).failed == ["docker-compose.yml:5"]
    assert look("CON-002", {**files, "docker-compose.yml": COMPOSE.replace('"0"', '"1000"')}).failed == []


def test_rights_that_are_given_up_for_who_asks_only_hold_in_part(look: Look) -> None:
    files = {"Dockerfile": DOCKERFILE, "start.sh": '#!/bin/sh\nexec gosu "${PUID:-0}" "$@"\n'}

    assert look("CON-002", files).failed == ["start.sh:2"]
    assert look("CON-002", {**files, "start.sh": '#!/bin/sh\nexec gosu app "$@"\n'}).failed == []


def test_what_a_swarm_starts_waits_for_nobody(look: Look) -> None:
    compose = "services:\n  web:\n    image: nginx:1.28\n    depends_on: [certbot]\n"
    swarm = "up:\n\tdocker stack deploy --compose-file docker-compose.prod.yml web\n"

    assert look("CON-014", {"docker-compose.prod.yml": compose}).outcomes == ["fail"]
    assert look("CON-014", {"docker-compose.prod.yml": compose, "Makefile": swarm}).outcomes == ["unknown"]
