"""What code requires of its environment against what each deployment target gives it."""

from __future__ import annotations

import ast
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from kit.checks.configuration.common import (
    ASIDE,
    SAMPLE_NAME,
    in_image,
    required,
)
from kit.checks.configuration.of_spring import for_a_profile, overriding
from kit.checks.configuration.schemas import checked_by_hand, schema_of
from kit.checks.shared.crowd import gathered
from kit.checks.shared.evidence import keys_in_cluster
from kit.checks.shared.judged import owner
from kit.checks.shared.meant import is_script
from kit.model import At, Clause, Fact, Located, Severity, Strength, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.tree.classify import environment_of
from kit.system.model import Deployment, EnvGiven, EnvRead, Service

NEAR = 0.82
SLIP = 0.75


@dataclass(frozen=True)
class Demand:
    """A variable that a service cannot do without, where it is read, and the deployments that do and do not give it."""

    service: Service
    read: EnvRead
    given: tuple[tuple[Deployment, EnvGiven | At], ...]
    missing: tuple[Deployment, ...]
    unseen: tuple[Deployment, ...]


def demands(project: Project) -> Iterator[Demand]:
    """Every required variable of every service that something deploys, outside development and tests."""
    for service in project.system.own:
        targets = [d for d in service.deployments if d.environment not in ASIDE and not d.workload.endswith("init")]
        if targets:
            inside = in_image(project, service)
            local = _reads_a_local_file(project, service)
            for read in required(service):
                if not (for_a_profile(project, read) or is_script(project, read.at.path)):
                    names = {read.name, overriding(project, read)}
                    yield _demand(service, read, names, targets, inside, local=local)


def _demand(
    service: Service,
    read: EnvRead,
    names: set[str | None],
    targets: Iterable[Deployment],
    inside: dict[str, At],
    *,
    local: bool,
) -> Demand:
    given: list[tuple[Deployment, EnvGiven | At]] = []
    missing: list[Deployment] = []
    unseen: list[Deployment] = []
    for target in targets:
        found = next((e for e in target.env if e.name in names), None)
        if found is not None or read.name in inside:
            given.append((target, found if found is not None else inside[read.name]))
        else:
            (missing if target.env_complete and not local else unseen).append(target)
    return Demand(service, read, tuple(given), tuple(missing), tuple(unseen))


def _reads_a_local_file(project: Project, service: Service) -> bool:
    """Whether an `.env` that is not in the repository may be in the image or mounted, and is read there."""
    dockerfile = next((d for d in project.dockerfiles if service.build and d.path == service.build.dockerfile), None)
    if dockerfile is not None:
        if any(".env" in i.value and i.name in {"RUN", "COPY", "ADD"} for i in dockerfile.instructions):
            return True
        local = posixpath.normpath(posixpath.join(service.root or ".", ".env"))
        context = service.build.context if service.build else "."
        whole = any(
            posixpath.normpath(s) == "." for c in dockerfile.copies() if c.from_stage is None for s in c.sources
        )
        if (
            whole
            and not project.dockerignore(context, dockerfile.path).ignores(local)
            and _loads_env_files(project, service)
        ):
            return True
    return any(target.endswith(".env") for d in service.deployments for _, target, _ in d.volumes)


def _loads_env_files(project: Project, service: Service) -> bool:
    marks = ("dotenv", "env_file", "ConfigModule.forRoot", "read_env(", "godotenv", "loadEnv")
    return any(
        any(m in project.files.text(p) for m in marks) for p in dict.fromkeys(r.at.path for r in service.env)
    ) or any(
        p.depends_on("dotenv", "python-dotenv", "dotenv-cli", "@nestjs/config")
        for p in project.packages
        if p.dir == service.root
    )


@check(
    "CFG-001",
    "Every required variable is given by every deployment target",
    Severity.CRITICAL,
    Clause.ASSUMPTIONS,
    blocker="cannot start",
    effort_hours=1,
)
@gathered(owner)
def required_is_given(project: Project) -> Iterator[Fact]:
    """
    A service that demands a variable which nobody gives ends at its start, or runs with an empty value until the first
    request that needs it.

    Decides: the variables that code reads without a default (an index, a settings class, a validation) against those
    that compose, Kubernetes, the image or a platform's file give, per deployment target outside development and tests.

    Fix: give the variable in the target's environment, or a default in code where one is right.

    Blind to: what is set by hand, injected at run time or kept in a platform's own store; there it is unknown.

    See: https://12factor.net/config
    """
    hidden: dict[tuple[str, str], list[Demand]] = defaultdict(list)
    held: dict[str, list[Demand]] = defaultdict(list)
    told: set[tuple[At, str, tuple[str, ...]]] = set()
    for demand in demands(project):
        key = (demand.read.at, demand.read.name, tuple(sorted({t.at.path for t in demand.missing})))
        if demand.missing and key not in told:  # services of one program miss it together
            told.add(key)
            hoped = _is_hoped(project, demand.read)
            late = hoped or _is_late(project, demand.read)
            yield _missing(demand, late=late, hoped=hoped)
        for deployment in demand.unseen:
            hidden[(demand.service.name, deployment.target)].append(demand)
        if demand.given and not demand.missing:
            held[demand.service.name].append(demand)
    for name, all_given in held.items():
        yield ok(
            f"{name}: {_names(all_given)} {'is' if len(all_given) == 1 else 'are'} given wherever it is deployed.",
            all_given[0].read,
        )
    for (name, target), demanded in hidden.items():
        yield from _hidden(project, name, target, demanded)


def _hidden(project: Project, name: str, target: str, demanded: list[Demand]) -> Iterator[Fact]:
    """Variables of an environment that the repository does not hold: those that a cluster was seen to have, the rest."""
    keys = keys_in_cluster(project, environment_of(target))
    shown = [d for d in demanded if d.read.name in keys]
    not_seen = [d for d in demanded if d.read.name not in keys]
    if shown:
        first = shown[0].read
        message = f"{name}: {_names(shown)} {'stands' if len(shown) == 1 else 'stand'} in a Secret or ConfigMap of the cluster that was seen, for {target}."
        yield ok(message, first, keys[first.name], strength=Strength.MEASURED)
    if not_seen:
        places = [d.read for d in not_seen[:5]]
        yield unknown(
            f"{name}: {target} takes part of its environment from what is not in the repository; {_names(not_seen)} may come from there.",
            *places,
        )


def _is_hoped(project: Project, read: EnvRead) -> bool:
    """Whether `process.env.NAME!` only tells the compiler that a value is there: nothing stops where it is lacking."""
    lines = project.files.lines(read.at.path)
    line = lines[(read.at.line or 1) - 1] if (read.at.line or 1) <= len(lines) else ""
    return re.search(rf"\b{re.escape(read.name)}\b['\"]?\]?!(?!=)", line) is not None


def _is_late(project: Project, read: EnvRead) -> bool:
    """Whether a handler of requests reads the variable: the service starts without it, and its request fails."""
    module = project.code.python(read.at.path) if read.at.path.endswith(".py") else None
    line = read.at.line or 0
    around = [
        n
        for n in (ast.walk(module) if module is not None else ())
        if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.lineno <= line <= (n.end_lineno or n.lineno)
    ]
    return any(_ANSWERS.search(ast.unparse(d)) for n in around for d in n.decorator_list)


_ANSWERS = re.compile(r"\.(?:get|post|put|patch|delete|route|api_route|websocket)\(")


def _missing(demand: Demand, *, late: bool, hoped: bool) -> Fact:
    name, targets = demand.read.name, demand.missing
    read = {e.name for e in demand.service.env}
    given = {e.name: e for target in targets for e in target.env if e.name not in read}
    near = get_close_matches(name, given, n=1, cutoff=NEAR)
    hint = f"; {near[0]} is given, which nothing reads" if near else ""
    places: list[Located] = [demand.read, *targets[:4]]
    if near:
        places.insert(0, given[near[0]])
    environments = {t.environment for t in targets}
    only = environments.pop() if len(environments) == 1 else "unknown"
    where = " and ".join(t.target for t in targets[:3])
    return bad(
        f"{demand.service.name}: {name} is required, and {where} {'does' if len(targets) == 1 else 'do'} not give it{hint}.",
        *places,
        environment=None if only == "unknown" else only,
        severity=Severity.MEDIUM if hoped else Severity.HIGH if late else None,
        blocks=not late,
        fix=f"Give {name} to {demand.service.name} in {where}" + (f", where {near[0]} stands now." if near else "."),
    )


def _names(found: list[Demand]) -> str:
    names = sorted({d.read.name for d in found})
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


@check("CFG-006", "A sample environment file lists what code reads", Severity.LOW, Clause.ASSUMPTIONS, effort_hours=1)
def sample_is_complete(project: Project) -> Iterator[Fact]:
    """
    Whoever sets up a new environment works from the sample: what it leaves out is found out in production.

    Decides: the variables that code requires against the names in `.env.example` and its like.

    Fix: add the missing names to the sample, with a comment on what each is for.

    Blind to: variables that are described in prose only.

    See: https://12factor.net/config
    """
    samples = [p for p in project.files.paths if SAMPLE_NAME.fullmatch(posixpath.basename(p).lower())]
    needed = {service.name: list(required(service)) for service in project.system.own}
    if not samples and any(needed.values()):
        reads = [r for found in needed.values() for r in found]
        count = len({r.name for r in reads})
        fix = "Add a `.env.example` that names them without their values, with a comment on what each is for."
        yield bad(
            f"{count} required variables and no sample environment file that names them.", At("."), reads[0], fix=fix
        )
        return
    seen: set[str] = set()
    for service in project.system.own:
        reads = [r for r in needed[service.name] if r.name not in seen]
        seen |= {r.name for r in reads}
        beside = [p for p in samples if any(_belongs(p, service, r) for r in reads)]
        reads = [r for r in reads if any(_belongs(p, service, r) for p in beside)]
        if beside and reads:
            yield from _against_samples(project, beside, reads)


def _belongs(sample: str, service: Service, read: EnvRead) -> bool:
    """Whether a sample is for what reads: it lies in the service's folder, or in one above the reading file."""
    folder = posixpath.dirname(sample)
    return folder in {"", service.root} or read.at.path.startswith(f"{folder}/")


def _against_samples(project: Project, samples: list[str], reads: list[EnvRead]) -> Iterator[Fact]:
    listed = {key for p in samples for key, _ in project.documents.get(p).root.items()}
    for path in samples:
        commented = r"^[ \t]*#[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]+)="
        listed |= set(re.findall(commented, project.files.text(path), re.MULTILINE))
    left_out = [r for r in reads if r.name not in listed]
    if len(left_out) > 3:
        names = ", ".join(r.name for r in left_out[:6]) + (" and others" if len(left_out) > 6 else "")
        yield bad(f"{names} are required and missing in {samples[0]}.", At(samples[0]), *left_out[:6])
        return
    for read in left_out:
        yield bad(f"{read.name} is required and missing in {samples[0]}.", read, At(samples[0]))
    if not left_out:
        counted = "Every required variable is" if len(reads) > 1 else f"{reads[0].name} is"
        yield ok(f"{counted} in the sample.", At(samples[0]))


@check("CFG-008", "What is given is read by something", Severity.LOW, Clause.ASSUMPTIONS, effort_hours=0.5)
def given_is_read(project: Project) -> Iterator[Fact]:
    """
    A variable that nothing reads is a setting that somebody believes in: a limit, a switch, a secret under a wrong name.

    Decides: the literal variables of first-party services against the names that their code mentions; only names close
    to one that is read are told, since frameworks read many by convention.

    Fix: correct the name, or take the variable out.

    Blind to: variables that libraries or shell scripts read by names of their own.

    See: https://12factor.net/config
    """
    anywhere = {r.name for r in project.env_reads}
    for service in project.system.own:
        read = {r.name for r in service.env}
        for deployment in service.deployments if read else ():
            given = {e.name for e in deployment.env}
            for one in deployment.env:
                near = _slip(one.name, read - given) if one.name not in anywhere else None
                if near is not None:
                    said = f"{service.name}: {one.name} is given, and nothing reads it; the code reads {near}."
                    yield bad(said, one, environment=_environment(deployment))


def _slip(name: str, read: set[str]) -> str | None:
    """The name that is read and that the given one differs from by a slip of the pen."""
    near = get_close_matches(name, read, n=1, cutoff=0.88)
    return near[0] if near and abs(len(near[0]) - len(name)) <= 2 and _typo(name, near[0]) else None


def _typo(a: str, b: str) -> bool:
    """Names that differ by a slip, not by a number (HOST_1, HOST_2) or a word of its own (EVENT_KEY, MEDIA_KEY)."""
    first, second = ([w for w in re.split(r"[_\d]+", name) if w] for name in (a, b))
    only_first, only_second = [w for w in first if w not in second], [w for w in second if w not in first]
    if re.sub(r"\D", "", a) != re.sub(r"\D", "", b) or not (only_first or only_second):
        return False
    joined = SequenceMatcher(None, "".join(only_first), "".join(only_second)).ratio()
    return joined >= SLIP


def _environment(deployment: Deployment) -> str | None:
    return None if deployment.environment == "unknown" else deployment.environment


@check("CFG-007", "Configuration is validated at start", Severity.MEDIUM, Clause.ASSUMPTIONS, effort_hours=3)
def validated_at_start(project: Project) -> Iterator[Fact]:
    """
    A wrong setting that is found at start fails a deploy; one that is found later fails a customer.

    Decides: services that read more than three variables use a settings class or schema (pydantic-settings, zod,
    envalid, joi, convict, `@ConfigurationProperties` with `@Validated`, envconfig).

    Fix: read the environment in one module through a schema that rejects what is missing or malformed.

    Blind to: what code of its own checks, where the whole environment is handed to a function that is called so
    (partly).

    See: https://12factor.net/config
    """
    for service in project.system.own:
        names = {r.name for r in service.env}
        if len(names) <= 3 or service.kind in {"job", "store", "monitoring"}:
            continue
        schema = schema_of(project, service)
        strict = [r for r in service.env if r.required]
        if schema is not None:
            yield ok(f"{service.name}: its configuration goes through a schema.", schema)
        elif (by_hand := checked_by_hand(project, service)) is not None:
            yield partial(f"{service.name}: code of its own checks the configuration at start.", by_hand)
        elif len({r.name for r in strict}) * 2 >= len(names):
            yield partial(f"{service.name}: most variables must be there, none is checked for its form.", strict[0])
        else:
            yield bad(
                f"{service.name}: reads {len(names)} variables, and nothing checks them at start.", service.env[0]
            )
