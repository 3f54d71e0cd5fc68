"""Does a program know how much memory its container has?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kit.checks.shared.deployed import grade, manifests
from kit.checks.shared.images import services
from kit.model import At, Clause, Fact, Located, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.containers.dockerfile import Dockerfile
from kit.sources.containers.runtime import EnvValue
from kit.system.kubernetes_join import target_of
from kit.system.model import Build

_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_HEAP = re.compile(
    r"-Xmx(?P<java>\d{1,9})(?P<unit>[kKmMgG]?)(?![\w.])|--max[-_]old[-_]space[-_]size[= ](?P<node>\d{1,7})"
)
_SHARE = re.compile(r"-XX:MaxRAMPercentage=(\d{1,3})")
_OPTIONS = re.compile(
    r"^(?:\w{0,80}JAVA\w{0,80}OPT\w{0,80}|JVM\w*|NODE_OPTIONS|\w{0,80}HEAP_OPTS|CATALINA_OPTS|\w{0,80}JAVA_ARGS)$"
)
_QUANTITY = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_MOST = 0.9
"""The share of a container's memory above which a heap leaves too little for stacks, buffers and the runtime itself."""


@check("CON-062", "The heap fits into the container", Severity.MEDIUM, Clause.EXECUTION, effort_hours=0.5)
def heap_fits(project: Project) -> Iterator[Fact]:
    """
    A heap that may grow beyond the container's memory is never collected in time: the kernel ends the process in the
    middle of a request instead.

    Decides: `-Xmx`, `-XX:MaxRAMPercentage` and `--max-old-space-size` in the environment and command of compose services
    and Kubernetes containers, and in the image that is built for them, against the memory limit there. A heap above nine
    tenths of it holds in part.

    Fix: let the runtime take three quarters of the container's limit.
    - java: `-XX:MaxRAMPercentage=75`.
    - node: `--max-old-space-size` of three quarters of the limit in MiB.

    Blind to: options that a start script computes.

    See: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run
    """
    for file, service in services(project):
        limit = service.memory_limit
        told: list[tuple[str | None, Located]] = [
            (e.value, e) for name, e in service.environment.items() if _OPTIONS.match(name)
        ]
        told += [(c.text, c) for c in (service.command, service.entrypoint) if c is not None]
        dockerfile = _dockerfile(project, service.build.dockerfile if service.build is not None else None)
        target = service.build.target if service.build is not None else None
        told += _of_image(dockerfile, target, set(service.environment))
        if limit is not None:
            yield from _judged(service.name, limit.text, limit.at, told, file.environment)
    yield from _in_pods(project)


def _in_pods(project: Project) -> Iterator[Fact]:
    for workload in manifests(project):
        for container in workload.containers:
            limit = container.get("resources", "limits", "memory")
            if limit is None:
                continue
            told: list[tuple[str | None, Located]] = [(e.value, e) for e in container.env if _OPTIONS.match(e.name)]
            told.append((" ".join(container.command), container.get("args") or container.get("command") or container))
            owner = project.serving.owner(container.at, target_of(workload))
            build: Build | None = owner[0].build if owner is not None else None
            dockerfile = _dockerfile(project, build.dockerfile if build is not None else None)
            target = build.target if build is not None else None
            told += _of_image(dockerfile, target, {e.name for e in container.env})
            yield from _judged(workload.title, limit.text, limit.at, told, workload.environment)


def _dockerfile(project: Project, path: str | None) -> Dockerfile | None:
    return next((d for d in project.dockerfiles if d.path == path and d.stages), None)


def _of_image(dockerfile: Dockerfile | None, target: str | None, given: set[str]) -> list[tuple[str | None, Located]]:
    """What the image itself sets: variables that nothing overrides, and its command."""
    if dockerfile is None:
        return []
    stage = (dockerfile.stage(target) if target else None) or dockerfile.final
    set_there: dict[str, EnvValue] = dockerfile.env(stage)
    found: list[tuple[str | None, Located]] = [
        (value.value, value) for name, value in set_there.items() if _OPTIONS.match(name) and name not in given
    ]
    command = dockerfile.command(stage)
    return [*found, (command.text, command)] if command is not None else found


def _judged(
    name: str, limit: str, at: At, told: Iterable[tuple[str | None, Located]], environment: str
) -> Iterator[Fact]:
    most = _bytes(limit)
    for text, place in told if most else ():
        share = _share(text or "", most or 1)
        if share is None:
            continue
        words = f"{name}: the heap may take {share:.0%} of the {limit} that its container has"
        if share >= 1:
            yield bad(f"{words}; it is killed before it is full.", place, at, **grade(environment))
        elif share > _MOST:
            message = f"{words}; little is left for the rest of the process."
            yield partial(message, place, at, severity=Severity.LOW, **grade(environment))
        else:
            yield ok(f"{words}.", place, at, **grade(environment))
        return


def _share(text: str, limit: int) -> float | None:
    """What part of the limit a heap may take; None where no option says it."""
    percent = _SHARE.search(text)
    if percent is not None:
        return int(percent[1]) / 100
    found = _HEAP.search(text)
    if found is None:
        return None
    size = int(found["node"]) * 2**20 if found["node"] else int(found["java"]) * _UNITS[found["unit"].lower()]
    return size / limit


def _bytes(text: str) -> int | None:
    """A quantity of Docker or Kubernetes in bytes; both mean about the same by `512M`."""
    found = _QUANTITY.fullmatch(text.strip())
    if found is None or not float(found[1]):
        return None
    return int(float(found[1]) * _UNITS[found[2].lower()])
