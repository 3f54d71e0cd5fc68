"""Does the code serve what is specified, specify what it serves, and does something hold the two together?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from kit.checks.contract.paths import Joined, Steps, answers, http_routes, joined, lacking, same, serving, steps, takes
from kit.checks.contract.protos import protos
from kit.checks.contract.specification import MANY, generator
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.papers.openapi import ApiOperation, OpenApi
from kit.system.model import Route, Service
from kit.system.pipeline_acts import pipelines
from kit.system.reach import reach
from kit.system.scope import within

_VERIFIERS = (
    "schemathesis", "dredd", "@pact-foundation/pact", "pact-python", "jest-openapi",
    "chai-openapi-response-validator", "openapi-response-validator", "vitest-openapi",
    "express-openapi-validator", "openapi-core", "openapi-backend", "committee", "portman",
    "swagger-request-validator", "@stoplight/prism-cli", "connexion",
)  # fmt: skip
_HANDED = re.compile(r"PathPrefix\(\s*\"([^\"\n]+)\"\s*\)\s*\.\s*Handler(?:Func)?\(|\.mount\(\s*[\"']([^\"'\n]+)[\"']")
_FOR_ANYBODY = re.compile(
    r"(?i)log-?in|sign-?(?:in|up)|regist(?:er|ration)|forgot|reset|recover|refresh|verif|confirm|activat|\btoken$|oauth|callback"
    r"|health|ready|live(?:ness|z)?$|metrics|ping$|status$|version$|webhook"
)
"""Paths that nobody can bring a token to, or that machines ask."""
_LINTERS = re.compile(
    r"\b(?:spectral|redocly|swagger-cli|vacuum|oasdiff|openapi-diff|optic|openapi-spec-validator|swag fmt|schemathesis"
    r"|swagger validate)\b|\bbuf\s+(?:lint|breaking)|protolint|buf(?:build)?[/-](?:buf-)?(?:lint|breaking|action)|openapi-generator(?:-cli)? validate|openapi[\w-]*(?:lint|valid|diff)",
    re.IGNORECASE,
)


@check("CTR-002", "Each specified operation is served", Severity.HIGH, Clause.SPECIFICATION, effort_hours=2)
def operations_are_served(project: Project) -> Iterator[Fact]:
    """
    A client that was generated from the specification calls what it promises, and gets 404.

    Decides: each operation of an OpenAPI file against the routes of the service that serves most of them:
    method and path, parameters by their place, the servers' base path applied.

    Fix: serve the operation, or take it out of the specification.

    Blind to: routes that are made at run time or in languages read in outline; there it is unknown.

    See: https://spec.openapis.org/oas/latest.html#paths-object
    """
    by_path = {j.spec.path: j for j in joined(project)}
    told: dict[tuple[str, str], Fact] = {}
    for spec in project.openapi:
        one = by_path.get(spec.path)
        if one is not None:
            for fact in _served(project, one):
                # A copy of the file that is served, or kept beside, says the same again.
                key = (fact.message, one.service.name)
                if fact.outcome.open and key in told:
                    told[key] = replace(told[key], at=(*told[key].at, *fact.at[:1]))
                elif fact.outcome.open:
                    told[key] = fact
                else:
                    yield fact
        elif spec.operations and spec.error is None and serving(project):
            words = "no service whose routes could be read serves most of its operations"
            yield unknown(f"{spec.path}: {words}.", spec)
    yield from told.values()


def _served(project: Project, one: Joined) -> Iterator[Fact]:
    loose = [r for r in http_routes(one.service) if not r.prefix_known or r.mounted is None]
    handed = _handed_on(project, one.service)
    doubtful = [
        o
        for o in one.rest
        if (not one.whole and _may_serve(one, o, loose))
        or _is_below(steps(o.path), handed)
        or _by_others(project, one, o)
    ]
    missing = [o for o in one.rest if o not in doubtful and not o.deprecated]
    every = len(one.spec.operations)
    if len(missing) > MANY and len(missing) * 2 > every:
        doubtful, missing = [*doubtful, *missing], []
    for operation in missing:
        yield _unserved(one, operation)
    if doubtful:
        words = f"whether {one.service.name} serves {_listed(doubtful)} cannot be told from the routes that were read"
        yield unknown(f"{one.spec.path}: {words}.", *doubtful[:5])
    if one.pairs:
        words = f"{one.service.name} serves {len(one.pairs)} of the {every} operations of {one.spec.path}"
        yield ok(f"{words}.", one.spec, one.pairs[0][1])


def _handed_on(project: Project, service: Service) -> list[Steps]:
    """The paths below which a service hands every request to something whose routes are not its own code's."""
    paths = project.code.holding("PathPrefix(", ".mount(", languages=("go", "python"))
    texts = (project.code.text(p) for p in paths if within(p, service.root or "."))
    return [steps(found) for text in texts for m in _HANDED.finditer(text) for found in (m[1] or m[2],)]


def _is_below(path: Steps, handed: list[Steps]) -> bool:
    return any(head and path[: len(head)] == head for head in handed)


def _by_others(project: Project, one: Joined, operation: ApiOperation) -> bool:
    """Whether another service serves the operation, as behind a gateway whose specification speaks for all."""
    others = (s for s in serving(project) if s is not one.service)
    wanted = steps(operation.path)
    return any(
        takes(r, operation.method) and answers(steps(r.path), wanted) and len(steps(r.path)) > 1
        for s in others
        for r in http_routes(s)
    )


def _may_serve(one: Joined, operation: ApiOperation, loose: list[Route]) -> bool:
    wanted = one.shift.of(operation.path)
    if one.service.language is None or not loose:
        return True
    return any(
        takes(r, operation.method) and (not steps(r.path) or same(steps(r.path)[-1:], wanted[-1:])) for r in loose
    )


def _unserved(one: Joined, operation: ApiOperation) -> Fact:
    wanted = one.shift.of(operation.path)
    every = [r for r in http_routes(one.service) if "*" not in r.path and r.method != "OPTIONS"]
    other = next((r for r in every if answers(steps(r.path), wanted)), None)
    name = f"{operation.method} {operation.path}"
    if other is not None:
        words = f"{name} is specified; {one.service.name} serves that path for {other.method} only"
        return bad(f"{words}.", operation, other)
    inner = next((r for r in every if _is_without_base(steps(r.path), wanted) and takes(r, operation.method)), None)
    if inner is not None:
        words = f"{name} is specified; {one.service.name} serves it as {inner.path}, without the path before it"
        return partial(f"{words}.", operation, inner, severity=Severity.MEDIUM)
    return bad(f"{name} is specified, and {one.service.name} has no such route.", operation)


def _is_without_base(route: Steps, wanted: Steps) -> bool:
    """Whether a route is what is wanted but for the base path that the specification puts before all of its paths."""
    return 1 < len(route) < len(wanted) and same(route, wanted[-len(route) :])


def _listed(operations: list[ApiOperation] | list[Route]) -> str:
    names = [f"{o.method} {o.path}" for o in operations]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


@check("CTR-003", "Each served route is specified", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=2)
def routes_are_specified(project: Project) -> Iterator[Fact]:
    """
    A route beside the specification has no documented input, no agreed errors and no reader who checks who may
    call it.

    Decides: routes under the paths that a specification covers, against its operations; health checks, metrics
    and documentation are left out.

    Fix: add the route to the specification, or generate that from the code.

    Blind to: routes whose prefix cannot be told.

    See: https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/
    """
    by_service: dict[str, list[Joined]] = defaultdict(list)
    for one in joined(project):
        by_service[one.service.name].append(one)
    for name, several in by_service.items():
        yield from _beside(name, several)


def _beside(name: str, several: list[Joined]) -> Iterator[Fact]:
    every = [r for one in several for r in lacking(one)]
    counted = Counter(r.at for r in every)
    found = {r.at: r for r in every if counted[r.at] == len(several)}
    files: dict[str, list[Route]] = defaultdict(list)
    for route in found.values():
        files[route.at.path].append(route)
    spec = several[0].spec
    for routes in files.values():
        words = f"{name} serves {_listed(routes)}, which {spec.path} does not have"
        yield bad(f"{words}.", *routes[:6], spec)
    if not found:
        yield ok(f"{name}: every route beside the specified ones is specified.", spec)


@check(
    "CTR-012",
    "Code and specification ask the same callers",
    Severity.MEDIUM,
    Clause.SPECIFICATION,
    effort_hours=2,
)
def authentication_is_as_specified(project: Project) -> Iterator[Fact]:
    """
    Where the specification promises that a token is asked for and the code asks nobody, everybody who read the
    specification believes it safe.

    Decides: operations whose `security` is stated, against what guards the route that serves them.

    Fix: put the guard on the route, or correct the specification.

    Blind to: guards in proxies; operations on which the specification says nothing.

    See: https://spec.openapis.org/oas/latest.html#security-requirement-object
    """
    for one in joined(project):
        judged = [(o, r) for o, r in one.pairs if o.security is not None and r.auth is not None]
        if not one.spec.security_schemes:
            continue
        agreed = [(o, r) for o, r in judged if o.open != r.auth]
        if agreed:
            words = f"the code asks who calls as specified for {len(agreed)} operations"
            yield ok(f"{one.spec.path}: {words}.", *agreed[0])
        for operation, route in dict.fromkeys(judged):
            yield from _asked(operation, route)


def _asked(operation: ApiOperation, route: Route) -> Iterator[Fact]:
    name = f"{operation.method} {operation.path}"
    if not operation.open and not route.auth:
        asked = next((s for alternative in operation.security or () for s in alternative), "a token")
        said = f"{name}: the specification asks for {asked}, and nothing in the code does"
        if _FOR_ANYBODY.search(operation.path):
            said += "; it is meant for anybody, as its path says, and the specification should let it be"
            yield partial(f"{said}.", operation, route, severity=Severity.LOW)
        else:
            yield bad(f"{said}.", route, operation)
    elif operation.open and route.auth:
        words = f"{name}: the specification lets anybody in, the code does not."
        yield partial(words, operation, route.auth_at or route.at, severity=Severity.LOW)


@check(
    "CTR-006",
    "Something holds the code to its specification",
    Severity.MEDIUM,
    Clause.SPECIFICATION,
    effort_hours=6,
)
def contract_is_tested(project: Project) -> Iterator[Fact]:
    """
    A specification that nothing compares with the answers is right on the day it is written.

    Decides: for OpenAPI files that people write, a validator or contract test (schemathesis, Pact, jest-openapi
    ...) among the dependencies or commands, or a test that reads the file.

    Fix: run `schemathesis run openapi.yaml --url http://localhost:8000` in the pipeline, or validate answers in
    tests.

    Blind to: tests that are kept elsewhere. Files made from the code need none.

    See: https://schemathesis.readthedocs.io/
    """
    written = [s for s in project.openapi if s.error is None and s.operations and _by_hand(project, s)]
    held = (_verifier(project) or _tested(project, written)) if written else None
    for spec in written:
        if held is not None:
            yield ok(f"{spec.path}: {held[0]} compares it with what the code does.", held[1], spec)
        else:
            yield bad(f"{spec.path}: nothing compares it with what the code answers.", spec)


def _by_hand(project: Project, spec: OpenApi) -> bool:
    """Whether people write it: no framework makes it, and its path does not say that it is generated."""
    one = next((j for j in joined(project) if j.spec is spec), None)
    if one is not None and generator(project, one.service) is not None:
        return False
    made = re.search(r"/(?:generated|build|dist|client)/", f"/{spec.path}") is not None
    return not made and project.files.class_of(spec.path) is FileClass.PRODUCTION


def _verifier(project: Project) -> tuple[str, At] | None:
    for package in project.packages:
        dependency = package.depends_on(*_VERIFIERS)
        if dependency is not None:
            return dependency.name, dependency.at
    tools = ("schemathesis", "dredd", "pact-", "portman")
    commands = (c for p in pipelines(project) for j in p.workflow.jobs for c in j.commands)
    found = next((c for c in commands if any(name in c.text for name in tools)), None)
    return (found.program, found.at) if found is not None else None


def _tested(project: Project, written: list[OpenApi]) -> tuple[str, At] | None:
    names = {s.path.rpartition("/")[2] for s in written}
    tests = (p for p in project.code.files(every_class=True) if project.files.class_of(p) is FileClass.TEST)
    for path in tests:
        for number, line in enumerate(project.files.lines(path), start=1):
            if any(name in line for name in names):
                return path.rpartition("/")[2], At(path, number)
    return None


@check("CTR-010", "The pipeline checks the specification", Severity.LOW, Clause.SPECIFICATION, effort_hours=1)
def specification_is_linted(project: Project) -> Iterator[Fact]:
    """
    A breaking change in a specification is cheap to see before it is merged, and dear after.

    Decides: a pipeline runs a linter or comparison of specifications (spectral, redocly, oasdiff, buf ...), where there is
    an OpenAPI file written by hand or a .proto file with services.

    Fix: add `redocly lint openapi.yaml` to the pipeline, and `oasdiff breaking` against the main branch.

    Blind to: checks by a registry or hosting service.

    See: https://redocly.com/docs/cli/commands/lint
    """
    calls = [at for proto in protos(project) for at in proto.services.values()]
    written = [s.at for s in project.openapi if s.operations and _by_hand(project, s)] + calls
    if not written or not pipelines(project):
        return
    jobs = [j for p in pipelines(project) for j in p.workflow.jobs]
    run = (r for j in jobs for r in reach(project).of(j.commands) if _LINTERS.search(r.command.text))
    used = (s for j in jobs for s in j.all_steps if s.uses and _LINTERS.search(s.uses))
    found, action = next(run, None), next(used, None)
    if found is not None:
        yield ok("A pipeline checks the specification.", *found.places)
    elif action is not None:
        yield ok("A pipeline checks the specification.", action)
    else:
        buf = "add `buf lint` to the pipeline, and `buf breaking --against` the main branch."
        yield bad(f"No pipeline checks {written[0].path}.", written[0], fix=buf if written[0] in calls else None)
