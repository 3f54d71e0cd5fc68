"""package.json: dependencies, scripts, workspaces of npm, pnpm and yarn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.model import At
from kit.sources.formats.nodes import Document, Node
from kit.sources.packages.model import Dependency, Package

GROUPS = {
    "dependencies": "prod",
    "devDependencies": "dev",
    "optionalDependencies": "optional",
    "peerDependencies": "peer",
}
_MANAGER = re.compile(r"^(npm|pnpm|yarn|bun)@")


def parse(document: Document, pnpm_workspace: Document | None = None) -> Package:
    """A package.json; `pnpm_workspace` is the pnpm-workspace.yaml beside it. Never raises."""
    root = document.root
    name, version = _text(root, "name"), _text(root, "version")
    workspaces = tuple(_workspaces(root, pnpm_workspace))
    private = root.get("private")
    return Package(
        path=document.path,
        at=At(document.path),
        ecosystem="npm",
        name=name,
        version=version,
        dependencies=tuple(_dependencies(root)),
        scripts={key: node for key, node in _entries(root.get("scripts")) if node.text},
        workspaces=workspaces,
        engines={key: node.text for key, node in _entries(root.get("engines"))},
        entrypoints=tuple(_entrypoints(root, name)),
        manager=_manager(root, pnpm_workspace),
        node=root,
        private=private is not None and private.data is True,
        complete=not document.template,
        problems=document.problems,
        error=document.error,
    )


def _text(root: Node, key: str) -> str | None:
    node = root.get(key)
    return node.text if node is not None and node.text else None


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    if node is not None:
        yield from node.items()


def _dependencies(root: Node) -> Iterator[Dependency]:
    for group, kind in GROUPS.items():
        for name, node in _entries(root.get(group)):
            if isinstance(node.data, str):
                yield Dependency(name, node.data, kind, node.at, group, managed=node.data.startswith("catalog:"))


def _workspaces(root: Node, pnpm: Document | None) -> Iterator[str]:
    node = root.get("workspaces")
    if node is not None:
        listed = node if node.is_list else node.get("packages")
        yield from (item.text for item in (listed.children() if listed is not None else ()))
    if pnpm is not None:
        yield from (item.text for item in pnpm.each("packages", "*"))


def _manager(root: Node, pnpm: Document | None) -> str | None:
    match = _MANAGER.match(_text(root, "packageManager") or "")
    if match:
        return match[1]
    return "pnpm" if pnpm is not None or root.get("pnpm") is not None else None


def _entrypoints(root: Node, name: str | None) -> Iterator[tuple[str, str, At]]:
    for key in ("main", "module", "types", "browser"):
        node = root.get(key)
        if node is not None and node.text:
            yield key, node.text, node.at
    binary = root.get("bin")
    if binary is not None and binary.text:
        yield f"bin:{name or ''}", binary.text, binary.at
    for key, node in _entries(binary):
        yield f"bin:{key}", node.text, node.at
