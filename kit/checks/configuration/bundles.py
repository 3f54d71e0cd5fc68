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
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.containers.dockerfile import Dockerfile
from kit.sources.containers.dockerfile_model import Instruction
from kit.sources.formats.nodes import Node
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
    `ARG` or `ENV` above a `RUN`, compose's build arguments, an env file of the package nor a pipeline gives them to the
    build. An `ARG` without a value counts where what builds the image gives it one.

    Fix: pass it as a build argument: `ARG NAME` and `ENV NAME=$NAME` before the build, and `--build-arg NAME=...` or `args:`
    of compose where the image is built.

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
        known = _before_a_run(dockerfile) | set(in_image(project, service))
        wanted = {r.name: r for r in reversed(service.env) if BUILD_TIME.fullmatch(r.name)}
        for name, read in sorted(wanted.items()):
            if not _bundler(project, service, name) or (read.at, name, dockerfile.path) in told:
                continue
            told.add((read.at, name, dockerfile.path))
            set_at = next((i for i in dockerfile.of("ARG", "ENV") if name in i.pairs), None)
            if name in known and (set_at is None or _has_value(project, dockerfile, name)):
                yield ok(f"{service.name}: {name} is there when the bundle is built.", set_at or read)
            elif f"__{name}__" in project.files.text(read.at.path) or _replaced(project, service, name):
                continue
            elif not _is_built(dockerfile):
                lacking[read.at, name].extend(_not_at_start(service, name, read, soft=_soft(project, name)))
            else:
                declared = set_at if name in known else None
                lacking[read.at, name].extend(_not_at_build(service, name, read, declared, soft=_soft(project, name)))
    for same in lacking.values():
        places = dict.fromkeys(at for fact in same for at in fact.at)
        yield from (replace(fact, at=tuple(places)[:8]) for fact in same[:1])


_BUILDS = re.compile(r"build|bundle|generate|export|compile|vite|webpack|turbo|\bnx\b")
_BUILT = re.compile(r"(?:^|[\s/])(?:dist|build|out|\.next|\.output|public)(?:[\s/]|$)")


def _is_built(dockerfile: Dockerfile) -> bool:
    """Whether the image holds a bundle, and does not just run a server over the code."""
    runs, copies = dockerfile.of("RUN"), dockerfile.of("COPY")
    return any(_BUILDS.search(i.value) for i in runs) or any(_BUILT.search(i.value) for i in copies)


def _before_a_run(dockerfile: Dockerfile) -> set[str]:
    """The variables that some RUN of the Dockerfile has: set above it, in its stage or in one that this stands on."""
    found: set[str] = set()
    for stage in dockerfile.stages:
        above: set[str] = set()
        for instruction in dockerfile.effective(stage):
            if instruction.name in {"ARG", "ENV"}:
                above |= set(instruction.pairs)
            elif instruction.name == "RUN":
                found |= above
    return found


def _has_value(project: Project, dockerfile: Dockerfile, name: str) -> bool:
    """Whether a variable of the build gets a value: in the Dockerfile, or by what builds it."""
    values = [i.pairs[name] for i in dockerfile.of("ARG", "ENV") if name in i.pairs]
    if any(value and "$" not in value for value in values):
        return True
    sources = {name, *(n for value in values for n in re.findall(r"\$\{?(\w+)", value or ""))}
    defaults = (i.pairs.get(source) for i in dockerfile.of("ARG") for source in sources)
    return any("$" not in value for value in defaults if value) or any(_is_passed(project, one) for one in sources)


def _is_passed(project: Project, name: str) -> bool:
    """Whether something that builds images gives them the argument."""
    passed = [s.node.get("build", "args") for file in project.compose for s in file.services]
    if any(node is not None and (name in node or _is_listed(node, name)) for node in passed):
        return True
    builders = [
        *(w.path for w in project.workflows),
        *(s.path for s in project.scripts),
        *(m.path for m in project.makefiles),
    ]
    builders += project.files.glob("**/*.toml", "**/skaffold*.y*ml", "**/docker-bake*.hcl", "**/*.tf", "**/render.y*ml")
    named = re.compile(rf"\b{re.escape(name)}\b")
    return any(named.search(project.files.text(path)) for path in builders)


def _is_listed(node: Node, name: str) -> bool:
    return node.is_list and any(child.text.partition("=")[0] == name for child in node.children())


def _not_at_start(service: Service, name: str, read: EnvRead, *, soft: bool) -> Iterator[Fact]:
    """A variable that a development server writes into what it hands out, as it was started with: no bundle is built."""
    targets = [d for d in service.deployments if d.environment not in ASIDE]
    given = next((e for d in targets for e in d.env if e.name == name), None)
    if given is not None:
        yield ok(
            f"{service.name}: {name} is there when its server starts, which writes it into what it hands out.", given
        )
    elif not soft and targets:
        said = f"nothing gives {name} to the server that runs in place of a bundle; in the page it is undefined"
        yield bad(f"{service.name}: {said}.", read, severity=Severity.MEDIUM)


def _soft(project: Project, name: str) -> bool:
    """Whether some read of the variable says that it may be absent."""
    reads = [r for r in project.env_reads if r.name == name]
    return any(r.required is False or r.default is not None for r in reads) or any(
        re.search(rf"{name}\s*(?:\?\.|\?\?|\|\||\?\s)", project.files.text(path)) for path in {r.at.path for r in reads}
    )


def _not_at_build(
    service: Service, name: str, read: EnvRead, declared: Instruction | None, *, soft: bool
) -> Iterator[Fact]:
    """A variable that the build does not have: given too late, or by nobody though it has no default."""
    targets = [d for d in service.deployments if d.environment not in ASIDE]
    late = [e for d in targets for e in d.env if e.name == name and e.source != "build_arg"]
    if late and all(e.value == "" for e in late):
        return  # what is given on purpose as nothing is nothing in the bundle, too
    if late:
        yield bad(
            f"{service.name}: {name} is given to the running container only; the bundle was built without it.",
            late[0],
            read,
        )
    elif declared is not None and not soft:
        message = (
            f"{service.name}: {name} is an argument of the build without a value, and no build that is seen gives one."
        )
        yield partial(message, declared, read, severity=Severity.MEDIUM)
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
