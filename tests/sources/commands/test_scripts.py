"""Shell, PowerShell and batch scripts."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kit.sources.commands.scripts import batch, find, parse, powershell
from kit.sources.tree.files import FileIndex


def test_scripts_are_found_by_suffix_or_first_line(tmp_path: Path) -> None:
    for name, text in {
        "a.sh": "ls\n",
        "run": "#!/usr/bin/env bash\nls\n",
        "b.ps1": "npm ci\n",
        "c.cmd": "npm ci\n",
        "tool": "#!/usr/bin/env python\n",
        "d.txt": "#!/bin/sh\n",
    }.items():
        (tmp_path / name).write_text(text)

    found = {s.path: s.shell for s in find(FileIndex.of(tmp_path))}

    assert found == {"a.sh": "bash", "b.ps1": "powershell", "c.cmd": "batch", "run": "bash"}


def test_options_come_from_set_and_from_the_first_line() -> None:
    assert parse("#!/bin/bash -eu\nset -o pipefail\nf() { ls; }\n", "a.sh").options == {
        "errexit",
        "nounset",
        "pipefail",
    }
    assert parse("set -euo pipefail\n", "a.sh").options == {"errexit", "nounset", "pipefail"}
    assert parse("ls\n", "a.sh").options == frozenset()


def test_where_a_script_starts_is_open_until_it_says_so() -> None:
    script = parse('ls\ncd "$(dirname "$0")/.."\nmake\n', "ops/bin/a.sh")

    assert [c.directory for c in script.commands if c.program in {"ls", "make"}] == [None, "ops"]


def test_powershell_commands_have_their_lines() -> None:
    found = powershell(
        '# x\n$a = 1\nif ($a) {\n  & npm run build `\n    --x\n}\ncd "api"; dotnet test\n',
        "b.ps1",
        5,
        directory=".",
    )

    assert [(c.program, c.args, c.at.line, c.directory) for c in found] == [
        ("npm", ("run", "build", "--x"), 8, "."),
        ("cd", ("api",), 11, "."),
        ("dotnet", ("test",), 11, "api"),
    ]


def test_batch_commands_have_their_lines() -> None:
    found = batch("@echo off\nrem x\ncall npm ci && npm test\n%~dp0tools\\a.cmd ^\n  x\n", "w/c.cmd")

    assert [(c.program, c.args, c.at.line) for c in found] == [
        ("echo", ("off",), 1),
        ("npm", ("ci",), 3),
        ("npm", ("test",), 3),
        ("//w/tools/a.cmd", ("x",), 4),
    ]


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    for shell in ("bash", "powershell", "batch"):
        assert parse(text, "x", shell).shell == shell
