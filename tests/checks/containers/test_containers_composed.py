"""Compose files that hold together, and that are fit for production."""

from __future__ import annotations

import pytest
from conftest import Look

PROD = "compose.prod.yaml"
COMPOSE = """
    services:
      api:
        image: acme/api:1.4.0
        restart: unless-stopped
        depends_on: {db: {condition: service_healthy}}
        deploy: {resources: {limits: {memory: 256M, cpus: "0.5"}}}
        ports: ["8080:3000"]
      db:
        image: postgres:16.4
        restart: unless-stopped
        deploy: {resources: {limits: {memory: 512M, cpus: "1"}}}
        healthcheck: {test: pg_isready}
        volumes: ["data:/var/lib/postgresql/data"]
    volumes:
      data:
    """


def test_a_whole_file_holds_in_every_way(look: Look) -> None:
    ids = [f"CON-0{n}" for n in (10, 11, 12, 13, 14, 15, 16, 20)]

    assert [look(id, {PROD: COMPOSE}).failed for id in ids] == [[]] * len(ids)
    assert [look(id, {PROD: COMPOSE}).outcomes[0] for id in ids] == ["pass"] * len(ids)


def test_a_service_without_a_restart_policy_stays_down(look: Look) -> None:
    poor = COMPOSE.replace("        restart: unless-stopped\n", "", 1)

    assert look("CON-010", {PROD: poor}).failed == [f"{PROD}:2"]
    assert look("CON-010", {PROD: poor.replace("api:", "migrate:", 1)}).failed == []


def test_files_without_an_environment_are_told_once_and_milder(look: Look) -> None:
    seen = look("CON-010", {"compose.yaml": COMPOSE.replace("        restart: unless-stopped\n", "")})

    assert seen.failed == ["compose.yaml:2"]
    assert [f.severity.value for f in seen.findings] == ["low"]
    assert "api, db" in seen.text


def test_memory_is_limited_and_processors_need_not_be(look: Look) -> None:
    memory = look("CON-011", {PROD: COMPOSE.replace("memory: 256M, ", "")})
    processors = look("CON-011", {PROD: COMPOSE.replace(', cpus: "0.5"', "")})

    assert memory.failed == [f"{PROD}:2"]
    assert processors.outcomes == ["pass"] * 2


def test_a_store_is_not_published_but_to_its_host(look: Look) -> None:
    def with_port(port: str) -> list[str]:
        return look(
            "CON-012", {PROD: COMPOSE.replace("healthcheck:", f'ports: ["{port}"]\n        healthcheck:')}
        ).failed

    assert with_port("5432:5432") == [f"{PROD}:12"]
    assert with_port("127.0.0.1:5432:5432") == []


def test_a_development_file_may_publish_its_store(look: Look) -> None:
    text = COMPOSE.replace("healthcheck:", 'ports: ["5432:5432"]\n        healthcheck:')

    assert look("CON-012", {"compose.dev.yaml": text}).outcomes == ["not_applicable"]


def test_starting_is_not_being_healthy(look: Look) -> None:
    seen = look("CON-013", {PROD: COMPOSE.replace("service_healthy", "service_started")})

    assert seen.failed == [f"{PROD}:5"]


def test_what_is_referred_to_must_be_declared(look: Look) -> None:
    volume = look("CON-014", {PROD: COMPOSE.replace("      data:\n", "      other:\n")})
    service = look("CON-014", {PROD: COMPOSE.replace("{db: {cond", "{cache: {cond")})
    optional = look("CON-014", {PROD: COMPOSE.replace("{db: {cond", "{cache: {required: false, cond")})

    assert volume.failed == [f"{PROD}:13"]
    assert [place.partition(":")[0] for place in service.failed] == [PROD]
    assert optional.failed == []


def test_an_env_file_that_is_not_there_stops_compose(look: Look) -> None:
    text = COMPOSE.replace("restart:", "env_file: ./settings.txt\n        restart:", 1)
    local = text.replace("settings.txt", ".env")

    assert look("CON-014", {PROD: text}).failed == [f"{PROD}:4"]
    assert look("CON-014", {PROD: local}).unknown == [f"{PROD}:4"]


def test_a_file_that_does_not_parse_is_named(look: Look) -> None:
    seen = look("CON-014", {PROD: "services:\n  api:\n    image: [\n"})

    assert [place.partition(":")[0] for place in seen.failed] == [PROD]


def test_rights_over_the_host_are_named(look: Look) -> None:
    text = COMPOSE.replace("restart:", "privileged: true\n        pid: host\n        restart:", 1)
    socket = COMPOSE.replace("data:/var/lib", '/var/run/docker.sock:/var/run/docker.sock:ro", "data:/var/lib')

    assert look("CON-015", {PROD: text}).failed == [f"{PROD}:4", f"{PROD}:5"]
    assert look("CON-015", {PROD: socket}).failed == [f"{PROD}:13"]


def test_a_host_port_is_taken_once(look: Look) -> None:
    twice = COMPOSE.replace("healthcheck:", 'ports: ["8080:5432"]\n        healthcheck:')
    profiles = twice.replace("healthcheck:", "profiles: [debug]\n        healthcheck:")

    assert look("CON-016", {PROD: twice}).failed == [f"{PROD}:12"]
    assert look("CON-016", {PROD: profiles}).failed == []


def test_a_store_without_a_volume_loses_its_data(look: Look) -> None:
    bare = COMPOSE.replace('        volumes: ["data:/var/lib/postgresql/data"]\n', "")
    script = COMPOSE.replace("data:/var/lib/postgresql/data", "./init.sql:/docker-entrypoint-initdb.d/init.sql")

    assert look("CON-020", {PROD: bare}).failed == [f"{PROD}:8"]
    assert look("CON-020", {PROD: script}).failed == [f"{PROD}:8"]
    assert look("CON-020", {PROD: bare.replace("postgres:16.4", "redis:7.4")}).outcomes == ["partial"]


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ("", "partial"),
        ("    hostname: bus\n", "pass"),
        ("    environment: [RABBITMQ_NODENAME=rabbit@bus]\n", "pass"),
    ],
)
def test_a_broker_that_names_its_data_after_its_host_keeps_the_name(look: Look, more: str, outcome: str) -> None:
    text = f"services:\n  bus:\n    image: rabbitmq:4.0\n    volumes: [bus:/var/lib/rabbitmq]\n{more}volumes:\n  bus:\n"

    assert look("CON-020", {PROD: text}).outcomes == [outcome]


@pytest.mark.parametrize(("image", "severity"), [("prom/node-exporter:v1.8.2", "medium"), ("shop:1.2", "high")])
def test_a_monitor_has_to_see_its_host(look: Look, image: str, severity: str) -> None:
    text = f"services:\n  a:\n    image: {image}\n    pid: host\n"

    assert [f.severity for f in look("CON-015", {PROD: text}).findings] == [severity]


def test_a_build_from_what_is_not_there_cannot_be_made(look: Look) -> None:
    compose = "services:\n  api:\n    build:\n      context: ./api\n      dockerfile: Dockerfile.prod\n"
    source = {"api/Dockerfile": "FROM node:22\n", "api/main.js": "1\n"}

    assert look("CON-014", {PROD: compose, **source}).failed == [f"{PROD}:5"]
    assert look("CON-014", {PROD: compose.replace("./api", "./web"), **source}).failed == [f"{PROD}:4"]
    assert look("CON-014", {PROD: compose, **source, "api/Dockerfile.prod": "FROM node:22\n"}).failed == []


def test_what_is_ignored_or_has_an_image_beside_is_no_broken_build(look: Look) -> None:
    compose = "services:\n  api:\n    build: ./api\n"

    assert look("CON-014", {PROD: compose, ".gitignore": "api/\n"}).outcomes == ["unknown"]
    assert look("CON-014", {PROD: compose + "    image: acme/api:1.2\n"}).failed == []


def test_services_that_clash_on_two_ports_are_told_once(look: Look) -> None:
    text = "services:\n  a:\n    image: nginx\n    ports: ['80:80', '443:443']\n  b:\n    image: traefik\n    ports: ['80:80', '443:443']\n"
    seen = look("CON-016", {"compose.yaml": text})
    assert seen.failed == ["compose.yaml:7"] and "host ports 80 and 443" in seen.text


def test_what_a_file_beside_it_is_made_to_declare_is_left_open(look: Look) -> None:
    stack = "services:\n  api:\n    image: acme/api:1\n    secrets: [token]\n"
    made = "secrets:\n  token: {file: ./token.txt}\n"

    assert len(look("CON-014", {PROD: stack}).failed) == 1
    assert look("CON-014", {PROD: stack, PROD.replace("prod", "secrets"): made}).failed == []
