"""Columns on paper: they fill the page and no more, and a wide matrix is parted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.report.blocks import Column, Mark, Place, Table, columns
from kit.report.pdf.columns import PAGE, ordinary, parted
from kit.report.pdf.words import BREAK, breakable, longest_word, spans


@given(st.lists(st.lists(st.text(max_size=200), min_size=4, max_size=4), max_size=5))
def test_columns_fill_the_page(rows: list[list[str]]) -> None:
    table = Table("T", tuple(Column(n) for n in "abcd"), tuple(tuple(r) for r in rows))

    assert sum(ordinary(table).widths) == pytest.approx(PAGE, abs=1)


def test_the_column_with_the_longest_text_is_the_widest() -> None:
    table = Table("T", (Column("a"), Column("b")), (("x", "many words " * 40), ("y", "z")))

    narrow, wide = ordinary(table).widths

    assert narrow < 60 < wide


@pytest.mark.parametrize("columns", [1, 3, 13, 14, 40])
def test_a_matrix_keeps_every_column_and_its_first_one_in_each_part(columns: int) -> None:
    heads = (Column("Control"), *(Column(f"service-{i}") for i in range(columns)))
    parts = parted(Table("T", heads, (("x", *[Mark("pass")] * columns),), matrix=True))

    assert [c.name for p in parts for c in p.columns[1:]] == [c.name for c in heads[1:]]
    assert all(p.columns[0].name == "Control" and p.rows[0][0] == "x" for p in parts)
    assert all(sum(p.widths) <= PAGE + 1 for p in parts)


def test_long_words_may_break_after_their_punctuation_and_short_ones_not() -> None:
    assert breakable("a short/path") == "a short/path"
    assert breakable("services/checkout/Dockerfile") == f"services/{BREAK}checkout/{BREAK}Dockerfile"
    assert len(longest_word(breakable("x" * 200))) <= 20


def test_code_stands_between_pairs_of_backticks() -> None:
    assert spans("run `make` now") == [{"text": "run "}, {"text": "make", "code": True}, {"text": " now"}]
    assert spans("one ` alone") == [{"text": "one ` alone"}]


def test_places_in_a_matrix_have_the_room_that_marks_do_not_need() -> None:
    heads = (Column("Workload"), Column("Limits"), Column("Not root"), Column("Where", "code"))
    row = ("api", Mark("pass"), Mark("fail"), Place("k8s/base/deployments/api.yaml:38"))

    (part,) = parted(Table("T", heads, (row,), matrix=True))

    assert part.widths[3] > 2 * part.widths[1]
    assert not part.upright


def test_places_in_a_matrix_have_more_room_than_its_marks() -> None:
    names = ("Workload", "Kind", *(f"Control number {i}" for i in range(8)), "Where")
    row = (
        "payments-and-invoices",
        "StatefulSet",
        *([Mark("pass", "set")] * 8),
        Place("k8s/overlays/production/api.yaml:3"),
    )
    part = parted(Table("Workloads", columns(*names), (row,), matrix=True))[0]

    assert part.widths[-1] > 3 * part.widths[3]
    assert sum(part.widths) <= PAGE + 0.01
