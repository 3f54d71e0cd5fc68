"""Compose files: services with everything that is said of them, merged as `docker compose` merges them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from kit.model import At
from kit.sources.containers import compose_fields as fields
from kit.sources.containers.compose_fields import (
    ComposeBuild,
    ComposeHealthcheck,
    ComposePort,
    ComposeVolume,
    EnvFile,
    items,
    scalar,
)
from kit.sources.containers.compose_load import ComposeVariable, Loaded, Loader
from kit.sources.containers.compose_merge import normal_service
from kit.sources.containers.compose_relations import DEFAULT_NAMES, candidates, completed_by, environments, layers
from kit.sources.containers.runtime import EnvValue, StartCommand, command_of, text_of, texts
from kit.sources.formats.documents import Documents
from kit.sources.formats.interpolation import interpolate
from kit.sources.formats.nodes import Node, Problem
from kit.sources.tree.files import FileIndex

_ONE_VARIABLE = re.compile(r"\$(?:\w+|\{[^{}]*\})")


@dataclass(frozen=True, eq=False)
class ComposeService:
    """A service.

    `node` is what all files together say of it, every key in its long form; `at` is where the last of them
    speaks of it, `file` that file. `directory` is the folder that relative paths start from.
    """

    name: str
    node: Node
    directory: str
    environment: dict[str, EnvValue]
    env_files: tuple[EnvFile, ...] = ()

    @property
    def at(self) -> At:
        return self.node.at

    @property
    def file(self) -> str:
        return self.node.at.path

    @property
    def image(self) -> str | None:
        """The image as written, variables filled in as far as they are known."""
        return text_of(self.node.get("image"))

    @cached_property
    def build(self) -> ComposeBuild | None:
        """What builds the image."""
        return fields.build(self.node.get("build"), self.directory)

    @cached_property
    def ports(self) -> tuple[ComposePort, ...]:
        """The ports that are published on the host."""
        return tuple(fields.ports(self.node.get("ports")))

    @cached_property
    def exposed(self) -> tuple[int, ...]:
        """The ports of `expose`, for other containers only."""
        return tuple(p.container for p in fields.ports(self.node.get("expose")) if p.container is not None)

    @cached_property
    def volumes(self) -> tuple[ComposeVolume, ...]:
        """What is mounted."""
        return tuple(fields.volumes(self.node.get("volumes")))

    def host_path(self, volume: ComposeVolume) -> str | None:
        """The path of the project that a bind mount shows, relative to the root; None for any other mount."""
        if volume.kind != "bind" or volume.source is None or not volume.source.startswith("."):
            return None
        return fields.join(self.directory, volume.source)

    @cached_property
    def depends_on(self) -> dict[str, str]:
        """Service to condition: "service_started", "service_healthy", "service_completed_successfully"."""
        return fields.dependencies(self.node.get("depends_on"))

    @cached_property
    def healthcheck(self) -> ComposeHealthcheck | None:
        """The health check that the compose files state; None where the image's own decides."""
        return fields.healthcheck(self.node.get("healthcheck"))

    @cached_property
    def command(self) -> StartCommand | None:
        """What replaces the image's CMD."""
        return command_of(self.node.get("command"), shell=False)

    @cached_property
    def entrypoint(self) -> StartCommand | None:
        """What replaces the image's ENTRYPOINT."""
        return command_of(self.node.get("entrypoint"), shell=False)

    @property
    def restart(self) -> str | None:
        """`restart`, or the condition of `deploy.restart_policy`; "no" is as written."""
        policy = self.node.get("restart")
        if policy is None:
            policy = self.node.get("deploy", "restart_policy", "condition")
        return scalar(policy) or None if policy is not None else None

    @property
    def user(self) -> str | None:
        found = self.node.get("user")
        return scalar(found) or None if found is not None else None

    @property
    def privileged(self) -> bool:
        return self._is_true("privileged")

    @property
    def read_only(self) -> bool:
        return self._is_true("read_only")

    @property
    def replicas(self) -> int | None:
        """`deploy.replicas` or `scale`; None where neither is said."""
        return fields.number(self.node.get("deploy", "replicas") or self.node.get("scale"))

    @property
    def memory_limit(self) -> Node | None:
        """The memory that it may use at most, old form and new."""
        return self.node.get("deploy", "resources", "limits", "memory") or self.node.get("mem_limit")

    @property
    def cpu_limit(self) -> Node | None:
        """The CPUs that it may use at most, old form and new."""
        return self.node.get("deploy", "resources", "limits", "cpus") or self.node.get("cpus")

    @property
    def labels(self) -> dict[str, Node]:
        return fields.mapping(self.node.get("labels"))

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that are named; none means the default one."""
        return texts(self.node.get("networks"))

    @property
    def network_mode(self) -> str | None:
        return text_of(self.node.get("network_mode"))

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles it belongs to; none means that it always starts."""
        return texts(self.node.get("profiles"))

    @property
    def cap_add(self) -> tuple[str, ...]:
        return texts(self.node.get("cap_add"))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that it is given, by the name that the file declares them under."""
        return tuple(self._granted("secrets"))

    @property
    def configs(self) -> tuple[str, ...]:
        """The configs that it is given, by the name that the file declares them under."""
        return tuple(self._granted("configs"))

    def _granted(self, key: str) -> Iterator[str]:
        for item in items(self.node.get(key)):
            source = item.get("source") if item.is_map else item
            if source is not None:
                yield scalar(source)

    def _is_true(self, key: str) -> bool:
        found = self.node.get(key)
        return found is not None and found.text.lower() == "true"


@dataclass(frozen=True, eq=False)
class ComposeFile:
    """A compose file with the files it is put over.

    `layers` are all files that are loaded for it, the base first, itself last; `overrides` the one before it.
    Sections are nodes by name. `environment`: "development", "test", "staging", "production" or "unknown". `live` where
    it looks as if it ran for users, `elsewhere` where something else runs what it builds (`kit/system/meant.py`).
    """

    path: str
    layers: tuple[str, ...]
    environment: str
    services: tuple[ComposeService, ...] = ()
    volumes: dict[str, Node] = field(default_factory=dict)
    networks: dict[str, Node] = field(default_factory=dict)
    secrets: dict[str, Node] = field(default_factory=dict)
    configs: dict[str, Node] = field(default_factory=dict)
    variables: tuple[ComposeVariable, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: Problem | None = None
    live: bool = False
    elsewhere: bool = False

    @property
    def at(self) -> At:
        """The file as a whole."""
        return At(self.path)

    @property
    def overrides(self) -> str | None:
        """The file that this one is put over."""
        return self.layers[-2] if len(self.layers) > 1 else None

    def service(self, name: str) -> ComposeService | None:
        """The service of that name."""
        return next((s for s in self.services if s.name == name), None)


def find(files: FileIndex, documents: Documents) -> tuple[ComposeFile, ...]:
    """Every compose file of the project, each merged with what it is put over.

    Left out is what never runs by itself: a file that another one includes, one without a default name that others
    extend or are put over, and one whose override holds all that is set.
    """
    paths = candidates(files, documents)
    loader = Loader(files, documents)
    order = layers(paths, files, documents)
    completed = completed_by(paths, order, documents)
    meant = environments(paths, order, files, completed)
    loaded = {path: loader.load(order[path]) for path in paths}
    parts = {p for each in loaded.values() for p in each.included} | completed.keys()
    parts |= {
        p
        for path, each in loaded.items()
        for p in (*each.extended, *order[path][:-1])
        if posixpath.basename(p) not in DEFAULT_NAMES
    }
    return tuple(_file(loader, path, order[path], meant[path], loaded[path]) for path in paths if path not in parts)


def _file(loader: Loader, path: str, order: tuple[str, ...], environment: str, loaded: Loaded) -> ComposeFile:
    directory = posixpath.dirname(order[0])
    sections = _section(loaded, "services")
    made = tuple(_service(loader, name, node, directory) for name, node in sections.items())
    return ComposeFile(
        path=path,
        layers=order,
        environment=environment,
        services=made,
        volumes=_section(loaded, "volumes"),
        networks=_section(loaded, "networks"),
        secrets=_section(loaded, "secrets"),
        configs=_section(loaded, "configs"),
        variables=tuple(loaded.variables),
        problems=(*loaded.problems, *_without_image(made)),
        error=loader.documents.get(path).error,
    )


def _section(loaded: Loaded, name: str) -> dict[str, Node]:
    node = loaded.root.get(name)
    return dict(node.items()) if node is not None else {}


def _without_image(services: tuple[ComposeService, ...]) -> Iterator[Problem]:
    bare = [s for s in services if not any(key in s.node for key in ("image", "build", "provider"))]
    if len(bare) == 1:
        yield Problem(f"the service {bare[0].name} has neither an image nor a build", bare[0].at)
    elif bare:
        more = f" and {len(bare) - 3} more" if len(bare) > 3 else ""
        names = ", ".join(service.name for service in bare[:3])
        yield Problem(f"the services {names}{more} have neither an image nor a build", bare[0].at)


def _service(loader: Loader, name: str, node: Node, directory: str) -> ComposeService:
    node = normal_service(node)
    env_files = tuple(_env_files(loader.files, node.get("env_file"), directory))
    environment: dict[str, EnvValue] = {}
    for file in env_files:
        if file.exists:
            environment.update(_file_variables(loader.documents, file.path))
    environment.update({key: _variable(value) for key, value in fields.mapping(node.get("environment")).items()})
    return ComposeService(name, node, directory, environment, env_files)


def _env_files(files: FileIndex, node: Node | None, directory: str) -> Iterator[EnvFile]:
    for item in items(node):
        written = item.get("path") if item.is_map else item
        required = item.get("required")
        if written is None or not scalar(written):
            continue
        path = fields.join(directory, scalar(written))
        yield EnvFile(path, required is None or required.data is not False, path in files, item.at)


def _file_variables(documents: Documents, path: str) -> dict[str, EnvValue]:
    root = documents.get(path).root
    return {name: EnvValue(node.text, node.at, "env_file") for name, node in root.items()}


def _variable(node: Node) -> EnvValue:
    """A value of `environment`: from the shell where it is bare or holds a variable that nothing sets."""
    text = scalar(node)
    wanted = interpolate(node.raw or "", lambda _: None).unresolved
    if node.data is not None and not any(f"${name}" in text or f"${{{name}" in text for name in wanted):
        return EnvValue(text, node.at)
    return EnvValue(None if node.data is None or _ONE_VARIABLE.fullmatch(text) else text, node.at, "shell")
