"""Column types by broad families, so that a tool's word for a type can be held against a database's."""

from __future__ import annotations

import re

_WORDS = {
    "integer": "int integer int2 int4 int8 int16 int32 int64 bigint smallint tinyint mediumint serial"
    " bigserial smallserial biginteger smallinteger auto bigauto smallauto positiveinteger"
    " positivesmallinteger positivebiginteger increments bigincrements"
    " utinyint usmallint uint ubigint umediumint",
    "decimal": "numeric decimal money number dec smallmoney udecimal",
    "float": "float double real doubleprecision float4 float8 float32 float64 udouble",
    "text": "text varchar char character charactervarying nvarchar nchar citext string unicode unicodetext"
    " autostring tinytext longtext mediumtext clob bpchar name slug email url filepath file image"
    " varchar2 ntext",
    "boolean": "bool boolean nullboolean",
    "time": "date datetime timestamp timestamptz timestampltz timestampntz datetime2 datetimeoffset"
    " timestampwithtimezone timestampwithouttimezone smalldatetime",
    "json": "json jsonb",
    "uuid": "uuid uniqueidentifier guid",
    "binary": "bytea blob bytes largebinary varbinary binary tinyblob mediumblob longblob",
}
_FAMILY = {word: family for family, words in _WORDS.items() for word in words.split()}
_BYTES = {
    1: ("tinyint",),
    2: ("smallint", "int2", "smallinteger"),
    3: ("mediumint",),
    4: ("int", "integer", "int4", "serial"),
    8: ("bigint", "int8", "bigserial", "biginteger"),
}
_RANK = {name: size for size, names in _BYTES.items() for name in names}
_UNBOUNDED = frozenset({"text", "tinytext", "mediumtext", "longtext", "clob", "citext", "ntext", "unicodetext"})
_BRACKETS = re.compile(r"\([^()]*\)")
_BASE = re.compile(r"[^a-z0-9]+")
_LENGTH = re.compile(r"\(\s*(?:length\s*=\s*)?(\d+)")
_ARRAY = re.compile(r"\[\d*\]|^array\b", re.I)
# What one database keeps as the other, or tools treat as one.
_ALIKE = [{"integer", "decimal"}, {"decimal", "float"}]
_ALIKE_ELSEWHERE = [
    {"boolean", "integer"},
    {"uuid", "text"},
    {"uuid", "binary"},
    {"json", "text"},
    {"json", "binary"},
    {"time", "text"},
    {"time", "integer"},
]


def base(kind: str) -> str:
    """A type's bare word: "TIMESTAMP(3) WITH TIME ZONE" is "timestampwithtimezone"."""
    word = kind.lower()[:200]
    while (shorter := _BRACKETS.sub("", word)) != word:
        word = shorter
    return _BASE.sub("", word).removesuffix("field").removesuffix("unsigned")


def family(kind: str) -> str | None:
    """The type's family: a key of _WORDS, or "array"; None where it is neither."""
    if not kind:
        return None
    return "array" if _ARRAY.search(kind) else _FAMILY.get(base(kind))


def conflict(declared: str, created: str, dialect: str | None) -> bool:
    """True where the two are surely of different families in that database."""
    pair = {family(declared), family(created)}
    if None in pair or len(pair) == 1 or dialect == "sqlite":
        return False
    return pair not in _ALIKE and (dialect == "postgres" or pair not in _ALIKE_ELSEWHERE)


def length(kind: str) -> int | None:
    """The length in brackets."""
    found = _LENGTH.search(kind)
    return int(found[1]) if found else None


def narrows(old: str, new: str) -> bool:
    """True where values of the old type may not fit into the new one."""
    before, after = family(old), family(new)
    if before is None or after is None:
        return False
    if before != after:
        return before == "text" or (before in {"decimal", "float"} and after == "integer")
    if before == "integer":
        return _RANK.get(base(new), 4) < _RANK.get(base(old), 4)
    if before == "time":
        return base(new) == "date" != base(old)
    return before == "text" and _shorter(old, new)


def widens(old: str, new: str) -> bool:
    """True where PostgreSQL changes the type without rewriting the table: text that grows longer."""
    return family(old) == "text" == family(new) and not _shorter(old, new)


def _shorter(old: str, new: str) -> bool:
    limit = _limit(new)
    return limit is not None and ((_limit(old) or limit + 1) > limit)


def _limit(kind: str) -> int | None:
    return None if base(kind) in _UNBOUNDED else length(kind)
