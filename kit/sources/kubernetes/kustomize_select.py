"""Which objects a patch or a replacement of a kustomization means."""

from __future__ import annotations

import fnmatch

from kit.model import At
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.kinds import matches
from kit.sources.kubernetes.kustomize_transform import Resource, Resources
from kit.sources.kubernetes.pods import text_of


def chosen(resources: Resources, patch: Node, target: Node | None) -> Resources:
    """The objects that a patch is for: those of its target, else the one of its own kind and name."""
    if target is not None:
        return tuple(r for r in resources if is_target(r, target))
    kind, name = text_of(patch, "kind"), text_of(patch, "metadata", "name")
    namespace = text_of(patch, "metadata", "namespace")
    return tuple(
        r
        for r in resources
        if r.kind == kind and name in r.names and namespace in {"", text_of(r.node, "metadata", "namespace")}
    )


def is_target(item: Resource, target: Node) -> bool:
    """Whether a selector (`group`, `version`, `kind`, `name`, `namespace`, `labelSelector`) means it."""
    group, _, version = text_of(item.node, "apiVersion").rpartition("/")
    wanted = (("group", group), ("version", version), ("kind", item.kind))
    if any(text_of(target, key) not in {"", has} for key, has in wanted):
        return False
    if text_of(target, "name") and not any(_named(text_of(target, "name"), name) for name in item.names):
        return False
    namespace = text_of(item.node, "metadata", "namespace")
    if text_of(target, "namespace") and not _named(text_of(target, "namespace"), namespace):
        return False
    labels = {k: n.text for k, n in (item.node.get("metadata", "labels") or Node({}, target.at)).items()}
    return _labelled(text_of(target, "labelSelector"), labels, target.at)


def _named(pattern: str, name: str) -> bool:
    """Kustomize takes any regular expression: here alternatives and `.*`, the rest to the letter."""
    inner = pattern.removeprefix("^").removesuffix("$").removeprefix("(").removesuffix(")")
    for part in inner.split("|"):
        literal = part.replace("[", "[[]").replace("?", "[?]").replace("\\.", ".")
        if fnmatch.fnmatchcase(name, literal.replace(".*", "*").replace(".+", "?*")):
            return True
    return False


def _labelled(selector: str, labels: dict[str, str], at: At) -> bool:
    pairs = (part.replace("==", "=").partition("=") for part in selector.split(",") if part.strip())
    wanted = {key.strip(): Node(value.strip(), at) for key, equals, value in pairs if equals}
    return matches(Node({"matchLabels": Node(dict(wanted), at)}, at), labels)
