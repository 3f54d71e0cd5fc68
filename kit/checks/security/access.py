"""Who may change what: do routes ask who calls?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from kit.checks.security.common import ASIDE, CHANGING, HOOKS, PROOF, dependency, is_handed_on, is_hook, served
from kit.checks.security.questions import (
    asks_by_hand,
    is_open_on_purpose,
    is_sure_to_change,
    only_answers,
    refuses_elsewhere,
)
from kit.checks.shared.fronts import front_of, guard_in_front
from kit.checks.shared.handlers import go_function, handler, statement
from kit.checks.shared.uncalled import is_uncalled
from kit.checks.shared.words import plural, route_words
from kit.model import Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.words import reads_credentials, refuses
from kit.sources.commands.command import word_set
from kit.sources.platforms.serverless import Function, HttpEvent, ServerlessFile
from kit.system.model import Route, Service

_WAY_IN = word_set(
    "login signin signup sign register registration logout signout token tokens refresh oauth oauth2 sso saml oidc "
    "callback password passwords forgot reset recover recovery verify verification confirm confirmation activate activation otp "
    "mfa 2fa magic auth authenticate authentication session sessions invite invitation invitations invites setup onboarding "
    "captcha claim passkey webauthn revoke introspect authorize logoff"
)


_PUBLIC = word_set(
    "health healthz livez readyz ready live liveness readiness ping status metrics public csp report reports contact "
    "newsletter subscribe unsubscribe feedback track tracking telemetry analytics collect beacon rum vitals locale language lang "
    "theme currency cookie consent fallback echo error errors logs ingest impression impressions click clicks form forms optin optout survey surveys"
)


_OF_HANDLERS = frozenset({"form", "forms"})
"""What handlers of any page are called after, `processUpdateForm`, whatever its path says."""
_EMPTIES = word_set("reset clear flush purge drain evict trip")
_OF_OPERATION = word_set("breaker breakers circuit cache caches queue queues pool limiter limits")
"""What no visitor empties, though its path stands below that of health and begins with a word of the way in."""
_DISPATCHERS = word_set("graphql trpc rpc mcp")
_READS = word_set(
    "search query filter export calculate estimate quote convert render parse preview validate check lookup compute find list"
)


_ACCOUNTS = frozenset({"users", "user", "accounts", "account", "members", "customers"})


_READING = re.compile(
    r"(?:get|find|query|search|list|fetch|calculate|compute|count|preview|check|validate)(?=[A-Z_]|$)"
)
"""Handlers that answer a question which is too long for a path."""
_CREATES = re.compile(r"(?i)create|add|new|open")
_WATCHED = re.compile(r"\}/(?:events?/(?:[a-z]+(?:-[a-z]+)*|\{\w+\})|views?|visits?|plays?|shares?)/?$")
"""Where is told that somebody watched, shared or clicked on a thing."""


def open_by_nature(method: str, path: str, handler: str) -> str | None:
    """Why a route that changes state may stand open: the way in, a webhook, public, a read by POST, a secret in it."""
    if re.search(r"\{\w*(?:secret|token|signature)\w*\}", path, re.IGNORECASE):
        return "capability"
    said = set(route_words(path)) | (set(route_words(handler.rsplit(".", 1)[-1])) - _OF_HANDLERS)
    last = [p for p in path.split("/") if p and not p.startswith("{")]
    if said & _EMPTIES and said & _OF_OPERATION:
        return None
    if said & HOOKS or is_hook(path):
        return "webhook"
    if last and last[-1].lower() in _DISPATCHERS:
        return "dispatcher"
    if said & _WAY_IN or any(re.search(r"password|login|logout|signin|signup|register|token$", w) for w in said):
        return "way in"
    if method == "POST" and _WATCHED.search(path):
        return "public"
    if said & _PUBLIC or (method == "POST" and set(route_words(path)[-1:]) & _READS):
        return "public"
    if method == "POST" and _READING.match(handler.rsplit(".", 1)[-1]):
        return "public"
    names_account = last[-1].lower() in _ACCOUNTS if last else bool(_CREATES.search(handler) and said & _ACCOUNTS)
    if method == "POST" and names_account and not path.endswith("}"):
        return "registration"
    return None


@check("SEC-001", "Routes that change state are authenticated", Severity.HIGH, Clause.INVARIANTS, effort_hours=4)
def changing_routes_are_authenticated(project: Project) -> Iterator[Fact]:
    """
    A route that changes something and asks nobody who they are is open to everyone who finds it.

    Decides: every PUT, PATCH and DELETE route of the services' code, and each POST that is seen to change something: a
    guard on the route, its router, its application or around it holds. Left out are ways in (login, registration, tokens), webhooks (their signature is
    another check's), health, what is public by its name, and handlers that switch the question off
    themselves. A service without any guard at all is told once.

    Fix: put the authentication middleware, dependency or guard on the router, and take public routes out by name.

    Blind to: gateways and service meshes that authenticate in front of a service without a trace in the repository.

    See: https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/
    """
    outside = guard_in_front(project)
    unguarded: list[tuple[Service, list[Route]]] = []
    guards = 0
    for service, routes in served(project):
        guarded = any(r.auth is not False for r in routes) or framework_guard(project, service)
        guarded = guarded or any(_asks_itself(project, r) for r in routes if r.method in CHANGING)
        guards += any(r.auth for r in routes) or framework_guard(project, service)
        judged = [r for r in routes if _is_judged(project, r)]
        perhaps = [r for r in judged if not r.auth and not is_sure_to_change(project, r, routes)]
        if perhaps:
            words = "nothing asks who calls; whether it changes anything is not seen"
            yield unknown(f"{service.name}: {_shown(perhaps)}: {words}.", *perhaps[:8])
            judged = [r for r in judged if r not in perhaps]
        filtered = [] if guarded else [r for r in judged if _is_filtered(project, r)]
        if filtered:
            what = f"a filter of its own turns strangers away; whether it stands before {plural(len(filtered), 'changing route')}"
            yield unknown(f"{service.name}: {what} is not seen.", *filtered[:3])
            judged = [r for r in judged if r not in filtered]
        if not judged:
            continue
        if guarded:
            yield from _judged(project, service.name, judged, inner=only_internal(project, service))
        elif outside is not None:
            yield unknown(
                f"{service.name}: something in front of it asks who calls; whether it does so for"
                f" {plural(len(judged), 'changing route')} is not seen.",
                outside,
                judged[0],
            )
        else:
            unguarded.append((service, judged))
    yield from _wide_open(project, unguarded, guards)
    for unit, shared in _of_packages(project):
        yield from _judged(project, unit, [r for r in shared if _is_judged(project, r)])
    for file in project.serverless:
        if file.environment not in ASIDE and project.files.class_of(file.path) is FileClass.PRODUCTION:
            yield from _functions(project, file)


def _of_packages(project: Project) -> Iterator[tuple[str, list[Route]]]:
    """Mounted routes of shared packages, which no service's folder holds, where the package guards some of them."""
    owned = {r.at for service in project.system.services for r in service.routes}
    by_unit: dict[str, list[Route]] = defaultdict(list)
    for route in project.routes:
        if route.at not in owned and route.mounted and project.files.class_of(route.at.path) is FileClass.PRODUCTION:
            by_unit[project.code.unit(route.at.path)].append(route)
    yield from ((unit, routes) for unit, routes in by_unit.items() if any(r.auth for r in routes))


def _functions(project: Project, file: ServerlessFile) -> Iterator[Fact]:
    """The routes of functions: an authorizer, a key or the handler itself asks who calls."""
    shared = any(file.provider.get(*at) is not None for at in (("iam", "authorizer"), ("apiGateway", "resourcePolicy")))
    events = [(f, e) for f in file.functions for e in f.http if e.method in CHANGING]
    events = [(f, e) for f, e in events if open_by_nature(e.method, e.path, f.name) is None]
    guarded = [e for f, e in events if shared or e.authorizer is not None or f.node.get("authorizer") is not None]
    doubtful = [e for f, e in events if e not in guarded and _handler_asks(project, f)]
    strangers = [e for _, e in events if e not in guarded and e not in doubtful]
    name = file.service or file.path
    if guarded:
        yield ok(f"{name}: who calls is asked before {plural(len(guarded), 'changing route')}.", *guarded[:3])
    if doubtful:
        yield unknown(
            f"{name}: only the handlers themselves can tell whether callers of {_listed(doubtful)} are known.",
            *doubtful[:5],
        )
    if strangers:
        harmful = any(e.method != "POST" or "{" in e.path for e in strangers)
        grave = Severity.CRITICAL if harmful and not guarded and not doubtful else Severity.HIGH
        yield bad(f"{name}: no authorizer stands before {_listed(strangers)}.", *strangers[:8], severity=grave)


def _handler_asks(project: Project, function: Function) -> bool:
    """Whether the handler looks at credentials or refuses, or cannot be read."""
    module = function.module
    found = [p for p in project.code.files() if module is not None and p.rsplit(".", 1)[0] == module]
    return not found or any(
        refuses(t) or reads_credentials(t) or PROOF.search(t) for t in map(project.code.text, found)
    )


def _is_judged(project: Project, route: Route) -> bool:
    """Whether the route changes state and is none that may stand open."""
    by_nature = open_by_nature(route.method, route.path, route.handler) is not None
    lost = route.mounted is None and is_uncalled(project, route.at.path)
    lost = lost or bool(_OWN_IDS.fullmatch(route.path)) or (not route.auth and is_handed_on(project, route))
    harmless = by_nature or lost or _signed(project, route) or is_open_on_purpose(project, route)
    return route.method in CHANGING and not harmless and not (route.auth is not True and only_answers(project, route))


_OWN_IDS = re.compile(r"(?:/[\w.-]+)*(?:/[\w.-]*\{\w*(?:uuid|UUID|Uuid)\}){2,}(?:/[\w.-]+)*/?")
"""Several ids that nobody guesses name the one whom a mail was sent to."""


def _signed(project: Project, route: Route) -> bool:
    """Whether the handler's file verifies what a provider signed: a webhook under another name."""
    return route.auth is not True and PROOF.search(project.code.text(route.at.path)) is not None


def _judged(project: Project, name: str, judged: list[Route], *, inner: bool = False) -> Iterator[Fact]:
    guarded = [r for r in judged if r.auth]
    if guarded:
        yield ok(
            f"{name}: who calls is asked before {plural(len(guarded), 'changing route')}.",
            guarded[0].auth_at or guarded[0],
            guarded[0],
        )
    asked = {r for r in judged if r.auth is None or (r.auth is False and asks_within(project, r))}
    said = [r for r in judged if r.auth is False and r not in asked and is_said_to_be_public(project, r)]
    if said:
        words = "the code says that everybody may call it; whether that is meant for what it adds is not seen"
        yield unknown(f"{name}: {_shown(said)}: {words}.", *said[:5])
    yield from _open(name, [r for r in judged if r.auth is False and r not in asked and r not in said], inner=inner)
    doubtful: dict[str, list[Route]] = defaultdict(list)
    for route in judged:
        if route in asked:
            doubtful[route.at.path].append(route)
    for routes in doubtful.values():
        yield unknown(
            f"{name}: whether callers of {_shown(routes)} are known cannot be told from the code.", *routes[:5]
        )


_SAID = re.compile(
    r"(?i)^\s*(?://|#|/?\*).*\b(?:public|guests?|anonymous|unauthenticated|no (?:auth\w*|login)|without (?:auth\w*|login))\b"
)
_OPTIONAL = re.compile(r"(?i)\boptional_?(?:auth|protect|login|user|jwt)")
LINES_ABOVE = 3


def is_said_to_be_public(project: Project, route: Route) -> bool:
    """Whether a comment above a route that only adds says that it is for everybody, or what stands before it takes a login
    that may be absent."""
    if route.method != "POST" or "{" in route.path:
        return False
    lines = project.code.text(route.at.path).splitlines()
    first, last = route.at.line or 1, max(route.at.end_line or 0, (route.at.line or 1) + LINES_ABOVE)
    above = lines[max(first - 1 - LINES_ABOVE, 0) : first - 1]
    within = "\n".join(lines[first - 1 : last + LINES_WITHIN])
    documented = _DOCUMENTED.search(within) is not None
    return (
        documented
        or any(_SAID.search(line) for line in above)
        or any(_OPTIONAL.search(line) for line in lines[first - 1 : last])
    )


LINES_WITHIN = 12
_DOCUMENTED = re.compile(
    r'(?i)"""[^"]{0,300}\b(?:public (?:endpoint|route|api)|no (?:auth\w*|login)|unauthenticated|without (?:auth\w*|login))\b'
)


_KNOWN = re.compile(
    r"!\s*(?:ctx|context|req|request|event)\.\w*(?:user|session|auth)|!\s*(?:session|user|currentUser)\b"
)


def asks_within(project: Project, route: Route) -> bool:
    """Whether the handler, where it stands with its route, looks at credentials or turns strangers away."""
    text = statement(project, route)
    shown = refuses(text) or reads_credentials(text) or _KNOWN.search(text) is not None
    return shown or asks_by_hand(project, route) or _asks_itself(project, route) or _is_filtered(project, route)


def _asks_itself(project: Project, route: Route) -> bool:
    """Whether a handler that is written elsewhere than its route is registered turns strangers away: of Django, of Go,
    there also by what it gives the request to."""
    found = handler(project, route) if route.at.path.endswith(".go") else None
    if found is None:
        return refuses_elsewhere(project, route)
    given = (go_function(project, name, found.path) for name in re.findall(r"\b(\w+)\(w, r\b", found.body))
    return any(refuses(each.body) for each in (found, *given) if each is not None)


_FILTER = re.compile(
    r"\bimplements\s+(?:[\w<>]+,\s*)*(?:Filter|HandlerInterceptor|WebFilter|GlobalFilter)\b|\bextends\s+\w*(?:OncePerRequestFilter|GenericFilterBean|HandlerInterceptorAdapter)\b"
    r"|\b(?:WebFilter|GlobalFilter|HandlerInterceptor|HandlerFilterFunction\S*)\s+\w+\s*\("
)
_FILTER_NAMES = ("Filter", "HandlerInterceptor")


def _is_filtered(project: Project, route: Route) -> bool:
    """Whether the route's module has a servlet filter or interceptor of its own that turns strangers away: which paths
    it is registered for is said elsewhere."""
    if project.code.language(route.at.path) != "java":
        return False
    unit = project.code.unit(route.at.path)
    texts = (project.code.text(p) for p in _java_filters(project) if project.code.unit(p) == unit)
    return any(re.search(r"UNAUTHORIZED|FORBIDDEN|sendError\(40[13]|setStatus\(40[13]", text) for text in texts)


@lru_cache(maxsize=4)
def _java_filters(project: Project) -> tuple[str, ...]:
    found = project.code.holding(*_FILTER_NAMES, languages=("java",))
    return tuple(p for p in found if _FILTER.search(project.code.text(p)))


_INNER = " It is not published itself; whatever reaches the inner network may use it."


def _open(name: str, routes: list[Route], *, inner: bool) -> Iterator[Fact]:
    """What stands open in a service, told as one: its guard is put on by hand, here and there."""
    files = list(dict.fromkeys(r.at.path for r in routes))
    grave, more = (Severity.MEDIUM, _INNER) if inner else (None, "")
    if len(files) > 1:
        where = f"{len(routes)} routes in {len(files)} files"
        first = list({r.at.path: r for r in reversed(routes)}.values())[::-1]
        shown = [*first, *(r for r in routes if r not in first)]
        message = f"{name}: {where} change state, and nothing asks who calls: {_shown(first)}.{more}"
        yield bad(message, *shown[:40], severity=grave)
    elif routes:
        verb = "change" if len(routes) > 1 else "changes"
        message = f"{name}: {_shown(routes)} {verb} state, and nothing asks who calls.{more}"
        yield bad(message, *routes[:40], severity=grave)


def _wide_open(project: Project, unguarded: list[tuple[Service, list[Route]]], guards: int) -> Iterator[Fact]:
    """The services without any guard: each for itself, or all at once where nothing in the system has one."""
    routes = [r for _, judged in unguarded for r in judged]
    if len(unguarded) > 1 and not guards:
        names = ", ".join(f"{service.name} ({len(judged)})" for service, judged in unguarded)
        grave = Severity.CRITICAL if _harmful(routes) else Severity.HIGH
        message = f"Nothing in the system asks who calls: {len(routes)} routes of {names} change state."
        yield bad(message, *(judged[0] for _, judged in unguarded), severity=grave)
        return
    for service, judged in unguarded:
        grave = Severity.CRITICAL if _harmful(judged) else Severity.HIGH
        message = f"{service.name}: no route asks who calls, and {_shown(judged)} change state."
        if only_internal(project, service):
            message += _INNER
            grave = Severity.MEDIUM
        yield bad(message, *judged[:40], severity=grave)


def _harmful(routes: list[Route]) -> bool:
    """Whether a stranger can change what is somebody else's: a route takes an id, replaces or deletes."""
    return any(r.method != "POST" or "{" in r.path for r in routes)


def _listed(events: list[HttpEvent]) -> str:
    return _named([f"{e.method} {e.path}" for e in events])


def _shown(routes: list[Route]) -> str:
    return _named([f"{r.method} {r.path}" for r in routes])


def _named(routes: list[str]) -> str:
    names = list(dict.fromkeys(routes))
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def framework_guard(project: Project, service: Service) -> bool:
    """A framework that guards everything as soon as it is there, which single routes do not show."""
    return (
        dependency(
            project, service, "org.springframework.boot:spring-boot-starter-security", "spring-boot-starter-security"
        )
        is not None
    )


def only_internal(project: Project, service: Service) -> bool:
    """True where targets show how the service is reached, and nothing lets the world in but another service."""
    real = [
        d
        for d in service.deployments
        if d.workload and not d.target.startswith(("fly", "render", "heroku", "serverless"))
    ]
    if not real or len(project.system.own) < 2:
        return False
    lasting = [d for d in real if d.environment not in ASIDE] or real
    aside = {p.at for d in real if d not in lasting for p in d.ports}
    ports = [*(p for p in service.ports if p.at not in aside), *(p for d in lasting for p in d.ports)]
    published = [p for p in ports if p.role == "published" and p.address not in {"127.0.0.1", "::1"}]
    manifests = project.manifests.effective
    for kube in manifests.of("Service"):
        kind = kube.node.get("spec", "type")
        if (
            kind is not None
            and kind.text in {"LoadBalancer", "NodePort"}
            and any(p.at.path == kube.path and p.name == kube.name for p in service.ports)
        ):
            return False
    return not published and front_of(project, service) is None
