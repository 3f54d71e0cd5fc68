"""Bytes to text: binary told apart, encodings found and repaired, line ends made one."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from itertools import pairwise

SNIFF_BYTES = 8192
DETECT_BYTES = 100_000
MAX_LINE = 5000
MAX_PROGRAM_LINE = 100_000
"""Characters of a line that a grammar is given."""
"""Characters of a line that are read, half of them at either end: some expressions take the square of its length."""
MAX_BLANK = 1000
"""Blank lines one after the other, behind which nothing is read: the same expressions take as long over them."""
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"')
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BINARY_MAGIC = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x7fELF",
    b"wOFF",
    b"wOF2",
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with `\\n` line ends, the encoding it was in, and what had to be repaired, if anything."""

    text: str
    encoding: str
    repaired: str | None = None


def is_binary(head: bytes) -> bool:
    """Whether the first bytes of a file are no text. UTF-16 and UTF-32 with or without a mark are text."""
    if any(head.startswith(bom) for bom, _ in _BOMS):
        return False
    if head.startswith(_BINARY_MAGIC):
        return True
    return b"\0" in head[:SNIFF_BYTES] and _utf16_without_mark(head) is None


def decode(data: bytes) -> Decoded:
    """Text of the bytes; never raises. What is in no known encoding is read with replacement characters."""
    encoding = _marked(data)
    if encoding is not None:
        return _with(data, encoding, None)
    try:
        return Decoded(one_line_end(data.decode("utf-8")), "utf-8")
    except UnicodeDecodeError as error:
        return _detected(data, error)


def preview(head: bytes) -> str:
    """Text of a file's first bytes, which may end within a character; empty for what is no text."""
    if is_binary(head):
        return ""
    encoding = _marked(head) or "utf-8"
    return one_line_end(head.decode(encoding, errors="ignore"))


def one_line_end(text: str) -> str:
    """The text with `\\n` for every `\\r\\n` and `\\r`."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def shortened(text: str) -> tuple[str, int | None]:
    """The text without the midst of its lines of more than MAX_LINE characters, and the first such line, from 1.

    Of data in JSON, which tools write on one line, that of its strings is left out instead. What stands behind more
    than MAX_BLANK blank lines is not read.
    """
    if len(text) <= MAX_BLANK:
        return text, None
    lines = text.split("\n")
    if len(lines) > MAX_BLANK and (end := _blank_from(lines)) is not None:
        return shortened("\n".join(lines[:end]))[0] + "\n", end + 1
    first = next((number for number, line in enumerate(lines, start=1) if len(line) > MAX_LINE), None)
    if first is None:
        return text, None
    if not _is_json(text):
        return "\n".join(map(_both_ends, lines)), first
    cut = _STRING.sub(_shortened_string, text)
    return cut, first if len(cut) < len(text) else None


def _blank_from(lines: list[str]) -> int | None:
    """The index of the first line of too long a run of blank ones."""
    filled = [number for number, line in enumerate(lines) if line and not line.isspace()]
    runs = pairwise([-1, *filled, len(lines)])
    return next((last + 1 for last, following in runs if following - last > MAX_BLANK), None)


def _both_ends(text: str) -> str:
    return text if len(text) <= MAX_LINE else f"{text[: MAX_LINE // 2]}…{text[-MAX_LINE // 2 :]}"


def _shortened_string(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) <= MAX_LINE else json.dumps(_both_ends(json.loads(found[0], strict=False)))


def _is_json(text: str) -> bool:
    try:
        return text.lstrip()[:1] in {"{", "["} and json.loads(text, strict=False) is not None
    except (ValueError, RecursionError):
        return False


def visible(text: str) -> str:
    """The text with `�` for signs that act instead of being seen: they steer a terminal or turn the order of a line."""
    return _ACTING.sub("�", text)


def escaped(script: str) -> str:
    """A program of JavaScript with escapes for what `visible` takes out; within its texts they mean the same."""
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", script)


def encodable(text: str) -> str:
    """The text with `�` for each half of a surrogate pair without its other half: escapes of JSON and Python can write
    what no UTF-8 file can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _marked(data: bytes) -> str | None:
    """The encoding that a byte order mark or the pattern of NULs tells."""
    return next((name for bom, name in _BOMS if data.startswith(bom)), None) or _utf16_without_mark(data)


def _detected(data: bytes, error: UnicodeDecodeError) -> Decoded:
    # Nearly every file is UTF-8, and a kept answer decodes none: the detector is loaded by the first that is not.
    from charset_normalizer import from_bytes

    window = data[max(0, error.start - DETECT_BYTES // 2) : error.start + DETECT_BYTES // 2]
    best = from_bytes(window).best()
    if best is None or best.encoding == "utf_8":
        return _with(data, "utf-8", "has bytes that are no UTF-8; they are shown as �")
    return _with(data, best.encoding, f"is not UTF-8; read as {best.encoding}")


def _with(data: bytes, encoding: str, repaired: str | None) -> Decoded:
    text = data.decode(encoding, errors="replace")
    if repaired is None and "�" in text:
        repaired = f"has bytes that are no {encoding.upper()}; they are shown as �"
    return Decoded(one_line_end(text), encoding, repaired)


def _utf16_without_mark(head: bytes) -> str | None:
    """ASCII text in UTF-16 has a NUL in nearly every second byte, and always the same one."""
    sample = head[: SNIFF_BYTES & ~1]
    half = len(sample) // 2
    if half < 2 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd >= half * 0.9 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even >= half * 0.9 and odd == 0 else None
