"""Scanners are run over copies, outside of the project, and what they write is read with care."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kit.sources.scanners import checkov, detect_secrets, hadolint, squawk, zizmor
from kit.sources.scanners.copies import copy, numbered, unsilenced
from kit.sources.scanners.model import Scan
from kit.sources.scanners.process import Command, environment, run_all
from kit.sources.scanners.run import scan
from kit.sources.scanners.tools import TOOLS
from kit.sources.tree.files import FileIndex

HERE = {tool.id: tool for tool in TOOLS if tool.program()}


def need(*names: str) -> None:
    missing = [name for name in names if name not in HERE]
    if missing:
        pytest.skip(f"{missing[0]} is not here: pip install 'readiness-kit[scanners]'")


def index(root: Path, files: dict[str, str]) -> FileIndex:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return FileIndex.of(root)


def scanned(root: Path, tool: str, files: dict[str, str]) -> Scan:
    [found] = scan(index(root, files), [HERE[tool]], {tool: list(files)})
    assert found.error is None
    return found


def rules(found: Scan) -> set[tuple[str, int]]:
    return {(alarm.rule, alarm.line) for alarm in found.alarms}


DOCKERFILE = "FROM debian\n# hadolint ignore=DL3008\nRUN apt-get update && apt-get install -y curl\nUSER root\n"
WORKFLOW = """\
on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.issue.title }} # zizmor: ignore[template-injection]
"""
MIGRATION = "-- squawk-ignore-file\n-- squawk-ignore require-concurrent-index-creation\nCREATE INDEX a ON t (b);\n"
SETTINGS = 'REGION = "eu"\naws = "AKIAIOSFODNN7SECRETS"  # pragma: allowlist secret\n'


def test_alarms_stand_at_the_paths_and_lines_of_the_project(tmp_path: Path) -> None:
    need("hadolint")

    found = scanned(tmp_path, "hadolint", {"api/Dockerfile": DOCKERFILE})

    assert ("DL3006", 1) in rules(found)
    assert {alarm.path for alarm in found.alarms} == {"api/Dockerfile"}
    assert found.version[0].isdigit()


CANARIES = {
    ".hadolint.yaml": "ignored: [DL3006, DL3008, DL3002]\n",
    ".github/zizmor.yml": "rules: {template-injection: {disable: true}}\n",
    "zizmor.yml": "rules: {template-injection: {disable: true}}\n",
    ".squawk.toml": 'excluded_rules = ["require-concurrent-index-creation"]\n',
    ".secrets.baseline": '{"plugins_used": [], "filters_used": [], "results": {}}\n',
    ".checkov.yaml": "skip-check: [CKV_DOCKER_8]\nexternal-checks-dir: [checks]\n",
    "checks/__init__.py": "open('RAN', 'w')\n",
    "sitecustomize.py": "open('RAN', 'w')\n",
    "detect_secrets/__init__.py": "open('RAN', 'w')\n",
    "pyproject.toml": '[tool.detect-secrets]\nexclude = ".*"\n[tool.squawk]\nexcluded_rules = ["*"]\n',
}


@pytest.mark.parametrize(
    ("tool", "path", "text", "rule"),
    [
        ("hadolint", "Dockerfile", DOCKERFILE, ("DL3008", 3)),
        ("zizmor", ".github/workflows/a.yml", WORKFLOW, ("template-injection", 7)),
        ("squawk", "m/1.sql", MIGRATION, ("require-concurrent-index-creation", 3)),
        ("detect-secrets", "settings.py", SETTINGS, ("AWS Access Key", 2)),
        ("checkov", "Dockerfile", "# checkov:skip=CKV_DOCKER_8: no\n" + DOCKERFILE, ("CKV_DOCKER_8", 1)),
    ],
)
def test_nothing_of_the_project_configures_silences_or_runs(
    tool: str, path: str, text: str, rule: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need(tool)
    files = index(tmp_path, {**CANARIES, path: text})
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("HADOLINT_IGNORE", "DL3006,DL3008")
    monkeypatch.setenv("ZIZMOR_CONFIG", str(tmp_path / "zizmor.yml"))

    [found] = scan(files, [HERE[tool]], {tool: [path]})

    assert found.error is None
    assert rule[0] in {name for name, _ in rules(found)}
    assert rule in rules(found) or tool == "checkov"
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_a_link_out_of_the_project_is_not_given_to_a_scanner(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("FROM debian\n")
    root = tmp_path / "project"
    root.mkdir()
    (root / "Dockerfile").symlink_to(tmp_path / "out")

    assert copy(FileIndex.of(root), ["Dockerfile"], tmp_path / "copies", numbered()) == {}


def test_what_would_silence_a_scanner_is_broken_and_nothing_moves() -> None:
    text = "# hadolint ignore=DL1\nx # zizmor: ignore[y]\n-- squawk-ignore z\n# pragma: allowlist secret\n# checkov:skip=A\n"

    broken = unsilenced(text)

    assert [len(line) for line in broken.split("\n")] == [len(line) for line in text.split("\n")]
    for word in ("hadolint ignore", "zizmor: ignore", "squawk-ignore", "allowlist secret", "checkov:skip"):
        assert word not in broken
    assert unsilenced("we ignore this") == "we ignore this"


def test_no_name_of_the_project_reaches_a_command(tmp_path: Path) -> None:
    files = index(tmp_path, {"--config=x.py": "a = 1\n", "b;c": "d\n"})

    assert copy(files, ["--config=x.py", "b;c"], tmp_path / "o", numbered()) == {
        "00000.py": "--config=x.py",
        "00001": "b;c",
    }
    assert checkov.name(0, "a/--config=x.tf") is None
    assert checkov.name(0, "../a.tf") is None
    assert checkov.name(0, "infra/main.tf") == "files/infra/main.tf"


def test_a_scanner_sees_no_variable_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "x")
    code = "import os; print(sorted(os.environ))"

    [said] = run_all([Command((sys.executable, "-I", "-c", code), tmp_path)])

    assert "GH_TOKEN" not in said.text and "GH_TOKEN" not in environment(tmp_path)
    assert "HTTPS_PROXY" in said.text


def test_one_that_takes_too_long_or_writes_too_much_is_ended(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    slow, loud = "import time; time.sleep(60)", "print('x' * 200_000, flush=True); import time; time.sleep(60)"
    commands = [
        Command((sys.executable, "-I", "-c", code), at) for code, at in zip((slow, loud), folders, strict=False)
    ]

    ended = run_all([*commands, Command(("no-such-scanner",), folders[2])], seconds=3, limit=100_000)

    assert [output.error for output in ended][:2] == ["it took longer than 3 s", "it wrote more than 100000 bytes"]
    assert (ended[2].error or "").startswith("it cannot be started")


def test_a_scanner_with_nothing_to_look_at_is_not_started(tmp_path: Path) -> None:
    need("hadolint")

    assert scan(index(tmp_path, {"a": "b\n"}), [HERE["hadolint"]], {}) == (
        Scan("hadolint", HERE["hadolint"].version() or ""),
    )


@pytest.mark.parametrize("read", [zizmor.read, hadolint.read, squawk.read, detect_secrets.read, checkov.read])
@pytest.mark.parametrize("text", ["", "no json", "[" * 100_000])
def test_an_output_that_is_none_is_refused(read: object, text: str) -> None:
    with pytest.raises(ValueError):
        read(text)  # type: ignore[operator]


@pytest.mark.parametrize("read", [zizmor.read, hadolint.read, squawk.read, checkov.read])
def test_an_output_of_another_shape_holds_no_alarms(read: object) -> None:
    assert read('[null, 1, {"locations": 3}]') in ([], read('[null, 1, {"locations": 3}]'))  # type: ignore[operator]
    assert read("[]") == []  # type: ignore[operator]


def test_failed_checks_of_checkov_are_read_from_one_report_or_several() -> None:
    failed = (
        '{"check_id": "CKV_AWS_20", "check_name": "No public bucket", "resource": "aws_s3_bucket.a",'
        ' "file_path": "/infra/main.tf", "file_line_range": [3, 9]}'
    )
    report = f'{{"check_type": "terraform", "results": {{"failed_checks": [{failed}]}}}}'

    for text in (report, f"[{report}]"):
        [alarm] = checkov.read(text)
        assert (alarm.path, alarm.line, alarm.end_line, alarm.rule) == ("files/infra/main.tf", 3, 9, "CKV_AWS_20")
        assert alarm.message == "aws_s3_bucket.a: No public bucket"
    assert checkov.read('{"passed": 0, "failed": 0}') == []
