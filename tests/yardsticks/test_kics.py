"""The yardstick itself, on a made-up copy with two queries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from yardsticks import kics

ROOT_USER = 'FROM node:22.1.0\nUSER root\nCMD ["node"]\n'
ASKS = "FROM debian:12.5\nRUN apt-get install curl\n"
MAPPING = """
queries:
  dockerfile/root: {check: CON-002, message: "runs as root"}
  dockerfile/asks: CON-040
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Two queries: one whose line is found, one with a missed line and a finding that nobody expects."""
    _query(
        tmp_path,
        "root",
        {"positive.dockerfile": ROOT_USER, "negative.dockerfile": ROOT_USER.replace("root", "app")},
        [2],
    )
    _query(
        tmp_path,
        "asks",
        {"positive.dockerfile": ASKS.replace("get install", "get -y install"), "negative.dockerfile": ASKS},
        [2],
    )
    return tmp_path


def _query(root: Path, name: str, files: dict[str, str], lines: list[int]) -> None:
    folder = root / "assets" / "queries" / "dockerfile" / name / "test"
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text, "utf-8")
    labels = [{"queryName": name, "line": line} for line in lines]
    (folder / "positive_expected_result.json").write_text(json.dumps(labels), "utf-8")


def _scores(copy: Path) -> dict[str, kics.Score]:
    mapping = copy / "mapping.yaml"
    mapping.write_text(MAPPING, "utf-8")
    found = kics.measure(kics.queries_of(copy), kics.load_mapping(mapping))
    return {one.query: score for one, score in found.items()}


def test_a_line_that_is_found_and_a_silent_negative_file_count_in_full(copy: Path) -> None:
    score = _scores(copy)["dockerfile/root"]

    assert (score.recall, score.precision) == (1.0, 1.0)


def test_a_missed_line_and_a_finding_in_a_negative_file_are_listed(copy: Path) -> None:
    score = _scores(copy)["dockerfile/asks"]

    assert (score.recall, score.precision) == (0.0, 0.0)
    assert score.misses == ["dockerfile/asks/positive.dockerfile:2"]
    assert score.false[0].startswith("dockerfile/asks/negative.dockerfile:2 CON-040 ")


def test_the_table_has_a_row_for_each_platform_and_the_total(copy: Path) -> None:
    mapping = copy / "mapping.yaml"
    mapping.write_text(MAPPING, "utf-8")
    rows = list(kics.table(kics.measure(kics.queries_of(copy), kics.load_mapping(mapping))))

    assert rows[-2].split()[:3] == ["dockerfile", "(2", "queries)"]
    assert rows[-1].split()[3:] == ["2", "1", "0.50", "2", "1", "0.50"]


def test_a_block_reaches_to_the_next_line_that_is_not_deeper() -> None:
    text = ["a:", "  b: 1", "  - c", "d: 2"]

    assert kics._end(text, 1) == 3
    assert kics._end(text, 4) == 4


def test_a_mapping_with_an_unknown_check_is_refused(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("queries:\n  dockerfile/root: CON-999\n", "utf-8")

    with pytest.raises(ValueError, match="CON-999"):
        kics.load_mapping(mapping)


def test_the_mapping_names_checks_of_the_catalogue_and_says_why_queries_are_left_out() -> None:
    assert len(kics.load_mapping()) >= 60
