"""The key of a request changes with everything that its answer depends on, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dulwich import porcelain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.execute import request as module
from kit.execute.request import Request
from kit.params import default_params, load_params

NAMES = ("app.py", "docs/a.md", "docs/b.md", "compose.yaml")


def project_at(place: Path) -> Path:
    for name in NAMES:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(f"# {name}\n", "utf-8")
    return place


def asked(project: Path, **more: object) -> Request:
    return replace(Request(default_params(project), project.parent / "out"), **more)


def test_the_same_project_and_words_have_the_same_key(tmp_path: Path) -> None:
    project = project_at(tmp_path / "p")

    assert asked(project).key == asked(project, jobs=7).key


@pytest.mark.parametrize(
    "more",
    [
        {"areas": ("data",)},
        {"formats": "html,pdf"},
        {"renderer": "quarto"},
        {"baseline": {"score": 1}},
        {"out": Path("/elsewhere")},
        {"notebooks": Path(__file__).parents[2] / "notebooks"},
    ],
)
def test_what_is_asked_otherwise_has_another_key(tmp_path: Path, more: dict[str, object]) -> None:
    project = project_at(tmp_path / "p")

    assert asked(project, **more).key != asked(project).key


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*NAMES, "new.txt", ".gitignore"]), content=st.binary(max_size=40))
def test_any_change_of_a_file_changes_the_key(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    project = project_at(tmp_path_factory.mktemp("p") / "p")
    before, old = asked(project).key, (project / name).read_bytes() if (project / name).exists() else None

    (project / name).write_bytes(content)

    assert (asked(project).key == before) is (content == old)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: (p / "docs/a.md").unlink(),
        lambda p: (p / "docs/a.md").rename(p / "docs/c.md"),
        lambda p: (p / ".git/info/exclude").write_text("*.bak\n", "utf-8"),
        lambda p: porcelain.add(str(p), paths=[str(p / "app.py")]),
        lambda p: (p / "out").symlink_to("/etc"),
    ],
)
def test_what_stands_beside_the_files_changes_the_key(tmp_path: Path, change: Callable[[Path], object]) -> None:
    project = project_at(tmp_path / "p")
    porcelain.init(str(project))
    (project / ".git/info").mkdir(exist_ok=True)
    before = asked(project).key

    change(project)

    assert asked(project).key != before


def test_params_their_policy_the_day_and_the_kit_are_part_of_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, file, policy = project_at(tmp_path / "p"), tmp_path / "params.yaml", tmp_path / "policy.yaml"
    policy.write_text("score: {}\n", "utf-8")
    file.write_text("project: {path: p}\npolicy: policy.yaml\n", "utf-8")
    keys = {asked(project).key, Request(load_params(file), tmp_path / "out", file).key}
    policy.write_text("score: {}\n# changed\n", "utf-8")
    keys.add(Request(load_params(file), tmp_path / "out", file).key)
    file.write_text("project: {path: p}\nenvironments: [production]\n", "utf-8")
    keys.add(Request(load_params(file), tmp_path / "out", file).key)
    monkeypatch.setattr(module, "kit_digest", lambda: "another kit")
    keys.add(Request(load_params(file), tmp_path / "out", file).key)

    assert len(keys) == 5


def test_a_run_that_asks_a_running_system_is_never_answered_from_the_cache(tmp_path: Path) -> None:
    project_at(tmp_path / "p")
    file = tmp_path / "params.yaml"
    file.write_text('project: {path: p}\ntargets: {http: [{url: "http://127.0.0.1:1/health"}]}\n', "utf-8")

    assert not Request(load_params(file), tmp_path / "out", file).repeatable
    assert asked(tmp_path / "p").repeatable
