"""Python classes across files, their bases resolved: what models are read from."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.orm.python import Module, Roots, dotted, read_module
from kit.sources.orm.sqlfiles import OWN
from kit.sources.tree.files import FileIndex

_MAX_BASES = 60


@dataclass(frozen=True, eq=False)
class PythonClass:
    """A class: where it stands, and the dotted names of its bases as written."""

    name: str
    node: ast.ClassDef
    module: Module
    bases: tuple[str, ...]

    @property
    def at(self) -> At:
        """The line of its name."""
        return At(self.module.path, self.node.lineno)


class Classes:
    """The classes of one Python project."""

    def __init__(self, modules: list[Module]) -> None:
        self.modules = modules
        self._lineages: dict[PythonClass, list[PythonClass]] = {}
        self._import_cache: dict[str, dict[str, tuple[str, str]]] = {}
        self._by_name: dict[str, list[PythonClass]] = defaultdict(list)
        for module in modules:
            for found in _classes(module):
                self._by_name[found.name].append(found)

    def __iter__(self) -> Iterator[PythonClass]:
        return (found for listed in self._by_name.values() for found in listed)

    def named(self, name: str) -> tuple[PythonClass, ...]:
        """The classes of that name."""
        return tuple(self._by_name.get(name, ()))

    def base(self, owner: PythonClass, written: str) -> PythonClass | None:
        """The class of the project that a base's name means in the file of `owner`, or None."""
        name = written.rpartition(".")[2]
        origin, real = self._imports(owner.module).get(written.partition(".")[0], ("", name))
        candidates = [c for c in self._by_name.get(real if "." not in written else name, ()) if c is not owner]
        same = [c for c in candidates if c.module is owner.module]
        if same:
            return same[0]
        near = [c for c in candidates if origin and _is_module(c.module.path, origin)]
        if near:
            return near[0]
        return candidates[0] if len(candidates) == 1 and (origin or "." in written) else None

    def imported(self, module: Module, name: str) -> bool:
        """Whether another file of those read imports the name from the module."""
        return any(
            name == real and _is_module(module.path, origin)
            for other in self.modules if other is not module
            for origin, real in self._imports(other).values()
        )  # fmt: skip

    def lineage(self, owner: PythonClass) -> list[PythonClass]:
        """The class and those it inherits from, as far as the project has them, nearest first."""
        if owner not in self._lineages:
            self._lineages[owner] = self._lineage(owner)
        return self._lineages[owner]

    def _lineage(self, owner: PythonClass) -> list[PythonClass]:
        done: list[PythonClass] = []
        waiting = [owner]
        while waiting and len(done) < _MAX_BASES:
            found = waiting.pop(0)
            if found not in done:
                done.append(found)
                waiting[:0] = [b for w in found.bases if (b := self.base(found, w)) is not None]
        return done

    def foreign_bases(self, owner: PythonClass) -> set[str]:
        """The bases, of it and of those it inherits from, that are no classes of the project."""
        return {w for c in self.lineage(owner) for w in c.bases if self.base(c, w) is None}

    def _imports(self, module: Module) -> dict[str, tuple[str, str]]:
        if module.path not in self._import_cache:
            self._import_cache[module.path] = dict(_imported(module))
        return self._import_cache[module.path]


def _classes(module: Module) -> Iterator[PythonClass]:
    for found in _top_level(module.tree.body):
        if isinstance(found, ast.ClassDef):
            bases = tuple(dotted(_unsubscripted(b)) for b in found.bases)
            yield PythonClass(found.name, found, module, tuple(b for b in bases if b))


def _unsubscripted(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node


def _imported(module: Module) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each imported name with the module that it comes from and its name there."""
    for node in _top_level(module.tree.body):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, (node.module or "." * node.level, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], (alias.name, alias.name)


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those under `if` and `try` included."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from _top_level([*node.body, *node.orelse])


def _is_module(path: str, dotted_name: str) -> bool:
    parts = PurePosixPath(path.removesuffix(".py").removesuffix("/__init__")).parts
    wanted = tuple(part for part in dotted_name.split(".") if part)
    return bool(wanted) and parts[-len(wanted) :] == wanted


def read_classes(files: FileIndex, hints: tuple[str, ...]) -> dict[str, Classes]:
    """The classes of every Python project of the repository, by its folder, in files that hold a hint."""
    roots = Roots(files)
    modules: dict[str, list[Module]] = defaultdict(list)
    for path in files.glob("*.py", classes=OWN):
        source = files.text(path)
        if "/migrations/" not in f"/{path}" and any(hint in source for hint in hints):
            module = read_module(source, path)
            if not isinstance(module, Problem):
                modules[roots.of(path)].append(module)
    return {root: Classes(found) for root, found in modules.items()}
