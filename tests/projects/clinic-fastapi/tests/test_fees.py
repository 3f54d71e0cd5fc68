from decimal import Decimal


def fee(minutes: int) -> Decimal:
    return Decimal(minutes) * Decimal("1.80")


def test_half_an_hour() -> None:
    assert fee(30) == Decimal("54.00")
