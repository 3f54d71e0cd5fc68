"""Whatever a project is called and says, no reader of a report takes it for more than text."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from click.testing import CliRunner
from hostile.markup import BAITS, Reader, active
from markdown_it import MarkdownIt

from kit.cli import main
from kit.sources.tree.text import visible


def plant(root: Path) -> None:
    """A project that says every bait in places that findings show."""
    texts = [text.encode("utf-8", "replace").decode() for text in BAITS.values()]
    services = {
        f"s{number} {text}": {
            "image": f"{text}:latest",
            "ports": ["80:80"],
            "privileged": True,
            "environment": {text: text},
        }
        for number, text in enumerate(texts)
    }
    (root / "docker-compose.yml").write_text(yaml.safe_dump({"services": services}), "utf-8")
    for number, text in enumerate(texts):
        folder = root / f"{number} {text.replace('/', '_')}"
        folder.mkdir()
        (folder / "Dockerfile").write_text(
            f"FROM node:latest\n# {text}\nENV SECRET_KEY=hunter{number}xyz\nRUN {text}\n", "utf-8"
        )
    (root / "README.md").write_text("\n\n".join(texts), "utf-8")
    params = {"project": {"name": " ".join(texts), "path": "."}, "report": {"title": " ".join(texts)}}
    (root / "params.yaml").write_text(yaml.safe_dump(params), "utf-8")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an assessment of such a project wrote."""
    root = tmp_path_factory.mktemp("baits")
    plant(root)
    words = [
        "assess",
        str(root / "params.yaml"),
        "--out",
        str(root / "out"),
        "--fail-on",
        "never",
        "--area",
        "containers",
    ]
    formats = "html,site,pdf" if shutil.which("pdftotext") else "html,site"
    result = CliRunner().invoke(main, [*words, "--format", formats])
    assert result.exit_code == 0, result.output
    assert "\x1b[31m" not in result.output and "\x07" not in result.output
    return root / "out"


def test_the_reader_of_pages_sees_what_a_browser_would_run() -> None:
    assert active(BAITS["html"]) and active(BAITS["image"]) and active('<a href="javascript:alert(4)">x</a>')
    assert not active("&lt;script&gt;alert(1)&lt;/script&gt;")


def test_no_page_holds_anything_active(out: Path) -> None:
    pages = [out / "report.html", *out.glob("site/**/*.html")]

    assert len(pages) > 5
    for page in pages:
        text = page.read_text("utf-8")
        assert not active(text), page.name
        assert visible(text) == text, page.name
    assert "alert(1)" in pages[0].read_text("utf-8")


def test_notebooks_opened_in_jupyter_show_text(out: Path) -> None:
    for path in out.glob("notebooks/*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                data = output.get("data", {})
                assert not {"text/markdown", "text/latex", "application/javascript", "image/svg+xml"} & set(data)
                assert not active("".join(data.get("text/html", ""))), path.name


def test_a_pull_request_comment_is_a_table_of_text(out: Path) -> None:
    text = (out / "summary.md").read_text("utf-8")
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    tags, prose = set(Reader(html).tags), re.sub(r"<code>.*?</code>", "", html)

    assert tags <= {"code", "tr", "tbody", "strong", "td", "p", "h2", "h3", "table", "th", "thead", "sub", "ul", "li"}
    assert "@everyone" not in prose and "closes #2" not in prose  # in code they call nobody


def test_no_cell_of_a_spreadsheet_is_a_formula(out: Path) -> None:
    with (out / "findings.csv").open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]

    assert any("=cmd|" in cell for cell in cells)
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_programs_can_read_what_is_for_them(out: Path) -> None:
    for name in ("junit.xml", "badge.svg"):
        root = ET.fromstring((out / name).read_text("utf-8"))  # noqa: S314 - our own
        assert not [
            e for e in root.iter() if str(e.tag).rpartition("}")[2] in {"script", "foreignObject", "image", "a"}
        ]
    for name in ("assessment.json", "findings.sarif", "run.json"):
        assert json.loads((out / name).read_text("utf-8"))


def test_nothing_was_run_or_read_by_any_reader(out: Path) -> None:
    texts = {p.name: p.read_bytes() for p in out.rglob("*") if p.is_file() and p.suffix not in {".pdf", ".js"}}
    if (out / "report.pdf").is_file():
        shown = subprocess.run(["pdftotext", out / "report.pdf", "-"], capture_output=True, check=True).stdout  # noqa: S607
        texts["report.pdf"] = shown
        assert b"alert(1)" in shown
    for name, text in texts.items():
        assert b"root:x:0" not in text, name
    assert b"1337" not in texts.get("report.pdf", b"") + texts["summary.md"] + texts["findings.csv"]
