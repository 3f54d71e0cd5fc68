"""The first screen: what decides the verdict, what it would take."""

from __future__ import annotations

from pathlib import Path

from kit.project import Project
from kit.report.blocks import Prose, Table
from kit.report.sections.first import deciding, outlook
from kit.report.sections.material import Material
from tests.findings import assess, finding


def screen(folder: Path, *severities: str) -> Material:
    found = [finding("SEC-003", severity=s, fingerprint=f"f{i}") for i, s in enumerate(severities)]
    return Material(assess(*found), Project(folder))


def test_high_findings_that_make_conditions_are_named_where_nothing_graver_is_open(tmp_path: Path) -> None:
    shown = deciding(screen(tmp_path, "high", "high", "low"))

    assert isinstance(shown, Table)
    assert shown.caption == "What decides it: 2 high findings"
    assert len(shown.rows) == 2


def test_critical_findings_alone_are_counted_without_speaking_of_blockers(tmp_path: Path) -> None:
    shown = deciding(screen(tmp_path, "critical"))

    assert isinstance(shown, Table)
    assert shown.caption == "What decides it: 1 critical finding"


def test_what_it_would_take_is_said_and_not_as_nothing(tmp_path: Path) -> None:
    said = [block for block in outlook(screen(tmp_path, "high")) if isinstance(block, Prose)]

    assert "until nothing holds production back" in said[0].paragraphs[0]
    assert ": 0 h until" not in said[0].paragraphs[0]
