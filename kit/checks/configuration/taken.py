"""What Applications of Argo CD give to charts of others, from values files of this repository."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from kit.checks.configuration.common import ASIDE, SAMPLE
from kit.checks.shared.synced import followers, sources
from kit.project import Project
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import text_of
from kit.sources.secrets.find import is_secret_name

MAX_VALUES = 5000
"""Values of one file that are looked at."""


def secrets_given(project: Project) -> Iterator[tuple[Manifest, str, Node]]:
    """Each value with a secret's name that an Application outside of development gives to a chart that is not here; of
    several files the last that says it. None where a Secret is named beside it, or a parameter is given."""
    for manifest in followers(project):
        for source in sources(manifest) if manifest.environment not in ASIDE else ():
            if not text_of(source, "chart"):
                continue
            final: dict[str, Node] = {}
            for path in _files(project, source):
                root = project.documents.get(path).root
                final.update(dict(_scalars(root, "")))
            by_hand = {text_of(n, "name") for n in source.each("helm", "parameters", "*")}
            if source.get("helm", "valuesObject") is not None or source.get("helm", "values") is not None:
                continue
            if not any(key.rpartition(".")[2] == "existingSecret" and node.text for key, node in final.items()):
                named = ((k, n) for k, n in final.items() if is_secret_name(k.rpartition(".")[2]) and k not in by_hand)
                yield from ((manifest, key, node) for key, node in named if not _is_off(key, final))


def _is_off(key: str, final: dict[str, Node]) -> bool:
    """Whether the part of the chart that a value is for is switched off."""
    parts = key.split(".")
    switches = (".".join([*parts[:n], "enabled"]) for n in range(1, len(parts)))
    return any((node := final.get(switch)) is not None and node.text.lower() == "false" for switch in switches)


def _files(project: Project, source: Node) -> Iterator[str]:
    """The values files of this repository, as `$name/path` of another source of the Application."""
    for node in source.each("helm", "valueFiles", "*"):
        start, _, rest = node.text.partition("/")
        path = posixpath.normpath(rest)
        told = SAMPLE.search(posixpath.basename(path)) or project.files.environment_of(path) in ASIDE
        if start.startswith("$") and path in project.files and not told:
            yield path


def _scalars(node: Node, above: str) -> Iterator[tuple[str, Node]]:
    """Every scalar below a mapping, by its keys with dots between."""
    left = MAX_VALUES
    waiting = [(above, node)]
    while waiting and left:
        key, one = waiting.pop()
        left -= 1
        if one.is_map:
            waiting.extend((f"{key}.{name}" if key else name, inner) for name, inner in one.items())
        elif not one.is_list:
            yield key, one
