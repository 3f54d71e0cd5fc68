import threading
from typing import Any, Self

import psycopg
import pytest

from shop_worker import outbox, store, tasks


class Connection:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows, self.statements = rows, list[str]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, statement: str, _parameters: object = None) -> Self:
        self.statements.append(statement)
        return self

    def fetchall(self) -> list[dict[str, Any]]:
        return self.rows

    def fetchone(self) -> dict[str, int]:
        return {"n": 0}


def test_a_paid_order_is_confirmed_and_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Connection([{"id": "e", "topic": "order.paid", "payload": {"orderId": "o"}}])
    queued: list[str] = []
    monkeypatch.setattr(store, "connect", lambda: connection)
    monkeypatch.setattr(tasks.send_confirmation, "delay", lambda o: queued.append(f"mail {o}"))
    monkeypatch.setattr(tasks.book_shipment, "delay", lambda o: queued.append(f"ship {o}"))

    assert outbox.dispatch_once() == 1
    assert queued == ["mail o", "ship o"]
    assert any("SET dispatched_at" in s for s in connection.statements)


def test_the_relay_outlives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, tried = threading.Event(), []

    def fail() -> int:
        tried.append(1)
        stop.set()
        raise psycopg.OperationalError("away")

    monkeypatch.setattr(outbox, "dispatch_once", fail)
    outbox.run(stop)

    assert tried == [1]
