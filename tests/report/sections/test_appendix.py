"""What every style ends with: areas of which nothing was found, and the record of the run in words."""

from __future__ import annotations

from dataclasses import replace

from kit.report.blocks import Markdown, Notice, cell_text, empty
from kit.report.document import Section
from kit.report.notebooks import NotebookSection
from kit.report.sections.appendix import areas, run_table
from tests.report.poor import material

SHOWN = (
    Markdown("## Schema"),
    empty("No schema is in the project", "Models would stand here."),
    Markdown("## What is open"),
    empty("Nothing was judged", "No check of this area could be decided."),
    Markdown("## What holds"),
    empty("No strengths", "Nothing that was examined here holds yet."),
)


def area(*, judged: bool) -> Section:
    given = material()
    results = tuple(
        replace(a, score=a.score if judged else None) if a.id == "data" else a for a in given.assessment.areas
    )
    notebook = NotebookSection("area-data", "data", "Data", SHOWN, failed=False)
    changed = replace(given, assessment=replace(given.assessment, areas=results), notebooks=(notebook,))
    return next(section for section in areas(changed) if section.id == "area-data")


def test_an_area_of_which_nothing_was_found_says_so_once() -> None:
    notices = [block for block in area(judged=False).blocks if isinstance(block, Notice)]

    assert [notice.title for notice in notices] == ["Nothing of this area is in the project, so nothing was judged"]
    assert [cell_text(item) for item in notices[0].items] == ["No schema is in the project: Models would stand here."]


def test_an_area_that_was_judged_keeps_each_of_its_parts() -> None:
    assert len([block for block in area(judged=True).blocks if isinstance(block, Notice)]) == 3


def test_the_record_of_the_run_is_told_in_words() -> None:
    run = {"jobs": 2, "missing": [], "versions": {"python": "3.11.7", "kit": "0.1.0"}, "seconds": {"read": 0.5}}
    rows = {cell_text(name): cell_text(value) for name, value in run_table(replace(material(), run=run)).rows}

    assert rows["Processes at once"] == "2"
    assert rows["Versions"] == "python 3.11.7, kit 0.1.0"
    assert rows["Seconds spent"] == "read 0.50"
    assert not [name for name in rows if "issing" in name]
