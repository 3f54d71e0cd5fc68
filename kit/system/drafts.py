"""Services in the making: the joins add to drafts, and a draft becomes a Service when all have been."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kit.model import At
from kit.system.model import Build, Deployment, Kind, Port, Service, Store

_AFFIXES = re.compile(r"[-_.](deployment|deploy|svc|statefulset|container|pod|image)$|^(docker|app)[-_.](?=\w)")
_JOBS = frozenset({"CronJob", "Job"})
_SOFT_AFFIXES = re.compile(r"[-_]?(service|server|app|svc)$")


@dataclass(eq=False)
class Draft:
    """What is known so far of one service."""

    name: str
    at: At
    kind: Kind = "unknown"
    root: str | None = None
    scope: tuple[str, ...] = ()
    build: Build | None = None
    command: str | None = None
    engine: str | None = None
    images: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    deployments: list[Deployment] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """Every name it goes by, normalised."""
        return {normal(n) for n in {self.name, *self.aliases, *self.images} if n}

    @property
    def ends(self) -> bool:
        """Whether all its deployments run to an end: jobs, and what prepares the start of others."""
        runs = [d.workload for d in self.deployments]
        return bool(runs) and all(run in _JOBS or run.endswith(" init") for run in runs)

    @property
    def scheduled(self) -> bool:
        """Whether a target starts it by the clock and none publishes a port of it."""
        return any(d.schedule for d in self.deployments) and not any(d.ports for d in self.deployments)

    def service(self) -> Service:
        """The finished, frozen service."""
        return Service(
            name=self.name,
            kind=self.kind,
            at=self.at,
            root=self.root,
            build=self.build,
            ports=tuple(self.ports),
            deployments=tuple(self.deployments),
            stores=tuple(self.stores),
            unknown=tuple(self.unknown),
            **self.facts,  # type: ignore[arg-type]
        )


class Drafts:
    """All drafts, found by name, image or build."""

    def __init__(self, project_name: str) -> None:
        self.all: list[Draft] = []
        self.made: dict[str, Build] = {}
        """What builds an image that several drafts share, or none, by the last part of its name."""
        self._prefix = normal(project_name)

    def __iter__(self) -> Iterator[Draft]:
        return iter(self.all)

    def add(self, draft: Draft) -> Draft:
        """Add it; the name is made unique within the system."""
        taken = {d.name for d in self.all}
        base, number = draft.name, 2
        while draft.name in taken:
            draft.name, number = f"{base}-{number}", number + 1
            draft.aliases.add(base)
        self.all.append(draft)
        return draft

    def named(self, *names: str | None) -> Draft | None:
        """The draft that goes by one of the names: exactly, or but for an affix such as `-service`; a name of its own
        goes before one of its image."""
        wanted = [self._forms(n) for n in names if n]
        for level in range(3):
            for forms in wanted:
                for known in (lambda d: {d.name, *d.aliases}, lambda d: d.images):
                    for draft in self.all:
                        if forms[level] in {self._forms(n)[level] for n in known(draft)}:
                            return draft
        return None

    def called(self, name: str) -> Draft | None:
        """The draft that itself is called so, whatever images others run: exactly, or but for an affix."""
        wanted = self._forms(name)
        alike = (d for level in range(3) for d in self.all if self._forms(d.name)[level] == wanted[level])
        return next(alike, None)

    def built_by(self, dockerfile: str, target: str | None = None) -> list[Draft]:
        """The drafts that this Dockerfile (and target) builds."""
        return [
            d for d in self.all if d.build and d.build.dockerfile == dockerfile and target in {None, d.build.target}
        ]

    def _forms(self, name: str) -> tuple[str, str, str]:
        exact = normal(name)
        bare = exact.removeprefix(f"{self._prefix}-") or exact
        return exact, bare, _SOFT_AFFIXES.sub("", bare) or bare


def normal(name: str) -> str:
    """A name as it is compared: lower case, dashes, without affixes that say only what kind of thing it is."""
    plain = re.sub(r"[\s_.]+", "-", name.strip().lower())
    return _AFFIXES.sub("", plain) or plain
