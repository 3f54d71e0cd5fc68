"""Is there a specification, is it sound, and does it say enough?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from kit.checks.contract.paths import Joined, http_routes, is_public, joined, same, serving, shows_pages, steps, takes
from kit.checks.contract.protos import Proto, protos
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.papers.openapi import OpenApi, at_pointer
from kit.system.model import Route, Service
from kit.system.scope import within

FEW = 3
MANY = 12
_GENERATORS = {
    "SwaggerModule.setup(": "NestJS", "SwaggerModule.createDocument(": "NestJS",
    "drf_spectacular": "drf-spectacular", "drf_yasg": "drf-yasg", "flask_smorest": "flask-smorest",
    "flasgger": "flasgger", "connexion": "connexion", "apispec": "apispec",
    "swagger-jsdoc": "swagger-jsdoc", "@fastify/swagger": "@fastify/swagger",
    "express-openapi": "express-openapi", "openapi-backend": "openapi-backend",
    "@hono/zod-openapi": "zod-openapi", "hono-openapi": "hono-openapi", "tsoa": "tsoa",
    "zod-to-openapi": "zod-to-openapi", "@ts-rest/": "ts-rest", "trpc-to-openapi": "tRPC",
    "swaggo/": "swag", "danielgtaylor/huma": "huma", "springdoc": "springdoc", "io.swagger": "swagger-core",
    "org.springframework.restdocs": "Spring REST Docs", "utoipa": "utoipa", "ninja": "Django Ninja",
    "@trpc/server": "tRPC", "ApolloServer": "GraphQL", "strawberry": "GraphQL", "graphene": "GraphQL",
    "gqlgen": "GraphQL", "@nestjs/graphql": "GraphQL",
}  # fmt: skip
_DEPENDENCIES = (
    "springdoc-openapi-starter-webmvc-ui", "org.springdoc:springdoc-openapi-starter-webmvc-ui",
    "org.springdoc:springdoc-openapi-ui", "drf-spectacular",
)  # fmt: skip
_HEADERS = ("enableVersioning(", "AcceptHeaderVersioning", "Api-Version", "X-API-Version")


@check(
    "CTR-001",
    "Each API is described by a specification",
    Severity.MEDIUM,
    Clause.SPECIFICATION,
    effort_hours=8,
)
def apis_are_specified(project: Project) -> Iterator[Fact]:
    """
    What is written down nowhere is learnt by trying: clients rely on what happens to be answered, and every
    change breaks somebody.

    Decides: each service that offers routes to others has an OpenAPI file whose operations are among its
    routes, or a library that makes one from the code (FastAPI, NestJS, springdoc ...), or a typed contract
    (tRPC, GraphQL, gRPC); each interface of a .proto file.

    Fix: generate an OpenAPI file from the code, keep it in the repository, and show it to those who call.

    Blind to: specifications that are kept elsewhere.

    See: https://spec.openapis.org/oas/latest.html
    """
    for service in serving(project):
        offered = [r for r in http_routes(service) if is_public(service, r)]
        if len(offered) < FEW or shows_pages(project, service):
            continue
        described = [j for j in joined(project) if j.service is service]
        made = generator(project, service)
        if described:
            yield _covered(service, offered, described)
        elif made is not None:
            yield ok(f"{service.name}: {made[0]} describes the interface.", made[1])
        else:
            grade = Severity.LOW if service.kind == "web" and service.framework else Severity.MEDIUM
            every = len(service.routes)
            number = (
                f"{len(offered)} routes" if len(offered) == every else f"{len(offered)} of {every} routes are an API"
            )
            words = f"{service.name}: {number}, and no specification of them."
            yield bad(words, offered[0], severity=grade)
    yield from _called(project)


def _called(project: Project) -> Iterator[Fact]:
    """The interfaces of .proto files, each once; of copies that differ CTR-014 tells."""
    copies: dict[tuple[str, str], list[Proto]] = defaultdict(list)
    for proto in protos(project):
        for name in proto.services:
            copies[proto.package, name].append(proto)
    for (_, name), several in copies.items():
        first, *others = several
        if all(other.shape == first.shape for other in others):
            yield ok(f"{first.path} describes the interface {name}.", first.services[name])


def _covered(service: Service, offered: list[Route], described: list[Joined]) -> Fact:
    number = sum(_specified(r, described) for r in offered)
    spec = described[0].spec
    if number * 2 < len(offered):
        words = f"{service.name}: the specification has {number} of {len(offered)} routes."
        return partial(words, spec, severity=Severity.LOW)
    return ok(f"{service.name}: {spec.path} describes the interface.", spec)


def _specified(route: Route, described: list[Joined]) -> bool:
    known = steps(route.path)
    return any(takes(route, o.method) and same(j.shift.of(o.path), known) for j in described for o in j.spec.operations)


def generator(project: Project, service: Service) -> tuple[str, At] | None:
    """What makes a description of the service's interface from its code, and where that is said."""
    names = {"fastapi": "FastAPI", "trpc": "tRPC", "grpc": "a .proto file"}
    first = next((r for r in service.routes if r.framework in names), None)
    if first is not None:
        return names[first.framework], first.at
    root = service.root or "."
    for path in project.code.holding(*_GENERATORS):
        if within(path, root):
            text = project.code.text(path)
            mark = next(m for m in _GENERATORS if m in text)
            return _GENERATORS[mark], At(path, text[: text.find(mark)].count("\n") + 1)
    for package in project.packages:
        dependency = package.depends_on(*_DEPENDENCIES) if within(root, package.dir) else None
        if dependency is not None:
            return dependency.name, dependency.at
    return None


@check("CTR-005", "Specifications are sound", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=1)
def specifications_are_sound(project: Project) -> Iterator[Fact]:
    """
    Generators and validators stop at the first reference that leads nowhere; clients are then written by hand.

    Decides: OpenAPI files parse; every `$ref` leads somewhere; no `operationId` is used twice; each parameter
    in a path is declared.

    Fix: mend the place; `redocly lint` names all of them.

    Blind to: whether examples and schemas fit.

    See: https://spec.openapis.org/oas/latest.html#operation-object
    """
    for spec in project.openapi:
        if spec.error is not None:
            yield bad(f"{spec.path} cannot be read: {spec.error.message}", spec.error)
            continue
        wrong = [*_unresolved(spec), *_repeated(spec), *_undeclared(spec)]
        yield from wrong[:MANY]
        if not wrong:
            yield ok(f"{spec.path} is sound: {len(spec.operations)} operations.", spec)


def _unresolved(spec: OpenApi) -> Iterator[Fact]:
    found: dict[str, At] = {}
    for problem in spec.unresolved:
        found.setdefault(problem.message, problem.at)
    for message, at in found.items():
        yield bad(f"{spec.path}: {message}", at)


def _repeated(spec: OpenApi) -> Iterator[Fact]:
    counted = Counter(o.operation_id for o in spec.operations if o.operation_id)
    for name, number in counted.items():
        if number > 1:
            places = [o for o in spec.operations if o.operation_id == name]
            yield bad(f"{spec.path}: the operationId {name} is used {number} times.", *reversed(places[:4]))


def _undeclared(spec: OpenApi) -> Iterator[Fact]:
    paths = spec.document.get("paths")
    for path, item in paths.items() if paths is not None else ():
        wanted = set(re.findall(r"\{([^{}/]+)\}", path))
        for method, node in item.items() if wanted else ():
            if method.lower() in {"get", "put", "post", "delete", "patch"}:
                declared, whole = _parameters(spec, item, node)
                left = ", ".join(sorted(wanted - declared))
                if whole and left:
                    yield bad(f"{spec.path}: {method.upper()} {path} does not declare {left}.", node)


def _parameters(spec: OpenApi, *holders: Node) -> tuple[set[str], bool]:
    """The names of the parameters that are declared, and whether all of them could be read."""
    names, whole = set(), all("$ref" not in holder for holder in holders)
    for written in (node for holder in holders for node in holder.each("parameters", "*")):
        reference = written.get("$ref")
        node: Node | None = written
        if reference is not None:
            local = reference.text.startswith("#")
            node = at_pointer(spec.document.root, reference.text[1:]) if local else None
        name = node.get("name") if node is not None else None
        if name is None:
            whole = False
        else:
            names.add(name.text)
    return names, whole


@check(
    "CTR-015",
    "Specified operations state their errors",
    Severity.LOW,
    Clause.SPECIFICATION,
    effort_hours=3,
)
def operations_state_errors(project: Project) -> Iterator[Fact]:
    """
    An operation that says nothing of its errors leaves every client to find them out.

    Decides: operations that can refuse (they take a body or an id, or ask who calls) state an answer for that;
    up to a fifth without one holds.

    Fix: state an error answer; one shared `Error` schema under `default` will do for all.

    Blind to: whether the schemas say enough.

    See: https://spec.openapis.org/oas/latest.html#responses-object
    """
    for spec in project.openapi:
        judged = [o for o in spec.operations if not o.deprecated and (o.request_body or "{" in o.path or o.security)]
        silent = [o for o in judged if not any(_is_error(r) for r in o.responses)]
        if silent and len(silent) * 5 > len(judged):
            words = f"{len(silent)} of the {len(judged)} operations that can refuse state no error"
            yield partial(f"{spec.path}: {words}.", *silent[:6])
        elif judged:
            yield ok(f"{spec.path}: operations state their errors.", spec)


def _is_error(response: str) -> bool:
    return response[:1] in {"4", "5"} or response.lower() == "default"


@check("CTR-008", "The API has a version", Severity.LOW, Clause.SPECIFICATION, effort_hours=3)
def api_is_versioned(project: Project) -> Iterator[Fact]:
    """
    Without a version in the path or a header there is no way to change an answer while old clients are about.

    Decides: for services that offer at least five routes to others, a version in the path of some route, or a
    versioning set up in code.

    Fix: put `/v1` before the routes.

    Blind to: versions that a gateway adds, and APIs that only the same release's front end calls.

    See: https://learn.microsoft.com/azure/architecture/best-practices/api-design#implement-versioning
    """
    for service in serving(project):
        offered = [r for r in http_routes(service) if is_public(service, r)]
        pages = (service.kind == "web" and service.framework) or shows_pages(project, service)
        if len(offered) < 5 or pages:
            continue
        versioned = next((r for r in offered if re.search(r"(?:^|/)v\d+(?:/|$)", r.path)), None)
        held = (p for p in project.code.holding(*_HEADERS) if within(p, service.root or "."))
        header = next(held, None) if versioned is None else None
        if versioned is not None:
            yield ok(f"{service.name}: {versioned.path} carries a version.", versioned)
        elif header is not None:
            yield ok(f"{service.name}: versions are chosen by a header.", At(header))
        elif all(r.prefix_known for r in offered):
            yield bad(f"{service.name}: none of its {len(offered)} routes carries a version.", offered[0])
