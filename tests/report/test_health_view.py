"""The health check shows what was seen in each section, and in an empty one what would fill it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from corpus import PROJECTS

from kit.assessment import health
from kit.report.blocks import Chart, Excerpt, Notice, Table, plain
from kit.report.display import Display, bundle
from kit.report.views.health import SECTIONS, HealthCheck

TEN = ("containers", "services", "endpoints", "database", "cache", "storage", "resources", "network", "logs", "summary")


def check(name: str) -> HealthCheck:
    return health(str(PROJECTS / name), str(PROJECTS / f"{name}.params.yaml"), str(PROJECTS / f"{name}.evidence"))


@pytest.fixture(scope="module")
def poor() -> HealthCheck:
    return check("kiosk-poor")


def text(shown: Display) -> str:
    return "\n".join(plain(block) for block in shown.blocks)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("containers", ["kiosk-db-1", "exited", "unhealthy"]),
        (
            "endpoints",
            ["https://kiosk.example.org/ready", "500", "50 users: 1400 requests, 210 failed"],
        ),
        ("database", ["13.14", "96 of 100", "SUPERUSER", "schema_migrations"]),
        ("cache", ["7.2.4", "allkeys-lru", "in memory alone"]),
        ("storage", ["kiosk-receipts", "its policy allows everybody"]),
        ("resources", ["Too little is left: disk /"]),
        ("network", ["TLSv1, TLSv1.1", "certificate has expired", "198.51.100.9"]),
        ("ran", ["$ pytest app", "[exit code 1", "$ ./health.sh", "timed out"]),
    ],
)
def test_a_section_shows_what_was_seen(section: str, words: list[str], poor: HealthCheck) -> None:
    shown = text(getattr(poor, section)())

    assert [word for word in words if word not in shown] == []


def test_the_summary_says_what_each_section_comes_to(poor: HealthCheck) -> None:
    (table,) = poor.summary().blocks
    (sound,) = check("kiosk-sound").summary().blocks

    assert isinstance(table, Table)
    assert isinstance(sound, Table)
    assert [row[0] for row in table.rows] == list(SECTIONS)
    assert {row[1].outcome for row in table.rows[:8]} == {"fail"}  # type: ignore[union-attr]  # a mark
    assert {row[1].outcome for row in sound.rows[:8]} == {"pass"}  # type: ignore[union-attr]  # a mark


def test_the_headline_names_what_is_not_as_it_should_be(poor: HealthCheck, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")

    assert text(poor.headline()).startswith("Not as it should be: Containers, Services, Endpoints")
    assert "8 of 8 sections that could be judged hold. Not asked: Logs." in text(check("kiosk-sound").headline())
    assert "None of the 9 sections was asked." in text(health(str(tmp_path)).headline())


@pytest.mark.parametrize("section", [*TEN, "ran"])
def test_a_section_of_nothing_says_what_would_fill_it(section: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")

    block = getattr(health(str(tmp_path)), section)().blocks[0]

    assert isinstance(block, Notice | Table)
    assert isinstance(block, Table) == (section == "summary")


@pytest.mark.parametrize("section", [*TEN, "ran"])
def test_what_a_section_shows_can_be_stored_in_a_notebook(section: str, poor: HealthCheck) -> None:
    for block in getattr(poor, section)().blocks:
        assert isinstance(block, Chart | Excerpt | Notice | Table)
        json.dumps(bundle(block))
