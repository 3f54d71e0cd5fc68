"""JavaScript and TypeScript modules joined: names followed through imports and re-exports, texts worked
out."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.sources.code.index import JAVASCRIPT, CodeIndex
from kit.sources.code.js_module import (
    CLASSES,
    FUNCTIONS,
    ImportedName,
    JsModule,
    arguments,
    pair,
    required_module,
    string_value,
    unwrap,
)
from kit.sources.code.mounts import Prefix
from kit.sources.formats.json import loads

EXTENSIONS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_ALIASES = ("@/", "~/", "#/", "@@/", "$lib/", "src/", "app/", "#", "@", "~")
_ROOTS = ("", "src", "app", "lib", "src/lib")
MAX_HOPS = 10


class Found(NamedTuple):
    """The expression or definition behind a name, with its module; `node` None for a module as a whole."""

    module: JsModule
    node: SgNode | None


class JsProject:
    """All JavaScript and TypeScript of a project, parsed where asked for."""

    def __init__(self, code: CodeIndex) -> None:
        self.code = code
        self._modules: dict[str, JsModule | None] = {}
        self._located: dict[tuple[str, str], str | None] = {}

    def module(self, path: str) -> JsModule | None:
        """The module at a path, parsed once."""
        if path not in self._modules:
            root, language = self.code.tree(path), self.code.language(path)
            known = root is not None and language in JAVASCRIPT
            self._modules[path] = JsModule(path, root, language or "") if known and root is not None else None
        return self._modules[path]

    def modules(self, *needles: str) -> Iterator[JsModule]:
        """The production modules whose text holds one of the needles."""
        for path in self.code.holding(*needles, languages=JAVASCRIPT):
            module = self.module(path)
            if module is not None:
                yield module

    # files

    def locate(self, importer: str, specifier: str) -> str | None:
        """The file of a module as an importing file names it: relative, by an alias of the root, or a
        workspace package. None where the project has none."""
        folder = posixpath.dirname(importer)
        if (folder, specifier) not in self._located:
            self._located[folder, specifier] = self._locate(folder, specifier)
        return self._located[folder, specifier]

    def _locate(self, folder: str, specifier: str) -> str | None:
        if specifier.startswith("."):
            return self._file(posixpath.normpath(posixpath.join(folder, specifier)))
        return self._in_workspace(specifier) or self._by_alias(folder, specifier)

    def _in_workspace(self, specifier: str) -> str | None:
        parts = specifier.split("/")
        name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
        if name not in self._workspaces:
            return None
        base, rest = self._workspaces[name], specifier[len(name) :].lstrip("/")
        candidates = [posixpath.join(base, inner, rest) for inner in ("", "src", "lib", "dist")]
        return next((found for found in map(self._file, candidates) if found), None)

    def _by_alias(self, folder: str, specifier: str) -> str | None:
        alias = next((a for a in _ALIASES if specifier.startswith(a)), None)
        if alias is None or self._is_package(specifier):
            return None
        rests = [specifier[len(alias) :]] if not alias[0].isalpha() else [specifier]
        rests += [specifier.partition("/")[2]] if alias in {"@", "#", "~"} else []
        while True:
            for rest in rests:
                for root in _ROOTS:
                    found = self._file(posixpath.normpath(posixpath.join(folder, root, rest)))
                    if found and rest:
                        return found
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def _is_package(self, specifier: str) -> bool:
        return "/".join(specifier.split("/")[:2]) in self._dependencies

    def _file(self, stem: str) -> str | None:
        base, extension = posixpath.splitext(stem)
        stems = [stem, base] if extension in {".js", ".mjs", ".cjs", ".jsx"} else [stem]
        names = [s + e for s in stems for e in ("", *EXTENSIONS)] + [f"{stem}/index{e}" for e in EXTENSIONS]
        return next((name for name in names if name in self._paths), None)

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(self.code.files(*JAVASCRIPT, every_class=True))

    @cached_property
    def _workspaces(self) -> dict[str, str]:
        return {name: folder for folder, name, _ in self._manifests if name}

    @cached_property
    def _dependencies(self) -> frozenset[str]:
        return frozenset(name for _, _, names in self._manifests for name in names)

    @cached_property
    def _manifests(self) -> list[tuple[str, str, list[str]]]:
        paths = [path for path in self.code.index.paths if posixpath.basename(path) == "package.json"]
        return [(posixpath.dirname(path), *_manifest(self.code.index.text(path))) for path in paths]

    # names

    def follow(self, imported: ImportedName, importer: str, hops: int = 0) -> Found | None:
        """What an import stands for in the project's own code; None for a package."""
        path = self.locate(importer, imported.specifier)
        module = self.module(path) if path else None
        if module is None:
            return None
        if imported.name == "*":
            return Found(module, None)
        found = self.exported(module, imported.name, hops)
        return found or (Found(module, None) if imported.name == "default" else None)

    def exported(self, module: JsModule, name: str, hops: int = 0) -> Found | None:
        """What a module exports under a name, re-exports followed."""
        if hops > MAX_HOPS:
            return None
        if name in module.exports:
            node = module.exports[name]
            return self.resolve(node, module, hops + 1) or Found(module, node)
        for specifier, taken, given in module.reexports:
            if given in {name, "*"}:
                wanted = name if taken == "*" else taken
                found = self.follow(ImportedName(specifier, wanted), module.path, hops + 1)
                if found and (found.node is not None or taken != "*"):
                    return found
        return None

    def resolve(self, node: SgNode | None, module: JsModule, hops: int = 0) -> Found | None:
        """The expression or definition behind a name, a member of a module or of an object, or a
        `require`."""
        if node is None or hops > MAX_HOPS:
            return None
        node = unwrap(node)
        kind = node.kind()
        if kind in {"identifier", "shorthand_property_identifier", "type_identifier"}:
            return self._name(node, module, hops)
        required = required_module(node)
        if required:
            return self.follow(ImportedName(required, "default"), module.path, hops + 1)
        if kind == "member_expression":
            return self._member(node, module, hops)
        return None

    def _name(self, node: SgNode, module: JsModule, hops: int) -> Found | None:
        name = node.text()
        binding = module.lookup(name, node.range().start.index)
        if binding is None:
            imported = module.imports.get(name)
            return self.follow(imported, module.path, hops + 1) if imported else None
        if binding.member:
            owner = self.resolve(binding.node, module, hops + 1) or Found(module, unwrap(binding.node))
            return self._of(owner, binding.member, hops)
        value = unwrap(binding.node)
        if value.kind() in {"identifier", "member_expression"} and value.range().start != node.range().start:
            return self.resolve(value, module, hops + 1) or Found(module, value)
        return Found(module, value)

    def _member(self, node: SgNode, module: JsModule, hops: int) -> Found | None:
        receiver, prop = node.field("object"), node.field("property")
        if receiver is None or prop is None:
            return None
        if receiver.kind() == "this":
            binding = module.lookup(f"this.{prop.text()}", node.range().start.index)
            if binding is None:
                return None
            return self.resolve(binding.node, module, hops + 1) or Found(module, unwrap(binding.node))
        owner = self.resolve(receiver, module, hops + 1)
        return self._of(owner, prop.text(), hops) if owner else None

    def _of(self, owner: Found, name: str, hops: int) -> Found | None:
        """A member of a module, an object literal, a class or an instance."""
        if owner.node is None:
            return self.exported(owner.module, name, hops + 1)
        node = unwrap(owner.node)
        value = pair(node, name)
        if value is not None:
            return self.resolve(value, owner.module, hops + 1) or Found(owner.module, unwrap(value))
        if name == "default":
            return owner
        if node.kind() == "new_expression":
            made = self.resolve(node.field("constructor"), owner.module, hops + 1)
            return self._of(made, name, hops + 1) if made and hops < MAX_HOPS else None
        if node.kind() in CLASSES:
            return self._of_class(owner.module, node, name, hops)
        if node.kind() in {"object", *FUNCTIONS} and owner.module.exports.get("default") is not None:
            return self.exported(owner.module, name, hops + 1) if name in owner.module.exports else None
        return None

    def _of_class(self, module: JsModule, node: SgNode, name: str, hops: int) -> Found | None:
        span = node.range()
        for binding in module.bindings.get(f"this.{name}", ()):
            if span.start.index <= binding.node.range().start.index < span.end.index:
                return self.resolve(binding.node, module, hops + 1) or Found(module, unwrap(binding.node))
        for method in node.find_all(kind="method_definition"):
            named = method.field("name")
            if named is not None and named.text() == name:
                return Found(module, method)
        return None

    def origin(self, node: SgNode | None, module: JsModule, hops: int = 0) -> str:
        """The dotted name of what is of a package: "express", "express.Router", "@koa/router"; "" where it is
        not."""
        if node is None or hops > MAX_HOPS:
            return ""
        node = unwrap(node)
        required = required_module(node)
        if required:
            return required if not required.startswith(".") else ""
        if node.kind() == "member_expression":
            receiver, prop = node.field("object"), node.field("property")
            outer = self.origin(receiver, module, hops + 1)
            return _plain(f"{outer}.{prop.text()}") if outer and prop is not None else ""
        if node.kind() not in {"identifier", "type_identifier"}:
            return ""
        name = node.text()
        binding = module.lookup(name, node.range().start.index)
        if binding is not None and binding.node.range().start != node.range().start:
            outer = self.origin(binding.node, module, hops + 1)
            return _plain(f"{outer}.{binding.member}") if outer and binding.member else outer
        imported = module.imports.get(name)
        if imported is None or imported.specifier.startswith("."):
            return ""
        return imported.specifier if imported.name in {"default", "*"} else f"{imported.specifier}.{imported.name}"

    def function(self, node: SgNode | None, module: JsModule) -> Found | None:
        """The function that an expression is or stands for."""
        if node is None:
            return None
        node = unwrap(node)
        if node.kind() in FUNCTIONS:
            return Found(module, node)
        found = self.resolve(node, module)
        return found if found and found.node is not None and found.node.kind() in FUNCTIONS else None

    # values

    def text(self, node: SgNode | None, module: JsModule, hops: int = 0) -> Prefix:
        """The text of an expression as far as it can be told: literals, templates, sums, constants,
        fall-backs."""
        if node is None:
            return Prefix()
        node = unwrap(node)
        kind, literal = node.kind(), string_value(node)
        if literal is not None:
            return Prefix(literal)
        if hops > MAX_HOPS:
            return Prefix("", False)
        if kind == "template_string":
            return self._template(node, module, hops)
        if kind == "binary_expression":
            return self._binary(node, module, hops)
        found = self.resolve(node, module)
        if found and found.node is not None and found.node.range().start != node.range().start:
            return self.text(found.node, found.module, hops + 1)
        return Prefix("", False)

    def _template(self, node: SgNode, module: JsModule, hops: int) -> Prefix:
        pieces = []
        for child in node.named_children():
            if child.kind() == "template_substitution":
                inner = child.named_children()
                pieces.append(self.text(inner[0] if inner else None, module, hops + 1))
            else:
                pieces.append(Prefix(child.text()))
        return Prefix("".join(p.path for p in pieces), all(p.known for p in pieces))

    def _binary(self, node: SgNode, module: JsModule, hops: int) -> Prefix:
        left, operator, right = node.field("left"), node.field("operator"), node.field("right")
        sign = operator.text() if operator else ""
        outer = self.text(left, module, hops + 1)
        if sign == "+":
            inner = self.text(right, module, hops + 1)
            return Prefix(outer.path + inner.path, outer.known and inner.known)
        if sign in {"||", "??"}:
            return outer if outer.known else self.text(right, module, hops + 1)
        return Prefix("", False)


def returned(function: SgNode) -> list[SgNode]:
    """What a function returns: the expression of an arrow, or the values of its own `return`s."""
    body = function.field("body")
    if body is None:
        return []
    if body.kind() != "statement_block":
        return [unwrap(body)]
    found: list[SgNode] = []
    stack = [body]
    while stack:
        node = stack.pop()
        if node.kind() == "return_statement":
            found.extend(unwrap(child) for child in node.named_children()[:1])
        elif node.kind() not in FUNCTIONS and node.kind() not in CLASSES:
            stack.extend(reversed(node.named_children()))
    return found


def _plain(origin: str) -> str:
    return origin.removesuffix(".default")


def _manifest(text: str) -> tuple[str, list[str]]:
    try:
        data = loads(text)
    except (ValueError, RecursionError):
        return "", []
    if not isinstance(data, dict):
        return "", []
    sections = (data.get(name) for name in ("dependencies", "devDependencies", "peerDependencies"))
    return str(data.get("name") or ""), [n for section in sections if isinstance(section, dict) for n in section]


__all__ = ["EXTENSIONS", "Found", "JsProject", "arguments", "returned"]
