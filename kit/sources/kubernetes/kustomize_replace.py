"""Kustomize's `replacements`: a value of one object put into fields of others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from kit.sources.formats.node_edit import scalar, with_entry
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.kustomize_select import is_target
from kit.sources.kubernetes.kustomize_transform import Resource, Resources
from kit.sources.kubernetes.pods import number_of, text_of

_STEP = re.compile(r"\[(?P<key>[^=\]]+)=(?P<value>[^\]]*)\]|(?P<name>(?:[^.\\\[]|\\.)+)")


class ReplacementError(Exception):
    """A replacement whose source or target field is not there: Kustomize refuses it."""


def replaced(resources: Resources, entry: Node) -> Resources:
    """The objects after one replacement, new values at the place of their source. Raises ReplacementError."""
    source = entry.get("source")
    if source is None:
        raise ReplacementError("a replacement without a source")
    value = _source_value(resources, source)
    for target in entry.each("targets", "*"):
        resources = tuple(_into(item, target, value) for item in resources)
    return resources


def _source_value(resources: Resources, source: Node) -> Node:
    found = [item for item in resources if is_target(item, source)]
    if len(found) != 1:
        raise ReplacementError(f"{len(found)} objects match the source instead of one")
    path = text_of(source, "fieldPath") or "metadata.name"
    values = list(_found(found[0].node, _steps(path)))
    if not values:
        raise ReplacementError(f"the source has no field {path}")
    delimiter = text_of(source, "options", "delimiter")
    if not delimiter:
        return values[0]
    parts = values[0].text.split(delimiter)
    index = number_of(source, "options", "index") or 0
    return scalar(parts[index] if index < len(parts) else "", values[0].at)


def _into(item: Resource, target: Node, value: Node) -> Resource:
    select = target.get("select")
    rejected = any(is_target(item, reject) for reject in target.each("reject", "*"))
    if select is None or rejected or not is_target(item, select):
        return item
    node = item.node
    create = text_of(target, "options", "create") == "true"
    for path in target.each("fieldPaths", "*"):
        steps = _steps(path.text)
        if not create and not any(_found(node, steps)):
            raise ReplacementError(f"{item.kind}/{item.name} has no field {path.text}")
        node = _changed(node, steps, lambda old: _written(old, target, value), value)
    return replace(item, node=node)


def _written(old: Node, target: Node, value: Node) -> Node:
    delimiter = text_of(target, "options", "delimiter")
    if not delimiter or not isinstance(old.data, str):
        return replace(value, key=old.key)
    parts = old.data.split(delimiter)
    index = number_of(target, "options", "index") or 0
    if index < len(parts):
        parts[index] = value.text
    else:
        parts.append(value.text)
    return scalar(delimiter.join(parts), value.at, old.key)


def _steps(path: str) -> tuple[tuple[str, str | None], ...]:
    """The steps of a field path: a name, or key and value of the list item that is meant."""
    return tuple(
        (m["key"], m["value"]) if m["name"] is None else (m["name"].replace("\\.", "."), None)
        for m in _STEP.finditer(path[:500])
    )


def _chosen(node: Node, step: tuple[str, str | None]) -> Iterator[tuple[str | int, Node]]:
    name, wanted = step
    if isinstance(node.data, list):
        for index, item in enumerate(node.data):
            if name == "*" or (wanted is not None and text_of(item, name) == wanted) or str(index) == name:
                yield index, item
    elif isinstance(node.data, dict) and wanted is None:
        yield from ((key, child) for key, child in node.data.items() if name in {"*", key})


def _found(node: Node, steps: tuple[tuple[str, str | None], ...]) -> Iterator[Node]:
    if not steps:
        yield node
        return
    for _, child in _chosen(node, steps[0]):
        yield from _found(child, steps[1:])


def _changed(node: Node, steps: tuple[tuple[str, str | None], ...], write: Callable[[Node], Node], value: Node) -> Node:
    if not steps:
        return write(node)
    chosen = {key: _changed(child, steps[1:], write, value) for key, child in _chosen(node, steps[0])}
    if isinstance(node.data, list):
        return replace(node, data=[chosen.get(i, item) for i, item in enumerate(node.data)])
    if not chosen and steps[0][1] is None and steps[0][0] != "*":
        # Reached only where the replacement may create what lacks.
        chosen = {steps[0][0]: _changed(Node({}, value.at, key=steps[0][0]), steps[1:], write, value)}
    for key, child in chosen.items():
        node = with_entry(node, str(key), child)
    return node
