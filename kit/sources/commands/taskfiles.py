"""justfiles and Taskfiles: named recipes with their commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.command import Command
from kit.sources.commands.makefiles import Makefile, Target
from kit.sources.commands.shell import commands
from kit.sources.commands.shell_words import join
from kit.sources.formats.nodes import Document, Node

if TYPE_CHECKING:
    from kit.sources.formats.documents import Documents
    from kit.sources.tree.files import FileIndex

JUST_NAMES = ("justfile", ".justfile")
TASK_NAMES = ("Taskfile.yml", "Taskfile.yaml", "Taskfile.dist.yml", "Taskfile.dist.yaml")
_RECIPE = re.compile(r"^@?([A-Za-z_][\w-]*)((?:\s[^:\n]*)?):(?!=)\s*(.*)$")
_ASSIGNED = re.compile(
    r"""^(?:export\s+)?([A-Za-z_][\w-]*)\s*:=\s*(?:"([^"\\{]*)"|'([^']*)'|(justfile_directory\(\)))\s*$"""
)
_ALIAS = re.compile(r"^alias\s+([\w-]+)\s*:=\s*([\w-]+)")


def find(files: FileIndex, documents: Documents) -> tuple[Makefile, ...]:
    """Every justfile and Taskfile of the project."""
    just = (justfile(files.text(path), path) for path in files.named(*JUST_NAMES))
    tasks = (taskfile(documents.get(path)) for path in files.named(*TASK_NAMES))
    return (*just, *tasks)


@dataclass(slots=True)
class _Recipe:
    name: str
    at: At
    deps: tuple[str, ...]
    lines: list[tuple[str, At]] = field(default_factory=list)


def justfile(text: str, path: str) -> Makefile:
    """The recipes of a justfile. Never raises."""
    recipes: list[_Recipe] = []
    aliases: dict[str, str] = {}
    values: dict[str, str] = {}
    complete = True
    for number, line in enumerate(text.split("\n"), 1):
        at = At(path, number, number)
        if line[:1] in {" ", "\t"}:
            if recipes and line.strip():
                recipes[-1].lines.append((line.strip(), at))
        elif match := _ALIAS.match(line):
            aliases[match[1]] = match[2]
        elif match := _ASSIGNED.match(line):
            values[match[1]] = "." if match[4] else match[2] or match[3] or ""
        elif line.startswith(("import", "mod ", "mod?")):
            complete = False
        elif match := _RECIPE.match(line.split(" #")[0]):
            deps = tuple(re.findall(r"[A-Za-z_][\w-]*", match[3]))
            recipes.append(_Recipe(match[1], at, deps))
    targets = {recipe.name: _just_target(recipe, path, values) for recipe in recipes}
    targets |= {alias: targets[name] for alias, name in aliases.items() if name in targets}
    return Makefile(path, At(path), "just", targets, complete=complete)


def _just_target(recipe: _Recipe, path: str, values: Mapping[str, str]) -> Target:
    directory = dirname(path) or "."
    run: list[Command] = []
    if recipe.lines and recipe.lines[0][0].startswith("#!"):
        body = "\n".join(line for line, _ in recipe.lines[1:])
        if re.search(r"\b(?:ba|z|da)?sh\b", recipe.lines[0][0]) and len(recipe.lines) > 1:
            run += commands(_without_braces(body, values), path, recipe.lines[1][1].line or 1, directory=directory)
    else:
        for line, at in recipe.lines:
            text = _without_braces(line.lstrip("@-"), values)
            run += commands(text, path, at.line or 1, directory=directory)
    return Target(recipe.name, recipe.at, recipe.deps, tuple(run), True, tuple(recipe.lines))


def _without_braces(text: str, values: Mapping[str, str]) -> str:
    """Interpolations of the runner (`{{name}}`) by their plain values, others as expansions that nobody knows."""
    return re.sub(r"\{\{([^{}\n]*)\}\}", lambda found: values.get(found[1].strip(), "${INTERPOLATED}"), text)


def taskfile(document: Document) -> Makefile:
    """The tasks of a Taskfile."""
    root = document.root
    targets = {}
    for name, node in (root.get("tasks") or Node({}, document.at)).items():
        targets[name] = _task(name, node, document.path)
        for alias in node.each("aliases", "*"):
            targets[alias.text] = targets[name]
    complete = document.error is None and root.get("includes") is None
    problems = (document.error,) if document.error else ()
    return Makefile(document.path, document.at, "task", targets, complete=complete, problems=problems)


def _task(name: str, node: Node, path: str) -> Target:
    directory = dirname(path) or "."
    if (own := node.get("dir")) is not None:
        directory = join(directory, own.text) or ""
    run: list[Command] = []
    lines: list[tuple[str, At]] = []
    for line in _command_nodes(node):
        lines.append((line.text, line.at))
        block = line.at.end_line is not None and line.at.line is not None and line.at.end_line > line.at.line
        first = (line.at.line or 1) + (1 if block else 0)
        run += commands(_without_braces(line.text, {}), path, first, directory=directory or None)
    deps = tuple((dep.get("task") or dep).text for dep in node.each("deps", "*"))
    return Target(name, node.at, deps, tuple(run), True, tuple(lines))


def _command_nodes(node: Node) -> Iterator[Node]:
    if isinstance(node.data, str):
        yield node
        return
    items = node if node.is_list else node.get("cmds")
    one = node.get("cmd")
    for item in (*(items.children() if items else ()), *([one] if one else ())):
        command = item.get("cmd") if item.is_map else item
        if command is not None and isinstance(command.data, str):
            yield command
