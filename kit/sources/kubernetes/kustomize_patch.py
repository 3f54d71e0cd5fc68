"""The two kinds of Kustomize patches, on node trees: strategic merge and JSON 6902."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from kit.sources.formats.node_edit import with_entry, with_value, without_entry
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.pods import text_of

_MERGE_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "ports": ("containerPort", "port"),
}
"""Lists that are merged item by item, and the first of these keys that an item has tells which item."""

_BUILT_IN_GROUP = re.compile(r"(?:[a-z]+|[a-z0-9.-]+\.k8s\.io)/v.*|v1")
_IDENTITY = (("apiVersion",), ("kind",), ("metadata", "name"))
MAX_OPERATIONS = 1000


class PatchError(Exception):
    """A patch that cannot be applied: a path that is not there, an unknown operation, a failed test."""


def merge_patch(base: Node, patch: Node) -> Node | None:
    """The object after a strategic merge patch, changed nodes at the patch's place; None where it is deleted.

    Lists of the built-in kinds are merged by their keys, those of custom resources are replaced, as Kustomize
    does. The object keeps its kind and name.
    """
    if text_of(patch, "$patch") == "delete":
        return None
    keyed = _BUILT_IN_GROUP.fullmatch(text_of(base, "apiVersion")) is not None
    # The ports of a NetworkPolicy have no key.
    merged = _merged_map(base, patch, keyed and text_of(base, "kind") != "NetworkPolicy")
    for route in _IDENTITY:
        kept = base.get(*route)
        merged = with_value(merged, route, kept) if kept is not None else merged
    return merged


def apply_operations(node: Node, operations: Node) -> Node:
    """The object after a JSON 6902 patch, a list of operations. Raises PatchError where one cannot apply."""
    if not isinstance(operations.data, list) or len(operations.data) > MAX_OPERATIONS:
        raise PatchError("a JSON 6902 patch is a list of operations")
    for operation in operations.data:
        node = _applied(node, operation)
    return node


def _merged(base: Node | None, patch: Node, key: str, keyed: bool) -> Node | None:
    if base is None or type(base.data) is not type(patch.data):
        return _cleaned(patch)
    if base.is_map:
        return _merged_map(base, patch, keyed) if text_of(patch, "$patch") != "delete" else None
    if base.is_list and keyed and key in _MERGE_KEYS:
        return _merged_list(base, patch, _MERGE_KEYS[key])
    return _cleaned(patch)


def _merged_map(base: Node, patch: Node, keyed: bool) -> Node:
    if text_of(patch, "$patch") == "replace":
        return _cleaned(patch)
    merged = base
    for key, value in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            merged = _without_items(merged, key.partition("/")[2], value)
        if key.startswith("$"):
            continue
        result = None if value.data is None else _merged(merged.get(key), value, key, keyed)
        merged = without_entry(merged, key) if result is None else with_entry(merged, key, result)
    return merged


def _merged_list(base: Node, patch: Node, keys: tuple[str, ...]) -> Node:
    if any(text_of(item, "$patch") == "replace" for item in patch.children()):
        return _cleaned(patch)
    items = list(base.children())
    added: list[Node] = []
    for item in patch.children():
        at = next((i for i, old in enumerate(items) if _same_item(old, item, keys)), None)
        deleted = text_of(item, "$patch") == "delete"
        if at is None:
            added.extend([] if deleted else [_cleaned(item)])
        elif deleted:
            del items[at]
        else:
            items[at] = _merged_map(items[at], item, keyed=True)
    # Kustomize puts new items first.
    return replace(base, data=[*added, *items])


def _same_item(old: Node, new: Node, keys: tuple[str, ...]) -> bool:
    key = next((k for k in keys if k in new), None)
    if key is None or not text_of(new, key) or text_of(old, key) != text_of(new, key):
        return False
    return (text_of(old, "protocol") or "TCP") == (text_of(new, "protocol") or "TCP")


def _without_items(node: Node, key: str, gone: Node) -> Node:
    held = node.get(key)
    values = {item.text for item in gone.children()}
    if held is None or not held.is_list:
        return node
    return with_entry(node, key, replace(held, data=[i for i in held.children() if i.text not in values]))


def _cleaned(node: Node) -> Node:
    """The node without the directives of a patch."""
    if isinstance(node.data, dict):
        kept = {k: _cleaned(v) for k, v in node.data.items() if not k.startswith("$") and v.data is not None}
        return replace(node, data=kept)
    if isinstance(node.data, list):
        return replace(node, data=[_cleaned(item) for item in node.data if not _is_directive(item)])
    return node


def _is_directive(item: Node) -> bool:
    return text_of(item, "$patch") == "delete" or (item.is_map and [k for k, _ in item.items()] == ["$patch"])


def _applied(node: Node, operation: Node) -> Node:
    name, path = text_of(operation, "op"), _pointer(text_of(operation, "path"))
    value = operation.get("value") or Node(None, operation.at)
    if name == "test":
        return _tested(node, path, value)
    if name in {"add", "replace"}:
        return _changed(node, path, lambda holder, key: _set(holder, key, value, name))
    if name == "remove":
        return _changed(node, path, _removed)
    if name in {"move", "copy"}:
        source = _pointer(text_of(operation, "from"))
        value = _found(node, source)
        node = _changed(node, source, _removed) if name == "move" else node
        return _changed(node, path, lambda holder, key: _set(holder, key, value, "add"))
    raise PatchError(f"unknown operation {name!r}")


def _pointer(text: str) -> tuple[str, ...]:
    if text and not text.startswith("/"):
        raise PatchError(f"the path {text!r} does not start with a slash")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def _found(node: Node, path: tuple[str, ...]) -> Node:
    for step in path:
        child = _child(node, step)
        if child is None:
            raise PatchError(f"there is nothing at /{'/'.join(path)}")
        node = child
    return node


def _tested(node: Node, path: tuple[str, ...], value: Node) -> Node:
    if _found(node, path).value != value.value:
        raise PatchError(f"the test of /{'/'.join(path)} does not hold")
    return node


def _changed(node: Node, path: tuple[str, ...], change: Callable[[Node, str], Node]) -> Node:
    if not path:
        raise PatchError("an operation on the whole object")
    if len(path) == 1:
        return change(node, path[0])
    child = _child(node, path[0])
    if child is None:
        raise PatchError(f"there is nothing at {path[0]!r}")
    return _set(node, path[0], _changed(child, path[1:], change), "replace")


def _child(node: Node, step: str) -> Node | None:
    if isinstance(node.data, list):
        return node.get(_index(step, node.data, last=len(node.data) - 1)) if node.data else None
    return node.get(step)


def _set(holder: Node, key: str, value: Node, operation: str) -> Node:
    if isinstance(holder.data, list):
        items = list(holder.data)
        if operation == "add":
            items.insert(_index(key, items, last=len(items)), value)
        elif items:
            items[_index(key, items, last=len(items) - 1)] = value
        return replace(holder, data=items)
    if not isinstance(holder.data, dict):
        raise PatchError(f"there is no mapping or list that could hold {key!r}")
    if operation == "replace" and key not in holder.data:
        raise PatchError(f"there is no {key!r} to replace")
    return with_entry(holder, key, value)


def _removed(holder: Node, key: str) -> Node:
    if isinstance(holder.data, list) and holder.data:
        at = _index(key, holder.data, last=len(holder.data) - 1)
        return replace(holder, data=[*holder.data[:at], *holder.data[at + 1 :]])
    if key not in holder:
        raise PatchError(f"there is no {key!r} to remove")
    return without_entry(holder, key)


def _index(step: str, items: list[Node], last: int) -> int:
    if step == "-":
        return len(items)
    if not (step.isascii() and step.isdigit()) or len(step) > 6 or int(step) > last:
        raise PatchError(f"there is no item {step!r}")
    return int(step)
