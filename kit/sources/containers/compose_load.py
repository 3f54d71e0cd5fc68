"""Compose files as `docker compose` loads them: variables, `extends`, `include`, several files merged."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from kit.model import At
from kit.sources.containers.compose_fields import items, join, scalar
from kit.sources.containers.compose_merge import merge_files, merge_services
from kit.sources.formats.documents import Documents
from kit.sources.formats.interpolation import interpolate
from kit.sources.formats.node_edit import edited
from kit.sources.formats.nodes import Node, Problem
from kit.sources.tree.files import FileIndex

MAX_DEPTH = 12
"""Files that extend or include each other, one behind the other."""
MAX_FILES = 200
"""Files that one compose file may include, directly or not."""


@dataclass(frozen=True, slots=True)
class ComposeVariable:
    """A variable that a compose file refers to. `value` is what the `.env` beside it gives, else None."""

    name: str
    default: str | None
    required: bool
    at: At
    value: str | None = None


@dataclass
class Loaded:
    """Compose files merged into one tree."""

    root: Node
    variables: list[ComposeVariable] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    included: set[str] = field(default_factory=set)
    extended: set[str] = field(default_factory=set)


class Loader:
    """Loads compose files of one project index."""

    def __init__(self, files: FileIndex, documents: Documents) -> None:
        self.files = files
        self.documents = documents
        self._left = MAX_FILES

    def load(self, paths: tuple[str, ...]) -> Loaded:
        """The files merged, the base first, whose folder relative paths start from."""
        self._left = MAX_FILES
        return self._load(paths, posixpath.dirname(paths[0]), 0)

    def _load(self, paths: tuple[str, ...], directory: str, depth: int) -> Loaded:
        loaded = Loaded(Node({}, At(paths[0])))
        for path in paths:
            loaded.root = merge_files(loaded.root, self._layer(path, directory, loaded, depth))
        return loaded

    def _layer(self, path: str, directory: str, loaded: Loaded, depth: int) -> Node:
        document = self.documents.get(path)
        if document.error is not None:
            loaded.problems.append(document.error)
        root = self._filled(document.root, self._given(directory), loaded)
        root = self._extended(root, path, loaded)
        return self._with_includes(root, path, directory, loaded, depth)

    def _given(self, directory: str) -> dict[str, str]:
        path = posixpath.join(directory, ".env")
        if path not in self.files:
            return {}
        return {name: node.text for name, node in self.documents.get(path).root.items()}

    def _filled(self, node: Node, given: dict[str, str], loaded: Loaded) -> Node:
        """The tree with variables filled in; what nothing gives stays as written."""
        if isinstance(node.data, dict):
            return replace(node, data={k: self._filled(v, given, loaded) for k, v in node.data.items()})
        if isinstance(node.data, list):
            return replace(node, data=[self._filled(v, given, loaded) for v in node.data])
        if not isinstance(node.data, str) or "$" not in node.data:
            return node
        made = interpolate(node.data, given.get)
        loaded.variables.extend(
            ComposeVariable(each.name, each.default, each.required, node.at, given.get(each.name))
            for each in made.references
        )
        return replace(node, data=made.text)

    def _extended(self, root: Node, path: str, loaded: Loaded) -> Node:
        services = root.get("services")
        if services is None or not any("extends" in service for service in services.children()):
            return root
        resolve = _Extends(self, path, root, loaded)
        entries = {name: resolve(path, name, node) for name, node in services.items()}
        return replace(root, data={**dict(root.items()), "services": replace(services, data=entries)})

    def _with_includes(self, root: Node, path: str, directory: str, loaded: Loaded, depth: int) -> Node:
        result = root
        for paths, inner, place in _includes(root.get("include"), directory):
            missing = [each for each in paths if each not in self.files]
            self._left -= len(paths)
            if missing or depth >= MAX_DEPTH or path in paths or self._left < 0:
                what = f"{missing[0]} is not there" if missing else "files include each other without end"
                loaded.problems.append(Problem(f"include: {what}", place))
                continue
            part = self._load(paths, inner, depth + 1)
            loaded.variables.extend(part.variables)
            loaded.problems.extend(part.problems)
            loaded.included.update(paths, part.included)
            loaded.extended.update(part.extended)
            result = merge_files(relocated(part.root, inner, directory), result)
        return result


class _Extends:
    """Resolves `extends` of the services of one file, following them into other files."""

    def __init__(self, loader: Loader, path: str, root: Node, loaded: Loaded) -> None:
        self.loader = loader
        self.main = path
        self.roots = {path: root}
        self.loaded = loaded

    def __call__(self, path: str, name: str, node: Node, above: tuple[tuple[str, str], ...] = ()) -> Node:
        extends = node.get("extends")
        if extends is None:
            return node
        own = replace(node, data={k: v for k, v in node.items() if k != "extends"})
        target, service = self._target(path, extends)
        problem = self._problem(target, service, ((path, name), *above))
        if problem:
            self.loaded.problems.append(Problem(f"extends: {problem}", extends.at))
            return own
        base = self.roots[target].get("services", service)
        assert base is not None
        base = self(target, service, base, ((path, name), *above))
        return merge_services(moved_service(base, posixpath.dirname(target), posixpath.dirname(path)), own)

    def _target(self, path: str, extends: Node) -> tuple[str, str]:
        if not extends.is_map:
            return path, scalar(extends)
        file, service = extends.get("file"), extends.get("service")
        target = join(posixpath.dirname(path), scalar(file)) if file is not None else path
        return target, scalar(service) if service is not None else ""

    def _problem(self, target: str, service: str, above: tuple[tuple[str, str], ...]) -> str | None:
        if (target, service) in above or len(above) > MAX_DEPTH:
            return f"{service} extends itself"
        if target not in self.roots:
            if target not in self.loader.files:
                return f"{target} is not there"
            given = self.loader._given(posixpath.dirname(self.main))
            root = self.loader.documents.get(target).root
            self.roots[target] = self.loader._filled(root, given, self.loaded)
            self.loaded.extended.add(target)
        if self.roots[target].get("services", service) is None:
            return f"{target} has no service {service}"
        return None


def _includes(node: Node | None, directory: str) -> Iterator[tuple[tuple[str, ...], str, At]]:
    """Each include: the paths it merges, the folder that relative paths in them start from, its place."""
    for item in items(node):
        written = [scalar(p) for p in items(item.get("path"))] if item.is_map else [scalar(item)]
        paths = tuple(join(directory, path) for path in written if path)
        if not paths:
            continue
        own = item.get("project_directory")
        inner = join(directory, scalar(own)) if own is not None else posixpath.dirname(paths[0])
        yield paths, "" if inner == "." else inner, item.at


def relocated(root: Node, old: str, new: str) -> Node:
    """A compose file's tree with relative paths that start from `old` made to start from `new`."""
    if old == new:
        return root
    root = edited(root, ("services", "*"), lambda service: moved_service(service, old, new))
    for section in ("secrets", "configs"):
        root = edited(root, (section, "*", "file"), _mover(old, new))
    return root


def moved_service(service: Node, old: str, new: str) -> Node:
    """The service with relative paths that start from folder `old` made to start from `new`."""
    if old == new:
        return service
    move, mount = _mover(old, new), _mover(old, new, dotted=True)
    build = service.get("build")
    if build is not None:
        service = edited(service, ("build", "context") if build.is_map else ("build",), move)
    files = service.get("env_file")
    if files is not None:
        service = edited(service, ("env_file", "*") if files.is_list else ("env_file",), move)
        service = edited(service, ("env_file", "*", "path"), move)
    service = edited(service, ("volumes", "*", "source"), mount)
    return edited(service, ("volumes", "*"), mount)


def _mover(old: str, new: str, *, dotted: bool = False) -> Callable[[Node], Node]:
    """An edit that moves one path; with `dotted` only one that starts with a dot, as in a bind mount."""

    def move(node: Node) -> Node:
        text = node.data
        if not isinstance(text, str) or text.startswith(("/", "~", "$")) or "://" in text:
            return node
        if dotted and not text.startswith("."):
            return node
        path, colon, rest = text.partition(":") if dotted else (text, "", "")
        moved = posixpath.relpath(posixpath.join("/", old, path), posixpath.join("/", new))
        return replace(node, data=f"{moved if moved.startswith('.') else './' + moved}{colon}{rest}")

    return move
