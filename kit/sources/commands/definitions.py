"""Whether what commands call is defined: package scripts, make targets, tasks, Python modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from posixpath import dirname, normpath
from typing import TYPE_CHECKING

from kit.sources.commands.invocations import Invocation, invocations
from kit.sources.commands.makefiles import NAMES, Makefile
from kit.sources.commands.scripts import Script, parse
from kit.sources.packages.model import Package, matches, plain_name
from kit.sources.papers.references import FileReference, missing

if TYPE_CHECKING:
    from kit.sources.formats.documents import Documents
    from kit.sources.tree.files import FileIndex

_LIFECYCLE_WITHOUT_SCRIPT = frozenset({"start", "restart", "stop", "env", "install", "prepare", "version"})
_RUNNER_FILES = {"recipe": ("just",), "task": ("task",)}


class Definitions:
    """What a project defines under the names that commands call."""

    def __init__(
        self,
        files: FileIndex,
        documents: Documents,
        packages: Iterable[Package],
        makefiles: Iterable[Makefile] = (),
    ) -> None:
        self.files = files
        self.documents = documents
        self.packages = {package.path: package for package in packages}
        self.makefiles = {makefile.path: makefile for makefile in makefiles}

    def defined(self, call: Invocation) -> bool | None:
        """Whether the name is defined where it is called; None where that cannot be told."""
        if call.optional or call.directory is None or call.directory.startswith(("/", "..")):
            return None
        if call.kind == "script":
            return self._script(call)
        if call.kind == "target":
            return self._target(call)
        if call.kind in _RUNNER_FILES:
            return self._task(call)
        if call.kind == "turbo":
            return self._turbo(call)
        if call.kind == "module":
            return self._module(call)
        return None

    def package_for(self, call: Invocation) -> tuple[Package, ...]:
        """The npm packages whose scripts a call runs: the nearest, or those that its filter names."""
        nearest = self._nearest(call.directory or ".", "package.json")
        if nearest is None or call.package is None:
            return (nearest,) if nearest is not None else ()
        npm = [p for p in self.packages.values() if p.ecosystem == "npm"]
        return tuple(p for p in npm if _selected(call.package, p, nearest))

    def _nearest(self, directory: str, name: str) -> Package | None:
        for folder in _upwards(directory):
            found = self.packages.get(name if folder == "." else f"{folder}/{name}")
            if found is not None:
                return found
        return None

    def _script(self, call: Invocation) -> bool | None:
        packages = self.package_for(call)
        if any(p.error is not None or not p.complete for p in packages):
            return None
        if any(_has_script(p, call.name) for p in packages):
            return True
        if not packages:
            # A filter may select by what this does not read; without any manifest at all nothing can be run.
            made = self.files.ignored(f"{call.directory}/package.json")
            return None if call.package or made or not call.certain else False
        if not call.certain or call.package == "*" or call.name in _LIFECYCLE_WITHOUT_SCRIPT:
            return None
        return False

    def _target(self, call: Invocation) -> bool | None:
        folder = call.directory or "."
        names = (call.file,) if call.file else NAMES
        paths = [normpath(f"{folder}/{name}") for name in names]
        found = next((self.makefiles[path] for path in paths if path in self.makefiles), None)
        if found is None:
            generated = any(
                self.files.exists(normpath(f"{folder}/{name}"))
                for name in (
                    "configure",
                    "configure.ac",
                    "CMakeLists.txt",
                    "Makefile.am",
                    "Makefile.in",
                    "meson.build",
                )
            )
            return None if call.file or generated or self.files.ignored(paths[0]) else False
        if self.files.exists(normpath(f"{folder}/{call.name}")):
            return True
        return found.defines(call.name)

    def _task(self, call: Invocation) -> bool | None:
        if not call.certain:
            return None
        if call.file:
            named = self.makefiles.get(normpath(f"{call.directory}/{call.file}"))
            return None if named is None else named.defines(call.name)
        for folder in _upwards(call.directory or "."):
            for makefile in self.makefiles.values():
                if makefile.dir == folder and makefile.tool in _RUNNER_FILES[call.kind]:
                    return makefile.defines(call.name)
            package = self.packages.get("pyproject.toml" if folder == "." else f"{folder}/pyproject.toml")
            if call.kind == "task" and package is not None and package.scripts:
                return call.name in package.scripts
        return None

    def _turbo(self, call: Invocation) -> bool | None:
        for folder in _upwards(call.directory or "."):
            path = normpath(f"{folder}/turbo.json")
            if not self.files.exists(path):
                continue
            document = self.documents.get(path)
            tasks = document.get("tasks") or document.get("pipeline")
            if document.error is not None or tasks is None or document.get("extends") is not None:
                return None
            name = call.name.rpartition("#")[2]
            return any(key.rpartition("#")[2] == name for key, _ in tasks.items())
        return None

    def _module(self, call: Invocation) -> bool | None:
        """A module of the project: found from the folder that it is imported from, or its `src`."""
        parts = call.name.split(".")
        roots = [normpath(f"{call.directory}/{folder}") for folder in (".", "src", "lib")]
        for root in roots:
            answer = self._module_in(root, parts, call.served)
            if answer is not None:
                return answer
        if not call.served or self._top_levels & {parts[0]}:
            return None
        return None if self._may_be_installed(parts[0]) else False

    def _module_in(self, root: str, parts: list[str], attribute: bool) -> bool | None:
        prefix = "" if root == "." else f"{root}/"
        if not self._is_module(prefix + parts[0]):
            return None
        path = prefix + "/".join(parts)
        if self._is_module(path):
            return True
        if attribute and len(parts) > 1 and self._is_module(prefix + "/".join(parts[:-1])):
            return True
        return None if self.files.ignored(f"{path}.py") else False

    def _is_module(self, path: str) -> bool:
        return self.files.exists(f"{path}.py") or self._holds_python(path)

    def _holds_python(self, folder: str) -> bool:
        return folder in self._python_folders

    @cached_property
    def _python_folders(self) -> frozenset[str]:
        python = (path for path in self.files.paths if path.endswith((".py", ".pyx", ".so", ".pyi")))
        return frozenset(folder for path in python for folder in _upwards(dirname(path) or "."))

    @cached_property
    def _top_levels(self) -> frozenset[str]:
        """Every name that could be a top-level module, from whichever folder it is imported."""
        stems = {p.rpartition("/")[2].removesuffix(".py") for p in self.files.paths if p.endswith(".py")}
        return frozenset(stems | {folder.rpartition("/")[2] for folder in self._python_folders})

    def _may_be_installed(self, name: str) -> bool:
        """Whether a declared dependency, or the package that a manifest names, may hold the module."""
        plain = plain_name(name)
        python = [p for p in self.packages.values() if p.ecosystem == "pypi"]
        names = {plain_name(d.name) for p in python for d in p.dependencies}
        names |= {plain_name(p.name) for p in python if p.name}
        return any(plain in known or known in plain for known in names)


def undefined_in(definitions: Definitions, script: Script) -> tuple[Invocation, ...]:
    """What a script calls and nothing defines, wherever it may be started: its folder or any above."""
    text = definitions.files.text(script.path)
    undefined: list[dict[tuple[int | None, str, str], Invocation]] = []
    for folder in _upwards(dirname(script.path) or "."):
        run = parse(text, script.path, script.shell, directory=folder).commands
        calls = (call for command in run for call in invocations(command))
        undefined.append({(c.at.line, c.kind, c.name): c for c in calls if definitions.defined(c) is False})
    common = set.intersection(*(set(calls) for calls in undefined))
    return tuple(call for key, call in undefined[-1].items() if key in common)


def missing_from(files: FileIndex, script: Script) -> tuple[FileReference, ...]:
    """The files that a script needs and lacks, wherever it may be started: its folder or any above."""
    text = files.text(script.path)
    answers: list[dict[tuple[str, int | None, str], FileReference]] = []
    for folder in _upwards(dirname(script.path) or "."):
        found = missing(files, parse(text, script.path, script.shell, directory=folder).commands)
        answers.append({(_told(ref.path, folder), ref.at.line, ref.kind): ref for ref in found})
    common = set.intersection(*(set(answer) for answer in answers))
    return tuple(answers[-1][key] for key in answers[-1] if key in common)


def _told(path: str, folder: str) -> str:
    """The path as the script spells it."""
    return path.removeprefix(f"{folder}/") if folder != "." else path


def _upwards(directory: str) -> Iterator[str]:
    """The folder and every folder above it, "." last; none for one outside of the project, as in an image."""
    if directory.startswith(("/", "..")):
        return
    while directory not in {"", "."}:
        yield directory
        directory = dirname(directory)
    yield "."


def _has_script(package: Package, name: str) -> bool:
    if name in package.scripts:
        return True
    return "*" in name and any(fnmatchcase(script, name.replace("**", "*")) for script in package.scripts)


def _selected(selector: str, package: Package, root: Package) -> bool:
    """Whether a filter of pnpm, npm, yarn or turbo selects a package: by name, with `*`, or by folder."""
    bare = selector.removeprefix("...").removesuffix("...").removesuffix("^").removeprefix("^").strip("{}")
    if bare in {"*", ""}:
        return package.path == root.path or package.root == root.path
    if bare.startswith(("!", "[")):
        return True
    name = package.name or ""
    if fnmatchcase(name, bare) or (not bare.startswith("@") and name.rpartition("/")[2] == bare):
        return True
    return matches(normpath(f"{root.dir}/{bare}"), package.dir)
