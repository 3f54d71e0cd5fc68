"""Commands of a params file become records that a report can show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from kit.sources.ran.command import Command
from kit.sources.ran.model import CommandRun
from kit.sources.ran.run import not_run, run_command
from kit.sources.secrets.known import Known

SHELL = {"shell": True}
SECRET = "tr0ub4dor-and-3"  # noqa: S105 - made up for these tests


def command(*words: str, **more: Any) -> Command:
    return Command.model_validate({"name": "it", "run": list(words), "area": "testing", **more})


def ran(root: Path, *words: str, known: Known | None = None, **more: Any) -> CommandRun:
    return run_command(root, command(*words, **more), known or Known())


def test_words_are_not_read_by_a_shell(tmp_path: Path) -> None:
    run = ran(tmp_path, "echo", "$HOME; `id`")

    assert run.output == ("$HOME; `id`",)
    assert run.holds


def test_a_line_is_read_by_a_shell_where_it_is_asked_for(tmp_path: Path) -> None:
    run = ran(tmp_path, "echo a | tr a b; exit 4", **SHELL, expect=4)

    assert (run.output, run.line, run.holds) == (("b",), "echo a | tr a b; exit 4", True)


def test_a_line_without_a_shell_is_refused() -> None:
    with pytest.raises(ValidationError, match="a line needs shell: true"):
        command("make test")


@pytest.mark.parametrize("folder", ["/etc", "../other", "a/../../b"])
def test_a_folder_outside_of_the_project_is_refused(folder: str) -> None:
    with pytest.raises(ValidationError, match="within the project"):
        command("make", folder=folder)


def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)

    run = ran(root, "ls", folder="out")

    assert (run.ended, run.error) == ("not-started", "out is no folder of the project")


def test_it_gets_what_is_named_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIVEN", "yes")
    monkeypatch.setenv("KEPT_BACK", "no")

    run = ran(tmp_path, "env", env=["GIVEN"], set={"CI": "true"})

    told = dict(line.split("=", 1) for line in run.output)
    assert told["GIVEN"] == "yes"
    assert told["CI"] == "true"
    assert set(told) <= {"GIVEN", "CI", "PATH", "HOME", "TMPDIR", "LANG", "NO_COLOR", "TERM"}
    assert not Path(told["HOME"]).exists()


def test_a_variable_that_is_not_set_keeps_it_from_starting(tmp_path: Path) -> None:
    run = ran(tmp_path, "env", env=["SURELY_NOT_SET"])

    assert (run.ended, run.error) == ("not-started", "the variable SURELY_NOT_SET is not set")


def test_a_program_that_is_missing_is_named_with_where_it_was_looked_for(tmp_path: Path) -> None:
    assert "no program no-such-program on /usr/local/sbin" in ran(tmp_path, "no-such-program").error


@pytest.mark.parametrize("value", [SECRET, f"postgresql://app:{SECRET}@db/shop", f"host=db password={SECRET}"])
def test_secrets_that_it_was_given_are_hidden_in_what_it_says(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", value)
    known = Known.of(["DATABASE_URL"])

    run = ran(tmp_path, f"echo $DATABASE_URL; echo x{SECRET}x", **SHELL, env=["DATABASE_URL"], known=known)

    assert SECRET not in repr(run)
    assert run.output[-1] == "x********x"


def test_secrets_that_nobody_named_are_masked_by_their_form(tmp_path: Path) -> None:
    run = ran(tmp_path, "echo", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzK4q8Lx2Nc9v")

    assert "wJalrXUtnFEMIK7MDENG" not in run.output[0]


def test_control_signs_and_colours_are_taken_out(tmp_path: Path) -> None:
    run = ran(tmp_path, r"printf '\033[31mred\033[0m\nhalf\rwhole\n\007bell\n'", **SHELL)

    assert run.output == ("red", "whole", "bell")


def test_of_a_long_output_both_ends_are_shown(tmp_path: Path) -> None:
    run = ran(tmp_path, "seq", "1", "1000")

    assert (run.output[0], run.output[-1]) == ("1", "1000")
    assert len(run.output) + run.cut == 1000
    assert len(run.output) < 100


def test_one_that_was_not_asked_for_says_what_it_would_have_run() -> None:
    run = not_run(command("npm", "run", "type-check"))

    assert (run.ended, run.line, run.asked, run.holds) == ("not-asked", "npm run type-check", False, False)
