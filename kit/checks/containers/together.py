"""What containers of one host share: ports of stacks that run together, files in one volume."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from kit.checks.shared.images import ASIDE, services
from kit.model import At, FileClass
from kit.project import Project
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.containers.compose_fields import ComposePort, ComposeVolume
from kit.sources.containers.dockerfile import Dockerfile
from kit.sources.containers.dockerfile_model import Stage

ROOT = frozenset({"root", "0"})
_MAKES_USER = re.compile(r"\b(?:useradd|adduser)\b([^\n;&|]{0,300})")
_GIVES = re.compile(r"\bchown\b|\bchmod\b[^\n;&|]{0,40}(?:777|666|o\+w|a\+w|g\+w)|\bsetfacl\b|\bumask\b")


@dataclass(frozen=True)
class Clash:
    """A host port that two stacks publish. `joined`: one of them uses the other's network, so that both run."""

    number: int
    first: tuple[ComposeFile, ComposeService, At]
    second: tuple[ComposeFile, ComposeService, At]
    joined: At | None


def clashes_of_stacks(project: Project) -> Iterator[Clash]:
    """The host ports that two compose files publish which are neither put over each other nor alternatives: no service
    is in both, and they stand side by side or share a network."""
    files = [
        f
        for f in project.compose
        if f.error is None and f.environment not in ASIDE and project.files.class_of(f.path) is FileClass.PRODUCTION
    ]
    for one, other in combinations(files, 2):
        joined = _joined(one, other) or _joined(other, one)
        if _apart(one, other) and (joined is not None or _beside(one, other)):
            yield from _clashes(one, other, joined)


def _apart(one: ComposeFile, other: ComposeFile) -> bool:
    layered = set(one.layers) & set(other.layers)
    same = {s.name for s in one.services} & {s.name for s in other.services}
    return not layered and not same and one.environment == other.environment


def _beside(one: ComposeFile, other: ComposeFile) -> bool:
    return posixpath.dirname(one.path) == posixpath.dirname(other.path)


def _joined(one: ComposeFile, other: ComposeFile) -> At | None:
    """Where one file names a network as external that the other one makes, under its own or Compose's name for it."""
    folder = re.sub(r"[^a-z0-9_-]", "", posixpath.basename(posixpath.dirname(other.path)).lower())
    made: set[str] = set()
    for name, node in other.networks.items():
        if node.get("external") is None:
            stated = node.get("name")
            made |= {stated.text} if stated is not None else {f"{folder}_{name}"} if folder else set()
    for name, node in one.networks.items():
        stated = node.get("name")
        if node.get("external") is not None and (stated.text if stated is not None else name) in made:
            return node.at
    return None


def _clashes(one: ComposeFile, other: ComposeFile, joined: At | None) -> Iterator[Clash]:
    for service in one.services:
        for port in service.ports:
            for against in other.services:
                for taken in against.ports:
                    if _same(port, taken) and not service.profiles and not against.profiles:
                        yield Clash(port.host or 0, (one, service, port.at), (other, against, taken.at), joined)


def _same(one: ComposePort, other: ComposePort) -> bool:
    wide = {None, "0.0.0.0", "::"}  # noqa: S104 - an address that files name
    address = one.address == other.address or one.address in wide or other.address in wide
    return one.host is not None and one.host == other.host and one.protocol == other.protocol and address


@dataclass(frozen=True)
class Writer:
    """A service that writes into a volume as a user that is not root, with what says who."""

    service: ComposeService
    volume: ComposeVolume
    user: str
    group: str | None
    at: At


def shared_by_strangers(project: Project) -> Iterator[tuple[ComposeFile, list[Writer]]]:
    """The named volumes of compose files into which services write as different users without a common group."""
    mounts: dict[tuple[str, str], list[Writer]] = defaultdict(list)
    files: dict[str, ComposeFile] = {}
    for file, service in services(project):
        files[file.path] = file
        for volume in service.volumes:
            if volume.kind == "volume" and volume.source and "ro" not in volume.mode.split(","):
                writer = _writer(project, service, volume)
                if writer is not None:
                    mounts[file.path, volume.source].append(writer)
    for (path, _), writers in mounts.items():
        if len({w.service.name for w in writers}) > 1:
            yield files[path], writers


def strangers(writers: list[Writer]) -> tuple[Writer, Writer] | None:
    """Two of the writers that are different users and have no group in common."""
    pairs = combinations(writers, 2)
    return next(((a, b) for a, b in pairs if a.user != b.user and (a.group is None or a.group != b.group)), None)


def _writer(project: Project, service: ComposeService, volume: ComposeVolume) -> Writer | None:
    """Whom the service runs as, by its number; None for root, for what cannot be told and for what shares its files."""
    dockerfile = _dockerfile(project, service)
    stated = service.user
    instruction = dockerfile.user(_stage(dockerfile, service)) if dockerfile is not None else None
    text = stated or (dockerfile.expand(instruction) if dockerfile is not None and instruction is not None else "")
    user, _, group = text.strip().partition(":")
    if dockerfile is not None and not user.isdigit():
        user = _number_of(dockerfile, user) or ""
    if not user.isdigit() or user in ROOT or (dockerfile is not None and _gives(project, dockerfile)):
        return None
    at = service.node.at_or_self("user") if stated else instruction.at if instruction is not None else service.at
    return Writer(service, volume, user, group or None, at)


def _dockerfile(project: Project, service: ComposeService) -> Dockerfile | None:
    build = service.build
    return next((d for d in project.dockerfiles if build and d.error is None and d.path == build.dockerfile), None)


def _stage(dockerfile: Dockerfile, service: ComposeService) -> Stage:
    target = service.build.target if service.build else None
    return (dockerfile.stage(target) if target else None) or dockerfile.final


def _number_of(dockerfile: Dockerfile, user: str) -> str | None:
    """The number that the image gives to a user of this name when it makes one."""
    for instruction in dockerfile.of("RUN"):
        for words in _MAKES_USER.findall(instruction.value):
            number = re.search(r"(?:-u|--uid)[ =]+(\d{1,6})", words)
            if number and user and re.search(rf"(?<![\w-]){re.escape(user)}(?![\w-])", words):
                return number[1]
    return None


def _gives(project: Project, dockerfile: Dockerfile) -> bool:
    """Whether a script that the image starts with gives the files to whoever comes next."""
    start = dockerfile.command()
    words = re.findall(r"[\w-]+\.sh\b", start.text) if start is not None else []
    return any(
        _GIVES.search(project.files.text(s.path)) for s in project.scripts if posixpath.basename(s.path) in words
    )
