"""Secrets and personal data in a log: told by their kind, shown with their heart masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kit.sources.evidence.model import Exposed
from kit.sources.secrets.find import find_secrets

LOOKED_AT = 12_000_000
"""Characters that are looked through; secrets cost a second for a few millions."""
_CHUNK = 500_000
_EMAIL = re.compile(
    r"(?<![\w.*+-])[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,18})(?![\w-])"
)
_CARD = re.compile(r"(?<![\w.-])(?:[3-6]\d{3})(?:[ -]?\d{4}){2}[ -]?\d{3,4}(?![\w.-])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_NAMED = re.compile(
    r"(?i)\b(?P<name>phone(?:_?number)?|mobile|ssn|social_?security(?:_?number)?|date_?of_?birth|birth_?date|dob|passport(?:_?number)?|tax_?id|national_?id)"
    r"[\"']?\s*[=:]\s*[\"']?(?P<value>\+?[A-Za-z0-9][A-Za-z0-9 ./-]{4,24})"
)
_NOBODY = re.compile(
    r"(?i)(?:^|\.)(?:example\.(?:com|org|net)|test|invalid|localhost|local|internal|svc)$|^(?:users\.noreply\.github\.com)$"
)
_ROLES = re.compile(r"(?i)^(?:no-?reply|do-?not-?reply|admin|root|info|support|postmaster|git|github-actions)[+@]")


@dataclass(slots=True)
class Search:
    """What was found, the values themselves (never to be shown), and whether all of the text was looked through."""

    exposed: tuple[Exposed, ...] = ()
    values: tuple[str, ...] = ()
    whole: bool = True


@dataclass
class _Kind:
    shown: str
    personal: bool
    line: int
    lines: set[int] = field(default_factory=set)


def exposed(text: str) -> Search:
    """The kinds of secrets and personal data in a text, each with its first line and in how many lines it stands."""
    kinds: dict[str, _Kind] = {}
    values: dict[str, None] = {}
    line, done = 1, 0
    while done < min(len(text), LOOKED_AT):
        end = _end_of_chunk(text, done)
        for what, value, offset, personal in _all(text[done:end]):
            at = line + text.count("\n", done, done + offset)
            kind = kinds.setdefault(what, _Kind(masked(value), personal, at))
            kind.lines.add(at)
            if len(values) < 10_000:
                values[value] = None
        line += text.count("\n", done, end)
        done = end
    found = (Exposed(what, k.shown, len(k.lines), k.personal, k.line) for what, k in kinds.items())
    return Search(tuple(sorted(found, key=lambda e: (e.personal, -e.count))), tuple(values), len(text) <= LOOKED_AT)


def masked(value: str) -> str:
    """The value with its heart masked: enough to find it by, too little to use it."""
    name, at, host = value.partition("@")
    if at:
        return f"{name[:1]}***@{host[:1]}***.{host.rpartition('.')[2]}"
    return f"{value[:2]}***" if len(value) > 5 else "***"


def _end_of_chunk(text: str, start: int) -> int:
    if start + _CHUNK >= len(text):
        return len(text)
    end = text.find("\n", start + _CHUNK)
    return len(text) if end < 0 or end > start + 4 * _CHUNK else end + 1


def _all(text: str) -> Iterator[tuple[str, str, int, bool]]:
    """Kind, value, offset, and whether it is about a person."""
    for hit in find_secrets(text):
        if not hit.doubtful:
            yield f"a secret ({hit.kind})", text[hit.start : hit.end], hit.start, False
    for match in _EMAIL.finditer(text):
        if not _NOBODY.search(match["host"]) and not _ROLES.match(match[0]):
            yield "e-mail addresses", match[0], match.start(), True
    for pattern, what, holds in _CHECKED:
        for match in pattern.finditer(text):
            if holds(match[0]):
                yield what, match[0], match.start(), True
    for match in _NAMED.finditer(text):
        if sum(c.isdigit() for c in match["value"]) >= 5:
            yield f"values named {match['name'].lower()}", match["value"], match.start("value"), True


def _luhn(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(reversed(digits))]
    return len(digits) in (15, 16) and len(set(digits)) > 2 and sum(doubled) % 10 == 0


def _iban(text: str) -> bool:
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    number = "".join(str(int(c, 36)) for c in plain[4:] + plain[:4])
    return int(number) % 97 == 1


_CHECKED: tuple[tuple[re.Pattern[str], str, Callable[[str], bool]], ...] = (
    (_CARD, "card numbers", _luhn),
    (_IBAN, "account numbers (IBAN)", _iban),
)
