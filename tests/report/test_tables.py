"""Findings as frames and tables."""

from __future__ import annotations

import pandas as pd

from kit.report.blocks import Mark, Ref, cell_text
from kit.report.tables import (
    FRAME_COLUMNS,
    findings_frame,
    findings_table,
    frame_table,
    outcome_matrix,
    ranked,
)
from tests.findings import finding

FINDINGS = [
    finding("SEC-003", "pass"),
    finding("SEC-002", "fail", "low"),
    finding("SEC-001", "fail", "critical"),
    finding("CON-001", "fail", "high", blocker="cannot start"),
    finding("SEC-004", "fail", "critical", file_class="test"),
]


def test_the_gravest_stands_first_and_a_blocker_before_all() -> None:
    assert [f.check for f in ranked(FINDINGS[:4])] == ["CON-001", "SEC-001", "SEC-002", "SEC-003"]


def test_a_frame_has_a_row_per_finding_with_its_place() -> None:
    frame = findings_frame(FINDINGS[:4])

    assert tuple(frame.columns) == FRAME_COLUMNS
    assert frame.loc[0, ["check", "path", "line"]].tolist() == ["CON-001", "app/main.py", 1]


def test_a_frame_becomes_a_table_with_numbers_told_by_their_type() -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "n": [1.0, float("nan")]})

    table = frame_table(frame, "A frame")

    assert [c.kind for c in table.columns] == ["text", "number"]
    assert table.rows == (("a", 1.0), ("b", None))


def test_a_row_links_to_its_finding() -> None:
    table = findings_table(FINDINGS[1:2], "Open")

    assert table.rows[0][0] == Ref("finding-SEC-002-app/main.py-1-fail", "SEC-002")
    assert table.rows[0][1] == Mark("low")


def test_a_matrix_keeps_the_worst_outcome_of_a_cell_and_leaves_out_what_does_not_apply() -> None:
    examined = [
        finding("SEC-001", "pass", path="api"),
        finding("SEC-001", "fail", path="api", line=7),
        finding("SEC-001", "not_applicable", path="web"),
        finding("SEC-002", "unknown", path="db"),
    ]

    table = outcome_matrix(examined, lambda f: [f.evidence[0].path], "Controls")

    assert table
    assert [c.name for c in table.columns] == ["Control", "api", "db"]
    assert [cell_text(c) for c in table.rows[0]] == ["Title of SEC-001", "fail", ""]
    assert table.rows[0][1] == Mark("fail", at="api:7")


def test_a_matrix_of_nothing_is_none() -> None:
    assert outcome_matrix([], lambda _: "x", "Controls") is None
