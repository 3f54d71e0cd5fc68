"""Secrets that stand where no sign gives them to a name: words of commands, logins, defaults of blocks, sentences.

They are masked wherever they are shown; what a check reports is told by stricter rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.sources.secrets.blocks import Span, decoded
from kit.sources.secrets.values import is_reference, is_secret_name, may_be_real

_QUOTED = r"""["']?(?P<value>[^\s"';|&<>]{3,400})"""
_WORDS = (
    # Each begins with a word that is rare, so that a long line is searched once.
    ("curl", re.compile(rf"\bcurl\b[^\n]{{0,400}}?[ \t](?:-u|--user)[ =]?{_QUOTED}")),
    ("wget", re.compile(rf"\bwget\b[^\n]{{0,400}}?[ \t]--(?:http-)?password[ =]{_QUOTED}")),
    ("mysql", re.compile(rf"\bmysql(?:dump|admin|import|sh)?\b[^\n]{{0,400}}?[ \t]-p(?![ \t]){_QUOTED}")),
    ("mariadb", re.compile(rf"\bmariadb(?:-dump|-admin)?\b[^\n]{{0,400}}?[ \t]-p(?![ \t]){_QUOTED}")),
    ("sshpass", re.compile(rf"\bsshpass[ \t]{{1,9}}-p[ \t]?{_QUOTED}")),
    ("redis-cli", re.compile(rf"\bredis-cli\b[^\n]{{0,400}}?[ \t]-a[ \t]{{1,9}}{_QUOTED}")),
    ("login", re.compile(rf"\blogin\b[^\n]{{0,200}}?[ \t]-p[ \t]{{1,9}}{_QUOTED}")),
    ("login", re.compile(rf"\blogin\s{{1,9}}\S{{1,200}}\s{{1,9}}password\s{{1,9}}{_QUOTED}")),
)
_NAMED = re.compile(r"""(?<![\w.-])(?P<name>[\w.-]{2,80})[ \t]{1,20}"(?P<value>[^"\n]{4,400})"(?=[ \t]{0,9};)""")
_BLOCK = re.compile(r"""\bvariable[ \t]{1,9}"?(?P<name>[\w-]{1,80})"?[ \t]{0,9}\{""")
_DEFAULT = re.compile(r"""\bdefault[ \t]{0,20}=[ \t]{0,20}"(?P<value>[^"\n]{3,4000})\"""")
_LOGIN = re.compile(
    r"""(?<![A-Za-z0-9])_?auth["']?[ \t]{0,9}[:=][ \t]{0,9}["']?(?P<value>[A-Za-z0-9+/]{8,400}={0,2})"""
)
_ENCODED_PEM = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{40,20000}={0,2}")
_SENTENCE = re.compile(
    r"(?i)\b(?:password|passwd|passphrase|secret|token|api[ _-]?key)s?\b[^\n`'\"=:]{0,40}?"
    r"(?:[:=]|\b(?:is|was|are|of))[ \t*]{0,6}[`'\"](?P<value>[^`'\"\s]{4,200})[`'\"]"
)
_BLOCK_LENGTH = 2000


def loose(text: str) -> Iterator[Span]:
    """Where such secrets stand, whatever kind of file the text is of."""
    yield from _in_commands(text)
    yield from _in_blocks(text)
    yield from _encoded(text)
    for match in _NAMED.finditer(text) if '";' in text else ():
        if is_secret_name(match["name"]) and may_be_real(match["value"], quoted=True):
            yield Span(*match.span("value"), match["name"])
    for match in _SENTENCE.finditer(text):
        if may_be_real(match["value"], quoted=True):
            yield Span(*match.span("value"), "password")


def _in_commands(text: str) -> Iterator[Span]:
    for word, pattern in _WORDS:
        for match in pattern.finditer(text) if word in text else ():
            # What stands before the colon is who logs in.
            name, colon, secret = match["value"].partition(":")
            start = match.end("value") - len(secret) if colon else match.start("value")
            given = secret if colon else name
            if given and not is_reference(given, quoted=True) and not given.startswith(("-", "/", "$")):
                yield Span(start, match.end("value"), word)


def _in_blocks(text: str) -> Iterator[Span]:
    """The default of a variable whose name is a secret's: the name stands at the block, the value within it."""
    for block in _BLOCK.finditer(text) if "variable" in text else ():
        end = text.find("}", block.end(), block.end() + _BLOCK_LENGTH)
        found = _DEFAULT.search(text, block.end(), end if end >= 0 else block.end() + _BLOCK_LENGTH)
        if found and is_secret_name(block["name"]) and may_be_real(found["value"], quoted=True):
            yield Span(*found.span("value"), block["name"])


def _encoded(text: str) -> Iterator[Span]:
    """Logins and private keys in base64, as registries' and clusters' settings hold them."""
    for match in _LOGIN.finditer(text) if "auth" in text else ():
        said = decoded(match["value"])
        if said is not None and ":" in said:
            yield Span(*match.span("value"), "auth")
    for match in _ENCODED_PEM.finditer(text):
        if "PRIVATE KEY" in (decoded(match[0][:80]) or ""):
            yield Span(*match.span(), "private-key")
