"""Terraform: the resources, variables and state backend of each module, and which module calls which."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kit.model import At
from kit.sources.containers.runtime import text_of
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Document, Node, Problem
from kit.sources.tree.files import FileIndex

_ENDINGS = (".tf", ".tf.json", ".tofu", ".tofu.json")
LOCK_NAME = ".terraform.lock.hcl"


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource or data source: `aws_s3_bucket.logs`."""

    type: str
    name: str
    node: Node
    data: bool = False

    @property
    def at(self) -> At:
        return self.node.at

    @property
    def address(self) -> str:
        """The address within its module."""
        return f"{'data.' if self.data else ''}{self.type}.{self.name}"


@dataclass(frozen=True, eq=False)
class Variable:
    """An input variable. `default` None: it must be given."""

    name: str
    node: Node

    @property
    def at(self) -> At:
        return self.node.at

    @property
    def default(self) -> Node | None:
        return self.node.get("default")

    @property
    def sensitive(self) -> bool:
        found = self.node.get("sensitive")
        return found is not None and found.text == "true"


@dataclass(frozen=True, eq=False)
class ModuleCall:
    """A call of another module. `dir` is its folder relative to the root, None where it is elsewhere."""

    name: str
    source: str
    version: str | None
    dir: str | None
    node: Node

    @property
    def at(self) -> At:
        return self.node.at


@dataclass(frozen=True, eq=False)
class Terraform:
    """One module: all Terraform files of a folder. A `root` module is one that no other module here calls."""

    dir: str
    paths: tuple[str, ...]
    documents: tuple[Document, ...]
    environment: str
    lockfile: str | None
    root: bool = True

    @property
    def at(self) -> At:
        """The folder."""
        return At(self.dir or ".")

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Resources, in the order of the files."""
        return tuple(self._resources("resource"))

    @cached_property
    def data(self) -> tuple[Resource, ...]:
        """Data sources."""
        return tuple(self._resources("data"))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(name, node) for name, node in self._named("variable"))

    @cached_property
    def outputs(self) -> tuple[tuple[str, Node], ...]:
        return tuple(self._named("output"))

    @cached_property
    def providers(self) -> tuple[tuple[str, Node], ...]:
        """Provider configurations, aliases one by one."""
        return tuple(self._named("provider"))

    @cached_property
    def required_providers(self) -> tuple[tuple[str, Node], ...]:
        """Providers with source and version, as `terraform` blocks demand them."""
        blocks = self._settings("required_providers")
        return tuple(entry for block in blocks for entry in block.items())

    @cached_property
    def required_version(self) -> Node | None:
        return next(self._settings("required_version"), None)

    @cached_property
    def backend(self) -> tuple[str, Node] | None:
        """Where the state is kept: the kind ("s3", "gcs", "cloud" …) and its block; None: on local disk."""
        for block in self._settings("backend"):
            for kind, node in block.items():
                return kind, node
        cloud = next(self._settings("cloud"), None)
        return ("cloud", cloud) if cloud is not None else None

    @cached_property
    def modules(self) -> tuple[ModuleCall, ...]:
        """The modules that are called."""
        return tuple(self._call(name, node) for name, node in self._named("module"))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files themselves."""
        return tuple(p for d in self.documents for p in ((d.error,) if d.error else d.problems))

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types."""
        return (resource for resource in self.resources if resource.type in types)

    def _blocks(self, kind: str) -> Iterator[Node]:
        for document in self.documents:
            found = document.get(kind)
            if found is not None:
                yield from found.children() if found.is_list else (found,)

    def _named(self, kind: str) -> Iterator[tuple[str, Node]]:
        for block in self._blocks(kind):
            for name, node in block.items():
                yield from ((name, each) for each in (node.children() if node.is_list else (node,)))

    def _resources(self, kind: str) -> Iterator[Resource]:
        for type_, named in self._named(kind):
            for name, node in named.items():
                for each in node.children() if node.is_list else (node,):
                    yield Resource(type_, name, each, data=kind == "data")

    def _settings(self, key: str) -> Iterator[Node]:
        for block in self._blocks("terraform"):
            found = block.get(key)
            if found is not None:
                yield from found.children() if found.is_list else (found,)

    def _call(self, name: str, node: Node) -> ModuleCall:
        source = text_of(node.get("source")) or ""
        local = source.startswith(("./", "../"))
        directory = posixpath.normpath(posixpath.join(self.dir or ".", source)) if local else None
        return ModuleCall(name, source, text_of(node.get("version")), directory, node)


def find(files: FileIndex, documents: Documents) -> tuple[Terraform, ...]:
    """Every Terraform module of the project, by folder."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in files.paths:
        if path.endswith(_ENDINGS):
            folders[posixpath.dirname(path)].append(path)
    made = [_module(folder, paths, files, documents) for folder, paths in sorted(folders.items())]
    called = {call.dir for module in made for call in module.modules}
    return tuple(module if (module.dir or ".") not in called else _as_child(module) for module in made)


def _module(folder: str, paths: list[str], files: FileIndex, documents: Documents) -> Terraform:
    lock = posixpath.join(folder, LOCK_NAME)
    return Terraform(
        dir=folder,
        paths=tuple(paths),
        documents=tuple(documents.get(path) for path in paths),
        environment=files.environment_of(folder),
        lockfile=lock if lock in files else None,
    )


def _as_child(module: Terraform) -> Terraform:
    return Terraform(module.dir, module.paths, module.documents, module.environment, module.lockfile, root=False)
