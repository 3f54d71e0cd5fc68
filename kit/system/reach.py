"""What a command leads to: the scripts, targets and files that it calls, and the commands in those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from posixpath import dirname, normpath
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.command import Command
from kit.sources.commands.definitions import Definitions
from kit.sources.commands.invocations import Invocation, invocations, open_targets
from kit.sources.commands.makefiles import NAMES, Makefile
from kit.sources.commands.scripts import commands, parse
from kit.sources.commands.wrappers import base_name
from kit.sources.papers.references import references

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.packages.model import Package

MAX_DEPTH = 8
MAX_REACHED = 2000


@dataclass(frozen=True)
class Reached:
    """A command with those that lead to it, the outermost first, itself last."""

    chain: tuple[Command, ...]

    @property
    def command(self) -> Command:
        """The command itself."""
        return self.chain[-1]

    @property
    def root(self) -> Command:
        """The command that everything started with."""
        return self.chain[0]

    @property
    def places(self) -> tuple[At, ...]:
        """Where each command of the chain stands, the innermost first."""
        return tuple(dict.fromkeys(c.at for c in reversed(self.chain)))


class Reach:
    """Looks up what the commands of a project lead to."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.definitions = Definitions(project.files, project.documents, project.packages, project.makefiles)
        self.shells = {script.path: script.shell for script in project.scripts}
        self._called: dict[tuple[object, ...], tuple[Command, ...]] = {}

    def of(self, starts: Iterable[Command]) -> tuple[Reached, ...]:
        """Every command that the given ones lead to, themselves included."""
        found: list[Reached] = []
        for start in starts:
            found.extend(self._from((start,), set()))
            if len(found) > MAX_REACHED:
                break
        return tuple(found)

    def unread(self, command: Command) -> tuple[str, ...]:
        """The names that a command calls and whose commands cannot be read: in a folder that is not known, say."""
        calls = (call for call in invocations(command) if call.kind != "module")
        return tuple(c.name for c in calls if not any((*self._scripts(c), *self._targets(c))))

    def hands_on(self, command: Command) -> bool:
        """Whether a command only starts others, which are reached: a task runner of a monorepo."""
        calls = [call for call in invocations(command) if call.kind in {"turbo", "nx", "lerna"}]
        return any(True for call in calls for _ in self._scripts(call))

    def _from(self, chain: tuple[Command, ...], seen: set[tuple[object, ...]]) -> Iterator[Reached]:
        yield Reached(chain)
        if len(chain) > MAX_DEPTH:
            return
        for key in self._keys(chain[-1]):
            if key not in seen and len(seen) < MAX_REACHED:
                seen.add(key)
                for command in self._commands(key):
                    yield from self._from((*chain, command), seen)

    def _keys(self, command: Command) -> Iterator[tuple[object, ...]]:
        for call in invocations(command):
            yield from self._scripts(call)
            yield from self._targets(call)
        for call in open_targets(command):
            for makefile in self._makefiles(call):
                yield from (("target", makefile.path, one) for one in self._needed(makefile, call.name))
        yield from (("skaffold", path, None) for path in self._tested_by_skaffold(command))
        for reference in references(command):
            if reference.kind == "script" and reference.path in self.shells:
                yield ("file", reference.path, command.directory)

    def _scripts(self, call: Invocation) -> Iterator[tuple[object, ...]]:
        if call.kind == "nx":
            for path in self.project.files.named("project.json"):
                if self.project.documents.get(path).get("targets", call.name) is not None:
                    yield ("nx", path, call.name)
        for package in self._packages(call):
            for name in (f"pre{call.name}", call.name, f"post{call.name}"):
                if name in package.scripts:
                    yield ("script", package.path, name)

    def _tested_by_skaffold(self, command: Command) -> tuple[str, ...]:
        """The files whose own tests `skaffold test` and what includes it run, modules and all."""
        if base_name(command.program) != "skaffold" or not {"test", "run", "dev", "verify"} & set(command.args[:1]):
            return ()
        return self.project.files.named("skaffold.yaml", "skaffold.yml")

    def _packages(self, call: Invocation) -> tuple[Package, ...]:
        if call.kind == "script":
            return self.definitions.package_for(call)
        if call.kind in {"turbo", "nx", "lerna"}:
            # The package at the top is the one that calls the runner; its scripts are not among the tasks.
            return tuple(p for p in self.project.packages if p.ecosystem == "npm" and p.dir != ".")
        if call.kind == "task" and call.directory is not None:
            path = normpath(f"{call.directory}/pyproject.toml")
            return tuple(p for p in self.project.packages if p.path == path)
        return ()

    def _targets(self, call: Invocation) -> Iterator[tuple[object, ...]]:
        makefile = self._makefile(call)
        if makefile is not None:
            name = call.name if call.name != "(default)" else next(iter(makefile.targets), "")
            yield from (("target", makefile.path, one) for one in self._needed(makefile, name))

    def _makefile(self, call: Invocation) -> Makefile | None:
        known = self.definitions.makefiles
        folder = call.directory
        if folder is None or call.kind not in {"target", "recipe", "task"}:
            return None
        if call.kind == "target":
            names = (call.file,) if call.file else NAMES
            paths = (normpath(f"{folder}/{name}") for name in names)
            return next((known[path] for path in paths if path in known), None)
        if call.file:
            return known.get(normpath(f"{folder}/{call.file}"))
        tool = {"recipe": "just", "task": "task"}[call.kind]
        return next((m for m in known.values() if m.tool == tool and m.dir == folder), None)

    def _makefiles(self, call: Invocation) -> tuple[Makefile, ...]:
        """The Makefiles that a call may mean; any of them where a variable gives the folder."""
        if call.directory is None and not call.file:
            return tuple(m for m in self.definitions.makefiles.values() if m.tool == "make")
        own = self._makefile(call)
        return () if own is None else (own,)

    def _needed(self, makefile: Makefile, name: str) -> Iterator[str]:
        pending, seen = [name], set[str]()
        while pending:
            for one in _meant(makefile, pending.pop()):
                if one not in seen:
                    seen.add(one)
                    pending += makefile.targets[one].deps
                    yield one

    def _commands(self, key: tuple[object, ...]) -> tuple[Command, ...]:
        if key not in self._called:
            self._called[key] = self._read(key)
        return self._called[key]

    def _read(self, key: tuple[object, ...]) -> tuple[Command, ...]:
        kind, path, name = str(key[0]), str(key[1]), key[2]
        if kind == "target":
            return self.definitions.makefiles[path].targets[str(name)].commands
        if kind == "script":
            package = self.definitions.packages[path]
            node = package.scripts[str(name)]
            return commands(node.text, path, node.line or 1, directory=package.dir)
        if kind in {"nx", "skaffold"}:
            return self._of_document(kind, path, str(name))
        directory = None if name is None else str(name)
        text = self.project.files.text(path)
        return parse(text, path, self.shells[path], directory=directory).commands

    def _of_document(self, kind: str, path: str, name: str) -> tuple[Command, ...]:
        """The commands of a target of nx, or of the tests of skaffold, run in the folder of their file."""
        document, folder = self.project.documents.get(path), dirname(path) or "."
        routes = _NX if kind == "nx" else _SKAFFOLD
        nodes = [n for route in routes for n in document.each(*(name if step == "" else step for step in route))]
        executor = document.get("targets", name, "executor") if kind == "nx" else None
        if executor is not None and executor.text in _EXECUTORS:
            return commands(_EXECUTORS[executor.text], path, executor.line or 1, directory=folder)
        return tuple(c for n in nodes if n.text for c in commands(n.text, path, n.line or 1, directory=folder))


_NX = tuple(
    ("targets", "", "options", *more) for more in (("command",), ("commands", "*"), ("commands", "*", "command"))
)
_SKAFFOLD = tuple((*more, "test", "*", "custom", "*", "command") for more in ((), ("profiles", "*")))
_EXECUTORS = {
    "@nx/jest:jest": "jest", "@nrwl/jest:jest": "jest", "@nx/vite:test": "vitest run", "@nx/vitest:test": "vitest run",
    "@nx/cypress:cypress": "cypress run", "@nrwl/cypress:cypress": "cypress run",
    "@nx/playwright:playwright": "playwright test",
    "@nx-go/nx-go:test": "go test ./...", "@angular-devkit/build-angular:karma": "karma start",
}  # fmt: skip


def _meant(makefile: Makefile, name: str) -> Iterator[str]:
    """The targets that a name means: itself, or the pattern rules that make it. What follows a variable may be
    anything."""
    if name in makefile.targets:
        yield name
        return
    start, dynamic, _ = name.partition("$")
    for target in makefile.targets:
        before, pattern, after = target.partition("%")
        made = before and name.startswith(before) and (dynamic or name.endswith(after))
        alike = dynamic and len(start) > 1 and target.startswith(start)
        if made if pattern else alike:
            yield target


@lru_cache(maxsize=4)
def reach(project: Project) -> Reach:
    """The look-up of a project, made once."""
    return Reach(project)
