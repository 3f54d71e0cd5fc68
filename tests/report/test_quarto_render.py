"""Quarto is asked for what it shall do, with its own Typst where the wheel is not installed; real renders are slow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kit.report.pdf import SignOff
from kit.report.quarto import QuartoFailed, render, render_pdf
from tests.report.documents import MOMENT, document

STUB = """#!/bin/sh
echo "$@" >> "$QUARTO_LOG"
case "$1 $2" in
  "render "*) test -f _quarto.yml && cp document.qmd document.typ;;
  "typst compile") test -f fonts/IBMPlexSans-Regular.ttf && test -f report.json && echo own > "$4";;
esac
exit %d
"""


def stub(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int = 0) -> Path:
    """A quarto that writes down what it is asked. Returns its log."""
    command = folder / "bin/quarto"
    command.parent.mkdir()
    command.write_text(STUB % code)
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("QUARTO_LOG", str(folder / "log"))
    return folder / "log"


def test_without_the_wheel_the_pages_are_set_by_the_typst_that_quarto_brings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = stub(tmp_path, monkeypatch)
    monkeypatch.setattr(render, "typst_available", lambda: False)

    assert render_pdf(document(), MOMENT, SignOff((), "ab" * 32)) == b"own\n"

    assert log.read_text().splitlines() == [
        "render document.qmd --to typst",
        "typst compile document.typ report.pdf --root . --font-path fonts",
    ]


def test_what_quarto_complains_of_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, code=1)

    with pytest.raises(QuartoFailed, match="quarto render failed"):
        render_pdf(document(), MOMENT, SignOff((), "ab" * 32))
