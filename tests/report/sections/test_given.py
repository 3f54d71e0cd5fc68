"""What a params file brings beside the project is named, with how far it can be trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.assessment import opened
from kit.judgement.assessment import judge
from kit.judgement.policy import load_policy
from kit.model import Evidence, Outcome, Strength
from kit.params import load_params
from kit.registry import catalogue
from kit.report.blocks import Mark, Table
from kit.report.sections.given import given, sources
from kit.report.sections.material import Material
from kit.run import run_checks
from kit.sources.probes.model import HttpProbe, Probes
from kit.sources.ran.model import CommandRun

PARAMS = """
project: {path: project}
evidence: {junit: [good.xml, cut.xml]}
attestations:
  - {check: OPS-002, answer: pass, by: "Jane Doe, SRE", on: 2026-01-01, expires: 2099-01-01, note: in the wiki}
"""
RUN = CommandRun("types", "delivery", "tsc", ".", "exited", code=2)


def material(tmp_path: Path, params: str = PARAMS) -> Material:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "README.md").write_text("# Shop\n")
    (tmp_path / "good.xml").write_text('<testsuite timestamp="2026-11-20T10:00:00"><testcase name="a"/></testsuite>')
    (tmp_path / "cut.xml").write_text('<testsuite><testcase name="a"')
    (tmp_path / "params.yaml").write_text(params)
    given_params = load_params(tmp_path / "params.yaml")
    project = opened(given_params)
    unseen = next(iter(run_checks(project, [c for c in catalogue() if c.id == "OPS-002"])))
    unknown = replace(
        unseen, outcome=Outcome.UNKNOWN, evidence=(Evidence("README.md", 1, 1, "# Shop", Strength.STATIC),)
    )
    assessment = judge(
        (unknown,),
        load_policy(given_params),
        given_params,
        generated_at=datetime(2026, 11, 22, tzinfo=UTC),
        revision=None,
        checks=catalogue(),
    )
    return Material(assessment, project)


@pytest.fixture
def whole(tmp_path: Path) -> Material:
    """One of everything: two evidence files, two commands of which one was run, an address, an answer."""
    made = material(tmp_path)
    made.project.__dict__["ran"] = (RUN, replace(RUN, name="later", ended="not-asked", code=None))
    made.project.__dict__["probes"] = Probes("", http=(HttpProbe(url="http://shop.example.org/", status=200),))
    return made


def table(material: Material, caption: str) -> Table:
    return next(b for b in given(material) if isinstance(b, Table) and b.caption == caption)


def test_a_report_says_what_it_was_made_from(whole: Material) -> None:
    assert sources(whole) == (
        "the files of the project, 2 files that other tools wrote, 1 command that was run, 1 address that was asked "
        "and 1 answer of a person"
    )


def test_a_report_of_files_alone_says_so_and_has_no_such_section(tmp_path: Path) -> None:
    bare = material(tmp_path, "project: {path: project}\n")

    assert sources(bare) == "the files of the project"
    assert given(bare) == ()


def test_a_file_that_is_cut_off_stands_beside_one_that_was_read(whole: Material) -> None:
    marks = {str(row[0]): row[-1] for row in table(whole, "Files that other tools wrote").rows}

    assert [m.outcome for m in marks.values() if isinstance(m, Mark)] == ["fail", "pass"]


def test_revisions_have_a_column_where_a_file_states_one(whole: Material) -> None:
    def headings() -> list[str]:
        return [c.name for c in table(whole, "Files that other tools wrote").columns]

    assert "Revision" not in headings()

    first, *rest = whole.project.evidence or ()
    whole.project.evidence = (replace(first, revision="0123456789abcdef"), *rest)
    assert "Revision" in headings()
    assert table(whole, "Files that other tools wrote").rows[0][3] == "0123456789ab"


def test_a_command_that_failed_and_one_that_was_not_run_are_told_apart(whole: Material) -> None:
    rows = table(whole, "Commands that were run").rows

    assert [(r[0], r[2].outcome) for r in rows if isinstance(r[2], Mark)] == [("types", "fail"), ("later", "unknown")]


def test_an_answer_of_a_person_shows_who_until_when_and_what_the_project_does_not(whole: Material) -> None:
    ((_, mark, said, _),) = table(whole, "What people attest").rows

    assert isinstance(mark, Mark) and mark.outcome == "pass"
    assert str(said).startswith("Jane Doe, SRE attests on 2026-01-01, until 2099-01-01: pass. in the wiki.")
