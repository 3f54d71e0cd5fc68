"""Run scanners over a project's files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kit.sources.scanners.copies import copy
from kit.sources.scanners.model import Scan
from kit.sources.scanners.process import Command, Output, run_all
from kit.sources.scanners.tools import Tool
from kit.sources.tree.files import FileIndex


@dataclass(frozen=True, slots=True)
class _Asked:
    tool: Tool
    command: Command
    copies: dict[str, str]


def scan(files: FileIndex, tools: Iterable[Tool], paths: Mapping[str, Iterable[str]]) -> tuple[Scan, ...]:
    """What each tool says of its paths, in the order of the tools; side by side, in folders outside of the project.

    A tool that fails, takes too long or writes what cannot be read is a scan with its `error`; one with nothing to
    look at is not started.
    """
    tools = tuple(tools)
    with tempfile.TemporaryDirectory(prefix="readiness-") as folder:
        asked = [_prepared(files, tool, sorted(paths.get(tool.id, ())), Path(folder)) for tool in tools]
        started = [a for a in asked if a.copies and a.command.words]
        outputs = dict(zip((a.tool.id for a in started), run_all([a.command for a in started]), strict=True))
        return tuple(_scan(a, outputs.get(a.tool.id)) for a in asked)


def _prepared(files: FileIndex, tool: Tool, paths: list[str], folder: Path) -> _Asked:
    own = folder / tool.id
    own.mkdir()
    for name, text in tool.settings:
        (own / name).write_text(text, "utf-8")
    copies = copy(files, paths, own, tool.name)
    return _Asked(tool, Command((*(tool.program() or ()), *tool.words(tuple(copies))), own), copies)


def _scan(asked: _Asked, output: Output | None) -> Scan:
    tool, paths = asked.tool, tuple(asked.copies.values())
    version = tool.version()
    if version is None:
        return Scan(tool.id, "", paths, error="it is not here")
    if output is None or output.error:
        return Scan(tool.id, version, paths, error=output.error if output else None)
    try:
        found = tool.read(output.text)
    except ValueError:
        return Scan(tool.id, version, paths, error=f"its output cannot be read (exit code {output.code})")
    placed = {replace(a, path=asked.copies[a.path]) for a in found if a.path in asked.copies}
    return Scan(tool.id, version, paths, tuple(sorted(placed)))
