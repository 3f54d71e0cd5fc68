"""Do calls between the system's own parts reach a route, and is what they bring looked at?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from kit.checks.contract.paths import IN_DEPTH, Steps, answers, http_routes, is_parameter, serving, steps, takes
from kit.checks.shared.browser import on_page
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT, Match
from kit.system.model import Call, Route, Service
from kit.system.scope import within

_GAP = "{…}"
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)
_NEAR = 0.85
_BODY = re.compile(
    r"^(?:[\w.$]+)(?:\(\s*['\"`][\w.]+['\"`]\s*\)(?:\s*\.(?:where|into|returning)\([^()]{0,200}\)){0,4}\s*)?\.(?:create|insert|insertOne|insertMany|update|updateOne|upsert|findByIdAndUpdate"
    r"|findOneAndUpdate|save|build|insertGraph)\("
)
_WHOLE = re.compile(r"(?:\bdata:\s*|\.\.\.|[(,]\s*|\$set:\s*)(?:req|request|ctx\.request|c\.req)\.body\s*(?=[,)}\n])")
_MAKE_ROUTES = (
    "finale-rest", "epilogue", "express-restify-mongoose", "json-server", "@feathersjs/feathers", "@nestjsx/crud",
    "@dataui/crud", "@strapi/strapi", "payload", "@keystone-6/core", "@loopback/rest", "sails", "better-auth",
    "next-auth", "@auth/express", "fastapi-crudrouter", "fastapi-users", "djoser", "dj-rest-auth",
    "flask-restless", "Flask-AppBuilder", "@directus/api", "adminjs",
)  # fmt: skip
_ROUTED = re.compile(r"\.(?:get|post|put|patch|delete|use|all|route)$")
_CHECKED = re.compile(
    r"validat|schema|safeParse|\.parse\(|\bjoi\b|\byup\b|celebrate|checkSchema|\bbody\(", re.IGNORECASE
)


@dataclass(frozen=True)
class Target:
    """A call of the project's own with the services that it may go to, and the path that it asks for."""

    caller: Service
    call: Call
    path: Steps
    services: tuple[Service, ...]


@check("CTR-007", "Calls between the parts reach a route", Severity.HIGH, Clause.SPECIFICATION, effort_hours=1)
def calls_reach_routes(project: Project) -> Iterator[Fact]:
    """
    A front end that calls a route which the API does not have shows its users an error that no test of either
    part sees.

    Decides: calls whose host names one of the project's own services, and relative calls (or calls on a
    configured base) that begin as the routes of the only API do, against the routes of that service: method and
    path, computed steps standing for anything. Proxies that add or take off steps are allowed for.

    Fix: call the route that there is, or serve the one that is called.

    Blind to: calls whose path is computed; services whose routes could not all be read, which are left out.

    See: https://martinfowler.com/articles/consumerDrivenContracts.html
    """
    held: dict[tuple[str, str], list[Target]] = defaultdict(list)
    for target in _targets(project):
        found = _reached(project, target)
        names = " or ".join(s.name for s in target.services)
        if found is True:
            held[(target.caller.name, names)].append(target)
        elif found is False:
            yield _lost(target, names)
    for (caller, names), targets in held.items():
        number = f"{len(targets)} calls of {names} reach" if len(targets) > 1 else f"its call of {names} reaches"
        yield ok(f"{caller}: {number} a route.", targets[0].call)


def _targets(project: Project) -> Iterator[Target]:
    offering = serving(project)
    seen = set()
    for service in project.system.own:
        for call in service.calls:
            path = steps(_SCHEME.sub("", _without_base(call.fact.url)))
            if not path or call.at in seen or all(map(is_parameter, path)):
                continue
            named = tuple(s for s in offering if s.name == call.service)
            relative = call.service is None and not _SCHEME.match(call.fact.url)
            found = named or (_relative(project, call, path, service, offering) if relative else ())
            if found:
                seen.add(call.at)
                yield Target(service, call, path, found)


def _without_base(url: str) -> str:
    """The URL without a computed base before its first slash."""
    return url[len(_GAP) :] if url.startswith(f"{_GAP}/") else url


def _relative(
    project: Project, call: Call, path: Steps, caller: Service, offering: list[Service]
) -> tuple[Service, ...]:
    """The services that a call without a host may go to: the caller itself where it serves routes, and the only
    API beside it, where the path begins as routes of one of them do."""
    url = call.fact.url
    if not url.startswith(("/", f"{_GAP}/")):
        return ()
    mine = [s for s in offering if s.name == caller.name or s.root == caller.root]
    others = [s for s in offering if s not in mine and s.kind == "api"]
    if call.fact.client != "fetch" and not on_page(project, call.fact.at.path) and _brings_base(project, call):
        return ()
    # A server has no page to be relative to: its client brings the base of somebody else.
    own = mine if call.fact.client == "fetch" or on_page(project, call.fact.at.path) or not others else []
    alike = [s for s in others if _begins_alike(path, s)]
    only = others if len(others) <= 1 else alike if len(alike) == 1 else []
    candidates = [*own, *only] if only or url.startswith("/") else []
    fitting = [s for s in candidates if _begins_alike(path, s, twice=url.startswith(_GAP) and not own)]
    # A computed base may be any host: only an API whose paths begin alike makes it likely to be that one.
    if url.startswith(_GAP) and not any(s.kind == "api" for s in fitting):
        return ()
    return tuple(candidates) if fitting else ()


def _brings_base(project: Project, call: Call) -> bool:
    """Whether the file makes its client with a base of its own."""
    return re.search(r"\baxios\.create\([^;]{0,300}\bbase_?URL\b", project.code.text(call.fact.at.path)) is not None


def _begins_alike(path: Steps, service: Service, *, twice: bool = False) -> bool:
    """Whether the path begins as routes of the service do: with `api` or a version, else, or where asked, with two
    steps."""
    heads = {steps(r.path)[:2] for r in http_routes(service)}
    usual = not twice and (path[0] == "api" or re.fullmatch(r"v\d+", path[0]) is not None)
    return any(head and head[0] == path[0] and (usual or path[:2] == head) for head in heads)


def _reached(project: Project, target: Target) -> bool | None:
    """Whether the call reaches a route; None where that cannot be told."""
    method = target.call.fact.method
    for service in target.services:
        if any(_fits(r, target.path) for r in http_routes(service) if takes(r, method)):
            return True
    whole = all(_read_whole(project, s) and not _spoken_of(project, target, s) for s in target.services)
    return False if whole else None


def _read_whole(project: Project, service: Service) -> bool:
    """Whether the routes that were read are all: no prefix is open, and no library makes routes of models."""
    known = all(r.prefix_known and r.mounted is not None for r in http_routes(service))
    packages = [p for p in project.packages if service.root is not None and within(service.root, p.dir)]
    made = any(p.depends_on(*_MAKE_ROUTES) for p in packages)
    return known and not made and service.language in IN_DEPTH - {"java"}


def _spoken_of(project: Project, target: Target, service: Service) -> bool:
    """Whether the service's code speaks of what is called though no route does: it may be made at run time."""
    served = {s.lower() for r in http_routes(service) if r.method != "OPTIONS" for s in steps(r.path)}
    strange = [s for s in target.path if "…" not in s and s.lower() not in served]
    needles = [f"{mark}{step}" for step in strange for mark in "/\"'`"]
    root = target.caller.root
    aside = root if root and root not in {".", service.root} else target.call.at.path
    held = project.code.holding(*needles) if needles else ()
    word = re.compile(rf"[/\"'`](?:{'|'.join(map(re.escape, strange))})(?![\w-])")
    beside = (p for p in held if within(p, service.root or ".") and not within(p, aside))
    return any(word.search(project.code.text(p)) for p in beside)


def _fits(route: Route, path: Steps) -> bool:
    known = steps(route.path)
    if any(answers(known, wanted) or _alike(known, wanted) for wanted in _variants(path)):
        return True
    return any(answers(known[cut:], path) for cut in (1, 2) if len(known) > cut and len(path) > 1)


def _variants(path: Steps) -> Iterator[Steps]:
    """The path as it is called, and as a proxy that takes off its first steps hands it on."""
    yield path
    yield from (path[cut:] for cut in (1, 2) if len(path) > cut + 1)


def _alike(known: Steps, wanted: Steps) -> bool:
    """Step by step the same, where a computed step of the call may be any step of the route, the last any number."""
    if len(known) > len(wanted) and wanted and "…" in wanted[-1]:
        known = known[: len(wanted)]
    same_length = len(known) == len(wanted)
    return same_length and all(a == b or "…" in b or is_parameter(a) for a, b in zip(known, wanted, strict=True))


def _lost(target: Target, names: str) -> Fact:
    call = f"{target.caller.name} calls {target.call.fact.method} /{'/'.join(target.path)}"
    routes = [r for s in target.services for r in http_routes(s) if r.method != "OPTIONS"]
    other = next((r for r in routes if _fits(r, target.path)), None)
    if other is not None:
        # a library may serve the other methods of a resource
        message = f"{call}; {names} serves that path for {other.method} only."
        return bad(message, target.call, other, severity=Severity.MEDIUM)
    near = get_close_matches("/" + "/".join(target.path), [r.path for r in routes], n=1, cutoff=_NEAR)
    closest = [r for r in routes if near and r.path == near[0]][:1]
    hint = f"; {near[0]} is there" if near else ""
    return bad(f"{call}, and {names} has no such route{hint}.", target.call, *closest)


@check(
    "CTR-009",
    "What a request brings is named before it is stored",
    Severity.MEDIUM,
    Clause.SPECIFICATION,
    effort_hours=2,
)
def bodies_are_named(project: Project) -> Iterator[Fact]:
    """
    A body that goes into the database as it came lets the caller set columns that nobody meant to offer: a
    role, a price, an owner.

    Decides: calls that write to a store and are handed the request's whole body, and whether the route that
    they are part of has it checked before. Where the route is elsewhere, it is unknown.

    Fix: parse the body with a schema that names what may be set, and store what that returns.

    Blind to: checks in functions whose names do not say so.

    See: https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/
    """
    for match in project.code.find(kind="call_expression", languages=JAVASCRIPT, needles=(".body",)):
        whole = _WHOLE.search(match.text[:2000]) if _BODY.match(match.text) else None
        if whole is not None and "{" not in match.text[: match.text.find("(")]:
            line = (match.at.line or 1) + match.text[: whole.start()].count("\n")
            yield _stored(match, At(match.path, line))


def _stored(match: Match, place: At) -> Fact:
    written = _BODY.match(match.text)
    name = re.sub(r"\s", "", written[0].removesuffix("(")) if written is not None else "A call"
    before = _before(match)
    if before is None:
        return unknown(
            f"{name} stores the whole body of a request; whether it was checked before is said elsewhere.", place
        )
    if _CHECKED.search(before):
        return ok(f"{name} stores a body that was checked before.", place)
    return bad(f"{name} stores the whole body of a request: the caller sets whatever column it names.", place)


def _before(match: Match) -> str | None:
    """What stands before a write in the route that it is part of; None where the route is elsewhere."""
    for node in match.node.ancestors():
        callee = node.field("function") if node.kind() == "call_expression" else None
        if callee is not None and _ROUTED.search(callee.text()):
            return str(node.text()[: match.node.range().start.index - node.range().start.index])
    return None
