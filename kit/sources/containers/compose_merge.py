"""How compose puts files over each other: which keys merge, which append, which replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kit.sources.containers.compose_fields import grant_key, items, mapping, port_key, scalar, target_key
from kit.sources.formats.nodes import Node

_NAMED = {"annotations", "environment", "labels", "sysctls"}
_NAMED_IN_BUILD = {"additional_contexts", "args", "labels"}
_LISTS = {"dns", "dns_opt", "dns_search", "env_file", "label_file", "tmpfs"}
_REPLACED = {"command", "entrypoint"}
_UNIQUE: dict[str, Callable[[Node], tuple[object, ...]]] = {
    "ports": port_key,
    "volumes": target_key,
    "devices": target_key,
    "secrets": grant_key,
    "configs": grant_key,
}


def normal_service(service: Node) -> Node:
    """The service with every key in its long form, so that two of them can be merged key by key."""
    if not isinstance(service.data, dict):
        return replace(service, data={})
    entries = {key: _normal(key, node) for key, node in service.data.items() if node.tag != "!reset"}
    return replace(service, data=entries)


def merge_services(base: Node, over: Node) -> Node:
    """The service `over` put over `base`; the result stands where `over` does, its parts where they are."""
    merged = dict(normal_service(base).items())
    for key, node in over.items():
        if node.tag == "!reset":
            merged.pop(key, None)
            continue
        later = _normal(key, node)
        merged[key] = later if key not in merged else _merged(key, merged[key], later)
    return replace(over, data=merged)


def merge_files(base: Node, over: Node) -> Node:
    """The compose file `over` put over `base`, section by section."""
    merged = dict(base.items())
    for section, node in over.items():
        earlier = merged.get(section)
        if section == "services" and earlier is not None and earlier.is_map and node.is_map:
            merged[section] = _merged_sections(earlier, node, merge_services)
        elif earlier is not None:
            merged[section] = _merged_sections(earlier, node, _deep)
        else:
            merged[section] = node
    return replace(over, data=merged)


def _merged_sections(base: Node, over: Node, merge: Callable[[Node, Node], Node]) -> Node:
    if not isinstance(base.data, dict) or not isinstance(over.data, dict) or over.tag == "!override":
        return over
    entries = dict(base.data)
    for name, node in over.data.items():
        if node.tag == "!reset":
            entries.pop(name, None)
        elif name in entries and node.tag != "!override" and (node.is_map or node.data is None):
            entries[name] = merge(entries[name], node)
        else:
            entries[name] = node
    return replace(over, data=entries)


def _normal(key: str, node: Node) -> Node:
    if key == "build" and node.data is not None:
        return _normal_build(node)
    if node.is_list or isinstance(node.data, str):
        if key in _NAMED:
            return replace(node, data=mapping(node))
        if key == "extra_hosts":
            return replace(node, data=dict(_host(item) for item in items(node)))
        if key == "depends_on":
            return replace(node, data={scalar(i): _condition(i) for i in items(node)})
        if key == "networks":
            return replace(node, data={scalar(i): Node(None, i.at, key=scalar(i)) for i in items(node)})
    if key in _LISTS and not node.is_list and node.data is not None:
        return replace(node, data=[replace(node, key=None)])
    return node


def _normal_build(node: Node) -> Node:
    if not isinstance(node.data, dict):
        return replace(node, data={"context": replace(node, key="context")})
    lists = {k: v for k, v in node.data.items() if k in _NAMED_IN_BUILD and v.is_list}
    return replace(node, data={**node.data, **{k: replace(v, data=mapping(v)) for k, v in lists.items()}})


def _condition(item: Node) -> Node:
    return Node({"condition": Node("service_started", item.at, key="condition")}, item.at, key=scalar(item))


def _host(item: Node) -> tuple[str, Node]:
    text = scalar(item)
    name, _, address = text.partition("=" if "=" in text else ":")
    return name, Node(address, item.at, key=name, raw=address)


def _merged(key: str, base: Node, over: Node) -> Node:
    if over.tag == "!override" or key in _REPLACED:
        return over
    if key in _UNIQUE and base.is_list and over.is_list:
        return _unique(base, over, _UNIQUE[key])
    if key == "logging" and _differ(base, over, "driver"):
        return over
    return _deep(base, over)


def _unique(base: Node, over: Node, identity: Callable[[Node], tuple[object, ...]]) -> Node:
    entries = {identity(item): item for item in base.children()}
    entries.update({identity(item): item for item in over.children()})
    return replace(over, data=list(entries.values()))


def _differ(base: Node, over: Node, key: str) -> bool:
    one, other = base.get(key), over.get(key)
    return one is not None and other is not None and one.text != other.text


def _deep(base: Node, over: Node) -> Node:
    """Mappings merge, lists append what is new, anything else is replaced."""
    if over.tag == "!override" or (over.data is None and base.is_map):
        return base if over.data is None and over.tag is None else over
    if isinstance(base.data, dict) and isinstance(over.data, dict):
        entries = dict(base.data)
        for key, node in over.data.items():
            if node.tag == "!reset":
                entries.pop(key, None)
            elif key in entries and key != "test":
                entries[key] = _deep(entries[key], node)
            else:
                entries[key] = node
        return replace(over, data=entries)
    if isinstance(base.data, list) and isinstance(over.data, list):
        known = {repr(item.value) for item in base.data}
        return replace(over, data=[*base.data, *(i for i in over.data if repr(i.value) not in known)])
    return over
