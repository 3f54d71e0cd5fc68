"""OpenAPI 2 and 3 descriptions: operations with their security, servers, schemas, references resolved."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from kit.model import At, FileClass
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Document, Node, Problem
from kit.sources.tree.files import FileIndex

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_MAX_REFERENCES = 40
_HEAD = re.compile(r"""["']?(?:openapi|swagger)["']?\s*:\s*["']?\d""")
_CLASSES = {FileClass.PRODUCTION, FileClass.GENERATED, FileClass.DOCUMENTATION}


@dataclass(frozen=True)
class ApiOperation:
    """One method on one path. `path` has the server's base path before it; `security` names the schemes, each
    tuple one alternative: () means that nobody is asked, None that nothing is said."""

    method: str
    path: str
    operation_id: str | None
    security: tuple[tuple[str, ...], ...] | None
    at: At
    tags: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    request_body: bool = False
    deprecated: bool = False

    @property
    def open(self) -> bool:
        """True where anybody is let in: nothing is asked for, or one alternative asks nothing."""
        return not self.security or any(not alternative for alternative in self.security)


@dataclass(frozen=True)
class SecurityScheme:
    """A way to authenticate. `kind`: "http", "apiKey", "oauth2", "openIdConnect", "basic", "mutualTLS"."""

    name: str
    kind: str
    at: At
    scheme: str | None = None
    location: str | None = None


@dataclass(frozen=True, eq=False)
class OpenApi:
    """One description. `servers` are (URL, place); `schemas` name to node; `unresolved` references lead
    nowhere; `error` where the file could not be read."""

    path: str
    at: At
    version: str
    title: str
    operations: tuple[ApiOperation, ...]
    servers: tuple[tuple[str, At], ...]
    security_schemes: tuple[SecurityScheme, ...]
    document: Document
    unresolved: tuple[Problem, ...] = ()
    error: Problem | None = None

    @cached_property
    def schemas(self) -> dict[str, Node]:
        """The named schemas."""
        root = self.document.root
        return dict((root.get("components", "schemas") or root.get("definitions") or Node({}, self.at)).items())


def find(files: FileIndex, documents: Documents) -> tuple[OpenApi, ...]:
    """The descriptions among the project's YAML and JSON files."""
    paths = files.glob("*.yaml", "*.yml", "*.json", classes=_CLASSES)
    found = (parse(documents.get(path), documents) for path in paths if _HEAD.search(files.head(path)))
    return tuple(made for made in found if made is not None)


def parse(document: Document, documents: Documents | None = None) -> OpenApi | None:
    """The description that a document holds, None where it holds none. References into other files need
    `documents`."""
    root = document.root
    version = next((n.text for word in ("openapi", "swagger") if (n := root.get(word)) is not None), "")
    if not re.match(r"\d", version) or not ("paths" in root or "webhooks" in root):
        return None
    reader = _Reader(document, documents)
    servers = tuple(reader.servers())
    operations = tuple(reader.operations(_base_path(root)))
    title = root.get("info", "title")
    return OpenApi(
        document.path, root.at_or_self("openapi" if "openapi" in root else "swagger"), version,
        title.text if title is not None else "", operations, servers, tuple(reader.schemes()), document,
        tuple(reader.unresolved()), document.error,
    )  # fmt: skip


def _base_path(root: Node) -> str:
    """The path that servers put before every operation, "" where they differ or have none."""
    if (base := root.get("basePath")) is not None:
        return base.text.rstrip("/")
    found = {_path_of(n.text) for n in root.each("servers", "*", "url")}
    return found.pop() if len(found) == 1 else ""


def _path_of(url: str) -> str:
    rest = url.partition("://")[2] if "://" in url else url
    path = rest[rest.find("/") :] if "/" in rest else ""
    return path.rstrip("/")


class _Reader:
    def __init__(self, document: Document, documents: Documents | None) -> None:
        self._document = document
        self._documents = documents
        self._root = document.root

    def servers(self) -> Iterator[tuple[str, At]]:
        for node in self._root.each("servers", "*", "url"):
            yield node.text, node.at
        host = self._root.get("host")
        if host is not None:
            base = self._root.get("basePath")
            schemes = [n.text for n in self._root.each("schemes", "*")] or [""]
            yield from ((f"{s}://{host.text}{base.text if base else ''}".removeprefix(":"), host.at) for s in schemes)

    def schemes(self) -> Iterator[SecurityScheme]:
        place = self._root.get("components", "securitySchemes") or self._root.get("securityDefinitions")
        for name, written in place.items() if place is not None else ():
            node = self.resolve(written)
            kind, scheme, location = (n.text if (n := node.get(key)) else None for key in ("type", "scheme", "in"))
            yield SecurityScheme(name, kind or "", written.at, scheme, location)

    def operations(self, base: str) -> Iterator[ApiOperation]:
        default = self._security(self._root)
        paths = self._root.get("paths")
        for path, written in paths.items() if paths is not None else ():
            item = self.resolve(written)
            for method, node in item.items():
                if method.lower() in METHODS:
                    yield self._operation(method.upper(), base + path, node, default)

    def _operation(
        self, method: str, path: str, node: Node, default: tuple[tuple[str, ...], ...] | None
    ) -> ApiOperation:
        own = self._security(node)
        name, deprecated = node.get("operationId"), node.get("deprecated")
        responses = node.get("responses")
        body = "requestBody" in node or any(n.text == "body" for n in node.each("parameters", "*", "in"))
        return ApiOperation(
            method, path, name.text if name is not None else None, default if own is None else own, node.at,
            tuple(n.text for n in node.each("tags", "*")),
            tuple(key for key, _ in responses.items()) if responses is not None else (),
            body, deprecated is not None and deprecated.data is True,
        )  # fmt: skip

    def _security(self, node: Node) -> tuple[tuple[str, ...], ...] | None:
        said = node.get("security")
        if said is None:
            return None
        return tuple(tuple(name for name, _ in option.items()) for option in said.children())

    def resolve(self, node: Node) -> Node:
        """What a `$ref` leads to, through others if need be; the node itself where it leads nowhere."""
        return self._follow(node, self._document)[0]

    def _follow(self, node: Node, document: Document) -> tuple[Node, bool]:
        for _ in range(_MAX_REFERENCES):
            reference = node.get("$ref")
            if reference is None or not isinstance(reference.data, str):
                return node, True
            place, _, pointer = reference.data.partition("#")
            other = self._other(document, place)
            target = at_pointer(other.root, pointer) if other is not None else None
            if other is None or target is None:
                return node, False
            node, document = target, other
        return node, False

    def _other(self, document: Document, place: str) -> Document | None:
        if not place:
            return document
        if "://" in place or place.startswith("/") or self._documents is None:
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), unquote(place)))
        found = self._documents.get(path)
        return None if path.startswith("../") or found.error is not None else found

    def unresolved(self) -> Iterator[Problem]:
        """The references in the document that lead nowhere; those to other hosts are left alone."""
        for node in self._root.walk():
            reference = node.get("$ref") if node.is_map else None
            text = reference.data if reference is not None else None
            known = isinstance(text, str) and "://" not in text
            local = known and (self._documents is not None or str(text).startswith("#"))
            if reference is not None and local and not self._follow(node, self._document)[1]:
                yield Problem(f"{text} leads nowhere.", reference.at)


def at_pointer(root: Node, pointer: str) -> Node | None:
    """The node at a JSON pointer such as /components/schemas/User."""
    node: Node | None = root
    for part in pointer.strip("/").split("/") if pointer.strip("/") else []:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        node = node.get(int(name) if node.is_list and name.isdigit() else name) if node is not None else None
    return node
