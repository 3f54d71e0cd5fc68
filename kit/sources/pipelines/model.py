"""Pipelines of every platform as one shape: workflow, jobs, steps, commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from posixpath import normpath

from kit.model import At
from kit.sources.commands.command import SHELLS, Command
from kit.sources.commands.scripts import batch, powershell
from kit.sources.commands.shell import Shell
from kit.sources.commands.shell_words import is_dynamic
from kit.sources.formats.nodes import Node, Problem

Lines = Callable[[str], list[str]]
"""The lines of a file of the project, by its path."""

MAX_DEPTH = 5
_WORKSPACE = re.compile(r"^(?:\$\{\{\s*github\.workspace\s*\}\}|\$\{?GITHUB_WORKSPACE\}?|\$\{?CI_PROJECT_DIR\}?)/?")
_BLOCK = re.compile(r"(?:^|[\s:-])[|>][-+0-9]{0,2}\s*(?:#.*)?$")


@dataclass(frozen=True, eq=False)
class Step:
    """One step. `commands` are those of `run`; `steps` those of a composite action of the project (`local`).

    `directory` is where it starts, relative to the project's root; None where that cannot be told, as in a
    job that does not check the project out. `condition` is the text of `if`, `working_directory` as
    written.
    """

    name: str
    node: Node
    at: At
    uses: str | None = None
    run: str | None = None
    condition: str | None = None
    continue_on_error: bool = False
    working_directory: str | None = None
    directory: str | None = None
    env: Mapping[str, Node] = field(default_factory=dict)
    inputs: Node | None = None
    shell: str = "bash"
    commands: tuple[Command, ...] = ()
    local: str | None = None
    steps: tuple[Step, ...] = ()

    @property
    def all(self) -> Iterator[Step]:
        """The step and those of the composite action that it uses."""
        yield self
        for step in self.steps:
            yield from step.all


@dataclass(frozen=True, eq=False)
class Job:
    """One job. `jobs` are those of a reusable workflow of the project that it `uses`.

    `environment` is the name of the deployment environment; `manual` where a person starts it; `stage` as
    the platform has one; `checks_out` whether the project's files are there, None where that cannot be
    told; `brings` the folders that other checkouts, artifacts and caches fill, "." where that is any.
    """

    id: str
    name: str
    node: Node
    at: At
    steps: tuple[Step, ...] = ()
    needs: tuple[str, ...] = ()
    runs_on: tuple[str, ...] = ()
    services: Mapping[str, Node] = field(default_factory=dict)
    environment: str | None = None
    condition: str | None = None
    continue_on_error: bool = False
    uses: str | None = None
    env: Mapping[str, Node] = field(default_factory=dict)
    permissions: Node | None = None
    timeout: Node | None = None
    container: str | None = None
    stage: str | None = None
    manual: bool = False
    checks_out: bool | None = None
    brings: tuple[str, ...] = ()
    local: str | None = None
    jobs: tuple[Job, ...] = ()

    @cached_property
    def all_steps(self) -> tuple[Step, ...]:
        """Every step that runs, those of composite actions and reusable workflows of the project included."""
        own = (inner for step in self.steps for inner in step.all)
        return (*own, *(step for job in self.jobs for step in job.all_steps))

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The commands of all its steps, in order."""
        return tuple(command for step in self.all_steps for command in step.commands)

    def of_matrix(self, key: str) -> tuple[Node, ...]:
        """The values that the job's matrix gives a key, those of its `include` with them; expressions are left out."""
        matrix = self.node.get("strategy", "matrix")
        if matrix is None or not matrix.is_map:
            return ()
        values = (*matrix.each(key, "*"), *matrix.each("include", "*", key))
        return tuple(v for v in values if isinstance(v.data, str) and "$" not in v.text)


@dataclass(frozen=True, eq=False)
class Workflow:
    """One pipeline file. Platforms: github, gitlab, azure, circleci, jenkins, cloudbuild, codebuild, bitbucket, travis.

    `triggers` are event names ("push", "pull_request", "schedule" ...); `on` the node that states them;
    `schedules` cron expressions; `includes` other files of the project that it takes in.
    """

    path: str
    at: At
    name: str
    platform: str
    triggers: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = ()
    env: Mapping[str, Node] = field(default_factory=dict)
    permissions: Node | None = None
    node: Node | None = None
    on: Node | None = None
    schedules: tuple[tuple[str, At], ...] = ()
    includes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: Problem | None = None

    def job(self, name: str) -> Job | None:
        """The job of that id."""
        return next((job for job in self.jobs if job.id == name), None)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The commands of all jobs."""
        return tuple(command for job in self.jobs for command in job.commands)


def entries(node: Node | None) -> dict[str, Node]:
    """The entries of a mapping; empty for anything else."""
    return dict(node.items()) if node is not None else {}


def texts(node: Node | None) -> tuple[str, ...]:
    """A scalar or a list of scalars as texts; of mappings their `name`, `job` or `pipeline`."""
    if node is None:
        return ()
    if node.is_list:
        return tuple(text for item in node.children() for text in texts(item))
    if node.is_map:
        named = next((n for key in ("name", "job", "pipeline", "group") if (n := node.get(key))), None)
        return texts(named)
    return (node.text,) if node.text else ()


def is_true(node: Node | None) -> bool:
    """True for a literal true, also one written as text."""
    return node is not None and (node.data is True or node.text.lower() == "true")


def literals(*mappings: Mapping[str, Node]) -> dict[str, str]:
    """The variables whose values are constants, the later mappings winning."""
    merged = {name: node for mapping in mappings for name, node in mapping.items()}
    return {name: node.text for name, node in merged.items() if node.text and not is_dynamic(node.text)}


def directory_of(word: str | None) -> str | None:
    """A working directory as written, relative to the project's root; None where it cannot be told."""
    if word is None:
        return "."
    word = _WORKSPACE.sub("", word)
    if is_dynamic(word) or word.startswith("/"):
        return None
    path = normpath(word or ".")
    return None if path.startswith("..") else path


def read(node: Node, lines: Lines, shell: Shell, kind: str = "bash") -> tuple[Command, ...]:
    """The commands of a script scalar, each at its line, read by the shell given."""
    text, at = node.text, node.at
    first = first_line(node, lines)
    if kind in {"powershell", "pwsh"}:
        return powershell(text, at.path, first, directory=shell.directory)
    if kind == "cmd":
        return batch(text, at.path, first, directory=shell.directory)
    if kind.split("/")[-1] not in SHELLS:
        return ()
    shell.path = at.path
    found = shell.read(text, first)
    if "\n" in text.rstrip() and at.line == at.end_line:
        found = tuple(replace(command, at=at) for command in found)
    return found


def first_line(node: Node, lines: Lines) -> int:
    """The line where a scalar's text begins: after the key where it is a block."""
    line = node.at.line or 1
    source = lines(node.at.path)
    written = source[line - 1] if line <= len(source) else ""
    return line + 1 if _BLOCK.search(written) else line
