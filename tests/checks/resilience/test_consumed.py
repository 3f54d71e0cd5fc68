"""Messages of Kafka whose handling fails."""

from __future__ import annotations

import pytest
from conftest import Look

INLINE = """
    import { Kafka } from 'kafkajs';
    await consumer.run({
      eachMessage: async ({ message }) => {
        if (!message.value) return;
        try {
          await handle(JSON.parse(message.value.toString()));
        } catch (error) {
          %s
        }
      },
    });
    """
METHOD = """
    import { Kafka } from 'kafkajs';
    export class Events {
      async start() {
        await this.consumer.run({
          eachMessage: async (payload) => this.handle(payload),
        });
      }
      private async handle(payload) {
        try {
          await this.orders.apply(payload);
        } catch (err) {
          this.logger.error(`no: ${(err as Error).message}`, err.stack);
        }
      }
    }
    """
PYTHON = """
    from aiokafka import AIOKafkaConsumer
    async def run(consumer, log):
        async for message in consumer:
            try:
                await handle(message)
            except %s as error:
                %s
    """


def test_a_consumer_that_only_logs_loses_messages(look: Look) -> None:
    seen = look("RES-008", {"src/consumer.ts": INLINE % "console.error('failed', String(error));"})

    assert seen.failed == ["src/consumer.ts:7"]
    assert "never handled" in seen.text


def test_a_method_that_the_message_is_handed_to_is_read(look: Look) -> None:
    assert look("RES-008", {"src/events.ts": METHOD}).failed == ["src/events.ts:11"]


@pytest.mark.parametrize(
    "then",
    [
        "logger.error(error); throw error;",
        "logger.error(error); await producer.send({ topic: 'orders.dlq', messages: [message] });",
        "this.toDeadLetters(message, error);",
        "if (isPoison(error)) return;",
    ],
)
def test_what_sees_to_a_message_that_fails_is_well(look: Look, then: str) -> None:
    assert look("RES-008", {"src/consumer.ts": INLINE % then}).failed == []


def test_a_message_that_cannot_be_read_may_be_dropped(look: Look) -> None:
    text = """
        import { Kafka } from 'kafkajs';
        consumer.run({
          eachMessage: async ({ message }) => {
            let event;
            try { event = JSON.parse(message.value); } catch (e) { console.warn(e); return; }
            await handle(event);
          },
        });
        """

    assert look("RES-008", {"src/consumer.ts": text}).failed == []


def test_a_loop_of_python_is_read(look: Look) -> None:
    assert look("RES-008", {"app/run.py": PYTHON % ("Exception", "log.error('no', error)")}).failed == ["app/run.py:6"]
    for kind, then in (
        ("ValueError", "log.error(error)"),
        ("Exception", "await park(message)"),
        ("Exception", "raise"),
    ):
        assert look("RES-008", {"app/run.py": PYTHON % (kind, then)}).failed == [], (kind, then)
