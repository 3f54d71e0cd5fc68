"""A plan that would lose data is told before it is applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from given import seen


def plan(type: str, *actions: str, errored: bool = False) -> dict[str, str]:
    change = {"address": f"{type}.main", "mode": "managed", "type": type, "change": {"actions": list(actions)}}
    return {
        "plan.json": json.dumps(
            {"format_version": "1.2", "terraform_version": "1.9", "resource_changes": [change], "errored": errored},
            indent=1,
        )
    }


@pytest.mark.parametrize(
    ("evidence", "outcome", "said"),
    [
        (plan("aws_db_instance", "delete", "create"), "fail", "would replace aws_db_instance.main"),
        (plan("google_storage_bucket", "delete"), "fail", "would destroy google_storage_bucket.main"),
        (plan("aws_instance", "delete"), "partial", "holds no data that we know of"),
        (plan("aws_instance", "delete", "create"), "pass", "changes 1 resources"),
        (plan("aws_db_instance", "update"), "pass", "changes 1 resources"),
        (plan("aws_db_instance", "no-op"), "pass", "changes 0 resources"),
        (plan("aws_db_instance", "update", errored=True), "fail", "ended in an error"),
    ],
)
def test_what_a_plan_would_do_is_judged_by_what_it_would_lose(
    tmp_path: Path, evidence: dict[str, str], outcome: str, said: str
) -> None:
    found = seen(tmp_path, "INF-070", evidence)

    assert found.outcomes == [outcome]
    assert said in found.text


def test_losing_data_decides_the_verdict_and_losing_a_machine_does_not(tmp_path: Path) -> None:
    assert seen(tmp_path, "INF-070", plan("aws_db_instance", "delete")).findings[0].blocker == "would lose data"
    assert seen(tmp_path, "INF-070", plan("aws_instance", "delete")).findings[0].blocker is None
