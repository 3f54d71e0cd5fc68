"""Java types by their annotations, and the Spring settings of each module."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.index import CodeIndex, node_at
from kit.sources.code.mounts import Prefix
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Node

TYPES = ("class_declaration", "interface_declaration", "record_declaration")
MAX_DEPTH = 40
_BUILD_FILES = ("pom.xml", "build.gradle", "build.gradle.kts")


class Annotation(NamedTuple):
    """An annotation with its arguments by name; the one without a name is "value"."""

    name: str
    values: dict[str, SgNode]
    node: SgNode


class Member(NamedTuple):
    """A method or field with its annotations."""

    node: SgNode
    annotations: dict[str, Annotation]


def annotations_of(node: SgNode) -> dict[str, Annotation]:
    """The annotations of a type, method or field by simple name."""
    modifiers = next((child for child in node.children() if child.kind() == "modifiers"), None)
    found = {}
    for child in modifiers.children() if modifiers is not None else ():
        if child.kind() in {"annotation", "marker_annotation"}:
            named = child.field("name")
            name = named.text().rsplit(".", 1)[-1] if named is not None else ""
            found[name] = Annotation(name, _values(child), child)
    return found


def _values(annotation: SgNode) -> dict[str, SgNode]:
    given = annotation.field("arguments")
    found = {}
    for child in given.named_children() if given is not None else ():
        if child.kind() == "element_value_pair":
            key, value = child.field("key"), child.field("value")
            if key is not None and value is not None:
                found[key.text()] = value
        elif child.kind() != "comment":
            found["value"] = child
    return found


def members(declaration: SgNode, kind: str) -> Iterator[Member]:
    """The methods ("method_declaration") or fields ("field_declaration") of a type itself."""
    body = declaration.field("body")
    for child in body.children() if body is not None else ():
        if child.kind() == kind:
            yield Member(child, annotations_of(child))


def texts(node: SgNode | None, constants: dict[str, str]) -> list[Prefix]:
    """The texts of a literal, a sum, a constant or an array of them."""
    if node is None:
        return []
    if node.kind() in {"element_value_array_initializer", "array_initializer"}:
        return [text for child in node.named_children() for text in texts(child, constants)]
    return [text_of(node, constants)]


def text_of(node: SgNode, constants: dict[str, str], depth: int = 0) -> Prefix:
    """The text of one expression as far as it can be told."""
    if node.kind() == "string_literal":
        return Prefix(node.text().strip('"'))
    if node.kind() == "binary_expression" and depth < MAX_DEPTH:
        left, right = node.field("left"), node.field("right")
        sides = [text_of(side, constants, depth + 1) for side in (left, right) if side is not None]
        return Prefix("".join(s.path for s in sides), all(s.known for s in sides))
    name = node.text().rsplit(".", 1)[-1]
    return Prefix(constants[name]) if name in constants else Prefix("", False)


class JavaModules:
    """The modules of a project: a folder with a build file, its dependencies and its Spring settings."""

    def __init__(self, code: CodeIndex) -> None:
        self.code = code
        self.documents = Documents(code.index)
        self._settings: dict[str, list[tuple[str, Node]]] = {}

    @cached_property
    def roots(self) -> list[str]:
        """The folders that hold a build file, production ones."""
        return sorted({posixpath.dirname(p) for p in self.code.index.paths if posixpath.basename(p) in _BUILD_FILES})

    def of(self, path: str) -> str | None:
        """The module that a file is in."""
        parts = posixpath.dirname(path).split("/")
        above = ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]
        return next((folder for folder in above if folder in self.roots), None)

    def build_file(self, module: str) -> At | None:
        """The build file of a module."""
        paths = (posixpath.join(module, name) for name in _BUILD_FILES)
        return next((At(path) for path in paths if path in self.code.index), None)

    def build_line(self, module: str, *needles: str) -> At | None:
        """Where the build file of a module, or the `<dependencies>` of a parent above it, names one of
        these."""
        folder: str | None = module
        while folder is not None:
            for name in _BUILD_FILES:
                found = self._named(posixpath.join(folder, name), needles, inherited=folder != module)
                if found:
                    return found
            folder = posixpath.dirname(folder) if folder else None
        return None

    def _named(self, path: str, needles: tuple[str, ...], *, inherited: bool) -> At | None:
        if path not in self.code.index:
            return None
        text = self.code.index.text(path)
        if inherited:  # what is only managed there is not on the class path
            text = re.sub(
                r"(?s)<dependencyManagement>.*?</dependencyManagement>",
                lambda m: "\n" * m[0].count("\n"),
                text,
            )
        for number, line in enumerate(text.splitlines(), 1):
            if any(re.search(rf"(?<![\w-]){re.escape(needle)}(?![\w-])", line) for needle in needles):
                return At(path, number)
        return None

    def configured_elsewhere(self, module: str) -> bool:
        """True where a configuration server gives settings that are not among the files of the module."""
        return self.build_line(module, "spring-cloud-starter-config", "spring-cloud-starter-consul-config") is not None

    def setting(self, module: str, *route: str) -> Node | None:
        """A value of the module's `application.yml` or `.properties`, those without a profile first."""
        return next(iter(self.stated(module, *route)), None)

    def stated(self, module: str, *route: str) -> list[Node]:
        """Every value of the module's settings under the route, one that differs by profile for each."""
        found = (relaxed(root, ".".join(route)) for _, root in self.settings(module))
        return list({node.text: node for node in reversed([n for n in found if n is not None])}.values())[::-1]

    def settings(self, module: str) -> list[tuple[str, Node]]:
        """Path and root of every Spring settings document of a module."""
        if module not in self._settings:
            base = posixpath.join(module, "src/main/resources")
            names = sorted(p for p in self.code.index.paths if posixpath.dirname(p) in {base, f"{base}/config"})
            wanted = [
                p
                for p in names
                if re.match(r"(application|bootstrap)[\w-]*\.(ya?ml|properties)$", posixpath.basename(p))
            ]
            ordered = sorted(wanted, key=lambda p: ("-" in posixpath.basename(p), p))
            documents = [(path, self.documents.get(path)) for path in ordered]
            found = [(path, root) for path, document in documents for root in document.roots]
            self._settings[module] = sorted(found, key=lambda pair: _of_profile(pair[1]))
        return self._settings[module]


def _of_profile(root: Node) -> bool:
    return (
        relaxed(root, "spring.config.activate.on-profile") is not None or relaxed(root, "spring.profiles") is not None
    )


def relaxed(root: Node, route: str) -> Node | None:
    """A value under a dotted key, written nested, dotted or mixed."""
    exact = root.get(route)
    if exact is not None:
        return exact
    for key, child in root.items():
        if route == key:
            return child
        if route.startswith(f"{key}."):
            found = relaxed(child, route[len(key) + 1 :])
            if found is not None:
                return found
    return None


def java_at(path: str, node: SgNode) -> At:
    """The first line of an annotation or declaration."""
    return At(path, node_at(path, node).line)
