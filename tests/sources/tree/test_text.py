"""Bytes become text whatever their encoding; binary is told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.tree.text import decode, is_binary, preview


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
