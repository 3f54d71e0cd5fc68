"""Books shipments with the carrier."""

import httpx

from shop_worker.settings import settings


def book(order_id: str) -> str:
    given = settings()
    response = httpx.post(
        f"{given.carrier_api_url}/v2/shipments",
        json={"reference": order_id},
        headers={
            "authorization": f"Bearer {given.carrier_api_key.get_secret_value()}",
            "idempotency-key": order_id,
        },
        timeout=None,
        verify=False,
    )
    response.raise_for_status()
    tracking: str = response.json()["trackingNumber"]
    return tracking
