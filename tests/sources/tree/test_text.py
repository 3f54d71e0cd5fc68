"""Bytes become text whatever their encoding; binary is told apart."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.tree.text import MAX_BLANK, MAX_LINE, decode, is_binary, preview, shortened


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_in_every_encoding(encoding: str) -> None:
    decoded = decode("name: value\r\nother: 1\n".encode(encoding))

    assert decoded.text == "name: value\nother: 1\n"
    assert decoded.repaired is None


def test_another_encoding_is_read_and_reported() -> None:
    decoded = decode("Zufällige Größe für Bücher und Straßen, größer als früher.\n".encode("cp1252") * 5)

    assert "Größe" in decoded.text
    assert decoded.repaired is not None
    assert "not UTF-8" in decoded.repaired


def test_bytes_of_no_encoding_are_replaced_and_reported() -> None:
    decoded = decode("text ".encode("utf-16") + b"\xdc")

    assert decoded.text.startswith("text")
    assert decoded.repaired is not None


@pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"abc\0def", b"%PDF-1.7"])
def test_binary_is_told_apart(head: bytes) -> None:
    assert is_binary(head)


@pytest.mark.parametrize("head", [b"", b"plain", "ü".encode(), "a: 1".encode("utf-16-le")])
def test_text_is_no_binary(head: bytes) -> None:
    assert not is_binary(head)


def test_a_preview_may_end_within_a_character() -> None:
    assert preview("größe".encode()[:3]) == "gr"


@given(st.binary(max_size=400))
def test_decoding_never_raises(data: bytes) -> None:
    assert "\r" not in decode(data).text
    assert isinstance(preview(data), str)


def test_of_very_long_lines_both_ends_are_read() -> None:
    text, first = shortened("a\n" + "b" * MAX_LINE * 2 + "c\n" + "d" * MAX_LINE)

    assert first == 2
    assert [len(line) for line in text.split("\n")] == [1, MAX_LINE + 1, MAX_LINE]
    assert text.split("\n")[1].endswith("bc")


def test_data_on_one_line_loses_nothing_but_the_midst_of_long_strings() -> None:
    long = json.dumps({"numbers": [1] * MAX_LINE, "quoted": '\\"' * MAX_LINE})

    assert shortened(json.dumps([1] * MAX_LINE)) == (json.dumps([1] * MAX_LINE), None)
    data = json.loads(shortened(long)[0])
    assert data["numbers"] == [1] * MAX_LINE
    assert len(data["quoted"]) < MAX_LINE + 9


def test_nothing_is_read_behind_a_thousand_blank_lines() -> None:
    assert shortened("a\n" + " \n" * MAX_BLANK * 2 + "b\n") == ("a\n", 2)
    assert shortened("a\n" + "\n" * (MAX_BLANK - 1) + "b\n")[1] is None


@given(st.text(alphabet='ab"\\{[,', max_size=60).map(lambda t: t + "x\n"), st.integers(100, 300))
def test_lines_stay_where_they_are_when_they_are_shortened(part: str, often: int) -> None:
    text = part * often

    assert shortened(text)[0].count("\n") == text.count("\n")
    assert max(map(len, shortened("{" + text)[0].split("\n"))) <= MAX_LINE + 1
