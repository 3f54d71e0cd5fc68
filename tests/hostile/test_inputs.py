"""What a person names on the command line may come from a stranger, too: each is refused in one line, none is believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from kit.claims.read import read_report
from kit.cli import main
from kit.project import Project
from kit.sources.limits import time_limit

ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(10)
)
MERGES = "m0: &m0 {k: 1}\n" + "".join(
    f"m{i}: &m{i} {{<<: [*m{i - 1}, *m{i - 1}, *m{i - 1}, *m{i - 1}], k{i}: 1}}\n" for i in range(1, 25)
)
DEEP = "[" * 1_000_000


def refused(words: list[str]) -> str:
    """What a command says that ends with exit code 2 and one line."""
    with time_limit(30):
        result = CliRunner().invoke(main, words)
    assert result.exit_code == 2, result.output
    assert result.output.count("\n") == 1 and "Traceback" not in result.output
    return str(result.output)


def sparse(path: Path) -> None:
    """A file that claims five gigabytes."""
    with path.open("wb") as stream:
        stream.truncate(5 << 30)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ALIASES + "project: {name: *k, path: .}\n", "not expanded"),
        (MERGES + "project: {name: x, path: .}\n", "not expanded"),
        ("project: " + DEEP, "nested deeper"),
        ("project: !!python/object/apply:os.system ['touch fired']\n", "should be a mapping"),
        ("project: &a {name: *a, path: .}\n", "no anchor"),
        (None, "larger than"),
    ],
)
def test_a_params_file_that_is_a_bomb_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "params.yaml"
    sparse(path) if text is None else path.write_text(text, "utf-8")

    assert said in refused(["assess", str(path), "--out", str(tmp_path / "out")])
    assert [p.name for p in tmp_path.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda p: p.write_text(DEEP), "nested too deep"),
        (lambda p: p.write_text('{"schema": 1, "project": ' + DEEP), "nested too deep"),
        (sparse, "larger than"),
        (lambda p: p.write_bytes(b"\xff\xfe{}"), "earlier run"),
        (lambda p: p.mkdir(), "earlier run"),
        (lambda p: p.write_text('{"schema": 1, "score": NaN, "findings": [{"fingerprint": null}]}'), "earlier run"),
        (lambda p: p.write_text(json.dumps({"schema": 1, "findings": {"a": 1}, "project": 1})), "earlier run"),
    ],
)
def test_an_earlier_assessment_that_is_none_is_refused(
    tmp_path: Path, write: Callable[[Path], object], said: str
) -> None:
    write(tmp_path / "old.json")

    assert said in refused(["diff", str(tmp_path / "old.json"), str(tmp_path / "old.json")])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'\nimporters:\n" + "".join(f"  {line}\n" for line in MERGES.splitlines()),
        ),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\nimporters: &a {.: *a}\n"),
        ("yarn.lock", "__metadata:\n  version: 6\n" + MERGES),
        ("yarn.lock", "__metadata:\n  version: 6\n" + ALIASES + '"x@npm:1": {resolution: *k, version: *k}\n'),
        ("yarn.lock", "__metadata:\n  version: 6\nx: " + "{a: " * 5000),
    ],
)
def test_a_lockfile_that_is_a_bomb_is_said_to_be_broken(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "package.json").write_text('{"name": "a", "dependencies": {"x": "1"}}', "utf-8")
    (tmp_path / name).write_text(text, "utf-8")

    with time_limit(10):
        [package] = Project(tmp_path).packages

    assert [lock.error is not None for lock in package.lockfiles] == [True]


@pytest.mark.parametrize(
    "text",
    ["# x\n" + "- ok " * 200_000, "# x\n" + "|" * 400_000, "> " * 50_000 + "\n" + "- " * 50_000 + "[" * 50_000],
)
def test_a_report_of_one_endless_line_is_read_in_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.md").write_text(text, "utf-8")
    with time_limit(10):
        reading = read_report(tmp_path / "report.md", "report.md")

    assert len(reading.lines) == text.count("\n") + 1


@pytest.mark.parametrize(
    "write", [sparse, lambda p: p.write_bytes(b"\x1f\x8b" + bytes(range(256))), lambda p: p.mkdir()]
)
def test_a_report_that_is_none_is_refused(tmp_path: Path, write: Callable[[Path], object]) -> None:
    (tmp_path / "project").mkdir()
    write(tmp_path / "report.md")

    assert "report.md" in refused(["claims", str(tmp_path / "report.md"), "--project", str(tmp_path / "project")])
