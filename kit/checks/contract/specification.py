"""The API's specification: is it there, does it hold together, and is it what the code serves?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.contract.common import Api, alike, apis, shown
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.system.model import Route

GENERATING = {
    "fastapi": "FastAPI makes one from the code",
    "springdoc-openapi-starter-webmvc-ui": "springdoc makes one from the code",
    "@nestjs/swagger": "@nestjs/swagger makes one from the code",
    "swagger-jsdoc": "swagger-jsdoc makes one from comments",
    "drf-spectacular": "drf-spectacular makes one from the code",
    "@fastify/swagger": "@fastify/swagger makes one from the routes",
    "flask-smorest": "flask-smorest makes one from the code",
    "tsoa": "tsoa makes one from the code",
    "zod-to-openapi": "zod-to-openapi makes one from the schemas",
    "github.com/swaggo/swag": "swag makes one from comments",
}
_OPERATING = re.compile(
    r"/(health\w*|live\w*|ready\w*|metrics|ping|version|docs|openapi\S*|swagger\S*|favicon\S*|robots\S*)$"
)
_VERSIONED = re.compile(r"(^|/)v\d+(/|$)|/\d{4}-\d{2}-\d{2}/")
_CHECKED = re.compile(
    r"spectral|redocly|swagger-cli|openapi-generator[^\n]*validate|openapi lint|vacuum|schemathesis|dredd|\bpact\b|oasdiff|"
    r"openapi-diff|\bprism\b|openapi-typescript[^\n]*--check|portman",
    re.IGNORECASE,
)


@check("CTR-001", "The API has a specification", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=8)
def has_specification(project: Project) -> Iterator[Fact]:
    """
    Without a specification every caller reads the code, and each reads something else.

    Decides: an OpenAPI file, or a library that makes one from the code, for each service with more than two routes.

    Fix: write `openapi.yaml`, or have the framework make one and keep it beside the code.

    Blind to: specifications in a portal; gRPC and GraphQL, which carry their own.

    See: https://spec.openapis.org/oas/latest.html
    """
    for api in apis(project):
        if api.specification is not None:
            yield ok(f"{api.service.name}: its API is specified.", api.specification)
            continue
        made = _made(project, api)
        if made is not None:
            yield ok(f"{api.service.name}: {made[0]}.", made[1])
        else:
            yield bad(f"{api.service.name}: {len(api.routes)} routes and no specification of them.", api.routes[0])


def _made(project: Project, api: Api) -> tuple[str, At] | None:
    for package in project.packages:
        within = api.service.root in {".", package.dir} or package.dir.startswith(f"{api.service.root}/")
        found = package.depends_on(*GENERATING) if within else None
        if found is not None:
            return GENERATING.get(found.name, f"{found.name} makes one from the code"), found.at
    return None


@check("CTR-002", "What is specified is served", Severity.HIGH, Clause.SPECIFICATION, effort_hours=3)
def specified_is_served(project: Project) -> Iterator[Fact]:
    """
    An operation that stands in the specification and not in the code is a promise that answers 404.

    Decides: each operation of an OpenAPI file against the routes of the services whose paths it describes, parameters
    compared by position, the server's base path with and without.

    Fix: serve the operation, or take it out of the specification.

    Blind to: services outside of the repository; a file that fits no service is not judged.

    See: https://spec.openapis.org/oas/latest.html#paths-object
    """
    for api in apis(project):
        if api.specification is None:
            continue
        missing = [o for o in api.specification.operations if not any(alike(o, r) for r in api.routes)]
        for operation in missing:
            yield bad(
                f"{api.service.name}: {operation.method} {operation.path} is specified, and nothing serves it.",
                operation,
            )
        held = len(api.specification.operations) - len(missing)
        if held:
            yield ok(f"{api.service.name}: {held} specified operations are served.", api.specification)


@check("CTR-003", "What is served is specified", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=2)
def served_is_specified(project: Project) -> Iterator[Fact]:
    """
    A route that no specification names is tested by nobody's client and guarded by nobody's gateway.

    Decides: each route of a service with an OpenAPI file against its operations; health, metrics and documentation routes
    are left out.

    Fix: add the operation to the specification, or take the route out.

    Blind to: routes that a gateway keeps inside.

    See: https://spec.openapis.org/oas/latest.html#paths-object
    """
    for api in apis(project):
        if api.specification is None:
            continue
        for route in _untold(api):
            yield bad(
                f"{api.service.name}: {route.method} {route.path} is served, and no specification names it.", route
            )
        if not _untold(api):
            yield ok(f"{api.service.name}: all its routes are specified.", api.specification)


def _untold(api: Api) -> list[Route]:
    assert api.specification is not None
    told = api.specification.operations
    judged = [r for r in api.routes if not _OPERATING.search(r.path) and r.prefix_known]
    return [r for r in judged if not any(alike(o, r) for o in told)]


@check("CTR-005", "Specifications hold together", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=1)
def specifications_hold(project: Project) -> Iterator[Fact]:
    """
    A specification with references to nowhere makes every generator and validator stop.

    Decides: each OpenAPI file can be read, its local references lead somewhere, and no operation id stands twice.

    Fix: define the schema that is referred to; give each operation an id of its own.

    Blind to: references to other addresses.

    See: https://spec.openapis.org/oas/latest.html#reference-object
    """
    for specification in project.openapi:
        problems = [specification.error] if specification.error else list(specification.unresolved)
        for problem in problems:
            yield bad(f"{specification.path}: {problem.message}", problem)
        seen: set[str] = set()
        for operation in specification.operations:
            if operation.operation_id in seen:
                yield bad(f"{specification.path}: the operation id {operation.operation_id} stands twice.", operation)
            seen.add(operation.operation_id or "")
        if not problems:
            yield ok(f"{specification.path} holds together.", specification)


@check("CTR-008", "The API is versioned", Severity.LOW, Clause.SPECIFICATION, effort_hours=4)
def api_is_versioned(project: Project) -> Iterator[Fact]:
    """
    Without a version in its address a change to the interface is a change for every client at once.

    Decides: services with more than four routes have a version in most paths, or read one from a header.

    Fix: mount the routes under `/v1`.

    Blind to: versions that a gateway adds.

    See: https://cloud.google.com/apis/design/versioning
    """
    for api in apis(project):
        routes = [r for r in api.routes if not _OPERATING.search(r.path)]
        if len(routes) < 5 or api.service.kind == "web":
            continue
        versioned = [r for r in routes if _VERSIONED.search(r.path)]
        if len(versioned) * 2 >= len(routes):
            yield ok(f"{api.service.name}: its routes carry a version.", versioned[0])
        else:
            yield bad(
                f"{api.service.name}: {len(routes) - len(versioned)} of {len(routes)} routes carry no version.",
                routes[0],
            )


@check("CTR-010", "The specification is checked in a pipeline", Severity.LOW, Clause.SPECIFICATION, effort_hours=3)
def specification_is_checked(project: Project) -> Iterator[Fact]:
    """
    A specification that nothing checks drifts from the code with the first hurried change.

    Decides: a pipeline lints the specification, or runs contract tests against it.

    Fix: run `npx @redocly/cli lint openapi.yaml`, and `schemathesis run` against a started service.

    Blind to: contract tests that are written as ordinary tests.

    See: https://schemathesis.readthedocs.io/
    """
    if not project.openapi:
        return
    scripts = {name: node.text for p in project.packages for name, node in p.scripts.items()}
    for workflow in project.workflows:
        for command in workflow.commands:
            called = " ".join(text for name, text in scripts.items() if name in command.args)
            if _CHECKED.search(f"{command.text} {called}"):
                yield ok("A pipeline checks the specification.", command)
                return
    for path in project.code.holding(
        "schemathesis", "jest-openapi", "chai-openapi", "openapi-response-validator", "@pact-foundation"
    ):
        yield partial("Code checks answers against the specification; no pipeline step for it was found.", At(path))
        return
    yield bad(f"{shown(project.openapi[0].path)} is checked by no pipeline.", project.openapi[0])
