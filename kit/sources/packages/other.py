"""go.mod, Cargo.toml and .csproj manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from kit.model import At
from kit.sources.formats.nodes import Document, Node, Problem
from kit.sources.formats.xml import parse_xml
from kit.sources.packages.model import Dependency, Package

MAX_LINES = 20_000
_GO_ENTRY = re.compile(r"^\s*(\S+)\s+(v\S+)\s*(//.*)?$")
_GO_REPLACE = re.compile(r"^\s*(\S+)(?:\s+v\S+)?\s+=>\s+(\S+)(?:\s+(v\S+))?\s*(?://.*)?$")


def go_mod(text: str, path: str) -> Package:
    """A go.mod. `node` holds its replacements: module to what replaces it. Never raises."""
    directives = list(_directives(text, path))
    first = {word: rest for word, rest, _ in reversed(directives)}
    replaced = {}
    for word, rest, at in directives:
        if word == "replace" and (match := _GO_REPLACE.match(rest)):
            target = f"{match[2]} {match[3]}" if match[3] else match[2]
            replaced[match[1]] = Node(target, at, match[1])
    return Package(
        path=path,
        at=At(path),
        ecosystem="go",
        name=first.get("module", "").strip('"') or None,
        dependencies=tuple(_go_dependencies(directives)),
        engines={"go": first["go"]} if "go" in first else {},
        manager="go",
        node=Node({"replace": Node(replaced, At(path))}, At(path)),
    )


def go_work(text: str, path: str) -> tuple[str, ...]:
    """The folders that a go.work uses."""
    return tuple(rest.strip('"').removeprefix("./") for word, rest, _ in _directives(text, path) if word == "use")


def _directives(text: str, path: str) -> Iterator[tuple[str, str, At]]:
    block = ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n")[:MAX_LINES], 1):
        bare = line.strip()
        at = At(path, number, number)
        if not bare or bare.startswith("//"):
            continue
        if block:
            if bare == ")":
                block = ""
            else:
                yield block, bare, at
        elif match := re.match(r"^(\w+)\s*\($", bare):
            block = match[1]
        else:
            word, _, rest = bare.partition(" ")
            yield word, rest.strip(), at


def _go_dependencies(directives: list[tuple[str, str, At]]) -> Iterator[Dependency]:
    for word, rest, at in directives:
        match = _GO_ENTRY.match(rest) if word == "require" else None
        if match is not None:
            indirect = "indirect" in (match[3] or "")
            yield Dependency(match[1], match[2], "prod", at, "indirect" if indirect else None)


def cargo(document: Document, shared: Node | None = None) -> Package:
    """A Cargo.toml; `shared` is the `[workspace.dependencies]` of its workspace."""
    root = document.root
    package = root.get("package") or Node({}, document.at)
    name, version = package.get("name"), package.get("version")
    return Package(
        path=document.path,
        at=document.at,
        ecosystem="cargo",
        name=name.text if name is not None else None,
        version=version.text or None if version is not None else None,
        dependencies=tuple(_cargo_dependencies(root, shared)),
        workspaces=tuple(n.text for n in root.each("workspace", "members", "*")),
        engines={"rust": rust.text} if (rust := package.get("rust-version")) is not None and rust.text else {},
        entrypoints=tuple((n.text, n.text, n.at) for n in root.each("bin", "*", "name")),
        manager="cargo",
        node=root,
        problems=document.problems,
        error=document.error,
    )


_CARGO_GROUPS = {"dependencies": "prod", "dev-dependencies": "dev", "build-dependencies": "prod"}


def _cargo_dependencies(root: Node, shared: Node | None) -> Iterator[Dependency]:
    for table in (root, *root.each("target", "*")):
        for group, kind in _CARGO_GROUPS.items():
            found = table.get(group)
            for name, node in found.items() if found is not None else ():
                yield _crate(name, node, kind, group, shared)


def _crate(name: str, node: Node, kind: str, group: str, shared: Node | None) -> Dependency:
    inherited = node.get("workspace") is not None
    source = (shared.get(name) if shared is not None else None) or node if inherited else node
    renamed, version, optional = source.get("package"), source.get("version"), node.get("optional")
    elsewhere = next((f"{k}:{n.text}" for k in ("path", "git") if (n := source.get(k)) is not None), "")
    kind = "optional" if optional is not None and optional.data is True else kind
    spec = source.text or elsewhere or (version.text if version is not None else "")
    return Dependency(renamed.text if renamed is not None else name, spec, kind, node.at, group, managed=inherited)


def csproj(text: str, path: str) -> Package:
    """A .csproj, .fsproj or .vbproj: its package references; `includes` are the projects that it refers to."""
    root = parse_xml(text, path)
    if isinstance(root, Problem):
        return Package(path, At(path), "nuget", error=root)
    found = [
        Dependency(name, element.attributes.get("Version") or element.find("Version") or "", "prod", element.at)
        for element in root.each("ItemGroup", "PackageReference")
        if (name := element.attributes.get("Include"))
    ]
    projects = (element.attributes.get("Include", "") for element in root.each("ItemGroup", "ProjectReference"))
    framework = root.find("PropertyGroup", "TargetFramework")
    return Package(
        path=path,
        at=At(path),
        ecosystem="nuget",
        name=root.find("PropertyGroup", "AssemblyName") or path.rpartition("/")[2].rpartition(".")[0],
        dependencies=tuple(found),
        engines={"dotnet": framework} if framework else {},
        manager="dotnet",
        includes=tuple(normpath(join(dirname(path), name.replace("\\", "/"))) for name in projects if name),
    )
