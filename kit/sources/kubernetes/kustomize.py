"""Kustomizations: overlays resolved to the objects they give, each value at the place that it comes from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kit.model import At, FileClass
from kit.sources.formats.documents import Documents, parse
from kit.sources.formats.node_edit import shifted
from kit.sources.formats.nodes import Node, Problem
from kit.sources.kubernetes.kinds import objects
from kit.sources.kubernetes.kustomize_generate import GENERATORS, generate
from kit.sources.kubernetes.kustomize_patch import PatchError, apply_operations, merge_patch
from kit.sources.kubernetes.kustomize_replace import ReplacementError, replaced
from kit.sources.kubernetes.kustomize_select import chosen
from kit.sources.kubernetes.kustomize_transform import (
    Resource,
    Resources,
    resource,
    with_affixes,
    with_annotations,
    with_images,
    with_labels,
    with_namespace,
    with_replicas,
)
from kit.sources.kubernetes.manifests import Manifest, Manifests
from kit.sources.kubernetes.pods import text_of
from kit.sources.tree.files import FileIndex

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
MAX_DEPTH = 20
MAX_LOADS = 500
"""Kustomizations that one overlay may load, those of its bases included."""

_RESOURCE_KEYS = ("resources", "bases", "crds")
_MAKING_KEYS = ("helmCharts", "helmChartInflationGenerator", "generators")
_CHANGING_KEYS = ("transformers", "vars")
_REMOTE = re.compile(r"[a-z+]+://|git@|github\.com[/:]|[^/]+\.[a-z]{2,6}/[^/]+/.+(?:\?ref=|//)")


@dataclass(frozen=True, eq=False)
class Kustomization:
    """A folder with a kustomization.

    `problems` are what Kustomize itself refuses: a resource that is not there, a patch that fits nothing.
    `unresolved` is what cannot be seen from here: remote bases, plugins, generated files. `used` holds every
    file that takes part, bases included. A component has no `manifests` of its own.
    """

    dir: str
    path: str
    node: Node
    component: bool
    environment: str
    manifests: Manifests
    problems: tuple[Problem, ...]
    unresolved: tuple[Problem, ...]
    used: frozenset[str]
    patches: frozenset[str]
    superseded: bool = False

    @property
    def at(self) -> At:
        return self.node.at

    @property
    def origin(self) -> str:
        """What its manifests say of where they are from."""
        return f"kustomize:{self.dir or '.'}"


def find(files: FileIndex, documents: Documents) -> tuple[Kustomization, ...]:
    """Every kustomization of the project, resolved."""
    builder = _Builder(files, documents)
    paths = [p for p in files.named(*FILE_NAMES) if builder.is_kustomization(p)]
    found = [builder.build(path) for path in paths]
    return tuple(_marked(one, found, files) for one in found)


def _marked(one: Kustomization, found: list[Kustomization], files: FileIndex) -> Kustomization:
    """Superseded where another one that counts uses it; those for tests count for tests only."""
    users = [k for k in found if k is not one and not k.component and one.path in k.used]
    if not any(counts_for(k.path, one.path, files) for k in users):
        return one
    base = Manifests(replace(m, superseded=True) for m in one.manifests)
    return replace(one, superseded=True, manifests=base)


def counts_for(user: str, used: str, files: FileIndex) -> bool:
    """Whether being used by the file `user` makes `used` a mere part of it."""
    return files.class_of(user) is FileClass.PRODUCTION or files.class_of(used) is not FileClass.PRODUCTION


@dataclass
class _Log:
    """What was met while one kustomization was resolved."""

    problems: list[Problem] = field(default_factory=list)
    unresolved: list[Problem] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    patches: set[str] = field(default_factory=set)
    loads: int = 0
    changed: bool = False  # by something that cannot be seen
    lacking: bool = False  # objects that cannot be seen

    def refuse(self, message: str, at: At) -> None:
        self.problems.append(Problem(message, at))

    def unseen(self, message: str, at: At, *, lacking: bool = True) -> None:
        self.unresolved.append(Problem(message, at))
        self.lacking |= lacking


class _Builder:
    """Resolves kustomizations as `kustomize build` does, without plugins and without network."""

    def __init__(self, files: FileIndex, documents: Documents) -> None:
        self.files = files
        self.documents = documents

    def is_kustomization(self, path: str) -> bool:
        """Whether the file is one, broken or not; others may bear the name for their own ends."""
        root = self._root(path)
        if root is None:
            return self.documents.get(path).error is not None and not path.endswith("Kustomization")
        group = text_of(root, "apiVersion").partition("/")[0]
        kinds = {"", "Kustomization", "Component"}
        return group in {"", "kustomize.config.k8s.io"} and text_of(root, "kind") in kinds

    def build(self, path: str) -> Kustomization:
        """The kustomization of the file, with all that it gives."""
        log, root, folder = _Log(), self._root(path) or Node({}, At(path)), posixpath.dirname(path)
        component = text_of(root, "kind") == "Component"
        resources = self._accumulated(path, (), log, ())
        environment = self.files.environment_of(path)
        made = [
            Manifest(
                node=r.node,
                origin=f"kustomize:{folder or '.'}",
                environment=environment,
                complete=r.complete and not log.changed,
                companions_known=not log.lacking,
            )
            for r in (() if component else resources)
        ]
        problems = () if component else tuple(log.problems)
        return Kustomization(
            dir=folder,
            path=path,
            node=root,
            component=component,
            environment=environment,
            manifests=Manifests(made),
            problems=problems,
            unresolved=tuple(log.unresolved),
            used=frozenset(log.used),
            patches=frozenset(log.patches),
        )

    def _root(self, path: str) -> Node | None:
        if path.endswith((".yaml", ".yml")):
            document = self.documents.get(path)
        else:
            document = parse(self.files.text(path), "kustomization.yaml")
        if not document.roots or not document.root.is_map:
            return None
        return document.root if document.path == path else shifted(document.root, path, 0)

    def _accumulated(self, path: str, given: Resources, log: _Log, stack: tuple[str, ...]) -> Resources:
        root = self._root(path)
        log.loads += 1
        if path in stack or len(stack) > MAX_DEPTH or log.loads > MAX_LOADS:
            log.refuse("The kustomizations include each other in a circle, or too deep.", At(path))
            return given
        log.used.add(path)
        if root is None:
            error = self.documents.get(path).error
            error = error or Problem("The kustomization is no mapping.", At(path))
            log.refuse(error.message, error.at)
            return given
        folder, stack = posixpath.dirname(path), (*stack, path)
        resources = (*given, *self._loaded(root, folder, log, stack))
        resources = self._generated(root, folder, resources, log)
        for entry in root.each("components", "*"):
            found = self._kustomization_of(folder, entry, log)
            resources = self._accumulated(found, resources, log, stack) if found else resources
        for key in (k for k in (*_MAKING_KEYS, *_CHANGING_KEYS) if k in root):
            message = f"What `{key}` does cannot be told without running Kustomize."
            log.unseen(message, root.at_or_self(key), lacking=key in _MAKING_KEYS)
            log.changed |= key in _CHANGING_KEYS
        return self._transformed(root, folder, resources, log)

    def _loaded(self, root: Node, folder: str, log: _Log, stack: tuple[str, ...]) -> Iterator[Resource]:
        for key in _RESOURCE_KEYS:
            for entry in root.each(key, "*"):
                yield from self._resources_of(folder, entry, log, stack)

    def _resources_of(self, folder: str, entry: Node, log: _Log, stack: tuple[str, ...]) -> Iterator[Resource]:
        path = self._path(folder, entry)
        if path not in self.files:
            found = self._kustomization_of(folder, entry, log)
            yield from self._accumulated(found, (), log, stack) if found else ()
            return
        log.used.add(path)
        document = self.documents.get(path)
        if document.error is not None:
            log.refuse(f"The resource {entry.text} cannot be read: {document.error.message}", entry.at)
        if document.template:
            log.unseen(f"The resource {entry.text} is a template.", entry.at)
        for node in document.roots:
            yield from (resource(found) for found in objects(node))

    def _path(self, folder: str, entry: Node) -> str:
        return posixpath.normpath(posixpath.join(folder, entry.text))

    def _kustomization_of(self, folder: str, entry: Node, log: _Log) -> str | None:
        """The kustomization file of a folder that an entry names; None, and said why, where there is none."""
        if _REMOTE.match(entry.text):
            log.unseen(f"The base {entry.text} is not in the project.", entry.at)
            return None
        path = self._path(folder, entry)
        names = [posixpath.normpath(posixpath.join(path, name)) for name in FILE_NAMES]
        found = next((name for name in names if name in self.files), None)
        if found is None:
            self._absent(entry, path, log)
        return found

    def _absent(self, entry: Node, path: str, log: _Log) -> None:
        if path.startswith("../") or self.files.ignored(path):
            log.unseen(f"{entry.text} lies outside of what the project holds.", entry.at)
        elif self.files.is_dir(path):
            log.refuse(f"The folder {entry.text} has no kustomization.yaml.", entry.at)
        else:
            log.refuse(f"{entry.text} is not there.", entry.at)

    def _generated(self, root: Node, folder: str, resources: Resources, log: _Log) -> Resources:
        if not any(key in root for key in GENERATORS):
            return resources
        made = generate(self.files, folder, root, resources)
        log.used |= made.used
        log.unresolved.extend(made.missing)
        return made.resources

    def _transformed(self, root: Node, folder: str, resources: Resources, log: _Log) -> Resources:
        for entry in (*root.each("patchesStrategicMerge", "*"), *root.each("patches", "*")):
            resources = self._patched(folder, entry, resources, log)
        for change in (with_namespace, with_affixes, with_labels, with_annotations):
            resources = change(resources, root)
        for entry in root.each("patchesJson6902", "*"):
            resources = self._patched(folder, entry, resources, log)
        resources = with_images(with_replicas(resources, root), root)
        for entry in root.each("replacements", "*"):
            for replacement in self._replacements(folder, entry, log):
                resources = _replaced(resources, replacement, log)
        return resources

    def _replacements(self, folder: str, entry: Node, log: _Log) -> Iterator[Node]:
        if "path" not in entry:
            yield entry
            return
        path = self._path(folder, entry.get("path") or entry)
        log.used.add(path)
        log.patches.add(path)
        for root in self.documents.get(path).roots:
            yield from root.children() if root.is_list else (root,)

    def _patched(self, folder: str, entry: Node, resources: Resources, log: _Log) -> Resources:
        for patch in self._patches(folder, entry, log):
            meant = chosen(resources, patch, entry.get("target"))
            if not meant and not log.unresolved and "target" not in entry:
                name = f"{text_of(patch, 'kind')}/{text_of(patch, 'metadata', 'name')}"
                log.refuse(f"The patch is for {name}, which is not among the resources.", patch.at)
            resources = tuple(r for old in resources for r in (_apply(old, patch, log) if old in meant else (old,)))
        return resources

    def _patches(self, folder: str, entry: Node, log: _Log) -> tuple[Node, ...]:
        inline = entry.get("patch") or (entry if "\n" in entry.text else None)
        if inline is not None:
            roots = parse(inline.text, "patch.yaml").roots
            first = (inline.line or 1) - ("\n" not in inline.text)
            return tuple(shifted(node, inline.at.path, first) for node in roots)
        source = entry.get("path") or entry
        path = self._path(folder, source)
        if path not in self.files:
            self._absent(source, path, log)
            return ()
        log.used.add(path)
        log.patches.add(path)
        return self.documents.get(path).roots


def _replaced(resources: Resources, replacement: Node, log: _Log) -> Resources:
    try:
        return replaced(resources, replacement)
    except ReplacementError as error:
        if not log.unresolved:
            log.refuse(f"The replacement cannot be made: {error}.", replacement.at)
        log.changed = True
        return resources


def _apply(item: Resource, patch: Node, log: _Log) -> Resources:
    try:
        node = apply_operations(item.node, patch) if patch.is_list else merge_patch(item.node, patch)
    except PatchError as error:
        log.refuse(f"The patch of {item.kind}/{item.name} cannot be applied: {error}.", patch.at)
        return (replace(item, complete=False),)
    return () if node is None else (replace(item, node=node),)
