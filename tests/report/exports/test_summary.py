from __future__ import annotations

import pytest
from findings import assess, finding
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from samples import NASTY, sample

from kit.report.exports.summary import MOST_CHARACTERS, MOST_FINDINGS, code, escape, render

TEXT = render(sample())
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


def html(text: str) -> str:
    return str(MARKDOWN.render(text))


def test_it_says_verdicts_the_gravest_findings_and_where() -> None:
    assert "| production | **NO-GO** | Open hard blockers: 1 (cannot build)." in TEXT
    assert "| **blocker: cannot build** | CON-001 | `Dockerfile:4` | What was seen. |" in TEXT
    assert "| Security | RED |" in TEXT
    assert "10 things examined: 1 hold, 1 in part, 3 do not, 1 could not be seen, 1 waived." in TEXT


def test_project_text_shows_as_it_is_and_does_nothing() -> None:
    shown = html(TEXT)

    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "<a " not in shown
    assert "@team" not in shown
    assert "Shop &lt;b&gt;" in shown


def test_a_very_long_assessment_still_fits_a_comment() -> None:
    many = [
        finding(f"SEC-{n:03}", severity="critical", message=NASTY * 40, path="a/" * 2000 + str(n)) for n in range(500)
    ]

    text = render(assess(*many, project={"name": "N" * 5000}))

    assert len(text) < MOST_CHARACTERS
    assert text.count("\n| critical |") == MOST_FINDINGS
    assert f"… and {500 - MOST_FINDINGS} more" in text


def test_nothing_grave_is_said_to_be_nothing() -> None:
    text = render(assess(finding(outcome="pass")))

    assert "No blocker, critical or high finding is open." in text
    assert "| staging | **GO** | No gate holds it back. |" in text
    assert "### Plan" not in text


def test_many_notices_are_cut() -> None:
    waiver = {"check": "SEC-009", "reason": "r", "owner": "o", "expires": "2026-12-31"}

    assert "- … and 2 more, in the report." in render(assess(finding(), waivers=[waiver] * 12))


def test_notices_are_listed() -> None:
    assert "- 'history' is not looked at by this version." in render(assess(finding(), history="sqlite:///x"))


@given(st.text())
def test_escaped_text_makes_no_element(text: str) -> None:
    assert html(f"x {escape(text)} x").count("<") == 2
    assert html(f"- {escape(text)} x").count("<") == 4


@pytest.mark.parametrize("text", ["a`b", "``", "`", "a|b", "<b>"])
def test_a_code_span_holds_any_text(text: str) -> None:
    assert html(f"x {code(text)} x").startswith("<p>x <code>")
    assert html(f"x {code(text)} x").rstrip().endswith("</code> x</p>")
