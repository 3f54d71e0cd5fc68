from typing import Any, Self

import psycopg
import pytest

from shop_worker import store


class Database:
    def __init__(self, row: dict[str, Any] | None) -> None:
        self.row, self.asked = row, list[tuple[str, object]]()

    def connect(self, _url: str, **given: Any) -> Self:
        assert given["connect_timeout"] > 0
        assert "statement_timeout" in given["options"]
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, statement: str, parameters: object = None) -> Self:
        self.asked.append((statement, parameters))
        return self

    def fetchone(self) -> dict[str, Any] | None:
        return self.row


def test_an_order_comes_with_the_address_of_its_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"id": "o", "email": "a@shop.test", "total_cents": 2500}
    monkeypatch.setattr(psycopg, "connect", Database(row).connect)

    assert store.order("o") == store.Order("o", "a@shop.test", 2500)


def test_an_order_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psycopg, "connect", Database(None).connect)

    with pytest.raises(LookupError):
        store.order("o")


def test_only_a_paid_order_is_marked_as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(None)
    monkeypatch.setattr(psycopg, "connect", database.connect)

    store.mark_shipped("o")
    store.ping()

    assert database.asked[0][1] == ("o",)
    assert "status = 'PAID'" in database.asked[0][0]
