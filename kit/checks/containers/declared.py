"""Do compose files hold together: is all that they refer to there, and each port taken once?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.containers.together import clashes_of_stacks, shared_by_strangers, strangers
from kit.checks.shared.images import ASIDE
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile, ComposeService


@check(
    "CON-014",
    "Compose files hold together",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot start",
    effort_hours=0.5,
)
def compose_holds_together(project: Project) -> Iterator[Fact]:
    """
    `docker compose up` refuses a file that refers to what it does not declare: nothing starts.

    Decides: each compose file parses, and the services, volumes, networks, secrets, configs and files that it refers to
    are there, the folders and Dockerfiles that it builds from among them.

    Fix: declare what is missing, or take the reference out.

    Blind to: what several files, given together by hand, declare for each other.

    See: https://docs.docker.com/reference/compose-file/
    """
    for file in project.compose:
        if project.files.class_of(file.path) is not FileClass.PRODUCTION:
            continue
        broken = [file.error] if file.error else list(file.problems)
        for problem in broken:
            yield bad(f"{problem.message}", problem, environment=_environment(file))
        missing = list(_undeclared(file))
        for kind, name, service, at in missing:
            message = f"{service}: the {kind} {name} is not declared in {file.path}."
            if kind == "service" and _by_a_swarm(project, file):
                message = f"{message[:-1]}; a swarm takes no notice of it."
                yield unknown(message, at, environment=_environment(file))
            elif (beside := _beside(project, file, kind, name)) is not None:
                message = f"{message[:-1]}; {beside.path} declares it, where both are given together."
                yield unknown(message, at, beside, environment=_environment(file))
            else:
                yield bad(message, at, environment=_environment(file))
        unread = list(_env_files(project, file)) if file.environment not in ASIDE else []
        unread += _unbuildable(project, file)
        yield from unread
        if not broken and not missing and not unread:
            yield ok("Everything that the file refers to is declared.", file)


def _beside(project: Project, file: ComposeFile, kind: str, name: str) -> At | None:
    """Where another compose file of the folder declares it that has no services of its own: it is made to be added."""
    folder = posixpath.dirname(file.path)
    for path in project.files.glob("*compose*.yml", "*compose*.yaml"):
        root = project.documents.get(path).root if posixpath.dirname(path) == folder and path != file.path else None
        declared = root.get(f"{kind}s", name) if root is not None and root.get("services") is None else None
        if declared is not None:
            return declared.at
    return None


def _env_files(project: Project, file: ComposeFile) -> Iterator[Fact]:
    """The env files that are asked for and not there: made on the machine where they are ignored or have a sample."""
    for service in file.services:
        for wanted in service.env_files:
            if wanted.exists or not wanted.required or "$" in wanted.path:
                continue
            name, place = f"{service.name}: the env file {wanted.path}", {"environment": _environment(file)}
            samples = [f"{wanted.path}.{end}" for end in ("example", "sample", "template", "dist")]
            made = project.files.ignored(wanted.path) or any(project.files.exists(s) for s in samples)
            if made or wanted.path.startswith(("..", "/")) or ".env" in wanted.path.rsplit("/", 1)[-1]:
                yield unknown(f"{name} is not in the repository; it must be made before the start.", wanted, **place)
            else:
                yield bad(f"{name} does not exist; docker compose refuses to start.", wanted, **place)


def _unbuildable(project: Project, file: ComposeFile) -> Iterator[Fact]:
    """The services whose folder or Dockerfile is not there, and that no image stands in for."""
    for service in file.services:
        build = service.build
        if build is None or build.remote or build.inline is not None or service.image or "$" in f"{build}":
            continue
        folder = build.context in {"", "."} or project.files.is_dir(build.context)
        absent = build.dockerfile if folder else build.context
        outside = absent.startswith(("..", "/")) or build.context.startswith(("..", "/"))
        if not absent or outside or project.files.exists(absent) or project.files.is_dir(absent):
            continue
        place = service.node.get("build", "dockerfile" if folder else "context") or build
        what = f"{service.name}: it is built from {absent}"
        if project.files.ignored(absent) or project.files.exists(".gitmodules"):
            yield unknown(f"{what}, which is not in the repository; it must be put there first.", place)
        else:
            message = f"{what}, which does not exist; docker compose cannot build it."
            yield bad(message, place, environment=_environment(file))


def _by_a_swarm(project: Project, file: ComposeFile) -> bool:
    """Whether commands hand the file to `docker stack deploy`, which starts services without regard to each other."""
    name = re.escape(posixpath.basename(file.path))
    told = re.compile(rf"docker stack deploy\b[^\n]{{0,300}}{name}(?![\w.])")
    callers = project.files.glob("*Makefile", "*.mk", "*.sh", "*.yml", "*.yaml", "*.md", classes={FileClass.PRODUCTION})
    return any("stack deploy" in (text := project.files.text(path)) and told.search(text) for path in callers)


def _undeclared(file: ComposeFile) -> Iterator[tuple[str, str, str, At]]:
    names = {s.name for s in file.services}
    for service in file.services:
        needed = [n for n in service.depends_on if not _is_optional(service, n)]
        wanted = [("service", n, names) for n in needed]
        wanted += [("volume", v.source or "", set(file.volumes)) for v in service.volumes if v.kind == "volume"]
        wanted += [("network", n, {*file.networks, "default"}) for n in service.networks]
        wanted += [("secret", n, set(file.secrets)) for n in service.secrets]
        wanted += [("config", n, set(file.configs)) for n in service.configs]
        for kind, name, declared in wanted:
            if name and "$" not in name and name not in declared:
                key = {"service": "depends_on"}.get(kind, f"{kind}s")
                yield kind, name, service.name, (service.node.get(key, name) or service.node.get(key) or service).at


def _is_optional(service: ComposeService, name: str) -> bool:
    required = service.node.get("depends_on", name, "required")
    return required is not None and required.text == "false"


@check("CON-016", "Host ports do not clash", Severity.HIGH, Clause.EXECUTION, blocker="cannot start", effort_hours=0.5)
def host_ports_do_not_clash(project: Project) -> Iterator[Fact]:
    """
    Two services that publish one host port: the second does not start.

    Decides: the published host ports of each compose file, with address and protocol; services of different profiles
    may share one. Files of one system that run side by side are held against each other: where one joins the other's
    network both run; where they only stand in one folder without a service in common it is unknown.

    Fix: give one of them another host port.

    Blind to: what else listens on the host.

    See: https://docs.docker.com/reference/compose-file/services/#ports
    """
    for file in project.compose:
        if project.files.class_of(file.path) is not FileClass.PRODUCTION:
            continue
        taken: dict[tuple[int, str], list[tuple[ComposeService, At]]] = defaultdict(list)
        for service in file.services:
            for port in service.ports:
                if port.host is not None and not service.profiles:
                    taken[(port.host, port.protocol)].append((service, port.at))
        clashes = {key: users for key, users in taken.items() if len({s.name for s, _ in users}) > 1}
        pairs: dict[str, list[tuple[int, list[At]]]] = defaultdict(list)
        for (number, _), users in clashes.items():
            names = " and ".join(dict.fromkeys(s.name for s, _ in users))
            pairs[names].append((number, [at for _, at in users[::-1]]))
        for names, found in pairs.items():
            ports = " and ".join(str(number) for number in dict.fromkeys(n for n, _ in found))
            places = (at for _, ats in found for at in ats)
            word = "ports" if len({n for n, _ in found}) > 1 else "port"
            yield bad(f"{names} both publish host {word} {ports}.", *places, environment=_environment(file))
        if taken and not clashes:
            yield ok("Every published host port is taken once.", file)
    yield from _between_stacks(project)


def _between_stacks(project: Project) -> Iterator[Fact]:
    for clash in clashes_of_stacks(project):
        (one, service, at), (other, against, taken) = clash.first, clash.second
        said = f"{service.name} of {one.path} and {against.name} of {other.path} both publish host port {clash.number}"
        if clash.joined is not None:
            message = f"{said}; one stack joins the other's network, so both run, and the second does not start."
            yield bad(message, at, taken, clash.joined, environment=_environment(one), blocks=False)
        else:
            yield unknown(f"{said}; whether both stacks run on one host is not said.", at, taken)


@check(
    "CON-023",
    "Those who write into one volume may do so",
    Severity.MEDIUM,
    Clause.EXECUTION,
    effort_hours=1,
)
def writers_of_a_volume_agree(project: Project) -> Iterator[Fact]:
    """
    A volume belongs to whoever filled it first. Another user cannot write into it, and cannot replace or remove what the
    first one left: uploads fail, jobs stop half-way, on the day both run.

    Decides: named volumes that several services of a compose file mount to write, as whom each runs (`user:`, `USER` with
    its number) where that is no root: the same user, or a common group. An entry script that gives the files away holds.

    Fix: run both as one user (`user: "1001:1001"`), or mount the volume read-only (`:ro`) where nothing is written.

    Blind to: users that images of others set, what the programs really write.

    See: https://docs.docker.com/engine/storage/volumes/
    """
    for file, writers in shared_by_strangers(project):
        name, pair = writers[0].volume.source, strangers(writers)
        if pair is None:
            who = " and ".join(dict.fromkeys(w.service.name for w in writers))
            yield ok(f"{who} write into {name} as one user or group.", writers[0].volume)
        else:
            one, other = pair
            yield bad(
                f"{one.service.name} (user {one.user}) and {other.service.name} (user {other.user}) write into {name}:"
                " neither may change what the other left there.",
                other.volume,
                one.volume,
                other.at,
                one.at,
                environment=_environment(file),
            )


def _environment(file: ComposeFile) -> str | None:
    return None if file.environment == "unknown" else file.environment
