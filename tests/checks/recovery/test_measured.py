"""The owner's objectives are held against schedules."""

from __future__ import annotations

from pathlib import Path

import pytest
from given import seen

FILES = {
    "docker-compose.yml": """
        services:
          db:
            image: postgres:16
            volumes: [data:/var/lib/postgresql/data]
        volumes: {data: {}}
    """,
    "ops/crontab": "0 3 * * * root /srv/shop/ops/backup.sh\n",
    "ops/backup.sh": "#!/bin/sh\npg_dump -Fc shop > /backup/shop.dump\n",
}


@pytest.mark.parametrize(("rpo", "outcome"), [("4h", "fail"), ("2d", "pass")])
def test_the_schedule_is_held_against_the_point_objective(tmp_path: Path, rpo: str, outcome: str) -> None:
    found = seen(tmp_path, "REC-070", {}, FILES, f"thresholds: {{rpo: {rpo}}}\n")

    assert found.outcomes == [outcome]
    assert "runs every 24 hours" in found.text


def test_a_time_objective_that_nothing_has_timed_is_unknown(tmp_path: Path) -> None:
    found = seen(tmp_path, "REC-070", {}, FILES, "thresholds: {rto: 4h}\n")

    assert found.outcomes == ["unknown"]
    assert "within 4 hours" in found.text and "restore drill" in found.text


def test_without_an_objective_and_without_a_store_nothing_is_asked(tmp_path: Path) -> None:
    assert seen(tmp_path / "a", "REC-070", {}, FILES).outcomes == ["not_applicable"]
    assert seen(tmp_path / "b", "REC-070", {}, {}, "thresholds: {rpo: 1h}\n").outcomes == ["not_applicable"]


@pytest.mark.parametrize(
    ("paper", "params", "outcomes", "words"),
    [
        ("A shop.", "thresholds: {rpo: 1h}\n", ["partial", "partial"], "RPO: the params file says 1 hour"),
        ("RPO: 1 hour", "thresholds: {rpo: 1h}\n", ["pass", "partial"], "RPO is stated: 1 hour."),
        ("RPO: 1 hour", "thresholds: {rpo: 4h}\n", ["partial", "partial"], "1 hour; the params file says 4 hours."),
    ],
)
def test_objectives_of_papers_and_params_are_both_told(
    tmp_path: Path, paper: str, params: str, outcomes: list[str], words: str
) -> None:
    """REC-006"""
    files = {name: text for name, text in FILES.items() if "cron" not in name.lower()}
    found = seen(tmp_path, "REC-006", {}, {**files, "docs/recovery.md": f"# Recovery\n\n{paper}\n"}, params)

    assert found.outcomes[:2] == outcomes
    assert words in found.text


def test_objectives_that_nothing_states_weigh_little_and_are_unknown_where_others_run_the_store(tmp_path: Path) -> None:
    """REC-006"""
    bare = {"docker-compose.yml": FILES["docker-compose.yml"]}
    elsewhere = {
        "package.json": '{"name": "shop", "scripts": {"start": "node main.js"}, "dependencies": {"pg": "8.11.0", "express": "4"}}',
        "main.js": "const { Pool } = require('pg');\nconst express = require('express');\nconst pool = new Pool();\nexpress().listen(3000);\n",
    }
    own = seen(tmp_path / "own", "REC-006", {}, bare)

    assert own.outcomes == ["fail"]
    assert {f.severity for f in own.findings} == {"low"}
    assert seen(tmp_path / "elsewhere", "REC-006", {}, elsewhere).outcomes == ["unknown"]
