"""OPS-063: documents that the params file names, held against the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.model import At, Outcome
from kit.project import Project
from kit.registry import catalogue
from kit.run import run_check
from kit.sources.papers.stated import Contested, StatedDocument


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with a guide and a compose file."""
    for name, text in (("docs/GUIDE.md", "12 services\n"), ("docker-compose.yml", "services:\n  api: {image: a}\n")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return Project(tmp_path)


def test_ops_063_a_refuted_statement_is_a_finding_at_its_line(project: Project) -> None:
    check = next(c for c in catalogue() if c.id == "OPS-063")
    contested = Contested("12 services", At("docs/GUIDE.md", 1), "The project has 2.", (At("docker-compose.yml", 2),))
    project.stated = (
        StatedDocument("docs/GUIDE.md", At("docs/GUIDE.md"), 3, (contested,)),
        StatedDocument("docs/OTHER.md", None, 2),
    )

    bad, good = run_check(project, check)

    assert (bad.outcome, bad.evidence[0].path, bad.evidence[0].line) == (Outcome.FAIL, "docs/GUIDE.md", 1)
    assert good.outcome is Outcome.PASS


def test_ops_063_is_not_asked_where_no_document_is_named(project: Project) -> None:
    check = next(c for c in catalogue() if c.id == "OPS-063")

    assert [f.outcome for f in run_check(project, check)] == [Outcome.NOT_APPLICABLE]


@pytest.mark.parametrize(
    ("sentence", "outcome"),
    [
        ("The shop is production ready: fully\ntested, and backed up every day.", "unknown"),
        ("It is not production ready.", "not_applicable"),
        ("How to make it production ready stands below.", "not_applicable"),
        ("A tool of shop.test for building production ready shops.", "not_applicable"),
        ("A shop for shoes.", "not_applicable"),
    ],
)
def test_ops_063_a_readme_that_calls_itself_ready_is_quoted(tmp_path: Path, sentence: str, outcome: str) -> None:
    check = next(c for c in catalogue() if c.id == "OPS-063")
    (tmp_path / "README.md").write_text(f"# Shop\n\nIt sells. {sentence}\n", "utf-8")
    project = Project(tmp_path)

    (found,) = run_check(project, check)

    assert found.outcome == outcome
    assert outcome != "unknown" or ("production ready: fully tested" in found.message and found.evidence[0].line == 3)
    project.stated = (StatedDocument("README.md", At("README.md"), 1, ()),)
    assert run_check(project, check)[0].outcome is Outcome.PASS
