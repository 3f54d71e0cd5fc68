from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import FINDINGS, sample

from kit.report.exports.csv import COLUMNS, render, safe

ROWS = list(csv.DictReader(io.StringIO(render(sample()), newline="")))


def test_every_finding_is_one_row() -> None:
    assert len(ROWS) == len(FINDINGS)
    assert tuple(ROWS[0]) == COLUMNS


def test_a_row_says_where_and_who_waived() -> None:
    row = next(r for r in ROWS if r["check"] == "SEC-002")

    assert (row["path"], row["line"], row["waived_by"], row["waived_until"]) == (
        "k8s/dev/a.yaml",
        "2",
        "Jane",
        "2026-12-31",
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "  =", "＝"])
def test_a_cell_that_could_be_a_formula_is_quoted(start: str) -> None:
    assert safe(f"{start}cmd()") == f"'{start}cmd()"


def test_plain_cells_stay_as_they_are() -> None:
    assert [safe("a=b"), safe(7), safe(None)] == ["a=b", "7", ""]


@given(st.text())
def test_no_text_gives_a_cell_that_starts_a_formula(text: str) -> None:
    assert not safe(text).lstrip().startswith(("=", "+", "-", "@"))
    assert "\x00" not in safe(text)
