import smtplib
from typing import Any, ClassVar, Self

import httpx
import pytest

from shop_worker import carrier, mail, store

ORDER = store.Order(id="0d7f3f5e-8f0f", email="a@shop.test", total_cents=2500)


class Server:
    sent: ClassVar[list[Any]] = []

    def __init__(self, host: str, port: int, timeout: float) -> None:
        assert timeout == mail.SMTP_TIMEOUT_SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def starttls(self, context: object) -> None:
        assert context is not None

    def login(self, user: str, password: str) -> None:
        assert password == "only-for-tests"

    def send_message(self, message: Any) -> None:
        self.sent.append(message)


def test_mail_leaves_over_tls_with_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtplib, "SMTP", Server)

    mail.send(mail.confirmation(ORDER))

    assert Server.sent[0]["Subject"] == "Your order 0d7f3f5e"


def test_a_shipment_is_booked_once_per_order(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def post(url: str, **given: Any) -> httpx.Response:
        asked.update(given, url=url)
        request = httpx.Request("POST", url)
        return httpx.Response(201, json={"trackingNumber": "T-1"}, request=request)

    monkeypatch.setattr(httpx, "post", post)

    assert carrier.book("o-1") == "T-1"
    assert asked["headers"]["idempotency-key"] == "o-1"
    assert asked["timeout"] is carrier.TIMEOUT
