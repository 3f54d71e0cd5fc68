"""Do calls between the system's own parts reach a route?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from kit.checks.contract.paths import IN_DEPTH, Steps, answers, http_routes, is_parameter, serving, steps, takes
from kit.model import Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code import JAVASCRIPT
from kit.system.model import Call, Route, Service

_GAP = "{…}"
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)
_NEAR = 0.6
_BODY = re.compile(
    r"^(?:[\w.$]+)\.(?:create|insert|insertOne|insertMany|update|updateOne|upsert|findByIdAndUpdate|findOneAndUpdate|save|build|insertGraph)\("
)
_WHOLE = re.compile(r"(?:\bdata:\s*|\.\.\.|[(,]\s*|\$set:\s*)(?:req|request|ctx\.request|c\.req)\.body\s*(?=[,)}\n])")


@dataclass(frozen=True)
class Target:
    """A call of the project's own with the services that it may go to, and the path that it asks for."""

    caller: Service
    call: Call
    path: Steps
    services: tuple[Service, ...]
    certain: bool


@check("CTR-007", "Calls between the parts reach a route", Severity.HIGH, Clause.SPECIFICATION, effort_hours=1)
def calls_reach_routes(project: Project) -> Iterator[Fact]:
    """
    A front end that calls a route which the API does not have shows its users an error that no test of either part sees.

    Decides: calls whose host names one of the project's own services, and relative calls (or calls on a configured base)
    whose first steps are those of the only API, against the routes of that service: method and path, computed steps
    standing for anything. Proxies that add or take off steps are allowed for.

    Fix: call the route that there is, or serve the one that is called.

    Blind to: calls whose path is computed; calls to services whose routes could not all be read, which are left out.

    See: https://martinfowler.com/articles/consumerDrivenContracts.html
    """
    held: dict[tuple[str, str], list[Target]] = defaultdict(list)
    for target in _targets(project):
        found = _reached(target)
        names = " or ".join(s.name for s in target.services)
        if found is True:
            held[(target.caller.name, names)].append(target)
        elif found is False:
            yield _lost(target, names)
    for (caller, names), targets in held.items():
        yield ok(
            f"{caller}: {len(targets)} call{'' if len(targets) == 1 else 's'} of {names} reach a route.",
            targets[0].call,
        )


def _targets(project: Project) -> Iterator[Target]:
    offering = serving(project)
    apis = [s for s in offering if s.kind in {"api", "web", "unknown"}]
    seen = set()
    for service in project.system.own:
        for call in service.calls:
            path = steps(_SCHEME.sub("", _without_base(call.fact.url)))
            if not path or call.at in seen or all(map(is_parameter, path)):
                continue
            named = [s for s in offering if s.name == call.service]
            if named:
                seen.add(call.at)
                yield Target(service, call, path, tuple(named), certain=True)
            elif (
                call.service is None
                and not _SCHEME.match(call.fact.url)
                and (own := _relative(call, path, service, apis))
            ):
                seen.add(call.at)
                yield Target(service, call, path, own, certain=False)


def _without_base(url: str) -> str:
    """The URL without a computed base before its first slash."""
    return url[len(_GAP) :] if url.startswith(f"{_GAP}/") else url


def _relative(call: Call, path: Steps, caller: Service, apis: list[Service]) -> tuple[Service, ...]:
    """The services that a call without a host may go to: the caller itself where it serves pages and routes, else the only
    API, where the path begins as its routes do."""
    if not (call.fact.url.startswith(("/", f"{_GAP}/"))):
        return ()
    own = [s for s in apis if s.name == caller.name or s.root == caller.root]
    others = [s for s in apis if s not in own and s.kind == "api"]
    alike = [s for s in others if _begins_alike(path, s)]
    only = others if len(others) <= 1 else alike if len(alike) == 1 else []
    candidates = [*own, *only] if only or call.fact.url.startswith("/") else []
    fitting = [s for s in candidates if _begins_alike(path, s)]
    outside = call.fact.url.startswith(_GAP) and not any(s.kind == "api" for s in fitting)
    return tuple(candidates) if fitting and not outside else ()


def _begins_alike(path: Steps, service: Service) -> bool:
    """Whether the path begins with the two steps that routes of the service begin with, one where it has only one."""
    heads = {steps(r.path)[:2] for r in http_routes(service) if not any(map(is_parameter, steps(r.path)[:1]))}
    return any(
        head
        and path[: len(head)][:1] == head[:1]
        and (path[0] == "api" or re.fullmatch(r"v\d+", path[0]) is not None or path[:2] == head)
        for head in heads
    )


def _reached(target: Target) -> bool | None:
    """Whether the call reaches a route; None where that cannot be told."""
    method = target.call.fact.method
    for service in target.services:
        routes = [r for r in http_routes(service) if takes(r, method)]
        if any(_fits(r, target.path) for r in routes):
            return True
    if any(r.method == "OPTIONS" and _fits(r, target.path) for s in target.services for r in http_routes(s)):
        return None  # a preflight alone in the code: a library makes the rest
    whole = all(
        s.language in IN_DEPTH
        and s.language != "java"
        and all(r.prefix_known and r.mounted is not None for r in http_routes(s))
        for s in target.services
    )
    return False if whole else None


def _fits(route: Route, path: Steps) -> bool:
    known = steps(route.path)
    if any(answers(known, wanted) or _alike(known, wanted) for wanted in _variants(path)):
        return True
    return any(answers(known[cut:], path) for cut in (1, 2) if len(known) > cut and len(path) > 1)


def _variants(path: Steps) -> Iterator[Steps]:
    """The path as it is called, and as a proxy that takes off its first steps hands it on."""
    yield path
    for cut in (1, 2):
        if len(path) > cut + 1:
            yield path[cut:]


def _alike(known: Steps, wanted: Steps) -> bool:
    """Step by step the same, where a computed step of the call may be any step of the route."""
    if len(known) != len(wanted):
        return bool(wanted) and "…" in wanted[-1] and len(known) > len(wanted) and _alike(known[: len(wanted)], wanted)
    return all(a == b or "…" in b or is_parameter(a) for a, b in zip(known, wanted, strict=True))


def _lost(target: Target, names: str) -> Fact:
    method, path = target.call.fact.method, "/" + "/".join(target.path)
    routes = [r for s in target.services for r in http_routes(s)]
    other = next((r for r in routes if _fits(r, target.path)), None)
    if other is not None:
        return bad(
            f"{target.caller.name} calls {method} {path}; {names} serves that path for {other.method} only.",
            target.call,
            other,
        )
    near = get_close_matches(path, [r.path for r in routes], n=1, cutoff=_NEAR)
    closest = next((r for r in routes if near and r.path == near[0]), None)
    hint = f"; {closest.path} is there" if closest else ""
    return bad(
        f"{target.caller.name} calls {method} {path}, and {names} has no such route{hint}.",
        target.call,
        *([closest] if closest else []),
    )


@check(
    "CTR-009",
    "What a request brings is named before it is stored",
    Severity.MEDIUM,
    Clause.SPECIFICATION,
    effort_hours=2,
)
def bodies_are_named(project: Project) -> Iterator[Fact]:
    """
    A body that goes into the database as it came lets the caller set columns that nobody meant to offer: a role, a price,
    an owner.

    Decides: calls that write to a store and are handed the request's whole body.

    Fix: parse the body with a schema that names what may be set, and store what that returns.

    Blind to: bodies that are checked by a middleware before; those are named here all the same where all of it is stored.

    See: https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/
    """
    parsed = set(project.code.holding(
            "safeParse", ".parse(", "validate(", "Joi", "yup", "zod", "express-validator", "celebrate"
        ))
    for match in project.code.find(kind="call_expression", languages=JAVASCRIPT, needles=(".body",)):
        if (
            _BODY.match(match.text)
            and (whole := _WHOLE.search(match.text[:2000])) is not None
            and "{" not in match.text[: match.text.find("(")]
        ):
            line = (match.at.line or 1) + match.text[: whole.start()].count("\n")
            place = type(match.at)(match.path, line)
            if match.path in parsed:
                yield unknown(
                    f"{match.text.split('(')[0]} stores the whole body of a request; whether it was checked before cannot be told.",
                    place,
                )
            else:
                yield bad(
                    f"{match.text.split('(')[0]} stores the whole body of a request: the caller sets whatever column it names.",
                    place,
                )
