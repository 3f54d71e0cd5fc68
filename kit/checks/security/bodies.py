"""Is what requests bring held to a form before it is used?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kit.checks.security.common import CHANGING, is_hook, public, served
from kit.checks.shared.calls import JAVASCRIPT, runs
from kit.checks.shared.services import folders_of, packages_of
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.system.model import Service
from kit.system.scope import covers

_BODY = re.compile(
    r"@RequestBody\b(?:\([^()]{0,80}\))?\s*(?:final\s+|@[\w.]{1,60}\s+){0,3}(?:(?:Mono|Flux|List|Set|Collection)<\s*)?([A-Z]\w{0,80})\b(?![<.])[^,;{]{0,20}?\s(\w+)\s*[,)]"
)
_ASKED = re.compile(r"@(?:[\w.]*\.)?Valid(?:ated)?\b")
_CONSTRAINT = re.compile(
    r"@(?:[\w.]*\.)?(?:NotNull|NotBlank|NotEmpty|Size|Min|Max|Email|Pattern|Positive\w*|Negative\w*|Past\w*|Future\w*|DecimalM\w+|Digits|Valid|AssertTrue|AssertFalse|Length|Range)\b"
)
_BY_HAND = re.compile(r"(?i)validat|sanitiz|\bassert\w*\(|requireNonNull|checkArgument")
_LIBRARIES = (
    "zod", "joi", "@hapi/joi", "yup", "ajv", "express-validator", "class-validator", "superstruct", "valibot",
    "@sinclair/typebox", "typebox", "@fastify/type-provider-typebox", "fastify-type-provider-zod", "io-ts", "runtypes",
    "arktype", "celebrate", "express-joi-validation", "express-openapi-validator", "express-openapi-validate",
    "fastest-validator", "validator", "validatorjs", "indicative", "jsonschema", "is-my-json-valid", "envalid-body",
    "nestjs-zod", "tsoa", "typia", "@vinejs/vine", "computed-types", "myzod", "@effect/schema", "effect", "decoders",
    "openapi-backend", "@hono/zod-validator", "koa-joi-router", "koa-validate", "routing-controllers", "@trpc/server",
    "graphql", "mongoose", "express-json-validator-middleware", "express-jsonschema", "validate.js", "@arcjet/node",
)  # fmt: skip
"""What holds a body to a form. Mongoose does so before it stores."""
_NEST_BODY = re.compile(r"@Body\(\s*\)\s*(\w{1,60})\s*(?:\?\s*)?:\s*([\w.<>\[\]]{1,80})")
_TAKES = re.compile(r"\b(?:req|request|ctx\.request|c\.req)\.body\b(?!\s*(?:instanceof|=[^=]))")


@check("SEC-027", "Bodies that requests bring are validated", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=4)
def bodies_are_validated(project: Project) -> Iterator[Fact]:
    """
    A form in a browser checks what its own users type. Whoever calls the route directly sends what they like: a negative
    quantity, a name of a megabyte, an object where a text was meant.

    Decides: for each service: `@RequestBody` of a class of the project without `@Valid` and without a constraint, or whose
    constraints nothing asks for, on changing routes of Spring; `@Body()` of Nest without a ValidationPipe anywhere; bodies
    that Express, Fastify and Koa take where the service depends on no library for validation. Code that speaks of
    validation by other means leaves it unknown. Models of FastAPI hold by nature.

    Fix: state what is allowed, and answer 400 to all else.
    - node: parse the body with a schema of zod first: `const order = Order.parse(req.body)`.
    - java: constraints on the class, and `@Valid @RequestBody`.

    Blind to: bodies of which a library validates some only, and rules that say too little.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Input_Validation_Cheat_Sheet.html
    """
    for service, routes in served(project):
        changing = [r for r in public(routes) if r.method in CHANGING - {"DELETE"} and not is_hook(r.path)]
        if not changing:
            continue
        if service.language in {"java", "kotlin"}:
            yield from _of_spring(project, service, {r.at.path for r in changing})
        elif any(r.framework == "nestjs" or r.framework == "nest" for r in changing):
            yield from _of_nest(project, service, {r.at.path for r in changing})
        elif service.language in JAVASCRIPT and service.framework in {"express", "fastify", "koa"}:
            yield from _of_node(project, service)


def _of_spring(project: Project, service: Service, controllers: set[str]) -> Iterator[Fact]:
    held: list[At] = []
    open_ones: list[At] = []
    unasked: list[str] = []
    for path in sorted(controllers):
        text = project.code.text(path)
        for found in _BODY.finditer(text) if path.endswith(".java") and runs(path) else ():
            at = at_offset(path, text, found.start())
            around = text[max(0, found.start() - 60) : found.end()].rpartition("@RequestBody")
            declared = _declared(project, found[1])
            method = text[found.end() : found.end() + 600]
            if _ASKED.search(re.split(r"[(,]", around[0])[-1] + around[2]):
                held.append(at)
            elif declared is not None and not _BY_HAND.search(method.partition("@RequestBody")[0]):
                open_ones.append(at)
                unasked += [found[1]] if _CONSTRAINT.search(declared) else []
    if open_ones:
        taken = (
            "1 body is taken as it comes" if len(open_ones) == 1 else f"{len(open_ones)} bodies are taken as they come"
        )
        more = f"; the constraints of {unasked[0]} are asked by nothing" if unasked else ""
        yield bad(f"{service.name}: {taken}, without @Valid{more}.", *open_ones[:5])
    elif held:
        yield ok(f"{service.name}: {plural(len(held), 'body', 'bodies')} of requests with @Valid.", held[0])


@lru_cache(maxsize=4096)
def _declared(project: Project, name: str) -> str | None:
    """The text of the file that declares a class of the project; None for classes of libraries, and for enums."""
    declares = re.compile(rf"\b(?:class|record)\s+{re.escape(name)}\b[^\n]*")
    for path in project.code.holding(f"class {name}", f"record {name}", languages=("java",)):
        text = project.code.text(path)
        found = declares.search(text)
        if found is not None:
            return text[found.start() :]
    return None


def _of_nest(project: Project, service: Service, controllers: set[str]) -> Iterator[Fact]:
    places = [
        at_offset(path, project.code.text(path), found.start())
        for path in sorted(controllers)
        for found in (_NEST_BODY.finditer(project.code.text(path)) if runs(path) else ())
    ]
    if not places:
        return
    folders = folders_of(project, service)
    files = [p for p in project.code.files(*JAVASCRIPT) if covers(folders, p)]
    pipe = next(
        (
            p
            for p in files
            if re.search(r"ValidationPipe|ZodPipe|APP_PIPE|useGlobalPipes|createZodDto|typia", project.code.text(p))
        ),
        None,
    )
    typed = any("class-validator" in project.code.text(p) for p in files)
    if pipe is not None:
        yield ok(f"{service.name}: a pipe validates the bodies of requests.", At(pipe))
    elif any(_BY_HAND.search(project.code.text(at.path)) for at in places):
        yield unknown(
            f"{service.name}: no ValidationPipe; what its controllers call validation is not read.", places[0]
        )
    else:
        more = ": the rules of class-validator are asked by nothing" if typed else ""
        yield bad(f"{service.name}: no ValidationPipe, so bodies are taken as they come{more}.", *places[:5])


def _of_node(project: Project, service: Service) -> Iterator[Fact]:
    folders = folders_of(project, service)
    files = [p for p in project.code.holding(".body", languages=JAVASCRIPT) if covers(folders, p) and runs(p)]
    places = [
        at_offset(path, text, found.start())
        for path in files
        if (found := _TAKES.search(text := project.code.text(path))) and not is_hook(path)
    ]
    if not places:
        return
    library = next((d for p in packages_of(project, service) if (d := p.depends_on(*_LIBRARIES)) is not None), None)
    if library is not None:
        yield ok(f"{service.name}: {library.name} is there to validate what requests bring.", library)
    elif _speaks_of(project, folders):
        yield unknown(f"{service.name}: no library for validation; what its code calls so is not read.", places[0])
    else:
        yield bad(f"{service.name}: bodies of requests are taken as they come; nothing validates them.", *places[:5])


def _speaks_of(project: Project, folders: tuple[str, ...]) -> bool:
    """Whether code validates by means of its own, or a route states the schema of its body."""
    words = re.compile(r"(?i)validat|sanitiz|\bschema\s*:\s*\{|\bschema\b[^\n]{0,40}\.parse|typeof [\w.]*\bbody\b")
    return any(covers(folders, p) and words.search(project.code.text(p)) for p in project.code.files(*JAVASCRIPT))
