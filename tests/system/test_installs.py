"""Where dependencies are installed, and what is demanded of the lockfile."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.project import Project
from kit.sources.commands.scripts import commands
from kit.system.installs import demand_of, installs


@pytest.mark.parametrize(
    ("text", "ci", "expected"),
    [
        ("npm ci", False, ("npm", "in step")),
        ("npm install", True, ("npm", "")),
        ("npm install express", True, None),
        ("pnpm install", False, ("pnpm", "")),
        ("pnpm install", True, ("pnpm", "in step")),
        ("pnpm install --no-frozen-lockfile", True, ("pnpm", "")),
        ("yarn --frozen-lockfile", False, ("yarn", "in step")),
        ("uv sync --frozen", False, ("uv", "there")),
        ("uv sync --locked", False, ("uv", "in step")),
        ("go build ./...", False, ("go", "in step")),
        ("go build -mod=vendor .", False, None),
        ("cargo build --locked", False, ("cargo", "in step")),
        ("pip install -r requirements.txt", False, None),
    ],
)
def test_an_install_demands_what_its_options_say(text: str, ci: bool, expected: tuple[str, str] | None) -> None:
    [command] = commands(text, "ci.yml")

    assert demand_of(command, ci=ci) == expected


def test_the_manifest_is_found_through_the_copies_of_the_image(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api/package.json").write_text('{"dependencies": {"a": "1"}}')
    (tmp_path / "Dockerfile").write_text(
        "FROM node:22\nWORKDIR /app\nCOPY api/package*.json ./\nRUN npm ci\nCMD npm start\n"
    )

    [install] = installs(Project(tmp_path))

    assert (install.package.path, install.demand, install.copied, str(install.at)) == (
        "api/package.json",
        "in step",
        False,
        "Dockerfile:4",
    )


def test_a_lockfile_that_is_made_before_is_not_demanded(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"a": "1"}}')
    (tmp_path / "Dockerfile").write_text(
        "FROM node:22\nWORKDIR /app\nCOPY package.json ./\nRUN npm install --package-lock-only && npm ci\nCMD npm start\n"
    )

    assert {install.demand for install in installs(Project(tmp_path))} == {""}
