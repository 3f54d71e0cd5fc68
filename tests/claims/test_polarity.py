from __future__ import annotations

import pytest

from kit.claims.model import Stated, Statement
from kit.claims.sections import Mood, mood_of
from kit.claims.understand import speak_to, stated

HOLDS = ("Report", "Strengths")
LIMIT, SECRET, INJECTION = "SEC-003", "CFG-005", "SEC-006"


def statement(
    text: str, *section: str, mark: Stated | None = None, kind: str = "item", to_tick: bool = False
) -> Statement:
    return Statement("r:1", "r.md", 1, 1, section, text, kind, mark, to_tick=to_tick)


def said(text: str, check: str, *section: str, mark: Stated | None = None) -> Stated | None:
    return next((s.stated for s in speak_to(statement(text, *section, mark=mark)) if s.check == check), None)


@pytest.mark.parametrize(
    "text",
    [
        "Rate limiting",
        "Rate limiting exists on all routes",
        "Rate Limiting: per-IP, 100 requests a minute",
        "The API is protected by rate limiting.",
        "No issues with rate limiting",
    ],
)
def test_a_thing_that_is_named_or_praised_holds(text: str) -> None:
    assert said(text, LIMIT) is Stated.PASS


@pytest.mark.parametrize(
    "text",
    [
        "No rate limiting",
        "No API rate limiting on the login route",
        "The API runs without rate limiting",
        "Rate limiting is missing",
        "Rate limiting: not implemented",
        "Rate limiting is not yet configured",
        "Rate limiting has not been set up",
        "Missing: rate limiting",
        "Lacks any rate limiting",
        "Rate limiting | TODO",
        "Rate limiting needs to be implemented",
        "Rate limiting (disabled)",
        "There is neither rate limiting nor a captcha",
    ],
)
def test_a_thing_that_is_denied_fails(text: str) -> None:
    assert said(text, LIMIT) is Stated.FAIL


@pytest.mark.parametrize(
    "text",
    [
        "Basic rate limiting",
        "Rate limiting is incomplete",
        "Rate limiting is partially implemented",
        "Rate limiting exists but is not tested",
        "Rate limiting: not fully enforced",
        "Rate limiting needs work",
    ],
)
def test_a_thing_with_reserves_holds_in_part(text: str) -> None:
    assert said(text, LIMIT) is Stated.PARTIAL


@pytest.mark.parametrize(
    "text",
    [
        "Is there rate limiting?",
        "If rate limiting is hit, wait a minute",
        "Rate limiting should be added",
        "We recommend rate limiting",
        "Consider rate limiting for the login",
        "How to set up rate limiting",
        "Implement rate limiting",
        "Rate limiting: add it before the launch",
    ],
)
def test_questions_conditions_wishes_and_tasks_claim_nothing(text: str) -> None:
    assert said(text, LIMIT) is None


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("Missing", Stated.FAIL),
        ("What is missing", Stated.FAIL),
        ("❌ Gaps", Stated.FAIL),
        ("Required for GREEN", Stated.FAIL),
        ("Needs attention", Stated.FAIL),
        ("✅ Strengths", Stated.PASS),
        ("What works", Stated.PASS),
        ("Completed", Stated.PASS),
        ("Issues fixed", Stated.PASS),
        ("Recommendations", None),
        ("Next steps", None),
        ("Topics covered", None),
        ("Success criteria", None),
        ("Known limitations", None),
    ],
)
def test_a_heading_says_what_stands_beneath_it(section: str, expected: Stated | None) -> None:
    assert said("Rate limiting", LIMIT, "Report", section) is expected


def test_the_innermost_heading_that_says_something_counts() -> None:
    assert mood_of(("Missing", "Security", "What works", "Details")) is Mood.HOLDS
    assert mood_of(("Report", "Security")) is None


def test_what_is_missing_may_be_told_as_a_task_there() -> None:
    assert said("Implement rate limiting", LIMIT, "Must fix") is Stated.FAIL


@pytest.mark.parametrize("mark", list(Stated)[:3])
def test_a_mark_decides_what_words_leave_open(mark: Stated) -> None:
    assert said("Rate limiting", LIMIT, mark=mark) is mark
    assert said("Hardcoded secrets", SECRET, mark=mark) is mark


def test_a_mark_and_words_that_deny_agree() -> None:
    assert said("No rate limiting", LIMIT, mark=Stated.FAIL) is Stated.FAIL
    assert said("No hardcoded secrets", SECRET, mark=Stated.PASS) is Stated.PASS


def test_a_mark_that_praises_what_is_denied_claims_nothing() -> None:
    assert said("No rate limiting", LIMIT, mark=Stated.PASS) is None


def test_a_warning_under_what_is_wrong_says_that_it_is_missing() -> None:
    assert said("Rate limiting", LIMIT, "Weaknesses", mark=Stated.PARTIAL) is Stated.FAIL


@pytest.mark.parametrize(
    "text", ["Hardcoded secrets in the code", "Secrets are hardcoded", "API keys committed to the repository"]
)
def test_a_defect_that_is_named_fails(text: str) -> None:
    assert said(text, SECRET, "Report") is Stated.FAIL


@pytest.mark.parametrize(
    "text",
    [
        "No hardcoded secrets",
        "Zero hardcoded credentials",
        "Hardcoded secrets removed",
        "Removed hardcoded secrets",
        "Hardcoded credentials have been eliminated",
        "All secrets in .env, none in code",
    ],
)
def test_a_defect_that_is_gone_or_never_was_passes(text: str) -> None:
    assert said(text, SECRET, "Report") is Stated.PASS


@pytest.mark.parametrize(
    "text", ["Prevents SQL injection", "SQL injection protection", "Protected against SQL injection"]
)
def test_a_defect_with_a_positive_verb_passes(text: str) -> None:
    assert said(text, INJECTION, "Report") is Stated.PASS


@pytest.mark.parametrize("text", ["Remove hardcoded secrets", "Hardcoded secrets must be removed"])
def test_a_defect_that_is_to_be_removed_is_no_pass(text: str) -> None:
    assert said(text, SECRET, "Report") is not Stated.PASS


def test_lists_of_which_nothing_is_ticked_claim_nothing_unless_their_heading_says_what_is_missing() -> None:
    assert speak_to(statement("Rate limiting", "Deployment checklist", mark=Stated.FAIL, to_tick=True)) == ()
    missing = speak_to(statement("Rate limiting", "Pre-deployment (must fix)", mark=Stated.FAIL, to_tick=True))
    assert [s.stated for s in missing] == [Stated.FAIL]


def test_steps_of_a_procedure_claim_nothing() -> None:
    assert speak_to(statement("Run smoke tests on staging", "Deployment", mark=Stated.FAIL)) == ()


@pytest.mark.parametrize(
    ("text", "section", "expected"),
    [
        ("26 invariants", (), Stated.FACT),
        ("No dark mode", (), Stated.FAIL),
        ("Dark mode", ("Missing",), Stated.FAIL),
        ("Dark mode", ("What works",), Stated.PASS),
        ("Dark mode is incomplete", (), Stated.PARTIAL),
    ],
)
def test_statements_that_speak_to_no_check_state_something_too(
    text: str, section: tuple[str, ...], expected: Stated
) -> None:
    assert stated(statement(text, *section)) is expected


def test_a_language_that_is_not_understood_claims_nothing() -> None:
    assert said("Keine Rate limiting Tests", LIMIT) is None
    assert said("Rate limiting нет защиты", LIMIT) is None
    assert said("Rate limiting برای همه سرویس‌ها", LIMIT, mark=Stated.PASS) is Stated.PASS


@pytest.mark.parametrize("text", ["Location: rate limiting", "CWE: rate limiting missing", "See rate limiting"])
def test_pointers_to_elsewhere_claim_nothing(text: str) -> None:
    assert said(text, LIMIT) is None


def test_a_denial_that_belongs_to_the_words_themselves_denies_nothing() -> None:
    assert said("The code compiles without errors", "DEL-070", "Report") is Stated.PASS


def test_two_subjects_of_which_one_is_denied_hold_in_part() -> None:
    both = statement("Rate limiting exists but no CSRF protection", "Report")

    assert {s.check: s.stated for s in speak_to(both)} == {"SEC-003": Stated.PASS, "SEC-014": Stated.FAIL}
    assert stated(both) is Stated.PARTIAL
