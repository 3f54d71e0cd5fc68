"""Executed notebooks as parts of a page: prose, code, our own blocks, and anything else as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from markdown_it import MarkdownIt
from markupsafe import Markup

from kit.model import AREAS
from kit.report.blocks import Block
from kit.report.display import BLOCK_MIME, from_bundle
from kit.report.markup import block_html

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_HEADING = re.compile(r"h([1-6])")
_NUMBER = re.compile(r"^\d+-")
FIRST_SCREEN = "first-screen"
"""Tags a cell of the summary whose content the page shows in its own way at its top."""

_NOTHING = Markup()
TEXT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a section. `kind`: prose or block (both HTML of ours), code, text or error (both plain)."""

    kind: str
    html: Markup = _NOTHING
    text: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A notebook in the page. `area` is its area's id or empty; `failed` where a cell raised or nothing
    ran."""

    id: str
    area: str
    title: str
    parts: tuple[Part, ...]
    failed: bool

    @property
    def code(self) -> str:
        """The code of its cells, one after the other."""
        return "\n\n".join(p.text for p in self.parts if p.kind == "code")


def read_section(path: Path) -> Section:
    """An executed notebook as a section; one that cannot be read is a section that says so."""
    name = _NUMBER.sub("", path.stem)
    area = name if name in AREAS else ""
    id_ = f"area-{area}" if area else f"notebook-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:
        return Section(id_, area, name, (Part("error", text=f"The notebook cannot be read: {error}"),), True)
    parts = tuple(part for cell in notebook.cells for part in _cell(cell))
    title = AREAS[area][1] if area else _title(notebook) or name
    failed = any(p.kind == "error" for p in parts) or not _ran(notebook)
    return Section(id_, area, title, parts, failed)


def markdown_html(text: str) -> Markup:
    """Markdown as HTML, a heading one level down; HTML in it is shown as text, and images are left out."""
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        level = _HEADING.fullmatch(token.tag)
        if level:
            token.tag = f"h{min(int(level[1]) + 1, 6)}"
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - html is off


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _cell(cell: Any) -> Iterator[Part]:
    if FIRST_SCREEN in cell.metadata.get("tags", ()):
        return
    if cell.cell_type == "markdown":
        prose = re.sub(r"\A\s*# .*\n?", "", cell.source).strip()
        if prose and not prose.startswith("---"):
            yield Part("prose", html=markdown_html(prose))
    elif cell.cell_type == "code" and cell.source.strip():
        outputs = [part for output in cell.get("outputs", []) for part in _output(output)]
        yield Part("code", text=cell.source)
        yield from outputs


def _output(output: Mapping[str, Any]) -> Iterator[Part]:
    kind = output.get("output_type")
    if kind == "error":
        trace = "\n".join(output.get("traceback", ())) or f"{output.get('ename')}: {output.get('evalue')}"
        yield Part("error", text=_plain(trace))
    elif kind == "stream":
        if output.get("name") != "stderr":
            yield Part("text", text=_plain(output.get("text", "")))
    else:
        yield from _shown(output.get("data", {}))


def _shown(data: Mapping[str, Any]) -> Iterator[Part]:
    block = _block(data)
    if block is not None:
        yield Part("block", html=block_html(block))
    elif BLOCK_MIME not in data and data.get("text/plain"):
        yield Part("text", text=_plain(data["text/plain"]))


def _block(data: Mapping[str, Any]) -> Block | None:
    return from_bundle(dict(data))


def _plain(text: Any) -> str:
    joined = "".join(text) if isinstance(text, list) else str(text)
    return _ANSI.sub("", joined)[:TEXT_LIMIT]


def _title(notebook: Any) -> str:
    for cell in notebook.cells:
        found = re.search(r"^# (.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if found:
            return found[1].strip()
    return ""


def _ran(notebook: Any) -> bool:
    return any(c.get("outputs") for c in notebook.cells if c.cell_type == "code")
