"""Moves events from the outbox table into the queue. Safe to run in several workers at once."""

import threading

import psycopg
import redis
import structlog
from kombu.exceptions import OperationalError

from shop_worker import store, tasks
from shop_worker.metrics import OUTBOX_PENDING

log = structlog.get_logger()

BATCH = 50
PAUSE_SECONDS = 2.0


def dispatch_once() -> int:
    with store.connect() as connection:
        rows = connection.execute(
            "SELECT id, topic, payload FROM outbox_events WHERE dispatched_at IS NULL"
            " ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED",
            (BATCH,),
        ).fetchall()
        for row in rows:
            if row["topic"] == "order.paid":
                tasks.send_confirmation.delay(row["payload"]["orderId"])
                tasks.book_shipment.delay(row["payload"]["orderId"])
            connection.execute(
                "UPDATE outbox_events SET dispatched_at = now() WHERE id = %s", (row["id"],)
            )
        waiting = connection.execute(
            "SELECT count(*) AS n FROM outbox_events WHERE dispatched_at IS NULL"
        ).fetchone()
    OUTBOX_PENDING.set(waiting["n"] if waiting else 0)
    return len(rows)


def run(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            moved = dispatch_once()
        except (psycopg.Error, redis.RedisError, OperationalError):
            log.exception("outbox could not be dispatched")
            moved = 0
        if moved < BATCH:
            stop.wait(PAUSE_SECONDS)
