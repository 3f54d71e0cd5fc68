from __future__ import annotations

from kit.sources.formats.lines import continued_lines


def test_a_continued_line_is_one_and_knows_where_it_stands() -> None:
    lines = [(line, at.line, at.end_line) for line, at in continued_lines("a \\\n  b\nc", "x.txt", 10)]

    assert lines == [("a    b", 1, 2), ("c", 3, 3)]


def test_a_line_for_the_shell_keeps_its_breaks() -> None:
    lines = [line for line, _ in continued_lines("\ta \\\n\tb", "Makefile", 10, keeps_breaks=lambda x: x[0] == "\t")]

    assert lines == ["\ta \\\n\tb"]


def test_a_backslash_at_the_end_of_the_text_and_lines_beyond_the_limit_stay_as_they_are() -> None:
    assert [line for line, _ in continued_lines("a\\", "x", 10)] == ["a\\"]
    assert [line for line, _ in continued_lines("a\nb\nc", "x", 2)] == ["a", "b"]
