"""Which services and files are judged as what runs in production."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared import calls
from kit.checks.shared.services import line_of, running
from kit.model import At, FileClass
from kit.project import Project
from kit.sources.packages.model import Package, plain_name
from kit.system.model import Service
from kit.system.scope import within

JS = ("javascript", "typescript", "tsx")


def runs(path: str) -> bool:
    """Whether a file is part of what runs in production. A `tasks.py` holds a queue's tasks as often as a tool's."""
    return calls.runs(path.removesuffix("tasks.py") + "jobs.py" if path.endswith("tasks.py") else path)


def judged(project: Project) -> list[Service]:
    """The running services, those that share a folder once: the one that is deployed."""
    seen: dict[str | None, Service] = {}
    for service in sorted(running(project), key=lambda s: not s.deployments):
        seen.setdefault(service.root if service.build is None else f"{service.root}:{service.build.target}", service)
    roots_of_deployed = {s.root for s in seen.values() if s.deployments}
    return [s for s in seen.values() if s.deployments or s.root not in roots_of_deployed]


def packages(project: Project, service: Service) -> list[Package]:
    """The manifests within a service's folder."""
    return [p for p in project.packages if within(p.path, service.root)]


def roots(project: Project, service: Service) -> tuple[str, ...]:
    """A service's folder and those of the project's own packages that it stands on."""
    named = {plain_name(p.name): p for p in project.packages if p.name and p.dir != "."}
    wanted, found = packages(project, service), [service.root or "."]
    for _ in range(3):
        names = {plain_name(d.name) for p in wanted for d in p.dependencies}
        wanted = [named[n] for n in sorted(names & set(named)) if named[n].dir not in found]
        found += [p.dir for p in wanted]
    return tuple(found)


def mentions(project: Project, service: Service, pattern: str, *needles: str) -> At | None:
    """The first line of a service's code, or of a package of the project that it stands on, that matches."""
    places = roots(project, service)
    for path in project.code.holding(*needles):
        if any(within(path, r) for r in places) and (found := line_of(project, path, pattern)):
            return found
    return None


def settings(project: Project, service: Service) -> Iterator[str]:
    """The configuration files of a service that Spring and its like read."""
    for path in project.files.glob("**/application*.yml", "**/application*.yaml", "**/application*.properties"):
        if within(path, service.root) and project.files.class_of(path) is FileClass.PRODUCTION:
            yield path


def owner(project: Project, path: str) -> str:
    """The name of the service that a file belongs to, the innermost; its folder where none claims it."""
    found = [s for s in project.system.own if within(path, s.root)]
    best = max(found, key=_closeness, default=None)
    return best.name if best is not None else project.code.unit(path).rsplit("/", 1)[-1]


def _closeness(service: Service) -> tuple[int, bool, bool, int]:
    """What of several services that hold a file is the likeliest to be its own: the innermost, what serves, what is
    deployed, the one with the plainest name."""
    deployed = any(d.environment not in {"development", "test"} for d in service.deployments)
    return len(service.root or ""), service.kind in {"api", "worker", "web"}, deployed, -len(service.name)
