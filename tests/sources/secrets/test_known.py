"""What we know to be secret is hidden wherever it turns up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.secrets.known import Known


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("hunter2-and-more", "x hunter2-and-more y"),
        ("postgresql://app:hunt%40er2@db:5432/shop", "password hunt@er2 was wrong"),
        ("postgresql://app:hunter-2@db:5432/shop", "connecting to postgresql://app:hunter-2@db:5432/shop"),
        ("host=db user=app password='hunter 2'", "tried hunter 2 at last"),
        ("first line 123\nsecond line 456", "it read: second line 456"),
    ],
)
def test_a_value_its_password_and_its_lines_are_hidden(value: str, said: str) -> None:
    hidden = Known([value]).hide(said)

    assert "********" in hidden
    assert "hunt" not in hidden
    assert "456" not in hidden


def test_a_value_too_short_to_be_told_from_words_is_left() -> None:
    assert Known(["on"]).hide("one is on") == "one is on"


def test_the_longest_is_hidden_first() -> None:
    assert Known(["abcd", "abcdefgh"]).hide("abcdefgh") == "********"


def test_variables_by_name_and_those_among_others_that_look_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PLAIN": "production",
        "API_TOKEN": "t0p-secret",
        "DSN": "redis://:p4ssw0rd@h",
        "NAMED": "by-name",
    }.items():
        monkeypatch.setenv(name, value)

    known = Known.of(["NAMED", "SURELY_NOT_SET"], passed=["PLAIN", "API_TOKEN", "DSN"])

    assert known.hide("production t0p-secret p4ssw0rd by-name") == "production ******** ******** ********"


@given(st.lists(st.text(min_size=4, max_size=20), max_size=4), st.text(max_size=100))
def test_nothing_known_is_left_in_a_text(values: list[str], around: str) -> None:
    known = Known(values)

    for value in values:
        assert value not in known.hide(around + value + around) or set(value) <= {"*"}
