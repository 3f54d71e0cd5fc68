"""ConfigMaps and Secrets that a kustomization generates from literals and files.

Their names get no hash of the content: the references, which Kustomize would rewrite with it, stay in step.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kit.model import At
from kit.sources.formats.node_edit import scalar, with_entry, with_value
from kit.sources.formats.nodes import Node, Problem
from kit.sources.kubernetes.kustomize_transform import Resource, Resources, resource
from kit.sources.kubernetes.pods import text_of
from kit.sources.tree.files import FileIndex

GENERATORS = {"configMapGenerator": ("ConfigMap", "data"), "secretGenerator": ("Secret", "stringData")}


@dataclass(frozen=True)
class Generated:
    """What the generators of one kustomization made, the files they read, and those that are not there."""

    resources: Resources
    used: frozenset[str]
    missing: tuple[Problem, ...]


def generate(files: FileIndex, folder: str, kustomization: Node, resources: Resources) -> Generated:
    """The objects with those of `configMapGenerator` and `secretGenerator` added, merged or replaced."""
    used: set[str] = set()
    missing: list[Problem] = []
    for key, (kind, part) in GENERATORS.items():
        for entry in kustomization.each(key, "*"):
            reader = _Reader(files, folder)
            data = Node(dict(reader.entries(entry)), entry.at, key=part)
            made = _object(kind, part, entry, data, complete=not reader.missing)
            resources = _placed(resources, made, part, text_of(entry, "behavior"))
            used |= reader.used
            missing.extend(reader.missing)
    return Generated(resources, frozenset(used), tuple(missing))


class _Reader:
    """Reads the entries of one generator."""

    def __init__(self, files: FileIndex, folder: str) -> None:
        self.files = files
        self.folder = folder
        self.used: set[str] = set()
        self.missing: list[Problem] = []

    def entries(self, entry: Node) -> Iterator[tuple[str, Node]]:
        """Key and value, each at the literal or at the file that has it."""
        for node in (*entry.each("envs", "*"), *entry.each("env")):
            yield from self._variables(node)
        for node in entry.each("files", "*"):
            key, equals, name = node.text.partition("=")
            path = self._path(name if equals else key, node)
            if path is not None:
                yield key if equals else posixpath.basename(path), scalar(self.files.text(path), At(path, 1))
        for node in entry.each("literals", "*"):
            key, _, value = node.text.partition("=")
            yield key, scalar(_unquoted(value), node.at, key)

    def _variables(self, node: Node) -> Iterator[tuple[str, Node]]:
        path = self._path(node.text, node)
        for number, line in enumerate(self.files.lines(path) if path else [], 1):
            key, equals, value = line.strip().partition("=")
            if key and not key.startswith("#"):
                yield key, scalar(value if equals else None, At(path or "", number, number), key)

    def _path(self, name: str, node: Node) -> str | None:
        path = posixpath.normpath(posixpath.join(self.folder, name))
        if path in self.files:
            self.used.add(path)
            return path
        self.missing.append(Problem(f"The generator reads {name}, which is not in the project.", node.at))
        return None


def _object(kind: str, part: str, entry: Node, data: Node, *, complete: bool) -> Resource:
    name = entry.get("name") or entry
    metadata = {"name": scalar(name.text, name.at, "name")}
    for key in ("namespace", "labels", "annotations"):
        given = entry.get(key) or entry.get("options", key)
        if given is not None:
            metadata[key] = given
    fields = {
        "apiVersion": scalar("v1", entry.at),
        "kind": scalar(kind, entry.at),
        "metadata": Node(metadata, entry.at, key="metadata"),
        part: data,
    }
    return resource(Node(fields, entry.at), complete=complete)


def _placed(resources: Resources, made: Resource, part: str, behavior: str) -> Resources:
    found = next((r for r in resources if r.kind == made.kind and made.name in r.names), None)
    if found is None or behavior not in {"merge", "replace"}:
        return (*resources, made)
    data = made.node.get(part) or made.node
    if behavior == "merge":
        held = found.node.get(part) or Node({}, data.at, key=part)
        for key, value in data.items():
            held = with_entry(held, key, value)
        data = held
    node = with_value(found.node, (part,), data)
    changed = replace(found, node=node, complete=found.complete and made.complete)
    return tuple(changed if r is found else r for r in resources)


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
