"""Structured files as documents: the format by name, each file parsed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from kit.model import At
from kit.sources.files import FileIndex
from kit.sources.json_documents import parse_json
from kit.sources.nodes import Document, Problem
from kit.sources.yaml_documents import parse_yaml

_PARSERS: dict[str, Callable[[str, str], Document]] = {
    "yaml": parse_yaml,
    "json": parse_json,
}
_SUFFIXES = {
    ".yaml": "yaml", ".yml": "yaml",
    ".json": "json", ".jsonc": "json", ".webmanifest": "json", ".tfstate": "json", ".code-workspace": "json",
}  # fmt: skip
_NAMES = {
    ".babelrc": "json", ".eslintrc": "json", ".swcrc": "json", "composer.lock": "json", "pipfile.lock": "json",
    "flake.lock": "json", "bun.lock": "json", "deno.lock": "json",
}  # fmt: skip


def format_of(path: str) -> str | None:
    """The format that the file's name tells; None where it is no structured document."""
    pure = PurePosixPath(path.lower())
    return _NAMES.get(pure.name) or _SUFFIXES.get(pure.suffix)


def parse(text: str, path: str) -> Document:
    """The document by the format that the path tells; one with an error where it tells none. Never raises."""
    kind = format_of(path)
    if kind is None:
        return Document(path, "unknown", error=Problem("The file has no format that is known here.", At(path)))
    return _PARSERS[kind](text, path)


class Documents:
    """The structured files of an index, each parsed when first asked for."""

    def __init__(self, files: FileIndex) -> None:
        self._files = files
        self._parsed: dict[str, Document] = {}

    def get(self, path: str) -> Document:
        """The document of the file; one with an error where it cannot be read, has no known format or is absent."""
        if path not in self._parsed:
            self._parsed[path] = self._read(path)
        return self._parsed[path]

    def all(self, format: str | None = None) -> Iterator[Document]:  # noqa: A002 - the field's word
        """Every structured document, or those of one format: "yaml", "json", "toml", "hcl", "env", "ini" ..."""
        for path in self._files.paths:
            kind = format_of(path)
            if kind is not None and format in (None, kind):
                yield self.get(path)

    def _read(self, path: str) -> Document:
        kind = format_of(path) or "unknown"
        if path not in self._files:
            return Document(path, kind, error=Problem("The file is not there.", At(path)))
        if not self._files.is_text(path):
            return Document(path, kind, error=Problem("The file is no text, or too large to be read.", At(path)))
        return parse(self._files.text(path), path)
