"""What is asked for is checked before anything runs, and every format that is asked for is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.project import open_project
from kit.report import pdf, quarto
from kit.report.outputs import OutputError, Outputs, Rendered, outputs_of, render, write_report
from kit.report.sections.material import Material
from tests.findings import assess, finding


def material(root: Path) -> Material:
    (root / "app.py").write_text("print('hello')\n")
    return Material(assess(finding(path="app.py")), open_project(str(root), "shop"))


def test_formats_are_named_with_commas_and_said_once() -> None:
    assert outputs_of(" html, site,html", "builtin").formats == ("html", "site")


@pytest.mark.parametrize("formats", ["docx", "html,docx", "", ","])
def test_a_format_that_there_is_not_is_one_line_that_names_those_there_are(formats: str) -> None:
    with pytest.raises(OutputError, match="no such format; one or more of html, pdf, site"):
        outputs_of(formats, "auto")


def test_quarto_that_is_not_there_is_said_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarto, "available", lambda: False)

    with pytest.raises(OutputError, match="--renderer quarto: the quarto command is not there"):
        outputs_of("html", "quarto")


def test_a_pdf_without_typst_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "available", lambda: False)

    with pytest.raises(OutputError, match=r'pip install "readiness-kit\[pdf\]"'):
        outputs_of("pdf", "auto")


def test_auto_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarto, "available", lambda: True)

    assert not outputs_of("html,site", "auto").by_quarto


@pytest.mark.skipif(not pdf.available(), reason="needs the pdf extra")
def test_every_format_that_is_asked_for_is_made_and_written(tmp_path: Path) -> None:
    out, root = tmp_path / "out", tmp_path / "project"
    root.mkdir()

    write_report(render(Outputs(("html", "pdf", "site")), material(root), ()), out)

    assert "<!doctype html>" in (out / "report.html").read_text("utf-8")
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert (out / "site/index.html").is_file()
    assert not [p for p in out.rglob("*") if p.name.endswith((".part", ".old"))]


def test_what_is_not_asked_for_is_not_made(tmp_path: Path) -> None:
    made = render(Outputs(), material(tmp_path), ())

    assert made.pdf is None and made.site is None


def test_a_quarto_that_fails_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise quarto.QuartoFailed("quarto render failed: no")

    monkeypatch.setattr(quarto, "render_html", fails)

    with pytest.raises(OutputError, match="quarto render failed: no"):
        render(Outputs(renderer="quarto"), material(tmp_path), ())


def test_a_report_is_written_where_there_is_no_folder_yet(tmp_path: Path) -> None:
    write_report(Rendered("page"), tmp_path / "new/out")

    assert (tmp_path / "new/out/report.html").read_text("utf-8") == "page"


def earlier(out: Path, *listed: str) -> None:
    """A folder in which a run has left a page, a PDF and a site, by its record."""
    write_report(Rendered("old", b"%PDF-old", {"index.html": "old", "assets/a.js": "old"}), out)
    (out / "run.json").write_text(json.dumps({"outputs": listed}))


def test_a_pdf_and_a_site_of_an_earlier_run_do_not_stand_beside_newer_results(tmp_path: Path) -> None:
    earlier(tmp_path, "report.html", "report.pdf", "site")
    (tmp_path / "notes.pdf").write_text("the reader's own")

    assert write_report(Rendered("new"), tmp_path) == ("report.html",)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.pdf", "report.html", "run.json"]


def test_what_is_written_anew_takes_the_place_of_the_old(tmp_path: Path) -> None:
    earlier(tmp_path, "report.html", "report.pdf", "site")

    assert write_report(Rendered("new", b"%PDF-new"), tmp_path) == ("report.html", "report.pdf")

    assert (tmp_path / "report.pdf").read_bytes() == b"%PDF-new"
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("record", ["{", "[]", '{"outputs": null}', '{"outputs": [1, ["site"]]}', '{"files": 3}'])
def test_what_no_record_names_is_left_alone(tmp_path: Path, record: str) -> None:
    earlier(tmp_path)
    (tmp_path / "run.json").write_text(record)

    write_report(Rendered("new"), tmp_path)

    assert (tmp_path / "report.pdf").is_file() and (tmp_path / "site/index.html").is_file()


def test_only_names_that_the_kit_writes_are_ever_removed(tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    other.mkdir()
    (other / "kept").write_text("kept")
    out.mkdir()
    (out / "site").symlink_to(other)
    (out / "run.json").write_text(json.dumps({"outputs": ["../other", "site", "params.yaml"]}))
    (out / "params.yaml").write_text("")

    write_report(Rendered("new"), out)

    assert (other / "kept").is_file() and (out / "params.yaml").is_file()
    assert not (out / "site").exists()
