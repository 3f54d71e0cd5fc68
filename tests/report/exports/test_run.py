from __future__ import annotations

import json
import platform

import pytest
from samples import sample

from kit.judgement.policy import default_policy
from kit.report.exports import run


def test_the_record_says_with_what_it_was_made() -> None:
    text = run.render(
        sample(),
        inputs={"b": "2", "a": "1"},
        params="f00",
        seconds={"read": 0.12345, "judge": 1.0},
        incomplete=["data"],
    )
    record = json.loads(text)

    assert record["versions"]["python"] == platform.python_version()
    assert {"kit", "papermill", "plotly", "nbformat"} <= record["versions"].keys()
    assert record["project"]["revision"] == "abc123def4567890"
    assert (record["params_sha256"], record["policy_sha256"]) == ("f00", default_policy().sha256)
    assert list(record["inputs"]) == ["a", "b"]
    assert record["seconds"] == {"read": 0.123, "judge": 1.0}
    assert record["incomplete"] == ["data"]


def test_a_library_that_is_not_here_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PACKAGES", ("pydantic", "no-such-library"))

    assert run.versions().keys() == {"python", "kit", "pydantic"}
