"""Samples that fit and contradict five reports: each statement that their files decide is judged rightly."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
import yaml

from kit.claims.examine import examine
from kit.claims.model import Claim, Examination
from kit.claims.read import read_reports
from kit.project import Project

HERE = Path(__file__).parent
SEEDS = HERE / "seeds"
SAMPLES = HERE.parent / "projects" / "claims"
MANY_TESTS = 198
"""Test files of the sample that has "197+", made here so that the repository is spared them."""


@dataclass(frozen=True)
class Truth:
    name: str
    project: str
    report: str
    line: int
    verdict: str
    why: str


def truths() -> list[Truth]:
    found = []
    for path in sorted((HERE / "truth").glob("*.yaml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        for line, (verdict, why) in data["verdicts"].items():
            found.append(Truth(path.stem, data["project"], data["report"], line, verdict, why))
    return found


@cache
def sample(name: str) -> Project:
    """A copy outside of the repository, whose history is none of the sample's."""
    root = Path(mkdtemp()) / name
    shutil.copytree(SAMPLES / name, root)
    if name == "hasivu-fit":
        folder = root / "tests" / "unit"
        folder.mkdir(parents=True)
        for number in range(MANY_TESTS):
            (folder / f"thing{number}.test.ts").write_text("test('holds', () => expect(1).toBe(1))\n", "utf-8")
    return Project(root)


@cache
def examined(name: str, *reports: str) -> Examination:
    project = sample(name)
    return examine(project, read_reports([SEEDS / report for report in reports], project.root))


def claim_at(examination: Examination, line: int) -> Claim:
    return next(claim for claim in examination.claims if claim.statement.line == line)


@pytest.mark.parametrize("truth", truths(), ids=lambda t: f"{t.name}:{t.line}")
def test_a_statement_is_judged_as_the_sample_has_it(truth: Truth) -> None:
    claim = claim_at(examined(truth.project, truth.report), truth.line)

    assert claim.verdict.value == truth.verdict, f"{claim.statement.text}: {claim.reason} ({truth.why})"


def test_what_is_confirmed_or_refuted_says_why_and_where() -> None:
    examination = examined("market-polished", "001_nextgen_final_audit.md")

    decided = [c for c in examination.claims if c.verdict.value in {"confirmed", "partly"}]

    assert decided
    assert all(c.reason for c in examination.claims)
    assert all(c.evidence for c in decided)


def test_two_reports_on_one_system_contradict_each_other_on_readiness() -> None:
    examination = examined("market-rough", "000_nextgen_formal_verification.md", "001_nextgen_final_audit.md")

    about = [c.about for c in examination.contradictions]
    shares = {c.statement.source for c in examination.claims}

    assert "readiness" in about
    assert len(shares) == 2


def test_a_report_is_held_against_its_own_numbers() -> None:
    formal = examined("market-rough", "000_nextgen_formal_verification.md").contradictions
    viability = examined("opside-fit", "002_opside_viability_audit.md").contradictions

    assert any("26" in c.reason and "23" in c.reason for c in formal)
    assert any("12 HIGH" in c.reason for c in formal)
    assert any("82.5" in c.reason for c in viability)
