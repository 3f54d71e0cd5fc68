"""Numbers are compared as they are said."""

from __future__ import annotations

import pytest

from kit.claims.amounts import amounts


@pytest.mark.parametrize(
    ("said", "actual", "fits"),
    [
        ("50+ models", 51, True),
        ("50+ models", 49, False),
        ("~122 KB", 118_000, True),
        ("~122 KB", 90_000, False),
        (">= 80 %", 80, True),
        ("≥80%", 79, False),
        ("3-10 replicas", 7, True),
        ("3–10 replicas", 11, False),
        ("1,871 tests", 1871, True),
        ("8 services", 9, False),
        ("12.5KB", 12_540, True),
        ("15KB", 15_461, True),
        ("21,102 bytes", 21_103, False),
        ("at most 4 hours", 3 * 3600, True),
        ("up to 10 nodes", 11, False),
        ("more than 5 jobs", 4, False),
        ("about 100 files", 110, True),
    ],
)
def test_a_number_fits_as_it_is_said(said: str, actual: float, fits: bool) -> None:
    amount = next(amounts(said))

    assert amount.fits(actual) is fits


def test_the_word_behind_a_number_is_no_unit() -> None:
    amount = next(amounts("5 dashboards"))

    assert (amount.unit, amount.low, amount.text) == ("", 5, "5")
