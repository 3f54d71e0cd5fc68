"""Services of a compose file that speak with each other, and the networks that they stand in."""

from __future__ import annotations

import pytest
from conftest import Look

PROD = "compose.prod.yaml"
COMPOSE = """
    services:
      web:
        image: acme/web:1.4.0
        environment: {API_URL: "http://api:8080"}
        networks: [front]
      api:
        image: acme/api:1.4.0
        environment: {DB_HOST: db}
        depends_on: [db]
        networks: [front, back]
      db:
        image: postgres:16.4
        networks: [back]
    networks:
      front: {}
      back: {}
    """


def with_(*changes: tuple[str, str]) -> dict[str, str]:
    text = COMPOSE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {PROD: text}


def test_services_with_a_network_in_common_reach_each_other(look: Look) -> None:
    assert look("CON-024", with_()).outcomes == ["pass"]


def test_a_name_leads_nowhere_from_another_network(look: Look) -> None:
    seen = look("CON-024", with_(("[front, back]", "[front]")))

    assert seen.failed == [f"{PROD}:8"]
    assert "api: names db" in seen.text
    assert [f.severity.value for f in seen.findings] == ["high"]


def test_who_names_no_network_stands_in_the_default_one(look: Look) -> None:
    assert look("CON-024", with_(("        networks: [back]\n", ""))).failed == [f"{PROD}:8"]
    assert (
        look("CON-024", with_(("[front, back]", "[front, default]"), ("        networks: [back]\n", ""))).failed == []
    )


def test_waiting_for_a_store_is_needing_it(look: Look) -> None:
    waits = (("[front, back]", "[front]"), ("        environment: {DB_HOST: db}\n", ""))

    assert look("CON-024", with_(*waits)).failed == [f"{PROD}:8"]
    assert look("CON-024", with_(*waits, ("postgres:16.4", 'postgres:16.4\n        ports: ["5432:5432"]'))).failed == []


@pytest.mark.parametrize(
    "variable",
    [
        "DATABASE_URL: postgres://me:it@db:5432/shop",
        "DB_ADDR: db:5432",
        "DATABASE_URL: '${DATABASE_URL:-postgres://db/shop}'",
        "BROKERS: 'one:9092,db:9092'",
    ],
)
def test_hosts_are_named_in_many_ways(look: Look, variable: str) -> None:
    assert look("CON-024", with_(("[front, back]", "[front]"), ("DB_HOST: db", variable))).failed == [f"{PROD}:8"]


@pytest.mark.parametrize("variable", ["DB_NAME: db", "MODE: db", "DB_HOST: db.acme.io", "CORS_ORIGIN: http://db"])
def test_other_words_are_no_hosts(look: Look, variable: str) -> None:
    changes = (("[front, back]", "[front]"), ("DB_HOST: db", variable), ("        depends_on: [db]\n", ""))

    assert look("CON-024", with_(*changes)).failed == []


@pytest.mark.parametrize(
    "instead",
    [
        "[front]\n        network_mode: host",
        '[front]\n        extra_hosts: ["db:10.0.0.4"]',
        "[front]\n        external_links: [postgres:db]",
        "['${NETWORK}']",
    ],
)
def test_a_name_may_lead_elsewhere(look: Look, instead: str) -> None:
    assert look("CON-024", with_(("[front, back]", instead))).failed == []


def test_an_alias_stands_for_a_service(look: Look) -> None:
    alias = ("        networks: [front]\n", "        networks: {front: {aliases: [db]}}\n")

    assert look("CON-024", with_(("[front, back]", "[front]"), alias)).failed == []


def test_one_network_may_have_two_names(look: Look) -> None:
    same = (("front: {}", "front: {name: shop}"), ("back: {}", "back: {external: true, name: shop}"))

    assert look("CON-024", with_(("[front, back]", "[front]"), *same)).failed == []


def test_a_network_from_outside_may_hold_another_of_that_name(look: Look) -> None:
    outside = (("[front, back]", "[front]"), ("front: {}", "front: {external: true}"))

    assert look("CON-024", with_(*outside)).failed == [f"{PROD}:8"]
    assert look("CON-024", with_(*outside, ("        depends_on: [db]\n", ""))).failed == []


def test_a_published_port_is_asked_by_way_of_the_host(look: Look) -> None:
    service = "services:\n  api:\n    build: .\n    depends_on: [pay]\n"
    pay = '  pay:\n    image: acme/pay:1\n    ports: ["8082:8082"]\n    networks: [back]\nnetworks: {back: {}}\n'
    code = {
        "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "server.js"]\n',
        "server.js": 'const app = require("express")();\napp.get("/", (q, r) => r.json({}));\napp.listen(3000);\n',
        "package.json": '{"dependencies": {"express": "5.0.0"}}',
    }
    by_host = service + '    extra_hosts: ["host.docker.internal:host-gateway"]\n'

    assert look("CON-024", {**code, PROD: service + pay}).failed == [f"{PROD}:4"]
    assert look("CON-024", {**code, PROD: by_host + pay}).outcomes == ["unknown"]


def test_what_has_ended_is_not_asked(look: Look) -> None:
    done = ("[db]", "{db: {condition: service_completed_successfully}}")

    assert look("CON-024", with_(("[front, back]", "[front]"), ("DB_HOST: db", "A: b"), done)).failed == []


def test_files_for_development_are_left_out(look: Look) -> None:
    files = with_(("[front, back]", "[front]"))

    assert look("CON-024", {"compose.dev.yaml": files[PROD]}).outcomes == ["not_applicable"]
