import pytest

from shop_worker import carrier, mail, store, tasks

ORDER = store.Order(id="0d7f3f5e", email="a@shop.test", total_cents=2500)


def test_a_confirmation_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "order", lambda _id: ORDER)
    monkeypatch.setattr(mail, "send", lambda _message: None)

    tasks.send_confirmation(ORDER.id)


def test_a_booked_order_is_marked_as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = []
    monkeypatch.setattr(carrier, "book", lambda _id: "TRACK-1")
    monkeypatch.setattr(store, "mark_shipped", shipped.append)

    tasks.book_shipment(ORDER.id)

    assert shipped == [ORDER.id]
