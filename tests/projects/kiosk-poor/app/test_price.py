"""Prices add up."""

from price import total


def test_prices_add_up() -> None:
    assert total([100, 250]) == 350
