from shop_worker.log import mask_personal


def test_what_identifies_a_person_is_masked() -> None:
    event = mask_personal(None, "info", {"event": "sent", "email": "a@shop.test", "order_id": "1"})

    assert event == {"event": "sent", "email": "[redacted]", "order_id": "1"}
