"""The topics that services listen to."""

from __future__ import annotations

import pytest
from conftest import Look

TWO = {
    "orders/package.json": '{"name": "orders", "dependencies": {"express": "4.21.0", "kafkajs": "2.2.4"}}',
    "orders/server.js": "const app = require('express')();\napp.get('/', (q, r) => r.json([]));\napp.listen(3000);\n",
    "orders/Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "server.js"]\n',
    "mails/package.json": '{"name": "mails", "dependencies": {"express": "4.21.0", "kafkajs": "2.2.4"}}',
    "mails/server.js": "const app = require('express')();\napp.get('/', (q, r) => r.json([]));\napp.listen(3001);\n",
    "mails/Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "server.js"]\n',
}
LISTENS = "const { Kafka } = require('kafkajs');\nawait consumer.subscribe({ topic: 'orders.placed', fromBeginning: true });\n"


def test_a_topic_that_nothing_else_names_is_told(look: Look) -> None:
    seen = look("CTR-019", {**TWO, "mails/listen.js": LISTENS})
    assert seen.failed == ["mails/listen.js:2"]
    assert "orders.placed" in seen.text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("orders/tell.js", "await producer.send({ topic: 'orders.placed', messages });\n"),
        ("orders/tell.py", 'producer.send("orders.placed", value)\n'),
        (
            "orders/config.js",
            "module.exports = { topics: { placed: 'orders.placed' } };\nsend(topics.placed, order);\n",
        ),
        ("connect/sink.json", '{"topics": "orders.placed"}'),
        ("orders/tell.js", "await producer.send({ topic: `orders.${event}`, messages });\n"),
        ("orders/tell.js", "await producer.send({ topic: 'orders.' + event, messages });\n"),
        ("compose.yaml", "services:\n  connect:\n    image: debezium/connect:2.7\n"),
    ],
)
def test_a_topic_that_may_be_written_is_not_told(look: Look, path: str, text: str) -> None:
    assert look("CTR-019", {**TWO, "mails/listen.js": LISTENS, path: text}).failed == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("orders/tell.js", "await producer.send({ topic: 'orders-placed', messages });\n"),
        ("orders/tell.js", "await producer.send({ topic: 'old.orders.placed', messages });\n"),
        ("orders/tell.js", "// await producer.send({ topic: 'orders.placed', messages });\n"),
        ("orders/tell.test.js", "await producer.send({ topic: 'orders.placed', messages });\n"),
        ("orders/order.js", "order.state = orders.placed;\nsend(order);\n"),
        ("README.md", "Orders are written to `orders.placed`.\n"),
        ("scripts/topics.sh", "kafka-topics --create --topic orders.placed\n"),
    ],
)
def test_what_only_looks_like_writing_does_not_count(look: Look, path: str, text: str) -> None:
    assert look("CTR-019", {**TWO, "mails/listen.js": LISTENS, path: text}).failed == ["mails/listen.js:2"]


def test_where_one_service_is_all_there_is_nobody_can_tell(look: Look) -> None:
    alone = {path: text for path, text in TWO.items() if path.startswith("mails/")}
    assert look("CTR-019", {**alone, "mails/listen.js": LISTENS}).outcomes == ["unknown"]


def test_constants_lead_to_the_topic(look: Look) -> None:
    shared = "export const TOPICS = {\n  ORDER_PLACED: 'orders.placed',\n  ORDER_LOST: 'orders.lost',\n};\n"
    listens = "@EventPattern(TOPICS.ORDER_PLACED)\nplaced() {}\n\n@EventPattern(TOPICS.ORDER_LOST)\nlost() {}\n"
    files = {**TWO, "shared/topics.ts": shared, "mails/listen.ts": listens}
    tells = {"orders/tell.ts": "import { TOPICS } from '../shared/topics';\nclient.emit(TOPICS.ORDER_PLACED, order);\n"}
    assert look("CTR-019", {**files, **tells}).failed == ["mails/listen.ts:4"]


def test_what_only_answers_weighs_less(look: Look) -> None:
    seen = look("CTR-019", {**TWO, "mails/listen.ts": "@MessagePattern({ cmd: 'mails.count' })\ncount() {}\n"})
    assert seen.outcomes == ["partial"]
    asks = {"orders/ask.ts": "client.send({ cmd: 'mails.count' }, {});\n"}
    assert (
        look(
            "CTR-019", {**TWO, **asks, "mails/listen.ts": "@MessagePattern({ cmd: 'mails.count' })\ncount() {}\n"}
        ).failed
        == []
    )


SPRING = {
    "mails/pom.xml": "<project/>",
    "mails/src/main/java/Listener.java": 'class Listener {\n  @KafkaListener(topics = "${app.topics.order-placed}", groupId = "${app.group:mails}")\n  void on(Order o) {}\n}\n',
    "mails/src/main/resources/application.yml": "app:\n  topics:\n    order-placed: ${ORDER_TOPIC:orders.placed}\n",
}


def test_properties_lead_to_the_topic(look: Look) -> None:
    place = "mails/src/main/java/Listener.java:2"
    assert look("CTR-019", {**TWO, **SPRING}).failed == [place]
    tells = {"orders/src/main/java/Tell.java": 'class Tell { void go() { template.send("orders.placed", order); } }\n'}
    assert look("CTR-019", {**TWO, **SPRING, **tells}).failed == []
    names = {
        "orders/src/main/resources/application.yml": "topics:\n  out: orders.placed\n",
        "orders/pom.xml": "<project/>",
    }
    assert look("CTR-019", {**TWO, **SPRING, **names}).failed == []


@pytest.mark.parametrize(
    ("path", "text", "failed"),
    [
        ("mails/a.go", 'reader := kafka.NewReader(kafka.ReaderConfig{\n\tBrokers: brokers,\n\tTopic: "orders.placed",\n})\n', True),
        ("mails/a.go", 'import "github.com/redis/go-redis/v9"\nsub := client.Subscribe(ctx, "orders.placed", "orders.lost")\n', True),
        ("mails/a.go", 'const PlacedTopic = "orders.placed"\nimport "x/redis"\nsub := client.Subscribe(s.ctx,\n\tPlacedTopic,\n)\n', True),
        ("mails/a.py", 'consumer = KafkaConsumer("orders.placed", bootstrap_servers=servers)\n', True),
        ("mails/a.py", 'import redis\npubsub.subscribe("orders.placed")\n', True),
        ("mails/a.ts", "import { connect } from 'nats';\nconst sub = nats.subscribe('orders.placed');\n", True),
        ("mails/a.ts", "import { connect } from 'nats';\nconst sub = nats.subscribe('orders.*');\n", False),
        ("mails/a.ts", "store.subscribe('orders.placed');\n", False),
        ("mails/a.ts", "import mqtt from 'mqtt';\nimport Redis from 'ioredis';\nclient.subscribe('orders.placed');\n", False),
        ("mails/a.ts", "import Redis from 'ioredis';\nredis.subscribe('__keyevent@0__:expired');\n", False),
        ("mails/a.ts", "import Redis from 'ioredis';\nredis.subscribe(channel);\n", False),
        ("mails/a.ts", "await consumer.subscribe({ topic: 'orders.placed.dlq' });\n", False),
        ("mails/a.js", "const amqp = require('amqplib');\nchannel.consume('orders.placed', take);\n", True),
        ("mails/a.js", "const amqp = require('amqplib');\nchannel.bindQueue('orders.placed', 'orders', 'placed');\nchannel.consume('orders.placed', take);\n", False),
    ],
)  # fmt: skip
def test_ways_to_listen(look: Look, path: str, text: str, failed: bool) -> None:
    assert bool(look("CTR-019", {**TWO, path: text}).failed) is failed


TELLS = "const { Kafka } = require('kafkajs');\nawait producer.send({ topic: 'orders.placed', messages });\nawait producer.send({ topic: 'orders.lost', messages });\n"


def test_what_is_written_and_nobody_takes_up_weighs_little(look: Look) -> None:
    seen = look("CTR-019", {**TWO, "orders/tell.js": TELLS, "mails/listen.js": LISTENS})
    assert seen.failed == ["orders/tell.js:3"]
    assert sorted(seen.outcomes) == ["partial", "pass"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("mails/more.js", "const { Kafka } = require('kafkajs');\nawait consumer.subscribe({ topic });\n"),
        ("mails/more.js", "import Redis from 'ioredis';\nredis.subscribe('orders.*');\n"),
        ("mails/more.js", "export const handlers = { 'orders.lost': find };\n"),
        ("mails/app.yml", "stream:\n  destination: orders.lost\n"),
    ],
)
def test_where_not_all_listeners_are_known_nothing_is_said_of_writers(look: Look, path: str, text: str) -> None:
    assert look("CTR-019", {**TWO, "orders/tell.js": TELLS, "mails/listen.js": LISTENS, path: text}).failed == []


def test_a_service_that_speaks_with_itself_alone_is_not_asked(look: Look) -> None:
    assert look("CTR-019", {**TWO, "mails/tell.js": TELLS, "mails/listen.js": LISTENS}).failed == []
