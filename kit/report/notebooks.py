"""Executed notebooks as sections of blocks: prose, our own blocks, and anything else as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from kit.model import AREAS
from kit.report.blocks import Block, Excerpt, Markdown, Notice
from kit.report.display import BLOCK_MIME, from_bundle
from kit.report.texts import text

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NUMBER = re.compile(r"^\d+-")
SHOWN_ELSEWHERE = "first-screen"
"""Tags a cell of the summary whose content every style shows in its own way."""
VERDICTS = "verdicts"
"""Tags those of them that say what the head of every page says."""

TEXT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class NotebookSection:
    """A notebook as blocks. `area` is its area's id or empty; `failed` where a cell raised or nothing ran; `code`
    are its cells' sources, one after the other."""

    id: str
    area: str
    title: str
    blocks: tuple[Block, ...]
    failed: bool
    code: str = ""


def read_section(path: Path, without: str = SHOWN_ELSEWHERE) -> NotebookSection:
    """An executed notebook as a section, but for cells of a tag; one that cannot be read is a section that says so."""
    name = _NUMBER.sub("", path.stem)
    area = name if name in AREAS else ""
    id_ = f"area-{area}" if area else f"notebook-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:
        unread = Notice(str(error), tone="error", title=text("notebook.unread"))
        return NotebookSection(id_, area, AREAS[area][1] if area else name, (unread,), True)
    cells = [cell for cell in notebook.cells if without not in cell.metadata.get("tags", ())]
    blocks = tuple(block for cell in cells for block in _cell(cell))
    code = "\n\n".join(cell.source for cell in cells if cell.cell_type == "code" and cell.source.strip())
    title = AREAS[area][1] if area else _title(notebook) or name
    return NotebookSection(id_, area, title, blocks, _failed(notebook), code)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it ran: its code, empty for prose, and what it shows."""

    code: str
    blocks: tuple[Block, ...]


def cells_of(path: Path) -> tuple[Cell, ...]:
    """Every cell of an executed notebook in order; one that cannot be read is a cell that says so."""
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception as error:
        return (Cell("", (Notice(str(error), tone="error", title=text("notebook.unread")),)),)
    return tuple(Cell(cell.source if cell.cell_type == "code" else "", tuple(_cell(cell))) for cell in cells)


def _cell(cell: Any) -> Iterator[Block]:
    if cell.cell_type == "markdown":
        prose = re.sub(r"\A\s*# .*\n?", "", cell.source).strip()
        if prose and not prose.startswith("---"):
            yield Markdown(prose)
    elif cell.cell_type == "code" and cell.source.strip():
        for output in cell.get("outputs", []):
            yield from _output(output)


def _output(output: Mapping[str, Any]) -> Iterator[Block]:
    kind = output.get("output_type")
    if kind == "error":
        trace = "\n".join(output.get("traceback", ())) or f"{output.get('ename')}: {output.get('evalue')}"
        yield Notice("", tone="error", title=text("notebook.stopped"))
        yield Excerpt("", tuple(_plain(trace).splitlines()))
    elif kind == "stream":
        if output.get("name") != "stderr":
            yield Excerpt("", tuple(_plain(output.get("text", "")).splitlines()))
    else:
        yield from _shown(output.get("data", {}))


def _shown(data: Mapping[str, Any]) -> Iterator[Block]:
    block = from_bundle(dict(data))
    if block is not None:
        yield block
    elif BLOCK_MIME not in data and data.get("text/plain"):
        yield Excerpt("", tuple(_plain(data["text/plain"]).splitlines()))


def _plain(said: Any) -> str:
    joined = "".join(said) if isinstance(said, list) else str(said)
    return _ANSI.sub("", joined)[:TEXT_LIMIT]


def _title(notebook: Any) -> str:
    for cell in notebook.cells:
        found = re.search(r"^# (.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if found:
            return found[1].strip()
    return ""


def _failed(notebook: Any) -> bool:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.get("outputs", ())]
    return not outputs or any(output.get("output_type") == "error" for output in outputs)
