"""What the tests of the system map share: `project_of` writes a small project and opens it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest
from writing import Write

from kit.project import Project


@pytest.fixture
def project_of(tmp_path: Path) -> Write:
    """`project_of({"Dockerfile": "FROM x"})`: the project of these files, called "shop"."""

    def run(files: Mapping[str, str]) -> Project:
        root = tmp_path / "shop"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), "utf-8")
        return Project(root)

    return run
