"""A line of text as words that can be compared: lower case, stemmed, other spellings made one, with its breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import snowballstemmer
import yaml

from kit.sources.formats.settings import Settings

FILE = Path(__file__).with_name("words.yaml")
MAX_WORDS = 400
"""How many words of one statement are looked at."""

_STEMMER = snowballstemmer.stemmer("english")
_PIECE = re.compile(
    r"(?P<url>https?://\S+)"
    r"|(?P<code>`[^`]{1,200}`)"
    r"|(?P<dotted>(?<![\w.])\.[A-Za-z][\w.-]*[A-Za-z])"
    r"|(?P<route>(?<![\w/.>)])/[a-z][\w./:{}*-]*\w)"
    r"|(?P<file>(?<![\w.])(?:[\w.@-]+/)*[\w*-][\w.*-]*\.(?:md|txt|ts|tsx|js|jsx|mjs|cjs|py|sh|sql|ya?ml|json|toml|go|rs|java|rb|php|html|css"
    r"|conf|ini|env|prisma|tf|xml|lock|ps1|bat|csv|log|vue|dart|kt|cs)(?![\w./]))"
    r"|(?P<word>[A-Za-z][A-Za-z0-9]*(?:'[a-z]+)?|\d[\d.,]*[A-Za-z%+]*)"
    r"|(?P<stop>[.!?;|]|:|\u2014|\u2013|\u2192|->|=>|=|--|\s-\s)"
    r"|(?P<pause>[,()\[\]\"/&+\u2022])"
)
_FILE_NAME = re.compile(r"[\w@*{}-][\w.@*{}-]*\.[a-z]{1,5}|\.[a-z][\w.-]+")
_PART = re.compile(r"[a-z][a-z0-9]*(?:'[a-z]+)?|[A-Z][A-Za-z0-9]*(?:'[a-z]+)?|\d[\d.,]*[A-Za-z%+]*")
SKIPPED = frozenset({"a", "an", "the", "of", "your", "our", "their", "its", "all"})


class Words(Settings):
    """`words.yaml`: other spellings of each word, words that are not stemmed, and lists of words that say something."""

    spellings: dict[str, tuple[str, ...]]
    keep: tuple[str, ...] = ()
    cues: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as it is compared, as it stands there, its place, and what stands between it and the one before.

    `gap` is 0 for nothing, 1 for a pause (comma, slash, bracket), 2 for a stop (colon, full stop, dash, cell).
    `sign` is that stop or pause. `code` is True for what stands in backticks.
    """

    stem: str
    text: str
    start: int
    end: int
    gap: int = 0
    sign: str = ""
    code: bool = False


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text in their order, other spellings made one; articles are left out."""
    return _joined(list(_plain(text))[:MAX_WORDS])


def stems_of(phrase: str) -> tuple[str, ...]:
    """The words of a phrase as they are compared."""
    return tuple(word.stem for word in words_of(phrase))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word as it is compared."""
    low = word.lower()
    if low in _kept():
        return low
    return str(_STEMMER.stemWord(low))


def cues(name: str) -> frozenset[str]:
    """A list of words of `words.yaml`, as they are compared."""
    return frozenset(stem(word) for word in plain_cues(name))


def plain_cues(name: str) -> frozenset[str]:
    """A list of words of `words.yaml`, in lower case."""
    return frozenset(word for text in _read().cues[name] for word in text.split())


def _plain(text: str, at: int = 0, *, code: bool = False) -> Iterator[Word]:
    gap, sign = 0, ""
    for found in _PIECE.finditer(text):
        if found["stop"] or found["pause"]:
            gap, sign = max(gap, 2 if found["stop"] else 1), (found["stop"] or found["pause"]).strip() or "-"
            continue
        for word in _words_at(found, at, code=code):
            if word.text.lower() not in SKIPPED:
                yield replace(word, gap=max(gap, word.gap), sign=sign or word.sign)
                gap, sign = 0, ""


def _words_at(found: re.Match[str], at: int, *, code: bool) -> Iterator[Word]:
    """The words of one piece: none of an address, one of a path or a file's name, else those that stand in it."""
    text, start = found[0], at + found.start()
    inner = text.strip("`")
    if found["url"]:
        return
    if found["dotted"] or found["route"] or found["file"] or (found["code"] and _FILE_NAME.fullmatch(inner)):
        yield Word(inner.lower(), text, start, at + found.end(), code=code or bool(found["code"]))
    elif found["code"]:
        yield from _plain(inner, start + 1, code=True)
    else:
        yield from (_word(part[0], start + part.start(), code=code) for part in _PART.finditer(text))


def _word(text: str, start: int, *, code: bool) -> Word:
    return Word(stem(text.rstrip(".,").replace("'s", "")), text, start, start + len(text), code=code)


def _joined(words: list[Word]) -> tuple[Word, ...]:
    """The words with sequences that are another spelling made one."""
    table, longest = _spellings()
    found: list[Word] = []
    at = 0
    while at < len(words):
        size = next((n for n in range(longest, 0, -1) if _same(words[at : at + n], n, table)), 0)
        if not size:
            found.append(words[at])
            at += 1
            continue
        first, last = words[at], words[at + size - 1]
        one = table[tuple(w.stem for w in words[at : at + size])]
        text = " ".join(w.text for w in words[at : at + size])
        found.append(Word(one, text, first.start, last.end, first.gap, first.sign, first.code))
        at += size
    return tuple(found)


def _same(words: Sequence[Word], size: int, table: dict[tuple[str, ...], str]) -> bool:
    if len(words) < size or any(w.gap == 2 or (w.gap == 1 and w.sign != "/") for w in words[1:]):
        return False
    return tuple(w.stem for w in words) in table


@lru_cache(maxsize=1)
def _read() -> Words:
    return Words.model_validate(yaml.safe_load(FILE.read_text("utf-8")))


@lru_cache(maxsize=1)
def _kept() -> frozenset[str]:
    return frozenset(_read().keep) | frozenset(word for word in _read().spellings if " " not in word)


@lru_cache(maxsize=1)
def _spellings() -> tuple[dict[tuple[str, ...], str], int]:
    """Sequences of stems to the word that they are another spelling of, and the longest sequence."""
    table: dict[tuple[str, ...], str] = {}
    for one, others in _read().spellings.items():
        for other in (one, *others):
            stems = tuple(word.stem for word in _plain(other))
            if stems and stems != (one,):
                table[stems] = one
    return table, max(map(len, table))
