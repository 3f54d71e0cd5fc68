"""What is cut for paper: each finding told once, lesser ones as rows, long tables with their first rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from kit.report import blocks as b
from kit.report.document import Document, Section
from kit.report.pdf import paper
from kit.report.pdf.paper import for_paper
from kit.report.sections.appendix import EVIDENCE
from kit.report.styles import STYLES, build_document
from tests.report.documents import document
from tests.report.poor import material


def entry(number: int, severity: str, *rows: b.Row) -> b.Entry:
    return b.Entry(number, f"Finding {number}.", severity, "fail", f"f{number}", "CON-001", "a.py:1", rows=rows)


def printed(*found: b.Entry, told: tuple[b.Block, ...] = (), areas: tuple[b.Block, ...] = ()) -> Document:
    areas_section = Section("appendix-areas", "Areas", (), (Section("area-data", "Data", areas),))
    shown = replace(
        document(),
        sections=(Section("style", "Style", told),),
        appendix=(areas_section, Section(EVIDENCE, "All open findings", found)),
    )
    return for_paper(shown)


def evidence(shown: Document) -> tuple[b.Block, ...]:
    return next(section for section in shown.appendix if section.id == EVIDENCE).blocks


def test_grave_findings_are_cards_and_lesser_ones_rows() -> None:
    blocks = evidence(printed(entry(1, "critical"), entry(2, "high"), entry(3, "medium"), entry(4, "low")))

    assert [block.number for block in blocks if isinstance(block, b.Entry)] == [1, 2]
    assert [row[0] for block in blocks if isinstance(block, b.Table) for row in block.rows] == ["3", "4"]


def test_a_finding_that_a_section_has_told_is_not_told_again() -> None:
    first, row = entry(1, "critical"), (b.Ref("finding-f3", "CON-001"),)
    table = b.Table("Open", b.columns("Check"), (row,))

    shown = printed(first, entry(2, "high"), entry(3, "medium"), told=(first, table))

    assert [block.number for block in evidence(shown) if isinstance(block, b.Entry)] == [2]
    assert not [block for block in evidence(shown) if isinstance(block, b.Table)]
    assert "1 of the open findings" in b.plain(evidence(shown)[0])


def test_where_nothing_is_open_it_says_so_as_everywhere() -> None:
    said = b.empty("Nothing is open", "...")
    shown = replace(document(), sections=(), appendix=(Section(EVIDENCE, "All open findings", (said,)),))

    assert evidence(for_paper(shown)) == (said,)


def test_beyond_as_many_cards_as_one_reads_findings_are_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "MOST_CARDS", 2)

    blocks = evidence(printed(*(entry(n, "high") for n in range(1, 6))))

    assert Counter(type(block).__name__ for block in blocks) == {"Prose": 2, "Entry": 2, "Table": 1}


def test_a_card_has_one_excerpt_around_what_is_meant_and_the_places_of_the_others() -> None:
    long = b.Excerpt("a.py:50", tuple(f"line {n}" for n in range(40, 61)), 40, (50, 50))
    other = b.Excerpt("b.py:3", ("x",), 3, (3, 3))

    (card,) = (
        block
        for block in evidence(printed(entry(1, "high", b.Row("Evidence", excerpt=long), b.Row("", excerpt=other))))
        if isinstance(block, b.Entry)
    )

    (shown,) = (row.excerpt for row in card.rows if row.excerpt)
    assert shown.first_line == 48 and shown.lines[2] == "line 50"
    assert len(shown.lines) == paper.MOST_LINES
    assert [row.text for row in card.rows if not row.excerpt] == ["Also at b.py:3"]


def test_of_an_area_its_first_charts_stay_and_what_an_analyst_wrote() -> None:
    table = b.Table("All services", b.columns("Name"), (("api",),))
    chart = b.Chart("Three", {"data": [], "layout": {}}, "Three.")
    blocks = (b.Markdown("## Services"), table, b.Markdown("Seen by hand."), b.Markdown("## Ports"), chart, table)

    areas = next(s for s in printed(areas=blocks).appendix if s.id == "appendix-areas")

    assert areas.sections[0].blocks == (b.Markdown("Seen by hand."), b.Markdown("## Ports"), chart)


def test_a_notebook_of_no_area_keeps_its_tables_under_their_headings() -> None:
    table = b.Table("2 services", b.columns("Service"), (("api",), ("web",)))
    health = Section("notebook-health", "Health check", (b.Markdown("## 2. Services"), table))
    areas = Section("appendix-areas", "Areas", (), (health,))

    (shown,) = for_paper(replace(document(), sections=(), appendix=(areas,))).appendix[0].sections

    assert shown.blocks == health.blocks


def test_a_long_table_of_the_appendix_says_how_many_rows_it_has() -> None:
    table = b.Table("Plan", b.columns("Step"), tuple((f"step {n}",) for n in range(90)))
    shown = for_paper(replace(document(), appendix=(Section("appendix-plan", "Plan", (table,)),)))

    (cut,) = shown.appendix[0].blocks

    assert isinstance(cut, b.Table) and len(cut.rows) == paper.MOST_ROWS
    assert "of 90 rows" in cut.note


@pytest.mark.xdist_group("poor")
@pytest.mark.parametrize("style", STYLES)
def test_no_finding_is_told_twice_in_a_style_and_all_blockers_are(style: str) -> None:
    shown = for_paper(build_document(material(), style))
    cards = [block for _, section in shown.walk() for block in section.blocks if isinstance(block, b.Entry)]

    assert max(Counter(card.fingerprint for card in cards).values()) == 1
    assert {f.fingerprint for f in material().deciding} <= {card.fingerprint for card in cards}
    assert [s.title for _, s in shown.walk()] == [s.title for _, s in build_document(material(), style).walk()]


def test_an_area_without_a_chart_shows_its_first_table_that_has_rows() -> None:
    question, about = b.Prose(("How?",)), b.Markdown("Requests")
    empty, full = b.Table("None", b.columns("A"), ()), b.Table("Calls", b.columns("A"), (("x",),))

    shown = printed(areas=(question, empty, about, full, b.Table("More", b.columns("A"), (("y",),))))

    assert shown.appendix[0].sections[0].blocks == (question, about, full)


def test_the_text_before_that_table_is_not_repeated() -> None:
    about, nothing = b.Markdown("Licences"), b.empty("No file", "...")
    full = b.Table("Packages", b.columns("A"), (("x",),))

    shown = printed(areas=(about, nothing, full))

    assert shown.appendix[0].sections[0].blocks == (about, nothing, full)
