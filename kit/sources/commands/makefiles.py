"""Makefiles: targets with their commands, variables and includes inside the project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from posixpath import dirname
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.command import Command
from kit.sources.commands.shell import commands
from kit.sources.commands.shell_words import is_dynamic, join
from kit.sources.formats.lines import continued_lines
from kit.sources.formats.nodes import Problem

if TYPE_CHECKING:
    from kit.sources.tree.files import FileIndex

MAX_INCLUDES = 30
MAX_LINES = 20_000
MAX_EXPANSION = 4_000
NAMES = ("GNUmakefile", "makefile", "Makefile")
_VARIABLE = re.compile(r"^(?:override\s+|export\s+)*([A-Za-z_][\w.-]*)\s*(\?=|::?:?=|\+=|!=|=)\s*(.*)$")
_RULE = re.compile(r"^([^:=#\t][^:=#]*?)\s*(::?)(?!=)\s*(.*)$")
_REFERENCE = re.compile(r"\$(?:\(([\w.-]+)\)|\{([\w.-]+)\})")
_AUTOMATIC = re.compile(r"\$[@<^?*%+]|\$\([@<^?*%+][DF]?\)")
_INCLUDE = re.compile(r"^(-include|sinclude|include)\s+(.+)$")
_CONDITION = re.compile(r"^(?:ifeq|ifneq|ifdef|ifndef|else|endif)\b")


@dataclass(frozen=True, slots=True)
class Target:
    """A rule: what it needs and the lines that it runs; `phony` where it names no file."""

    name: str
    at: At
    deps: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    phony: bool = False
    lines: tuple[tuple[str, At], ...] = ()


@dataclass(frozen=True)
class Makefile:
    """A file of named targets: a Makefile, a justfile (`tool` "just") or a Taskfile ("task").

    `complete` is False where targets may come from what cannot be seen: a generated include, `$(eval ...)`.
    """

    path: str
    at: At
    tool: str = "make"
    targets: dict[str, Target] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    includes: tuple[str, ...] = ()
    complete: bool = True
    problems: tuple[Problem, ...] = ()

    @property
    def dir(self) -> str:
        """Its folder, "." for the root."""
        return dirname(self.path) or "."

    def defines(self, name: str) -> bool | None:
        """Whether the target is there; None where it cannot be told."""
        if name in self.targets or (name == "(default)" and self.targets):
            return True
        if any("%" in t and fnmatchcase(name, t.replace("%", "*")) for t in self.targets):
            return True
        return False if self.complete else None

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The commands of all targets."""
        return tuple(c for target in self.targets.values() for c in target.commands)


def find(files: FileIndex) -> tuple[Makefile, ...]:
    """Every Makefile of the project, includes inside the root taken in."""
    return tuple(parse(files.text(path), path, files) for path in files.named(*NAMES))


def parse(text: str, path: str, files: FileIndex | None = None) -> Makefile:
    """A Makefile's text; `files` serves its includes. Never raises."""
    reader = _Reader(path, files)
    reader.read(text, path, 0)
    return reader.made()


@dataclass(slots=True)
class _Rule:
    names: tuple[str, ...]
    deps: tuple[str, ...]
    at: At
    recipe: list[tuple[str, At]] = field(default_factory=list)


class _Reader:
    def __init__(self, path: str, files: FileIndex | None) -> None:
        self.path = path
        self.files = files
        self.dir = dirname(path) or "."
        self.variables: dict[str, str] = {"MAKE": "make", "CURDIR": f"//{self.dir}", "PWD": f"//{self.dir}"}
        self.unsteady: set[str] = set()
        self.rules: list[_Rule] = []
        self.includes: list[str] = []
        self.problems: list[Problem] = []
        self.complete = True
        self.conditions = 0

    def read(self, text: str, path: str, depth: int) -> None:
        """Take in the text of the file or of one that it includes."""
        rule: _Rule | None = None
        defining = False
        for line, at in continued_lines(text, path, MAX_LINES, keeps_breaks=_is_recipe):
            stripped = line.strip()
            if defining or stripped.startswith("define "):
                defining = stripped != "endef"
                continue
            if line.startswith("\t") and rule is not None:
                rule.recipe.append((line[1:], at))
                continue
            bare = re.sub(r"(?<!\\)#.*", "", stripped, count=1).rstrip()
            if not bare:
                continue
            if match := _CONDITION.match(bare):
                self.conditions += {"else": 0, "endif": -1}.get(match[0], 1)
                continue
            rule = self._statement(bare, at, depth, rule)

    def _statement(self, line: str, at: At, depth: int, rule: _Rule | None) -> _Rule | None:
        if match := _INCLUDE.match(line):
            self._include(match[1], self.expand(match[2]).split(), at, depth)
            return None
        if match := _VARIABLE.match(line):
            self._assign(match[1], match[2], match[3])
            return rule
        if line.startswith(("$(info", "$(warning", "$(error")):
            return None
        if "$(eval" in line or line.startswith(("$(call", "$(foreach")):
            self.complete = False
            return None
        return self._rule(line, at)

    def _rule(self, line: str, at: At) -> _Rule | None:
        expanded = self.expand(line)
        match = _RULE.match(expanded)
        if not match or _VARIABLE.match(match[3]):
            self.complete &= "$" not in expanded.partition(":")[0]
            return None
        deps, _, first = match[3].partition(";")
        names = tuple(match[1].split())
        self.complete &= not any("$" in name for name in names)
        rule = _Rule(names, tuple(d for d in deps.split() if d != "|"), at)
        if first.strip():
            rule.recipe.append((first.strip(), at))
        self.rules.append(rule)
        return rule

    def _assign(self, name: str, operator: str, value: str) -> None:
        if operator == "+=":
            value = f"{self.variables.get(name, '')} {value}".strip()
        elif operator == "!=" or (operator == "?=" and name in self.variables):
            self.unsteady |= {name} if operator == "!=" else set()
            return
        elif name in self.variables and self.variables[name] != value:
            self.unsteady.add(name)
        self.variables[name] = self._own_folder(value)[:MAX_EXPANSION]

    def _own_folder(self, value: str) -> str:
        """The folder of the Makefile itself, however it is spelt."""
        if "MAKEFILE_LIST" in value and re.search(r"\bdir\b|dirname", value):
            return f"//{self.dir}/"
        return re.sub(r"\$\(shell pwd\)|\$\(abspath \.\)", f"//{self.dir}", value)

    def expand(self, text: str, depth: int = 0) -> str:
        """The text with the variables put in that have one constant value; the others stay as `${NAME}`."""

        def value(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if name in self.unsteady or name not in self.variables or depth > 8:
                return f"${{{name}}}"
            return self.expand(self.variables[name], depth + 1)

        return _REFERENCE.sub(value, text)[:MAX_EXPANSION] if "$" in text else text

    def _include(self, word: str, names: list[str], at: At, depth: int) -> None:
        for name in names:
            path = join(self.dir, name)
            found = path is not None and self.files is not None and self.files.exists(path)
            if found and path and self.files and depth < 8 and len(self.includes) < MAX_INCLUDES:
                self.includes.append(path)
                self.read(self.files.text(path), path, depth + 1)
            elif not re.search(r"(?:^|/)\.?env$|\.env(?:\.|$)", name):
                self.complete = False
                if word == "include" and path is not None and not self.conditions and not is_dynamic(name):
                    self.problems.append(Problem(f"includes {name}, which is not in the project", at))

    def made(self) -> Makefile:
        """The Makefile read so far."""
        phony = {d for rule in self.rules if ".PHONY" in rule.names for d in rule.deps}
        targets: dict[str, Target] = {}
        for rule in self.rules:
            for name in rule.names:
                if not name.startswith(".") or "/" in name:
                    targets[name] = self._target(name, rule, phony, targets.get(name))
        variables = {name: self.expand(value) for name, value in self.variables.items()}
        return Makefile(
            path=self.path,
            at=At(self.path),
            targets=targets,
            variables=variables,
            includes=tuple(self.includes),
            complete=self.complete,
            problems=tuple(self.problems),
        )

    def _target(self, name: str, rule: _Rule, phony: set[str], known: Target | None) -> Target:
        lines = tuple(rule.recipe)
        run = tuple(c for line, at in lines for c in self._run(line, at, name))
        if known is None:
            return Target(name, rule.at, rule.deps, run, name in phony, lines)
        return replace(
            known,
            at=rule.at if lines and not known.lines else known.at,
            deps=known.deps + rule.deps,
            commands=known.commands + run,
            lines=known.lines + lines,
        )

    def _run(self, line: str, at: At, target: str) -> Iterator[Command]:
        """The commands of a recipe line: a shell of its own; a `-` before it swallows its failure."""
        match = re.match(r"[@+\s-]*", line)
        prefix = match[0] if match else ""
        text = " " * len(prefix) + line[len(prefix) :]
        text = _AUTOMATIC.sub(lambda m: target if m[0] == "$@" else "${AUTO}", text)
        for command in commands(self._to_shell(text), at.path, at.line or 1, directory=self.dir):
            swallowed = "-" in prefix and not command.guarded
            yield replace(command, guarded=True, guard="-") if swallowed else command

    def _to_shell(self, text: str) -> str:
        """Make's spelling as the shell's: `$$x` is `$x`, a function is an expansion nobody knows."""
        kept = text.replace("$$", "\0")
        kept = self.expand(kept)
        kept = re.sub(r"\$\((?:[a-z-]+\s)[^()]*\)", "${FUNCTION}", kept)
        return kept.replace("\0", "$")


def _is_recipe(line: str) -> bool:
    """Whether it is for a shell, which joins its lines itself."""
    return line.startswith("\t")
