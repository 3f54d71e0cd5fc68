"""What commands lead to."""

from __future__ import annotations

from pathlib import Path

from kit.project import Project
from kit.sources.commands.scripts import commands
from kit.system.reach import Reach


def reached(root: Path, files: dict[str, str], text: str) -> list[str]:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    return [r.command.text for r in Reach(Project(root)).of(commands(text, "ci.yml"))]


def test_package_scripts_are_followed_with_what_comes_before_and_after(tmp_path: Path) -> None:
    files = {"package.json": '{"scripts": {"pretest": "tsc", "test": "npm run unit", "unit": "vitest run"}}'}

    assert reached(tmp_path, files, "npm test") == ["npm test", "tsc", "npm run unit", "vitest run"]


def test_make_targets_are_followed_with_what_they_need(tmp_path: Path) -> None:
    files = {"Makefile": "all: check\n\techo done\ncheck:\n\tpytest\n"}

    assert reached(tmp_path, files, "make all") == ["make all", "echo done", "pytest"]


def test_shell_scripts_are_followed(tmp_path: Path) -> None:
    files = {"scripts/ci.sh": "#!/bin/sh\ncd api\npytest\n", "api/app.py": ""}

    assert reached(tmp_path, files, "bash scripts/ci.sh") == ["bash scripts/ci.sh", "cd api", "pytest"]


def test_a_script_that_calls_itself_ends(tmp_path: Path) -> None:
    files = {"package.json": '{"scripts": {"a": "npm run b", "b": "npm run a"}}'}

    assert reached(tmp_path, files, "npm run a") == ["npm run a", "npm run b", "npm run a"]


def test_pattern_rules_and_folders_that_a_variable_gives_are_followed(tmp_path: Path) -> None:
    files = {
        "Makefile": "NAMES = $(shell ls)\nci: $(foreach name,${NAMES}, ci-${name})\nci-%:\n\t@${MAKE} unit-$*\nunit-%:\n\t@${MAKE} -C $* unit\n",
        "api/Makefile": "unit:\n\tpytest tests\n",
    }

    assert reached(tmp_path, files, "make ci")[-1] == "pytest tests"


def test_a_target_of_another_name_is_no_pattern_rule(tmp_path: Path) -> None:
    files = {"Makefile": "unit-%:\n\tpytest $*\nlint:\n\truff check\n"}

    assert reached(tmp_path, files, "make unit-api") == ["make unit-api", "pytest ${AUTO}"]
    assert reached(tmp_path, files, "make style-api") == ["make style-api"]


def test_targets_of_nx_and_tests_of_skaffold_are_followed(tmp_path: Path) -> None:
    files = {
        "nx.json": "{}",
        "apps/api/project.json": '{"targets": {"test": {"executor": "@nx/jest:jest"}, "check": {"options": {"command": "mvn test"}}}}',
        "cart/skaffold.yaml": "profiles:\n- test:\n  - image: cart\n    custom:\n    - command: pytest -v\n",
    }

    assert "jest" in reached(tmp_path, files, "npx nx run-many --target=test --all")
    assert "mvn test" in reached(tmp_path, files, "nx affected -t check lint")
    assert reached(tmp_path, files, "skaffold test --profile=dev")[-1] == "pytest -v"
    assert reached(tmp_path, files, "skaffold build") == ["skaffold build"]
