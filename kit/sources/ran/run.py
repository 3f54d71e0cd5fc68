"""Run the commands of a params file, one after the other."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from kit.sources.ran.command import Command
from kit.sources.ran.model import CommandRun
from kit.sources.ran.output import both_ends, readable
from kit.sources.ran.process import Answer, Job, run
from kit.sources.ran.read import read_output
from kit.sources.secrets.known import Known

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHELL = "/bin/sh"


def run_commands(
    root: Path, commands: Iterable[Command], known: Known, told: Callable[[str], None] = lambda _: None
) -> tuple[CommandRun, ...]:
    """What came of each command, in their order. `known` are secrets that no output may show.

    None raises but for an interrupt, which ends what runs; one that cannot be started says so.
    """
    ran = []
    for command in commands:
        told(command.name)
        ran.append(run_command(root, command, known))
    return tuple(ran)


def run_command(root: Path, command: Command, known: Known) -> CommandRun:
    """What came of one command."""
    asked = not_run(command)
    if os.name != "posix":
        return replace(asked, ended="not-started", error="commands are run on Linux and macOS only")
    folder = (root / command.folder).resolve()
    if not folder.is_relative_to(root.resolve()) or not folder.is_dir():
        return replace(asked, ended="not-started", error=f"{command.folder} is no folder of the project")
    if missing := [name for name in command.env if name not in os.environ]:
        return replace(asked, ended="not-started", error=f"the variable {missing[0]} is not set")
    words = (SHELL, "-c", command.run[0]) if command.shell else command.run
    with tempfile.TemporaryDirectory(prefix="readiness-", ignore_cleanup_errors=True) as home:
        seconds = command.timeout.total_seconds()
        variables = environment(command, home)
        answer = run(Job(words, folder, variables, seconds, command.memory))
    if answer.ended == "not-started":
        where = f"no program {words[0]} on {variables['PATH']}, which `env: [PATH]` or `set` can change"
        return replace(asked, ended="not-started", error=where if answer.missing else answer.error)
    return _told(asked, answer, root, folder, known)


def not_run(command: Command) -> CommandRun:
    """The record of a command that was not asked for."""
    return CommandRun(
        name=command.name,
        area=command.area,
        line=command.run[0] if command.shell else shlex.join(command.run),
        folder=command.folder,
        ended="not-asked",
        expect=command.expect,
        limit=command.timeout.total_seconds(),
        memory=command.memory,
        severity=command.severity,
        required=command.required,
        decides=command.decides,
    )


def environment(command: Command, home: str) -> dict[str, str]:
    """The variables that a command gets: what the params file names, a plain PATH, a home that is empty."""
    plain = {"PATH": PATH, "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "NO_COLOR": "1", "TERM": "dumb"}
    return {**plain, **{name: os.environ[name] for name in command.env}, **command.set}


def _told(asked: CommandRun, answer: Answer, root: Path, folder: Path, known: Known) -> CommandRun:
    whole = answer.size <= len(answer.head) + len(answer.tail)
    text = readable(answer.head + (b"" if whole else b"\n") + answer.tail, known)
    output, cut = both_ends(text, answer.lines)
    return replace(
        asked,
        line=known.hide(asked.line),
        ended=answer.ended,
        code=answer.code,
        error=answer.error,
        seconds=round(answer.seconds, 2),
        output=output,
        cut=cut,
        left=answer.left,
        read=read_output(text, root, folder),
    )
