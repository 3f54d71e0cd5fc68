"""Evidence files read: found, limited, recognised, dated and held against the history. Never raises out of a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from kit.sources.evidence.find import MAX_BYTES, Named, find, leads_out, relative
from kit.sources.evidence.found import Found
from kit.sources.evidence.model import EvidenceFile
from kit.sources.evidence.recognise import recognise
from kit.sources.evidence.stale import stale
from kit.sources.formats.parts import one_line
from kit.sources.secrets import find as secrets
from kit.sources.tree.files import FileIndex
from kit.sources.tree.history import History
from kit.sources.tree.text import decode, is_binary

MOST_QUOTES = 2_000
QUOTE = 240
SHORTEST = 4
"""Characters of a value that is worth hiding; less would hide letters everywhere."""
_WORDS = frozenset({"message", "title", "reason", "error"})
_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


@dataclass(frozen=True, slots=True)
class _Content:
    data: bytes
    whole: bool


def read_evidence(files: FileIndex, patterns: Mapping[str, Iterable[str]]) -> tuple[EvidenceFile, ...]:
    """What the files say that absolute globs name by key of the params, in the order of their paths."""
    history = History(files.root, files.revision)
    read = (_read(files.root, named) for named in find(patterns))
    return tuple(replace(file, stale=stale(file, files, history)) for file in read)


def _read(root: Path, named: Named) -> EvidenceFile:
    nothing = EvidenceFile(relative(root, named.path), named.key, "")
    if named.missing:
        return replace(nothing, error="there is no such file")
    if leads_out(root, named.path):
        return replace(nothing, error="it is a link that leads out of the project; it was not read")
    try:
        content = _bytes(named.path)
    except OSError as error:
        return replace(nothing, error=f"it cannot be read: {error.strerror or 'no access'}")
    file = replace(nothing, sha256=hashlib.sha256(content.data).hexdigest())
    return _recognised(file, content)


def _recognised(file: EvidenceFile, content: _Content) -> EvidenceFile:
    problem = _unreadable(file, content)
    if problem:
        return replace(file, error=problem)
    text = decode(content.data).text
    try:
        format, found = recognise(text, file.key)
    except (ValueError, RecursionError, OverflowError, MemoryError) as error:
        return replace(file, error=one_line(secrets.mask(str(error)) or type(error).__name__))
    return replace(
        file,
        format=format,
        made=found.made,
        revision=found.revision,
        note=found.note,
        records=tuple(masked(record, found.hidden) for record in found.records),
        quotes=_quotes(text, found),
    )


def _unreadable(file: EvidenceFile, content: _Content) -> str:
    packed = next((name for magic, name in _PACKED.items() if content.data.startswith(magic)), None)
    if packed:
        return f"it is packed with {packed}; unpack it first, archives are not opened"
    if is_binary(content.data):
        return "it is no text"
    if not content.whole and file.key != "logs":
        return f"it is larger than {MAX_BYTES // 1_000_000} MB"
    return ""


def _bytes(path: Path) -> _Content:
    if not path.is_file():
        raise OSError("it is no plain file")
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    return _Content(data[:MAX_BYTES], len(data) <= MAX_BYTES)


def _quotes(text: str, found: Found) -> dict[int, str]:
    """The lines that records name, masked and cut; none where the whole file is one line of many values."""
    wanted = sorted(set(_lines(found.records)))[:MOST_QUOTES]
    lines = text.split("\n")
    return {n: quoted(lines[n - 1], found.hidden) for n in wanted if 1 <= n <= len(lines)}


def quoted(line: str, hidden: Iterable[str] = ()) -> str:
    """A line as it may be shown."""
    if len(line) > 4 * QUOTE:
        line = f"{line[:QUOTE]}…"
    for value in hidden:
        if len(value) >= SHORTEST and value in line:
            line = line.replace(value, "****")
    return secrets.mask(line)[:QUOTE]


def masked(record: Any, hidden: Iterable[str] = ()) -> Any:
    """The record with secrets masked in what tools wrote in words, all the way down."""
    changed: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name in _WORDS and isinstance(value, str) and value:
            changed[field.name] = quoted(value, hidden)
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            changed[field.name] = tuple(masked(each, hidden) for each in value)
    return replace(record, **changed) if changed else record


def _lines(value: Any) -> Iterator[int]:
    """Every line that a record and what it holds name."""
    if isinstance(value, tuple):
        for each in value:
            yield from _lines(each)
    elif is_dataclass(value):
        line = getattr(value, "line", None)
        if isinstance(line, int):
            yield line
        for field in fields(value):
            inner = getattr(value, field.name)
            if isinstance(inner, tuple):
                yield from _lines(inner)
