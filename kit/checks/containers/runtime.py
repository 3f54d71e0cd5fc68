"""As whom does a container run, what does it hold, and does somebody see that it lives?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from kit.checks.shared.crowd import crowded
from kit.checks.shared.images import ASIDE, Image, images, judged, services
from kit.checks.shared.services import only_aside
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.containers.dockerfile import Dockerfile
from kit.sources.containers.dockerfile_model import Copy, Instruction
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import Container
from kit.sources.secrets.find import SecretHit, find_secrets, is_placeholder, is_secret_name
from kit.sources.secrets.values import is_file, is_weak
from kit.system.images import Image as ImageName
from kit.system.images import parse_image
from kit.system.model import Service

ROOTLESS = re.compile(r"nonroot|rootless|unprivileged|chainguard|cgr\.dev|bitnami", re.IGNORECASE)
DISTROLESS = re.compile(r"gcr\.io/distroless/")
ROOTS = frozenset({"root", "0", "0:0", "root:root"})
OWN_ROOT = frozenset(
    {"nginx", "postgres", "redis", "mysql", "mariadb", "mongo", "rabbitmq", "httpd", "traefik", "haproxy"}
)
OWN_USER = frozenset(
    {
        "haproxy",
        "memcached",
        "elasticsearch",
        "kibana",
        "logstash",
        "solr",
        "kong",
        "varnish",
        "sonarqube",
        "prometheus",
    }
)
"""Well-known images that set a user of their own."""

SECRET_FILE = re.compile(
    r"\.env(\.(?!example|sample|template|dist|defaults?$)[\w.-]+)?|id_rsa|.*\.(key|p12|pfx)|(?!.*(ca|cert|bundle|pub)).*\.pem"
)


@check("CON-002", "Images do not run as root", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=1)
@crowded("images have nobody but root to run as")
def not_as_root(project: Project) -> Iterator[Fact]:
    """
    A process that runs as root in its container is root on whatever it escapes to.

    Decides: the last `USER` in force in the stage that is run; base images that are known to be non-root hold, and so
    does an image that manifests alone run, all of them under a user of its own. A compose file that gives its service
    root as `user`, or 0 as the `PUID` that its entry script takes, undoes what the image says.

    Fix: create a user and switch to it before the command: `RUN adduser -S app` and `USER app`.

    An entry script that hands over to another user (`exec gosu app ...`) holds as well.

    Blind to: programs that drop their rights themselves, users that a base image of one's own sets.

    See: https://docs.docker.com/build/building/best-practices/#user
    """
    yield from _told_to_be_root(project)
    for image in images(project):
        fact = _as_whom(project, image)
        minor = fact.outcome.open and fact.severity is None and _nobody_asks(project, image)
        yield replace(fact, severity=Severity.MEDIUM) if minor else fact


def _nobody_asks(project: Project, image: Image) -> bool:
    """Whether an image answers no requests and is deployed nowhere: a tool, or a base of others, which starts nothing."""
    service = project.system.service(image.name)
    exposes = bool(image.dockerfile.exposed(image.stage))
    stages = {stage.index for stage in image.dockerfile.lineage(image.stage)}
    starts = any(i.stage in stages for i in image.dockerfile.of("CMD", "ENTRYPOINT"))
    if not starts and not exposes and (service is None or not service.deployments):
        return True
    if service is None:
        return not exposes
    asked = exposes or bool(service.deployments) or _takes_requests(service)
    return only_aside(project, service) or not asked


def _as_whom(project: Project, image: Image) -> Fact:
    user, base = image.dockerfile.user(image.stage), image.dockerfile.base_image(image.stage)
    at = user if user is not None else image.stage
    parsed = parse_image(base)
    root = user is None or image.dockerfile.expand(user).strip().lower() in ROOTS
    lowered = _lowered_by_manifests(project, image) if root else None
    if lowered is not None:
        return ok(f"{image.name}: every manifest that runs the image gives it a user of its own.", lowered, at)
    if root and (dropped := _dropped(project, image)) is not None:
        return _dropping(project, image, dropped, at.at)
    if user is not None:
        name = image.dockerfile.expand(user).strip()
        holds = name.lower() not in ROOTS
        return (ok if holds else bad)(f"{image.name}: the container runs as {name}.", user)
    if ROOTLESS.search(base) or (parsed is not None and parsed.base in OWN_USER):
        return ok(f"{image.name}: {base} runs without root rights by itself.", at)
    if DISTROLESS.match(base):
        return bad(f"{image.name}: no USER; {base} runs as root, its tag nonroot does not.", at)
    if _DOTNET.match(base):
        return bad(f"{image.name}: no USER; {base} runs as root unless `USER $APP_UID` is said.", at)
    if parsed is None or not _is_official(parsed) or "$" in base:
        return unknown(f"{image.name}: no USER; as whom {base} runs is for that image to say.", at)
    if parsed.base in OWN_ROOT and _only_configures(image):
        return partial(
            f"{image.name}: no USER; {parsed.base} starts as root and gives up its rights for its workers.",
            at,
            severity=Severity.MEDIUM,
        )
    return bad(f"{image.name}: no USER; the container runs as root.", at)


def _told_to_be_root(project: Project) -> Iterator[Fact]:
    for file, service in services(project):
        number = service.environment.get("PUID") or service.environment.get("USER_ID")
        stated = service.node.get("user")
        place = {"environment": None if file.environment == "unknown" else file.environment}
        if number is not None and number.value == "0":
            message = f"{service.name}: its entry script is told to stay root (PUID=0)."
            yield bad(message, number.at, severity=Severity.MEDIUM, **place)
        elif stated is not None and stated.text.strip().lower() in ROOTS:
            yield bad(f"{service.name}: is told to run as root.", stated, severity=Severity.MEDIUM, **place)


_DOTNET = re.compile(
    r"mcr\.microsoft\.com/dotnet/(?:aspnet|runtime|runtime-deps|sdk|monitor/base):(?!\S*(?:chiseled|distroless))"
)
"""Images that bring a user of their own and do not run as it."""
_DROPS = re.compile(
    r"(?m)^(?!\s*#)[^\n]*\b(?:gosu|su-exec|setpriv|runuser|chpst|s6-setuidgid|su\s+-?[\w$\"{}-]*\s+-c|sudo\s+-u)\b"
)


_STAYS_ROOT = re.compile(r"\$\{(?:PUID|USER_ID|APP_UID):?[-=]0\}")


def _dropping(project: Project, image: Image, dropped: At, at: At) -> Fact:
    """A start that gives up its rights always, or only for who asks it to."""
    text = project.files.text(dropped.path)
    optional = _STAYS_ROOT.search(text)
    if optional is None:
        return ok(f"{image.name}: it starts as root, and what it starts gives up those rights.", dropped, at)
    line = text.count("\n", 0, optional.start()) + 1
    message = f"{image.name}: stays root unless whoever starts it names a user ({optional[0]})."
    return partial(message, At(dropped.path, line), at, severity=Severity.MEDIUM)


def _dropped(project: Project, image: Image) -> At | None:
    """Where the start, or a script that is copied for it, hands over to another user."""
    start = image.dockerfile.command(image.stage)
    if start is None:
        return None
    if _DROPS.search(start.text):
        return start.at
    names = {posixpath.basename(word) for word in start.text.split()}
    for copy in (c for s in image.dockerfile.lineage(image.stage) for c in image.dockerfile.copies(s)):
        for path in _copied(image, copy):
            if names & {posixpath.basename(path), posixpath.basename(copy.target or "")}:
                found = _DROPS.search(project.files.text(path)) if project.files.exists(path) else None
                if found:
                    return at_offset(path, project.files.text(path), found.start())
    return None


def _copied(image: Image, copy: Copy) -> Iterator[str]:
    """The project's paths that a COPY may take its files from, those that an earlier stage was given among them."""
    if copy.from_image is not None:
        return
    if copy.from_stage is None:
        yield from (posixpath.normpath(posixpath.join(image.context, s.lstrip("/"))) for s in copy.sources)
        return
    for given in image.dockerfile.copies(image.dockerfile.stages[copy.from_stage]):
        folder = posixpath.normpath(given.target or "/").rstrip("/") + "/"
        if given.from_stage is None and given.from_image is None:
            inside = [s.removeprefix(folder) for s in copy.sources if s.startswith(folder)]
            for first in given.sources:
                yield from (posixpath.normpath(posixpath.join(image.context, first.lstrip("/"), i)) for i in inside)


def _lowered_by_manifests(project: Project, image: Image) -> At | None:
    """Where the manifests set a user, if they are all that runs the image and each of them does."""
    service = project.system.service(image.name)
    targets = [d for d in service.deployments if d.environment not in ASIDE] if service is not None else []
    containers = {c.at: (m, c) for m in project.manifests.effective.workloads for c in m.containers}
    places = [_own_user(*containers[d.at]) if d.at in containers else None for d in targets]
    if service is not None and not service.deployments:  # a component that whoever deploys may take in
        of_name = ((m, c) for m in project.manifests.workloads for c in m.containers if c.image == image.name)
        places = [_own_user(manifest, container) for manifest, container in of_name]
    return places[0] if places and all(p is not None for p in places) else None


def _own_user(manifest: Manifest, container: Container) -> At | None:
    """Where a container's manifest says that it does not run as root, the container's word before the pod's."""
    for holder in (container.node, manifest.pod):
        for key in ("runAsUser", "runAsNonRoot"):
            node = holder.get("securityContext", key) if holder is not None else None
            if node is not None:
                return node.at if node.text not in {"0", "false"} else None
    return None


def _is_official(image: ImageName) -> bool:
    """Whether it is one of Docker's own images, of which is known as whom they run."""
    name = image.name.removeprefix("library/")
    return image.registry in {None, "docker.io"} and "/" not in name


def _only_configures(image: Image) -> bool:
    """Whether the program that a well-known image is made for is what it starts, if need be after a script."""
    base = parse_image(image.dockerfile.base_image(image.stage))
    own = [i for i in image.stage.instructions if i.name in {"CMD", "ENTRYPOINT"}]
    last = [i for i in own if i.name == "CMD"] or own
    return base is not None and all(i.args and i.args[0].rpartition("/")[2] == base.base for i in last)


@check("CON-004", "Somebody checks that the container is healthy", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1)
def has_health_check(project: Project) -> Iterator[Fact]:
    """
    A process that hangs goes on taking requests until somebody looks.

    Decides: for each service that answers requests, a `HEALTHCHECK` in its image, a `healthcheck` in compose or a probe
    in its manifests.

    Fix: add `healthcheck:` to the service with the path of its health endpoint.

    Blind to: monitoring from outside.

    See: https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    by_build = {(i.dockerfile.path, i.stage.index): i for i in images(project)}
    for service in project.system.own:
        if service.build is None or only_aside(project, service) or not _takes_requests(service):
            continue
        image = next((i for (path, _), i in by_build.items() if path == service.build.dockerfile), None)
        if image is None:
            continue
        probes = [p for d in service.deployments for p in d.probes]
        own = image.dockerfile.healthcheck(image.stage)
        if own is not None or probes:
            yield ok(f"{service.name}: its health is checked.", own or probes[0])
        else:
            yield bad(f"{service.name}: nothing checks that the container is healthy.", image.stage)


def _takes_requests(service: Service) -> bool:
    ports = [*service.ports, *(p for d in service.deployments for p in d.ports)]
    lasting = service.kind not in {"job", "store", "monitoring", "worker", "library"}
    return lasting and bool(ports or service.routes)


@check("CON-005", "No secret is baked into an image", Severity.CRITICAL, Clause.ASSUMPTIONS, effort_hours=2)
def no_secrets_in_images(project: Project) -> Iterator[Fact]:
    """
    Whoever can pull the image can read what its layers hold, also what a later layer removes.

    Decides: `ENV` and `ARG` with a secret's name and a literal value or with a value of a known key's form, and `COPY` of `.env` files and private keys.

    Fix: give secrets when the container starts, or to a build step with `RUN --mount=type=secret`.

    Blind to: secrets in files with harmless names.

    See: https://docs.docker.com/build/building/secrets/
    """
    for dockerfile in judged(project):
        final = {stage.index for stage in dockerfile.lineage(dockerfile.final)}
        found = [*_set_secrets(dockerfile), *_copied_secrets(dockerfile)]
        for message, instruction, severity in found:
            if instruction.stage not in final:
                stays = "; it stays in the build cache, not in the image."
                yield partial(f"{message}{stays}", instruction, severity=Severity.MEDIUM)
            else:
                yield bad(f"{message}; whoever pulls the image can read it.", instruction, severity=severity)
        if not found:
            yield ok("No secret is set or copied into the image.", dockerfile)


def _set_secrets(dockerfile: Dockerfile) -> Iterator[tuple[str, Instruction, Severity]]:
    """What says it, where, and how grave it is."""
    for instruction in dockerfile.of("ENV", "ARG"):
        for name, value in instruction.pairs.items():
            literal = bool(value) and value is not None and "$" not in value and not is_placeholder(value)
            if value and literal and is_secret_name(name) and not _harmless(name, value):
                yield f"{instruction.name} gives {name} a value", instruction, _gravity(name, value)
            elif value and literal and any(_is_key(hit) for hit in find_secrets(value)):
                yield (
                    f"{instruction.name} gives {name} a value that has the form of a key",
                    instruction,
                    Severity.CRITICAL,
                )


def _gravity(name: str, value: str) -> Severity:
    """A value that anybody guesses tells nothing. A key that it stands for is open where nobody gives another; a
    password opens a store, which has its own."""
    if not is_weak(value):
        return Severity.CRITICAL
    return Severity.MEDIUM if re.search(r"(?i)PASS|PWD", name) else Severity.HIGH


def _is_key(hit: SecretHit) -> bool:
    """Whether what was found has the form of some issuer's keys, whatever it is given to."""
    return (
        hit.kind not in {"assignment", "authorization"}
        and "hash" not in hit.kind
        and not hit.placeholder
        and not hit.weak
    )


def _copied_secrets(dockerfile: Dockerfile) -> Iterator[tuple[str, Instruction, Severity]]:
    for copy in dockerfile.copies():
        for source in copy.sources if copy.from_stage is None and copy.from_image is None else ():
            if SECRET_FILE.fullmatch(posixpath.basename(source)):
                yield f"COPY puts {source} into the image", copy.instruction, Severity.CRITICAL


def _harmless(name: str, value: str) -> bool:
    """Names that speak of where a secret is, and values that are switches, paths or addresses."""
    if is_file(value):
        return True
    return bool(re.search(r"(_FILE|_PATH|_URL|_NAME|_TTL|_EXPIR\w*|_LENGTH|_HEADER)$", name.upper())) or value.lower() in {
        "true", "false", "yes", "no", "0", "1", "none", "null",
    } or set(re.split(r"[-_ ]+", value.lower())) <= _BUILD_WORDS  # fmt: skip


_BUILD_WORDS = frozenset(
    {"assets", "build", "buildtime", "collectstatic", "compile", "dummy", "during", "for", "not", "only", "placeholder"}
    | {"precompile", "stage", "static", "time", "unused", "used"}
)
"""Words of a value that a command of the build wants and nothing that runs ever reads."""
