"""A report's file to lines of text: decoded, mojibake repaired, control characters taken out, no line lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import ftfy
from ftfy import TextFixerConfig

from kit.sources.formats.settings import ParamsError
from kit.sources.secrets.find import mask
from kit.sources.tree.text import SNIFF_BYTES, decode, is_binary

MAX_BYTES = 4_000_000
MAX_LINE = 4000
"""The longest line that is read, in characters; what stands behind is shown no more."""
MAX_LINES = 20_000
"""The lines of a report that are read: four for each statement that is heard."""

_CODECS = ("macroman", "sloppy-windows-1252", "sloppy-windows-1254", "sloppy-windows-1250", "sloppy-windows-1251")
"""In what UTF-8 is usually misread, the names as ftfy registers them."""
_RUN = re.compile(r"[^\x00-\x7f]+")
_LOST = re.compile(r"(?:â•){2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u2028\u2029\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_FIXES = TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=True,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    remove_control_chars=False,
    normalization=None,
    explain=False,
)


@dataclass(frozen=True, slots=True)
class Text:
    """The lines of a report as they are read, and in words how they had to be repaired, if at all."""

    lines: tuple[str, ...]
    repaired: str | None = None


def read_text(path: Path) -> Text:
    """The text of a report, secrets in it masked. Raises ParamsError for what is missing, a folder, binary, empty or too large."""
    if path.is_dir():
        raise ParamsError(f"{path}: a folder; name the report's file")
    if not path.is_file():
        raise ParamsError(f"{path}: no such file; name a report in Markdown or plain text")
    if path.stat().st_size > MAX_BYTES:
        raise ParamsError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB; name a report in Markdown or plain text")
    data = path.read_bytes()
    if is_binary(data[:SNIFF_BYTES]):
        raise ParamsError(f"{path}: no text; name a report in Markdown or plain text")
    decoded = decode(data)
    if not decoded.text.strip():
        raise ParamsError(f"{path}: empty; name a report in Markdown or plain text")
    lines = decoded.text.removesuffix("\n").split("\n")
    text = repair(mask("\n".join(lines[:MAX_LINES]), path.name))
    cut = f"of {len(lines):,} lines the first {MAX_LINES:,} were read" if len(lines) > MAX_LINES else None
    return Text(text.lines, "; ".join(filter(None, (cut, text.repaired or decoded.repaired))) or None)


def repair(text: str) -> Text:
    """The lines of a text with mojibake undone; as many lines as before."""
    given = text.removesuffix("\n").split("\n")
    codec = _misread_as(text)
    lines = [_clean(line, codec) for line in given]
    plain = [_CONTROL.sub("", line[:MAX_LINE]) for line in given]
    changed = sum(a != b for a, b in zip(lines, plain, strict=True))
    how = f"{changed} lines were UTF-8 that had been read in another encoding, and are repaired" if changed else None
    return Text(tuple(lines), how)


def _clean(line: str, codec: str | None) -> str:
    line = line[:MAX_LINE]
    if codec is not None:
        line = _RUN.sub(lambda found: _undone(found[0], codec) or found[0], line)
    if not line.isascii():
        # A box-drawing line whose third bytes got lost on the way: nothing but ornament.
        line = _LOST.sub(lambda found: "═" * (len(found[0]) // 2), ftfy.fix_text_segment(line, _FIXES))
    return _CONTROL.sub("", line.replace("\n", " ").replace("\x85", " "))


def _misread_as(text: str) -> str | None:
    """The encoding in which most of the text's foreign characters turn into valid UTF-8; None where few do."""
    runs = set(_RUN.findall(text[:1_000_000]))
    if not runs:
        return None
    scores = {codec: sum(_undone(run, codec) is not None for run in runs) for codec in _CODECS}
    best = max(scores, key=lambda codec: scores[codec])
    return best if scores[best] * 2 >= len(runs) else None


def _undone(run: str, codec: str) -> str | None:
    try:
        fixed = run.encode(codec).decode("utf-8")
    except UnicodeError:
        return None
    return fixed if len(fixed) < len(run) else None
