"""Variables that are written into a bundle while it is built."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from kit.checks.configuration.common import (
    ASIDE,
    BUILD_TIME,
    in_image,
)
from kit.checks.shared.crowd import by_file, gathered
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.system.model import EnvRead, Service
from kit.system.scope import within


@check(
    "CFG-009",
    "Build-time variables are given when the bundle is built",
    Severity.HIGH,
    Clause.ASSUMPTIONS,
    effort_hours=1,
)
@gathered(by_file)
def build_time_is_given_at_build(project: Project) -> Iterator[Fact]:
    """
    `NEXT_PUBLIC_`, `VITE_` and `REACT_APP_` variables are written into the bundle while it is built. Given only to the
    running container they change nothing: the page calls the address of the developer's machine.

    Decides: such variables that code reads and a deployment gives as run-time environment, where neither the Dockerfile's
    `ARG` or `ENV`, compose's build arguments, an env file of the package nor a pipeline gives them to the build.

    Fix: pass it as a build argument: `ARG VITE_API_URL` and `ENV VITE_API_URL=$VITE_API_URL` before the build.

    Blind to: pages that read their configuration from the server at run time under the same names.

    See: https://vite.dev/guide/env-and-mode
    """
    told: set[tuple[At, str, str]] = set()
    lacking: dict[tuple[At, str], list[Fact]] = defaultdict(list)
    for service in project.system.own:
        dockerfile = next(
            (d for d in project.dockerfiles if service.build and d.path == service.build.dockerfile), None
        )
        if dockerfile is None:
            continue
        known = {name for i in dockerfile.of("ARG", "ENV") for name in i.pairs} | set(in_image(project, service))
        wanted = {r.name: r for r in reversed(service.env) if BUILD_TIME.fullmatch(r.name)}
        for name, read in sorted(wanted.items()):
            if not _bundler(project, service, name) or (read.at, name, dockerfile.path) in told:
                continue
            told.add((read.at, name, dockerfile.path))
            if name in known:
                set_at = next((i for i in dockerfile.of("ARG", "ENV") if name in i.pairs), None)
                yield ok(f"{service.name}: {name} is there when the bundle is built.", set_at or read)
            elif f"__{name}__" not in project.files.text(read.at.path) and not _replaced(project, service, name):
                lacking[read.at, name].extend(_not_at_build(service, name, read, soft=_soft(project, name)))
    for same in lacking.values():
        places = dict.fromkeys(at for fact in same for at in fact.at)
        yield from (replace(fact, at=tuple(places)[:8]) for fact in same[:1])


def _soft(project: Project, name: str) -> bool:
    """Whether some read of the variable says that it may be absent."""
    reads = [r for r in project.env_reads if r.name == name]
    return any(r.required is False or r.default is not None for r in reads) or any(
        re.search(rf"{name}\s*(?:\?\.|\?\?|\|\||\?\s)", project.files.text(path)) for path in {r.at.path for r in reads}
    )


def _not_at_build(service: Service, name: str, read: EnvRead, *, soft: bool) -> Iterator[Fact]:
    """A variable that the build does not have: given too late, or by nobody though it has no default."""
    targets = [d for d in service.deployments if d.environment not in ASIDE]
    late = [e for d in targets for e in d.env if e.name == name and e.source != "build_arg"]
    if late:
        yield bad(
            f"{service.name}: {name} is given to the running container only; the bundle was built without it.",
            late[0],
            read,
        )
    elif not soft and not any(e.name == name for d in service.deployments for e in d.env):
        message = f"{service.name}: nothing gives {name} to the build; in the bundle it is undefined."
        yield bad(message, read, severity=Severity.MEDIUM)  # an ignored env file may, and some are wanted by nobody


def _bundler(project: Project, service: Service, name: str) -> bool:
    """Whether the service uses the bundler that writes variables of this prefix into its output."""
    libraries = {
        "NEXT": ("next",),
        "VITE": ("vite",),
        "REACT": ("react-scripts", "@craco/craco"),
        "NUXT": ("nuxt",),
        "GATSBY": ("gatsby",),
        "EXPO": ("expo",),
        "PUBLIC": ("@sveltejs/kit", "astro"),
    }
    wanted = libraries.get(name.split("_")[0], ())
    return any(p.depends_on(*wanted) for p in project.packages if p.dir == service.root)


def _replaced(project: Project, service: Service, name: str) -> bool:
    """Whether some script of the service puts the value into the bundle when the container starts."""
    beside = (s.path for s in project.scripts if service.root == "." or within(s.path, service.root))
    return any(name in project.files.text(path) for path in beside)
