"""Prices of tickets, in cents."""


def total(prices: list[int]) -> int:
    """The sum of the prices."""
    return sum(prices)
