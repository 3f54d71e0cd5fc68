"""`readiness claims`: what it writes, how it ends, and what a page of hostile text looks like."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kit.cli import main

REPORT = """\
# Readiness <img src=x onerror=alert(1)>

- [x] `main.py` exists
- Docker Compose: 9 services
- <script>alert('hello')</script> is harmless
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "main.py").write_text("print('ready')\n", "utf-8")
    (root / "docker-compose.yml").write_text("services:\n  api:\n    image: nginx:1.25\n", "utf-8")
    (root / "READY.md").write_text(REPORT, "utf-8")
    return root


def run(project: Path, *more: str) -> Result:
    out = project.parent / "out"
    return CliRunner().invoke(
        main, ["claims", str(project / "READY.md"), "--project", str(project), "--out", str(out), *more]
    )


def test_it_writes_the_claims_to_the_letter_of_the_contract(project: Path) -> None:
    result = run(project, "--quiet")
    data = json.loads((project.parent / "out" / "claims.json").read_text("utf-8"))

    assert result.exit_code == 0, result.output
    assert data["schema"] == 1
    assert {"claims", "contradictions"} <= set(data)
    claim = data["claims"][0]
    assert {"id", "source", "line", "section", "text", "stated", "verdict", "reason", "checks", "evidence"} <= set(
        claim
    )
    assert (claim["source"], claim["line"], claim["verdict"]) == ("READY.md", 3, "confirmed")
    assert {"path", "line", "end_line", "excerpt", "strength"} == set(claim["evidence"][0])


def test_the_same_input_gives_the_same_file(project: Path) -> None:
    run(project, "--quiet")
    first = (project.parent / "out" / "claims.json").read_bytes()
    run(project, "--quiet")

    assert (project.parent / "out" / "claims.json").read_bytes() == first


def test_no_markup_of_a_report_reaches_the_page(project: Path) -> None:
    run(project, "--quiet")
    page = (project.parent / "out" / "claims.html").read_text("utf-8")

    assert "<script>alert" not in page
    assert "<img" not in page
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"""(?:src|href)=["']https?:""", page)
    assert 'id="claim-READY-3"' in page


def test_the_gate_fails_on_what_is_asked_for(project: Path) -> None:
    assert run(project, "--quiet", "--fail-on", "refuted").exit_code == 1
    assert run(project, "--quiet", "--fail-on", "never").exit_code == 0


def test_the_summary_is_printed_as_json(project: Path) -> None:
    data = json.loads(run(project, "--json").output)

    assert data["reports"][0]["verdicts"]["refuted"] == 1


@pytest.mark.parametrize("name", ["nothing.md", "."])
def test_bad_input_is_one_line_and_2(project: Path, name: str) -> None:
    result = CliRunner().invoke(main, ["claims", str(project / name), "--project", str(project)])

    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
