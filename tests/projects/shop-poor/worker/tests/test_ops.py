import psycopg
import pytest
from fastapi.testclient import TestClient

from shop_worker import store
from shop_worker.ops import app

client = TestClient(app)


def test_the_process_is_alive() -> None:
    assert client.get("/health").json() == {"status": "ok"}


def test_it_is_not_ready_without_its_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise psycopg.OperationalError("down")

    monkeypatch.setattr(store, "ping", refuse)

    assert client.get("/ready").status_code == 503


def test_jobs_are_counted() -> None:
    assert "shop_jobs_total" in client.get("/metrics").text
