"""Secrets in shapes of more than a name and a value: block scalars, connection strings, commands of Windows."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.sources.secrets.values import is_secret_name, looks_real


@dataclass(frozen=True, slots=True)
class Span:
    """Where a secret stands in a text, and what it is given to."""

    start: int
    end: int
    name: str


_BLOCK = re.compile(
    r"^(?P<indent>[ \t]{0,80})(?:-[ \t]{1,8})?[\"']?(?P<name>[\w.-]{1,80})[\"']?:[ \t]{0,8}[|>][+-]?\d?[+-]?"
    r"[ \t]{0,8}\n"
    r"(?P<body>(?:(?P=indent)[ \t][^\n]{0,4000}\n?|[ \t]{0,80}\n){1,400})",
    re.MULTILINE,
)
_CONNECTION_PASSWORD = re.compile(
    r"(?i)(?<![\w-])(?P<name>password|passwd|pwd)[ ]?=[ ]?(?P<value>[^;\"'`\s&<>\\]{4,200})"
)
_CONNECTION_KEY = re.compile(
    r"(?i)(?<![\w-])(?:server|host|hostname|data source|addr|user|user id|uid|username|database|dbname|initial catalog"
    r"|endpoint|sslmode)[ ]?="
)
_QUOTES = "\"'`\n"
_FORMAT = re.compile(r"%[sdvq+]|\{\w*\}|\$\w|\{\{|#\{|@\w+@")
_SECURE_STRING = re.compile(
    r"(?i)ConvertTo-SecureString[ \t]+(?:-String[ \t]+)?(?P<quote>[\"'])(?P<value>[^\"'\n]{4,400})(?P=quote)"
)
_SET_VARIABLE = re.compile(
    r"(?i)SetEnvironmentVariable\([ \t]{0,8}[\"'](?P<name>[\w.-]{1,80})[\"'][ \t]{0,8},"
    r"[ \t]{0,8}[\"'](?P<value>[^\"'\n]{4,400})[\"']"
)
_SETX = re.compile(
    r"(?im)^[ \t]{0,40}@?setx[ \t]{1,8}\"?(?P<name>[\w.-]{1,80})\"?[ \t]{1,8}\"?(?P<value>[^\s\"%]{4,400})\"?"
)


def in_blocks(text: str) -> Iterator[Span]:
    """Values of secrets' names that stand alone in a block scalar of YAML, on the line below the name."""
    if ": |" not in text and ": >" not in text:
        return
    for match in _BLOCK.finditer(text):
        value = match["body"].strip()
        if is_secret_name(match["name"]) and looks_real(value, "config", quoted=True, literal=True):
            start = match.start("body") + match["body"].index(value)
            yield Span(start, start + len(value), match["name"])


def encoded_blocks(text: str, first: int, last: int) -> Iterator[tuple[Span, str]]:
    """Block scalars between two offsets whose text is base64, with what it says."""
    for match in _BLOCK.finditer(text, first, last):
        value = match["body"].strip()
        said = decoded("".join(value.split()))
        if value and said is not None:
            start = match.start("body") + match["body"].index(value)
            yield Span(start, start + len(value), match["name"]), said


def in_connections(text: str, *, quoted: bool) -> Iterator[Span]:
    """Passwords within connection strings: `Host=db;Username=app;Password=...`, `user=app password=...`.

    `quoted`: only within quotes, as in a program, where the same outside of them is an argument and its variable.
    """
    for match in _CONNECTION_PASSWORD.finditer(text):
        value = match["value"].rstrip(",)]}")
        around = _quoted(text, match.start(), match.end())
        if not _CONNECTION_KEY.search(around.strip(_QUOTES)) or _FORMAT.search(match["value"]):
            continue
        if quoted and not (around[0] == around[-1] and around[0] in "\"'`"):
            continue
        if looks_real(value, "config", quoted=True, literal=True):
            yield Span(match.start("value"), match.start("value") + len(value), match["name"])


def in_windows_commands(text: str) -> Iterator[Span]:
    """What PowerShell and batch scripts make secrets of: ConvertTo-SecureString, SetEnvironmentVariable, setx."""
    for match in _SECURE_STRING.finditer(text):
        if looks_real(match["value"], "config", quoted=True, literal=True):
            yield Span(*match.span("value"), "SecureString")
    for pattern in (_SET_VARIABLE, _SETX):
        for match in pattern.finditer(text):
            if is_secret_name(match["name"]) and looks_real(match["value"], "config", quoted=True, literal=True):
                yield Span(*match.span("value"), match["name"])


def decoded(value: str) -> str | None:
    """The text that a base64 value stands for; None where it is none."""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8").strip() or None
    except (binascii.Error, ValueError):
        return None


def _quoted(text: str, start: int, end: int) -> str:
    """The text around a place with the quotes or line ends that it stands between, a few hundred characters."""
    before = text[max(0, start - 400) : start]
    after = text[end : end + 400]
    first = max(0, *(before.rfind(quote) for quote in _QUOTES))
    last = min((i for quote in _QUOTES if (i := after.find(quote)) >= 0), default=len(after))
    return before[first:] + text[start:end] + after[: last + 1]
