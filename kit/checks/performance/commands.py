"""The commands that start services in production, with scripts and entry points followed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.shared.images import images
from kit.model import At
from kit.project import Project
from kit.sources.formats.nodes import Node
from kit.system.model import Service
from kit.system.scope import within

ASIDE = frozenset({"development", "test"})
SERVING = frozenset({"api", "web", "worker", "unknown"})
_RUN = re.compile(
    r"(?:^|&&|;|\s)(?:npm|pnpm|yarn|bun)\s+(?:(?:--\S+|-[sC]|--prefix\s+\S+)\s+)*(?:run\s+|run-script\s+)?([\w:.-]+)"
)
_SCRIPT = re.compile(r"(?:^|[\s\"'/])([\w.-]+\.sh)\b|(?:^|/)((?:docker-)?entrypoint|start|run)(?=\s|$)")
_NO_SCRIPT = frozenset({"install", "ci", "exec", "dlx", "node", "run", "add"})


@dataclass(frozen=True)
class Start:
    """How a service starts: the whole `text` with the scripts that it calls, and the places to show, the stated first; `serves` is False
    for jobs and tools."""

    service: str
    text: str
    at: tuple[At, ...]
    environment: str | None
    root: str
    serves: bool


def starts(project: Project) -> Iterator[Start]:
    """Every command that a target other than development and tests gives, or an image that such a target runs."""
    seen: set[tuple[str, At]] = set()
    for service in project.system.own:
        for text, at, environment in _stated(project, service):
            if text and (service.name, at) not in seen:
                seen.add((service.name, at))
                more, places = _followed(project, service, text, 0)
                yield Start(
                    service.name,
                    f"{text}\n{more}",
                    (at, *places),
                    environment,
                    service.root or ".",
                    service.kind in SERVING,
                )


def mounts_its_source(project: Project, start: Start) -> bool:
    """Whether Compose lays the folder that the image is built from over what the image holds."""
    for file in project.compose:
        for service in file.services if file.path == start.at[0].path else ():
            context = service.build.context if service.name == start.service and service.build is not None else None
            if context is not None and context in map(service.host_path, service.volumes):
                return True
    return False


def _stated(project: Project, service: Service) -> Iterator[tuple[str, At, str | None]]:
    real = [d for d in service.deployments if d.environment not in ASIDE]
    for deployment in real:
        if deployment.command:
            known = None if deployment.environment == "unknown" else deployment.environment
            yield deployment.command, _command_at(project, deployment.at, deployment.target, service.name), known
    if service.deployments and (not real or all(d.command for d in real)):
        return
    for image in images(project):
        if (
            service.build
            and image.dockerfile.path == service.build.dockerfile
            and not _for_developers(image.stage.name)
        ):
            command = image.dockerfile.command(image.stage)
            if command is not None and _of_target(service, image.stage.name, image.dockerfile.final.name):
                yield command.text, command.at, None


def _for_developers(stage: str | None) -> bool:
    words = set(re.split(r"[^a-z]+", (stage or "").lower()))
    return bool(words & {"dev", "devel", "develop", "development", "debug", "local", "test", "tests", "testing", "ci"})


def _of_target(service: Service, stage: str | None, final: str | None) -> bool:
    return service.build is None or service.build.target is None or service.build.target == stage or stage == final


def _command_at(project: Project, at: At, target: str, name: str) -> At:
    """The line of the command itself where a compose file states it."""
    for file in project.compose:
        if f"compose:{file.path}" == target:
            for service in file.services:
                node = service.node.get("command") if service.name == name else None
                if node is not None:
                    return node.at
    return at


def _followed(project: Project, service: Service, text: str, depth: int) -> tuple[str, list[At]]:
    """The text of the package scripts and shell scripts that a command calls."""
    texts, places = [], []
    for said, at in (*_scripts_of(project, service, text), *_shell_of(project, service, text)) if depth < 3 else ():
        texts.append(said)
        places.append(at)
        more, further = _followed(project, service, said, depth + 1)
        texts.append(more)
        places += further
    return "\n".join(texts)[:20_000], places


def _scripts_of(project: Project, service: Service, text: str) -> Iterator[tuple[str, At]]:
    for name in _RUN.findall(text[:4000]):
        node = _script(project, service, name)
        if node is not None and name not in _NO_SCRIPT and node.text.strip() != text.strip():
            yield node.text, node.at


def _script(project: Project, service: Service, name: str) -> Node | None:
    near = sorted(
        (p for p in project.packages if p.scripts), key=lambda p: (p.dir != service.root, p.dir != ".", len(p.dir))
    )
    for package in near:
        if (
            package.dir == service.root or package.dir == "." or within(package.dir, service.root)
        ) and name in package.scripts:
            return package.scripts[name]
    return None


def _shell_of(project: Project, service: Service, text: str) -> Iterator[tuple[str, At]]:
    names = {a or b for a, b in _SCRIPT.findall(text[:4000])}
    for name in sorted(names):
        found = [p for p in project.files.named(name) if within(p, service.root)] or list(project.files.named(name))
        if len(found) == 1 or (found and within(found[0], service.root)):
            lines = project.files.lines(found[0])
            last = next((n for n in range(len(lines), 0, -1) if re.match(r"\s*(exec\s|\w)", lines[n - 1])), 1)
            yield _last_command(lines), At(posixpath.normpath(found[0]), last)


def _last_command(lines: list[str]) -> str:
    """The last commands of a script: what it ends in is what runs."""
    said = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    started = [line for line in said if line.startswith("exec ")]
    return "\n".join(started or said[-3:])
