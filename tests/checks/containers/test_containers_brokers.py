"""What brokers of Kafka tell those who ask them."""

from __future__ import annotations

import pytest
from conftest import Look

PROD = "compose.prod.yaml"
COMPOSE = """
    services:
      shop:
        image: acme/shop:1.4.0
        environment: {KAFKA_BROKERS: "kafka:29092"}
      kafka:
        image: confluentinc/cp-kafka:7.5.0
        container_name: prod-kafka
        ports: ["9092:9092"]
        environment:
          KAFKA_LISTENERS: INTERNAL://:29092,HOST://:9092
          KAFKA_ADVERTISED_LISTENERS: INTERNAL://kafka:29092,HOST://localhost:9092
    """
DERIVED = ("          KAFKA_LISTENERS: INTERNAL://:29092,HOST://:9092\n", "")


def with_(*changes: tuple[str, str]) -> dict[str, str]:
    text = COMPOSE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {PROD: text}


@pytest.mark.parametrize("changes", [(), (DERIVED,)])
def test_a_listener_for_containers_and_one_for_the_host_hold(look: Look, changes: tuple[tuple[str, str], ...]) -> None:
    assert look("CON-026", with_(*changes)).outcomes == ["pass"]


@pytest.mark.parametrize("asked", ["kafka:9092", "prod-kafka:9092", "other:9092,kafka:9092", "PLAINTEXT://kafka:9092"])
def test_a_client_that_asks_the_listener_of_the_host_is_sent_to_itself(look: Look, asked: str) -> None:
    seen = look("CON-026", with_(('kafka:29092"}', f'{asked}"}}')))

    assert seen.failed == [f"{PROD}:4"]
    assert "sends it on to localhost:9092" in seen.text


def test_variables_that_others_ask_by_are_left_alone(look: Look) -> None:
    changes = (('KAFKA_BROKERS: "kafka:29092"', 'PUBLIC_BROKERS: "kafka:9092"'),)

    assert look("CON-026", with_(*changes)).outcomes == ["pass"]


def test_a_client_in_the_network_of_the_host_reaches_it(look: Look) -> None:
    changes = (
        ("acme/shop:1.4.0\n", "acme/shop:1.4.0\n        network_mode: host\n"),
        ('kafka:29092"}', 'kafka:9092"}'),
    )

    assert look("CON-026", with_(*changes)).outcomes == ["pass"]


def test_a_published_port_leads_to_where_nothing_listens(look: Look) -> None:
    changes = (DERIVED, ('"9092:9092"', '"50092:9092"'), ("localhost:9092", "localhost:50092"))

    seen = look("CON-026", with_(*changes))

    assert seen.failed == [f"{PROD}:8"]
    assert "the listener that advertises localhost:50092 is on 50092" in seen.text


def test_what_a_variable_advertises_is_not_guessed(look: Look) -> None:
    assert look("CON-026", with_(("HOST://localhost:9092", "HOST://${HOST_NAME}:9092"))).outcomes == ["not_applicable"]


def test_other_images_do_not_listen_where_they_advertise(look: Look) -> None:
    changes = (DERIVED, ("confluentinc/cp-kafka:7.5.0", "apache/kafka:3.8.0"))

    assert look("CON-026", with_(*changes)).outcomes == ["not_applicable"]
