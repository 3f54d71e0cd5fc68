"""Text for paper: what cannot be printed is left out, and long words may break."""

from __future__ import annotations

import re
from typing import Any

from kit.report.exports.files import printable

BREAK = "\u200b"
"""A zero-width space: where a line may end that has no better place."""

LONG = 18
"""Characters from which on a word may break after its punctuation."""

_WORD = re.compile(rf"\S{{{LONG},}}")
_AFTER = re.compile(r"(?<=[/._:=,;&?@)\]}|-])(?=[\w(\[{])|(?<=[a-z])(?=[A-Z])")
_RUN = re.compile(rf"[^\s{BREAK}]{{{LONG}}}")


_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\uffff]")


def breakable(text: str) -> str:
    """The text with places to break in its long words."""
    return _WORD.sub(_broken, printable(text).replace("\t", "    "))


def clean(value: Any) -> Any:
    """JSON without the characters that no font draws, and those that turn the direction of what follows them."""
    if isinstance(value, str):
        return _INVISIBLE.sub("", value)
    if isinstance(value, dict):
        return {key: clean(inner) for key, inner in value.items()}
    return [clean(inner) for inner in value] if isinstance(value, list | tuple) else value


def _broken(word: re.Match[str]) -> str:
    parts = _AFTER.sub(BREAK, word[0])
    return _RUN.sub(rf"\g<0>{BREAK}", parts)


def spans(text: str) -> list[dict[str, object]]:
    """The text on one line as spans, code where pairs of backticks mark it."""
    line = breakable(" ".join(text.split()))
    parts = line.split("`")
    if len(parts) % 2 == 0:
        return [{"text": line}]
    return [{"text": p, "code": True} if i % 2 else {"text": p} for i, p in enumerate(parts) if p]


def longest_word(text: str) -> str:
    """The longest piece of a text that no line break can part."""
    return max(re.split(rf"[\s{BREAK}]+", text), key=len, default="")
