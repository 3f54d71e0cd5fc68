"""Files of the corpus, broken in the ways that files are broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

CORPUS = Path(__file__).resolve().parents[1] / "projects"
LARGEST = 20_000

TOKENS = (
    b"{", b"}", b"[", b"]", b"(", b")", b'"', b"'", b"`", b"\n", b"\r\n", b"\t", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\\",
    b"&a ", b"*a", b"<<: *a\n", b"---\n", b"...\n", b"!!python/object:x ", b"|\n", b">-\n", b"{{", b"}}", b"{%", b"${{", b"${",
    b"$(", b"<<EOF\n", b"EOF\n", b"-- ", b"/*", b"*/", b"#", b"<!--", b"]]>", b"<!DOCTYPE a [", b"\\ud800", b"\\u0000",
    b"\xe2\x80\xae", b"\xe2\x80\xa8", b"999999999999999999999999", b"-1", b"1e999", b"nan", b"null", b"../" * 9, b"/etc/passwd",
    b"[" * 2000, b"(" * 2000, b"{" * 2000, b"a." * 2000, b"- " * 500, b"\n" * 2000, b" " * 4000, b"<a>" * 500, b"=" * 3000,
)  # fmt: skip


def seeds() -> dict[Path, bytes]:
    """The files of the corpus and what they hold, in a fixed order."""
    found = sorted(p for p in CORPUS.rglob("*") if p.is_file() and p.stat().st_size <= LARGEST)
    return {path: path.read_bytes() for path in found}


Mutation = Callable[[bytes], bytes]


@st.composite
def mutations(draw: st.DrawFn) -> Mutation:
    """One way to break a text."""
    kind = draw(st.sampled_from(["cut", "drop", "repeat", "insert", "replace", "noise", "line"]))
    place, length = draw(st.floats(0, 1)), draw(st.integers(1, 400))
    token = draw(st.sampled_from(TOKENS))
    noise = draw(st.binary(min_size=1, max_size=20)) if kind == "noise" else b""

    def mutate(data: bytes) -> bytes:
        at = int(place * len(data))
        if kind == "line":
            lines = data.split(b"\n")
            number = int(place * (len(lines) - 1))
            return b"\n".join([*lines[:number], *lines[number + 1 :], lines[number]])
        parts = {
            "cut": (data[:at],),
            "drop": (data[:at], data[at + length :]),
            "repeat": (data[:at], data[at : at + length] * 20, data[at:]),
            "insert": (data[:at], token, data[at:]),
            "replace": (data[:at], token, data[at + len(token) :]),
            "noise": (data[:at], noise, data[at:]),
        }
        return b"".join(parts[kind])

    return mutate


def broken(data: bytes, how: list[Mutation]) -> bytes:
    """The data after all mutations."""
    for mutate in how:
        data = mutate(data)
    return data
