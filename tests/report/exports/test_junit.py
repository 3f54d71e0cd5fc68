from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from samples import FINDINGS, sample

from kit.report.exports.junit import render

ROOT = ET.fromstring(render(sample()).encode())  # noqa: S314 - our own text
SUITE_ATTRIBUTES = {
    "name",
    "package",
    "id",
    "timestamp",
    "hostname",
    "tests",
    "failures",
    "errors",
    "skipped",
    "time",
}


def cases(check: str) -> list[ET.Element]:
    return [c for c in ROOT.iter("testcase") if str(c.get("classname")).endswith(check)]


def test_the_document_keeps_to_what_both_schemas_allow() -> None:
    assert (ROOT.tag, ROOT.attrib) == ("testsuites", {})
    for number, suite in enumerate(ROOT):
        assert (suite.tag, set(suite.attrib), suite.get("id")) == ("testsuite", SUITE_ATTRIBUTES, str(number))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(suite.get("timestamp")))
        tags = [child.tag for child in suite]
        assert tags == ["properties", *["testcase"] * (len(tags) - 3), "system-out", "system-err"]
    for case in ROOT.iter("testcase"):
        assert set(case.attrib) == {"name", "classname", "time"}
        assert len(case) <= 1
        assert all(child.tag in {"failure", "error", "skipped"} for child in case)
    for told in (*ROOT.iter("failure"), *ROOT.iter("error")):
        assert set(told.attrib) == {"message", "type"}


def test_the_counts_are_those_of_the_cases() -> None:
    for suite in ROOT:
        assert int(str(suite.get("tests"))) == len(suite.findall("testcase"))
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(str(suite.get(count))) == len(suite.findall(f"testcase/{tag}"))
    assert len(list(ROOT.iter("testcase"))) == len(FINDINGS)


def test_what_is_open_fails_with_its_place_and_fix() -> None:
    (case,) = cases("CON-001")
    failure = case.find("failure")

    assert failure is not None
    assert failure.get("message") == "Dockerfile:4: What was seen."
    assert failure.get("type") == "low-fail"
    assert str(failure.text).endswith("Fix: Do this.")


def test_a_crashed_check_is_an_error_and_a_pass_is_empty() -> None:
    assert [c.find("error") is not None for c in cases("OPS-001")] == [True]
    assert [len(c) for c in cases("SEC-001")] == [1, 0]


def test_what_is_waived_set_aside_or_undecided_is_skipped_with_the_reason() -> None:
    said = [str(e.get("message")) for check in ("SEC-002", "SEC-003", "DAT-001") for e in cases(check)[0]]

    assert said[0] == "Waived by Jane until 2026-12-31: pilot"
    assert said[1].startswith("Set aside (a test file)")
    assert said[2].startswith("Unknown:")


def test_no_two_cases_share_a_name() -> None:
    names = [(c.get("classname"), c.get("name")) for c in ROOT.iter("testcase")]

    assert len(set(names)) == len(names)
