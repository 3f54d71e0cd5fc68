"""Which kustomizations anything brings into a cluster, where a repository is what Argo CD or Flux follow.

Where folders are named one by one, the one that nobody names is not applied: what is wrong in it waits there for whoever
takes it up, and breaks nothing today. Without such names nothing is said of any folder.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from kit.checks.shared.wired import WHEREVER
from kit.model import Check, Fact, Severity
from kit.project import Project
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.kustomize import Kustomization
from kit.sources.kubernetes.manifests import Manifest

NOTE = "No Application and no command takes this folder, so it weighs less."
FEWEST = 2
"""Folders that must be named before the lack of a name says anything."""
_GITOPS = {"argoproj.io": {"Application", "ApplicationSet"}, "kustomize.toolkit.fluxcd.io": {"Kustomization"}}
_ROUTES = (
    ("spec", "source", "path"),
    ("spec", "sources", "*", "path"),
    ("spec", "path"),
    ("spec", "template", "spec", "source", "path"),
    ("spec", "template", "spec", "sources", "*", "path"),
    ("spec", "generators", "*", "git", "directories", "*", "path"),
    ("spec", "generators", "*", "list", "elements", "*", "path"),
)
_APPLIES = re.compile(r"\b(?:kubectl|kustomize|oc|argocd|flux|skaffold|kapp)\b|\bapply -k\b")
_WORD = re.compile(r"[\w.${}()*/-]{1,200}")
_UNKNOWN = re.compile(r"\{\{[^}]{0,80}\}\}|\$\{[^}]{0,80}\}|\$\([^)]{0,80}\)|\$\w{1,80}|\*{1,2}")
_COMMANDS = (
    "*.sh",
    "*.tf",
    "*.tftpl",
    "*.tpl",
    "*.py",
    "Makefile",
    "*.mk",
    "Justfile",
    "Taskfile.y*ml",
    "Jenkinsfile",
    "skaffold.yaml",
)


def weighed(project: Project, check: Check, fact: Fact) -> Fact:
    """The fact; at most of medium severity, and saying why, where it stands in what nothing is seen to apply."""
    severity = fact.severity or check.severity
    if not fact.outcome.open or severity not in {Severity.CRITICAL, Severity.HIGH} or check.id in WHEREVER:
        return fact
    places = {at.path for at in fact.at}
    if not places or not places <= _files_left(project):
        return fact
    return replace(fact, severity=Severity.MEDIUM, message=f"{fact.message} {NOTE}", blocks=False)


@lru_cache(maxsize=4)
def left_out(project: Project) -> frozenset[str]:
    """The folders of kustomizations that nothing is seen to apply; none where the project does not name its folders."""
    named = _Named(project)
    if named.few:
        return frozenset()
    taken = [k for k in project.kustomizations if named.takes(k)]
    used = frozenset().union(*(k.used for k in taken))
    return frozenset(k.dir for k in project.kustomizations if not k.component and k.path not in used)


def is_unused_release(project: Project, manifest: Manifest) -> bool:
    """Whether an object is of values that no Application takes and no command names, though Applications take the chart."""
    kind, _, folder = manifest.origin.partition(":")
    name = posixpath.basename(manifest.scope)
    if kind != "helm" or not name:
        return False
    charted = [s for m in followers(project) for s in sources(m) if _charted(s) == folder]
    taken = {
        node.text for s in charted for node in (*s.each("helm", "valueFiles", "*"), *s.each("helm", "valuesFiles", "*"))
    }
    if not charted or any(posixpath.basename(text) == name or "{{" in text for text in taken):
        return False
    asked = re.compile(rf"(?:-f|--values)[ =]?[^\s]{{0,200}}{re.escape(name)}")
    return not any(asked.search(project.files.text(path)) for path in _told(project))


def sources(manifest: Manifest) -> Iterator[Node]:
    """Where an Application takes what it applies from."""
    for start in (("spec",), ("spec", "template", "spec")):
        yield from manifest.node.each(*start, "source")
        yield from manifest.node.each(*start, "sources", "*")


def _charted(source: Node) -> str:
    node = source.get("path")
    return posixpath.normpath(node.text) if node is not None and node.text else ""


def _told(project: Project) -> Iterator[str]:
    """The files that hold commands: scripts, pipelines and documents."""
    yield from project.files.glob(*_COMMANDS)
    yield from (s.path for s in project.scripts)
    yield from (w.path for w in project.workflows)
    yield from (d.path for d in project.markdown)


@lru_cache(maxsize=4)
def _files_left(project: Project) -> frozenset[str]:
    """The files that only such folders use. An overlay of a base that is applied elsewhere is an environment to come."""
    left = left_out(project)
    kept = frozenset().union(*(k.used for k in project.kustomizations if k.dir not in left and not k.component))
    alone = [k for k in project.kustomizations if k.dir in left and not k.used & kept]
    return frozenset().union(*(k.used | {k.path} for k in alone))


class _Named:
    """The folders that Applications and commands name."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folders = {k.dir for k in project.kustomizations}
        self.synced = {text for manifest in followers(project) for text in _paths(manifest)}
        self.few = sum(1 for folder in self.synced if project.files.is_dir(folder)) < FEWEST
        self.commanded = frozenset() if self.few else frozenset(self._commanded())

    def takes(self, one: Kustomization) -> bool:
        """Whether an Application takes the folder, or one above it that is no kustomization itself; or a command does."""
        above = [one.dir, *(p for p in _above(one.dir) if p not in self.folders)]
        return one.dir in self.commanded or any(_fits(p, known) for known in self.synced for p in above)

    def _commanded(self) -> Iterator[str]:
        files = self.project.files
        scripts = {
            *files.glob(*_COMMANDS),
            *(w.path for w in self.project.workflows),
            *(s.path for s in self.project.scripts),
        }
        for path in sorted(scripts):
            text = files.text(path)
            if _APPLIES.search(text):
                yield from self._in_text(text, path)
        for document in self.project.markdown:
            lines = (line for line in files.lines(document.path) if _APPLIES.search(line))
            yield from self._in_text("\n".join(lines), document.path)

    def _in_text(self, text: str, path: str) -> Iterator[str]:
        """The folders that the words of a text mean: from the root, from the file's own folder or one above it."""
        here = posixpath.dirname(path)
        for word in {found[0].rstrip("/") for found in _WORD.finditer(_UNKNOWN.sub("*", text))}:
            if ("/" in word and re.search(r"\w{3}", word)) or word in {".", ".."}:
                for base in ("", here, *_above(here)):
                    wanted = posixpath.normpath(posixpath.join(base, word))
                    yield from (folder for folder in self.folders if _fits(folder, wanted))


def followers(project: Project) -> Iterator[Manifest]:
    """The objects that have folders or charts of a repository applied."""
    return (m for m in project.manifests if m.kind in _GITOPS.get(m.group, ()))


def _paths(manifest: Manifest) -> Iterator[str]:
    for route in _ROUTES:
        for node in manifest.node.each(*route):
            if node.text and (route != ("spec", "path") or manifest.kind == "Kustomization"):
                yield posixpath.normpath(_UNKNOWN.sub("*", node.text)).removeprefix("./").lstrip("/")


def _above(folder: str) -> Iterator[str]:
    while folder := posixpath.dirname(folder):
        yield folder


def _fits(folder: str, wanted: str) -> bool:
    """Whether a folder is the one that is named; a star may be any part of a name, and any start where it comes first."""
    if "*" not in wanted:
        return folder == wanted
    words, parts = wanted.split("/"), folder.split("/")
    if words[0] == "*" and len(words) <= len(parts) + 1:
        words = words[1:]
        parts = parts[len(parts) - len(words) :]
    return len(words) == len(parts) and all(_part_fits(p, w) for p, w in zip(parts, words, strict=True))


def _part_fits(part: str, word: str) -> bool:
    pieces = word.split("*")
    inner = part.startswith(pieces[0]) and part.endswith(pieces[-1])
    return part == word if len(pieces) == 1 else inner and all(piece in part for piece in pieces)
