"""Evidence files are found, limited and read; what is broken, hostile or unknown says so and is no measurement."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from evidence_files import one, packed, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.sources.evidence.find import digests
from kit.sources.evidence.read import read_evidence
from kit.sources.tree.files import FileIndex
from tests.sources.evidence import test_audits, test_coverage, test_issues, test_load, test_running, test_suites

JUNIT = '<testsuite name="a" tests="1"><testcase name="b" classname="c"/></testsuite>'
BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><testsuite><testcase name="&y;"/></testsuite>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&x;"/></testsuite>'


def test_a_file_is_known_by_its_content_whatever_its_name_and_key(tmp_path: Path) -> None:
    file = one(tmp_path, JUNIT, "coverage.lcov", key="coverage")

    assert (file.format, file.error) == ("JUnit", None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "declares entities"),
        (OUTSIDE, "declares entities"),
        ("<a>" * 500, "nested too deeply"),
        ("[" * 100_000, "the JSON cannot be read"),
        ("{" * 5 + '"a":' * 3, "the JSON cannot be read"),
        ("", "it is empty"),
        (
            '{"error": {"code": "ENOLOCK", "summary": "This command requires an existing lockfile."}}',
            "ended in an error and measured nothing: This command",
        ),
        (b"\0\1\2\3" * 50, "it is no text"),
        (packed(JUNIT), "packed with gzip"),
        (b"PK\x03\x04rest", "packed with zip"),
        ("<html><body/></html>", "its root is <html>"),
        ('{"a": 1}', "none of what is known"),
        ("Dear reader,\nnothing here.\n", "none of what is known"),
    ],
)
def test_what_is_broken_hostile_or_unknown_says_so(tmp_path: Path, content: str | bytes, said: str) -> None:
    file = one(tmp_path, content)

    assert file.error is not None and said in file.error
    assert (file.records, file.format) == ((), "")


def test_the_path_leads_from_the_project(tmp_path: Path) -> None:
    assert [f.path for f in read(tmp_path, {"a/junit.xml": JUNIT})] == ["../evidence/a/junit.xml"]


def test_a_name_without_wildcards_that_is_not_there_is_told_and_a_glob_may_match_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    files = FileIndex.of(tmp_path)

    [missing] = read_evidence(files, {"load": [str(tmp_path / "k6.json"), str(tmp_path / "*.json")]})

    assert (missing.path, missing.error) == ("k6.json", "there is no such file")


def test_a_link_in_the_project_that_leads_out_is_not_read(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "secret.xml").write_text(JUNIT)
    (project / "a.txt").write_text("x")
    (project / "junit.xml").symlink_to(tmp_path / "secret.xml")

    [file] = read_evidence(FileIndex.of(project), {"junit": [str(project / "*.xml")]})

    assert file.error == "it is a link that leads out of the project; it was not read"
    assert file.sha256 == ""


def test_digests_are_those_of_the_files_that_are_read(tmp_path: Path) -> None:
    [file] = read(tmp_path, {"junit.xml": JUNIT})

    assert digests(tmp_path / "project", {"junit": [str(tmp_path / "evidence" / "*.xml")]}) == {file.path: file.sha256}


def test_lines_that_records_name_are_quoted_with_secrets_masked(tmp_path: Path) -> None:
    text = '<testsuite>\n<testcase name="a"><failure message="password=hunter2Xk99qLm"/></testcase></testsuite>'

    file = one(tmp_path, text)

    assert "testcase" in file.quotes[2]
    assert "hunter2Xk99qLm" not in str(file)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_no_bytes_make_it_raise(tmp_path: Path, data: bytes) -> None:
    assert one(tmp_path, data).path == "../evidence/file"


_MODULES = (test_audits, test_coverage, test_issues, test_load, test_running, test_suites)
_SAMPLES = [
    value
    for module in _MODULES
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str | dict | list) and len(str(value)) > 60
]
"""One small output of every tool."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_that_is_cut_or_changed_within_makes_it_raise(tmp_path: Path, data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(_SAMPLES))
    text = (sample if isinstance(sample, str) else json.dumps(sample)).strip()
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    instead = data.draw(st.sampled_from(["", "null", "[]", "{}", "-1", '"x"', "1e999", "<a>", "\ud800", "0" * 400]))

    file = one(tmp_path, (text[:start] + instead + text[end:]).encode("utf-8", "surrogatepass"))

    assert file.error is not None or file.format


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_of_another_kind_makes_it_raise(tmp_path: Path, data: st.DataObject) -> None:
    sample = copy.deepcopy(data.draw(st.sampled_from([s for s in _SAMPLES if not isinstance(s, str)])))
    places = list(_places(sample))
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(st.sampled_from([None, [], {}, -1, 1e308, "x", True, [[]], {"a": 1}, [1], "9" * 30]))

    file = one(tmp_path, json.dumps(sample))

    assert file.error is not None or file.format


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in range(len(value)) if isinstance(value, list) else list(value) if isinstance(value, dict) else []:
        yield value, key
        yield from _places(value[key])
