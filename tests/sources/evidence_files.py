"""What the tests of evidence share: a project with files beside it, read as the params would name them."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from kit.sources.evidence.model import EvidenceFile
from kit.sources.evidence.read import read_evidence
from kit.sources.tree.files import FileIndex


def read(root: Path, files: Mapping[str, str | bytes], key: str = "other") -> tuple[EvidenceFile, ...]:
    """The evidence of these files, which lie in a folder beside an empty project."""
    project = root / "project"
    project.mkdir(exist_ok=True)
    (project / "README.md").write_text("A project.\n")
    for name, content in files.items():
        path = root / "evidence" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())
    return read_evidence(FileIndex.of(project), {key: [str(root / "evidence" / "**")]})


def one(root: Path, content: str | bytes, name: str = "file", key: str = "other") -> EvidenceFile:
    """The only file of them."""
    [found] = read(root, {name: content}, key)
    return found


def packed(text: str) -> bytes:
    """The text in gzip."""
    return gzip.compress(text.encode(), mtime=0)
