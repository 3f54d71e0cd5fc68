import httpx
import pytest

from shop_worker import carrier, mail, store, tasks

ORDER = store.Order(
    id="0d7f3f5e-8f0f-4a8c-9a55-0d3b8f1f0c11", email="a@shop.test", total_cents=2500
)


def test_a_confirmation_goes_to_the_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr(store, "order", lambda _id: ORDER)
    monkeypatch.setattr(mail, "send", sent.append)

    tasks.send_confirmation(ORDER.id)

    assert [m["To"] for m in sent] == ["a@shop.test"]
    assert "25.00 EUR" in sent[0].get_content()


def test_a_booked_order_is_marked_as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = []
    monkeypatch.setattr(carrier, "book", lambda _id: "TRACK-1")
    monkeypatch.setattr(store, "mark_shipped", shipped.append)

    tasks.book_shipment(ORDER.id)

    assert shipped == [ORDER.id]


def test_a_refused_booking_leaves_the_order_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = []

    def refuse(_id: str) -> str:
        raise httpx.ConnectTimeout("carrier")

    monkeypatch.setattr(carrier, "book", refuse)
    monkeypatch.setattr(store, "mark_shipped", shipped.append)

    with pytest.raises(Exception, match="carrier"):
        tasks.book_shipment.apply(args=(ORDER.id,), retries=6, throw=True)
    assert shipped == []
