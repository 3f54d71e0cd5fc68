"""A small project of source files, written for one test."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from kit.sources.code.env import env_reads
from kit.sources.code.index import CodeIndex
from kit.sources.code.records import EnvReadFact, RouteFact
from kit.sources.code.routes import routes
from kit.sources.tree.files import FileIndex


def code_of(root: Path, files: dict[str, str]) -> CodeIndex:
    """The code index of a project that holds these files."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return CodeIndex(FileIndex.of(root))


def routes_of(root: Path, files: dict[str, str]) -> dict[str, RouteFact]:
    """The routes by "METHOD /path"."""
    return {f"{route.method} {route.path}": route for route in routes(code_of(root, files))}


def reads_of(root: Path, files: dict[str, str]) -> dict[str, EnvReadFact]:
    """The first read of each variable by its name."""
    found: dict[str, EnvReadFact] = {}
    for read in env_reads(code_of(root, files)):
        found.setdefault(read.name, read)
    return found
