"""Python modules joined: names followed through imports, literal values worked out across files."""

from __future__ import annotations

import ast
import posixpath
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from kit.sources.code.index import CodeIndex
from kit.sources.code.mounts import Prefix
from kit.sources.code.python_module import Function, ImportedName, PythonModule, Scope, keyword, returned

MAX_HOPS = 10


class Found(NamedTuple):
    """What a name stands for: the defining node and its module. `node` is None for a module of the project
    itself; `module` is None for what is not of the project, and `origin` is then its dotted name."""

    module: PythonModule | None
    node: ast.AST | None = None
    scope: Scope = ()
    origin: str = ""


class PythonProject:
    """All Python of a project, parsed where asked for."""

    def __init__(self, code: CodeIndex) -> None:
        self.code = code
        self._modules: dict[str, PythonModule | None] = {}
        self._located: dict[tuple[str, str, int], str | None] = {}

    def module(self, path: str) -> PythonModule | None:
        """The module at a path, parsed once."""
        if path not in self._modules:
            tree = self.code.python(path)
            self._modules[path] = PythonModule(path, tree, self.code.text(path)) if tree is not None else None
        return self._modules[path]

    def modules(self, *needles: str) -> Iterator[PythonModule]:
        """The production modules whose text holds one of the needles."""
        for path in self.code.holding(*needles, languages=("python",)):
            module = self.module(path)
            if module is not None:
                yield module

    def locate(self, importer: str, dotted: str, level: int = 0) -> str | None:
        """The file of a module as an importing file names it; None where the project has none."""
        folder = posixpath.dirname(importer)
        key = (folder, dotted, level)
        if key not in self._located:
            self._located[key] = self._locate(folder, dotted.replace(".", "/"), level)
        return self._located[key]

    def _locate(self, folder: str, stem: str, level: int) -> str | None:
        if level:
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            return self._file(posixpath.join(folder, stem).rstrip("/"))
        while stem:
            found = self._file(posixpath.join(folder, stem))
            if found or not folder:
                break
            folder = posixpath.dirname(folder)
        return found or self._only_one(stem) if stem else None

    def _file(self, stem: str) -> str | None:
        return next((c for c in (f"{stem}.py", f"{stem}/__init__.py") if c in self._paths), None)

    def _only_one(self, stem: str) -> str | None:
        """The one file whose path ends like the module's name, for roots that cannot be seen from the
        importer."""
        if "/" not in stem:
            return None
        found = [path for path in self._by_stem.get(posixpath.basename(stem), ()) if _stem(path).endswith(f"/{stem}")]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(self.code.files("python", every_class=True))

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._paths):
            found[posixpath.basename(_stem(path))].append(path)
        return found

    # names

    def lookup(self, name: str, module: PythonModule, scope: Scope = (), hops: int = 0) -> Found | None:
        """What a name stands for where it is used; imports are followed, also out of the file."""
        for depth in range(len(scope), -1, -1):
            place = scope[:depth]
            if (place, name) in module.bindings:
                return Found(module, module.bindings[place, name], place)
            if (place, name) in module.imports:
                return self._follow(module.imports[place, name], module, hops)
        return self._from_stars(name, module, hops)

    def _follow(self, imported: ImportedName, module: PythonModule, hops: int) -> Found | None:
        origin = f"{imported.module}.{imported.attribute}" if imported.attribute else imported.module
        if hops > MAX_HOPS:
            return None
        path = self.locate(module.path, imported.module, imported.level)
        target = self.module(path) if path and path != module.path else None
        if imported.attribute is None:
            return Found(target, None, (), origin)
        found = self.lookup(imported.attribute, target, (), hops + 1) if target else None
        if found:
            return found
        below = ".".join(part for part in (imported.module, imported.attribute) if part)
        path = self.locate(module.path, below, imported.level)
        target = self.module(path) if path else None
        return Found(target, None, (), origin)

    def _from_stars(self, name: str, module: PythonModule, hops: int) -> Found | None:
        for star in module.stars if hops <= MAX_HOPS else ():
            path = self.locate(module.path, star.module, star.level)
            target = self.module(path) if path and path != module.path else None
            found = self.lookup(name, target, (), hops + 1) if target else None
            if found:
                return found
        return None

    def resolve(self, node: ast.AST | None, module: PythonModule, scope: Scope = (), hops: int = 0) -> Found | None:
        """The definition behind an expression: a name, `module.name`, `self.name`, an alias of an alias."""
        if hops > MAX_HOPS:
            return None
        if isinstance(node, ast.Name):
            found = self.lookup(node.id, module, scope)
            if found and found.module and isinstance(found.node, ast.Name | ast.Attribute) and found.node is not node:
                return self.resolve(found.node, found.module, found.scope, hops + 1) or found
            return found
        if isinstance(node, ast.Attribute):
            return self._member(node, module, scope, hops)
        return None

    def _member(self, node: ast.Attribute, module: PythonModule, scope: Scope, hops: int) -> Found | None:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            for depth in range(len(scope), 0, -1):
                value = module.bindings.get((scope[:depth], f"self.{node.attr}"))
                value = value or module.bindings.get((scope[:depth], node.attr))
                if value is not None:
                    return Found(module, value, scope[:depth])
            return None
        owner = self.resolve(node.value, module, scope, hops + 1)
        if owner is None:
            return None
        if owner.module is None or (owner.node is None and owner.module is None):
            return Found(None, None, (), f"{owner.origin}.{node.attr}")
        if owner.node is None:
            return self._attribute_of_module(owner.module, node.attr, owner.origin)
        return self._attribute_of(owner, node.attr, hops)

    def _attribute_of_module(self, module: PythonModule, name: str, origin: str) -> Found | None:
        found = self.lookup(name, module)
        if found:
            return found
        path = self.locate(module.path, name, 1) if module.path.endswith("__init__.py") else None
        target = self.module(path) if path else None
        return Found(target, None, (), f"{origin}.{name}") if target else None

    def _attribute_of(self, owner: Found, name: str, hops: int) -> Found | None:
        """An attribute of a class, or of an object by its class: `settings.PREFIX`."""
        found = self.class_of(owner, hops)
        if found is None or found.module is None or not isinstance(found.node, ast.ClassDef):
            return None
        inside = (*found.scope, found.node.name)
        for key in (name, f"self.{name}"):
            if (inside, key) in found.module.bindings:
                return Found(found.module, found.module.bindings[inside, key], inside)
        for base in found.node.bases:
            parent = self.resolve(base, found.module, found.scope, hops + 1)
            if parent and parent.node is not found.node and hops < MAX_HOPS:
                member = self._attribute_of(parent, name, hops + 1)
                if member:
                    return member
        return None

    def class_of(self, owner: Found, hops: int = 0) -> Found | None:
        """The class itself, or that of what a call makes: `Settings()`, `get_settings()` returning one."""
        if owner.module is None or hops > MAX_HOPS:
            return None
        if isinstance(owner.node, ast.ClassDef):
            return owner
        if isinstance(owner.node, ast.Call):
            made = self.resolve(owner.node.func, owner.module, owner.scope, hops + 1)
            return self.class_of(made, hops + 1) if made else None
        if isinstance(owner.node, Function):
            inside = (*owner.scope, owner.node.name)
            for value in returned(owner.node):
                result = Found(owner.module, value, inside) if isinstance(value, ast.Call) else None
                result = result or self.resolve(value, owner.module, inside, hops + 1)
                if result:
                    return self.class_of(result, hops + 1)
        return None

    def origin(self, node: ast.AST | None, module: PythonModule, scope: Scope = ()) -> str:
        """The dotted name of a callable as its library knows it: `APIRouter` is "fastapi.APIRouter"; "" where
        it cannot be told."""
        if isinstance(node, ast.Name):
            found = self.lookup(node.id, module, scope)
            if found is None:
                return node.id
            return found.origin or getattr(found.node, "name", "")
        if isinstance(node, ast.Attribute):
            outer = self.origin(node.value, module, scope)
            return f"{outer}.{node.attr}" if outer else node.attr
        return ""

    def bases(self, found: Found, hops: int = 0) -> Iterator[str]:
        """The dotted names of all classes above a class, those of the project followed upwards."""
        if not isinstance(found.node, ast.ClassDef) or found.module is None or hops > MAX_HOPS:
            return
        for base in found.node.bases:
            base = base.value if isinstance(base, ast.Subscript) else base
            yield self.origin(base, found.module, found.scope)
            parent = self.resolve(base, found.module, found.scope)
            if parent and parent.node is not found.node:
                yield from self.bases(parent, hops + 1)

    # values

    def text(self, node: ast.AST | None, module: PythonModule, scope: Scope = (), hops: int = 0) -> Prefix:
        """The text of an expression as far as it can be told: literals, constants, sums, f-strings,
        settings."""
        if node is None:
            return Prefix()
        if hops > MAX_HOPS:
            return Prefix("", False)
        if isinstance(node, ast.Constant):
            return Prefix(node.value, True) if isinstance(node.value, str) else Prefix("", node.value is None)
        if isinstance(node, ast.JoinedStr):
            return joined(self.text(value, module, scope, hops + 1) for value in node.values)
        if isinstance(node, ast.FormattedValue):
            return self.text(node.value, module, scope, hops + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return joined(self.text(side, module, scope, hops + 1) for side in (node.left, node.right))
        if isinstance(node, ast.Call):
            return self._text_of_call(node, module, scope, hops)
        found = self.resolve(node, module, scope)
        if found and found.module and found.node is not None and found.node is not node:
            return self.text(found.node, found.module, found.scope, hops + 1)
        return Prefix("", False)

    def _text_of_call(self, node: ast.Call, module: PythonModule, scope: Scope, hops: int) -> Prefix:
        """`Field("/api")`, `Field(default="/api")` and `os.getenv("X", "/api")` give their default."""
        name = self.origin(node.func, module, scope).rsplit(".", 1)[-1]
        if name in {"getenv", "get"} and len(node.args) == 2:
            return self.text(node.args[1], module, scope, hops + 1)
        default = keyword(node, "default") or (node.args[0] if name == "Field" and node.args else None)
        if default is not None:
            return self.text(default, module, scope, hops + 1)
        given = [self.text(a, module, scope, hops + 1) for a in node.args[:2]]
        path = next((g.path for g in given if g.known and g.path.startswith("/")), "")
        return Prefix(path, False)  # a function that puts something before a path


def joined(parts: Iterator[Prefix]) -> Prefix:
    """The pieces of a text one after the other; known where all are."""
    pieces = list(parts)
    return Prefix("".join(p.path for p in pieces), all(p.known for p in pieces))


def _stem(path: str) -> str:
    """A file's path without what an import leaves out."""
    return path.removesuffix(".py").removesuffix("/__init__")
