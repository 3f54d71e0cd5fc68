"""What is here and what is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kit import doctor


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def found(name: str) -> str | None:
    return next(p.found for p in doctor.parts() if p.name == name)


def test_python_is_here_and_required() -> None:
    python = doctor.parts()[0]

    assert python.required
    assert python.found and python.found.startswith("3.")


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
def test_a_program_is_told_with_its_version_and_place(path: Path) -> None:
    program(path, "quarto", "echo 1.6.40")

    assert found("Quarto") == f"1.6.40 at {path}/quarto"


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
def test_a_program_that_fails_to_tell_its_version_is_here_all_the_same(path: Path) -> None:
    program(path, "chromium", "exit 3")

    assert found("Browser") == f"unknown version at {path}/chromium"


def test_what_is_not_on_the_path_is_absent_and_says_what_that_changes(path: Path) -> None:
    del path
    quarto = next(p for p in doctor.parts() if p.name == "Quarto")

    assert quarto.found is None
    assert "built-in renderer" in quarto.changes and not quarto.required
