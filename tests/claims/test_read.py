"""Reports as people write them become statements with their lines, whatever the encoding did to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.claims.join import joined
from kit.claims.model import Stated, Statement
from kit.claims.read import read, read_report
from kit.claims.text import repair
from kit.sources.formats.settings import ParamsError


def statements(text: str) -> list[Statement]:
    return list(read(dedent(text), "report.md").statements)


def test_items_rows_sentences_boxes_and_marked_headings_are_statements() -> None:
    found = statements(
        """\
        # Report

        The API is ready. It has no cache.

        ## ✅ PASS: Build
        - [x] Lockfile is committed
        - [ ] Smoke tests written

        | Check | Status |
        |---|---|
        | Backups | MISSING |
        """
    )

    assert [(s.line, s.kind, s.mark) for s in found] == [
        (3, "sentence", None),
        (3, "sentence", None),
        (5, "heading", Stated.PASS),
        (6, "item", Stated.PASS),
        (7, "item", Stated.FAIL),
        (11, "cell", Stated.FAIL),
    ]
    assert found[-1].columns == ("Check", "Status")


def test_a_label_above_a_list_stands_above_its_items() -> None:
    found = statements("**Issues:**\n- Missing quotas\n\nText after.\n")

    assert [(s.text, s.section) for s in found] == [("Missing quotas", ("Issues",)), ("Text after.", ())]


def test_what_is_said_twice_is_one_statement_with_both_lines() -> None:
    found = statements("- Redis cache configured\n\n## Summary\n\n- Redis cache configured\n")

    assert [(s.line, s.also) for s in found] == [(1, (5,))]


def test_opposite_marks_are_never_joined() -> None:
    assert len(statements("- [x] Load tests run nightly\n- [ ] Load tests run nightly\n")) == 2


def test_comments_of_a_cited_block_are_statements_of_their_own() -> None:
    found = statements("```bash\n# scripts/backup.sh exists but:\n# - No schedule\n```\n")

    assert "No schedule" in [s.text for s in found]


@pytest.mark.parametrize("encoding", ["mac_roman", "cp1254"])
def test_mojibake_is_repaired_and_no_line_is_lost(encoding: str) -> None:
    clean = "# Report\n\n- ✅ Build passes\n- ✓ Tests pass\n- ≥ 80 % coverage\n"
    broken = clean.encode("utf-8").decode(encoding, errors="ignore")

    text = repair(broken)

    assert text.lines == tuple(clean.removesuffix("\n").split("\n"))
    assert text.repaired is not None


def test_a_text_in_another_language_is_left_as_it_is() -> None:
    line = "- Größe der Datenbank: 2 Gigabyte, señal añadida, база данных"

    assert repair(line).lines == (line,)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: None, "no such file"),
        (lambda p: p.mkdir(), "a folder"),
        (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0"), "no text"),
        (lambda p: p.write_text("\n\n"), "empty"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, make: object, said: str) -> None:
    path = tmp_path / "report.md"
    make(path)  # type: ignore[operator]

    with pytest.raises(ParamsError, match=said) as raised:
        read_report(path, "report.md")

    assert "\n" not in str(raised.value)


def test_megabytes_on_one_line_and_control_characters_are_cut_and_taken_out() -> None:
    reading = read("- " + "x" * 2_000_000 + "\n- bell \x07 and \u202ebidi\u2069 marks\n", "report.md")

    assert max(len(line) for line in reading.lines) <= 4000
    assert reading.lines[1] == "- bell  and bidi marks"


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_with_lines_that_it_has(text: str) -> None:
    reading = read(text, "report.md")

    for statement in reading.statements:
        assert 1 <= statement.line <= statement.end_line <= len(reading.lines)


def test_of_a_report_of_more_lines_than_anybody_writes_the_first_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.claims.text.MAX_LINES", 50)
    (tmp_path / "audit.md").write_text("# Audit\n" + "- [x] Backups are made every night\n" * 60, "utf-8")

    reading = read_report(tmp_path / "audit.md", "audit.md")

    assert len(reading.lines) == 50 and reading.repaired == "of 61 lines the first 50 were read"
    assert [(s.line, len(s.also), s.also[-1]) for s in reading.statements] == [(2, 48, 50)]


def test_like_items_are_joined_with_every_line_once() -> None:
    one = read("- [x] Backups are made every night\n", "audit.md").statements[0]

    found = joined([replace(one, line=number) for number in (*range(1, 500), *range(1, 500))])

    assert [(s.line, s.also) for s in found] == [(1, tuple(range(2, 500)))]
