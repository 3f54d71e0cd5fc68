import pytest

weight = pytest.importorskip("parcels.couriers").weight


@pytest.mark.parametrize(("text", "grams"), [("12", 12), ("heavy", None)])
def test_a_weight_is_a_number(text, grams):
    assert weight(text) == grams
