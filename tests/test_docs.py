"""Generated pages: the catalogue for readers, and whether what is committed is in step."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit import docs
from kit.registry import catalogue


def test_the_catalogue_page_holds_every_check_in_full() -> None:
    page = docs.checks_page()

    for one in catalogue():
        assert f"### {one.id} {one.title}\n" in page
        assert one.references[0] in page
    assert page.endswith("\n") and not page.endswith("\n\n")


def test_a_blocking_check_says_what_cannot_happen() -> None:
    blocking = next(c for c in catalogue() if c.blocker)

    entry = docs.checks_page().split(f"### {blocking.id} ")[1].split("###")[0]

    assert f"while open: **{blocking.blocker}**" in entry


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "params").mkdir()
    return tmp_path


def test_pages_that_are_written_are_in_step(root: Path) -> None:
    assert docs.main([]) == 0
    assert (root / "docs/checks.md").read_text("utf-8") == docs.checks_page()
    assert docs.main(["--check"]) == 0


def test_pages_out_of_step_are_named_and_left_alone(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs.main([])
    (root / "docs/checks.md").write_text("old", "utf-8")

    assert docs.main(["--check"]) == 1
    assert capsys.readouterr().err.startswith("docs/checks.md is out of step")
    assert (root / "docs/checks.md").read_text("utf-8") == "old"
