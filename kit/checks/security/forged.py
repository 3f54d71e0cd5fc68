"""Who may pose as somebody else: webhooks without a signature, forms that other sites send."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kit.checks.security.common import CHANGING, PROOF, is_handed_on, is_hook, mentions, served
from kit.checks.shared.calls import runs
from kit.checks.shared.handlers import handler
from kit.checks.shared.services import line_of
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.system.model import Route, Service
from kit.system.scope import within


@check("SEC-020", "Webhooks verify who calls", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def webhooks_are_verified(project: Project) -> Iterator[Fact]:
    """
    A webhook that takes everybody's word lets anyone mark an order as paid.

    Decides: routes whose path says webhook: a guard on the route, or the verification of a signature or shared secret in
    the handler's file; one elsewhere in the service leaves it open.

    Fix: verify the provider's signature over the raw body before anything else, and answer 400 where it does not fit.

    Blind to: allow lists of addresses in front of the service.

    See: https://docs.stripe.com/webhooks/signature
    """
    for service, routes in served(project):
        hooks = [r for r in routes if is_hook(r.path) and r.method in CHANGING | {"ANY"}]
        hooks = [r for r in hooks if not re.search(r"webhooks?(/\{[^}]*\})?/?$", r.path) or not _manages(r, routes)]
        hooks = [r for r in hooks if not _SETS_UP.search(r.path) and not _does_nothing(project, r)]
        elsewhere = (
            mentions(project, service, PROOF.pattern, "ignature", "mac", "svix", "constructEvent", "ECRET")
            if hooks
            else None
        )
        proving = _proving(project, elsewhere.path) if elsewhere is not None else frozenset()
        named = [route for route in hooks if proving & _names(project, route)]
        for route in hooks:
            proof = PROOF.search(project.code.text(route.at.path))
            if route.auth or proof or route in named:
                yield ok(f"{service.name}: {route.method} {route.path} verifies who calls.", route.auth_at or route)
            elif elsewhere is None and (taken := line_of(project, route.at.path, _SIGNED)) is not None:
                said = "takes a signature and hands it on; whether that is verified is not seen"
                yield unknown(f"{service.name}: {route.method} {route.path} {said}.", route, taken)
            elif is_handed_on(project, route):
                yield unknown(
                    f"{service.name}: {route.method} {route.path} hands on what comes; who receives it should verify who calls.",
                    route,
                )
            elif (elsewhere is not None or route.auth is None) and not _left_out(project, route, named, proving):
                yield unknown(
                    f"{service.name}: whether {route.method} {route.path} verifies who calls cannot be told.",
                    route,
                    *([elsewhere] if elsewhere else []),
                )
            elif elsewhere is None and (beyond := _verified_beyond(project)) is not None:
                yield unknown(
                    f"{service.name}: {route.method} {route.path} is verified elsewhere, if at all; that what comes here gets there is not seen.",
                    route,
                    beyond,
                )
            else:
                yield bad(
                    f"{service.name}: {route.method} {route.path} is a webhook, and no signature or secret is verified.",
                    route,
                )


_SIGNED = r"[Hh]eaders?\b[^\n]{0,60}[\"'][\w-]{0,40}[Ss]ignature[\w-]{0,20}[\"']"
"""A header of a signature that is read."""
_SETS_UP = re.compile(r"(?i)/(?:set|setup|register|create|delete|remove|configure|test)[-_]?(?:web)?hooks?/?$")
"""Where a webhook is announced to a provider, by whoever runs the service."""


def _does_nothing(project: Project, route: Route) -> bool:
    """Whether what comes is thrown away: a handler that only answers."""
    found = handler(project, route)
    if found is None:
        return False
    lines = [line.strip() for line in found.body.splitlines()]
    return [line for line in lines if line and not line.startswith("#")] in _NOTHING


_NOTHING = [["pass"], ["..."], ["return"], ["return None"], ["return {}"]]


@lru_cache(maxsize=4)
def _verified_beyond(project: Project) -> At | None:
    """Where some service of the system verifies webhooks: a gateway may hand on to it what it takes."""
    for path in project.code.holding("ebhook"):
        text = project.code.text(path)
        if runs(path) and "ebhook" in path and (found := PROOF.search(text)) is not None:
            return at_offset(path, text, found.start())
    return None


_FUNCTION = re.compile(
    r"^(?:export )?(?:async )?(?:def|function) (?P<name>\w+)\(|^(?:export )?const (?P<bound>\w+)\s*=", re.MULTILINE
)


def _proving(project: Project, path: str) -> frozenset[str]:
    """The functions at the top of a file that verify a signature or a shared secret."""
    text = project.code.text(path)
    found = list(_FUNCTION.finditer(text))
    ends = [*(f.start() for f in found[1:]), len(text)]
    return frozenset(
        f["name"] or f["bound"] for f, end in zip(found, ends, strict=False) if PROOF.search(text, f.end(), end)
    )


def _names(project: Project, route: Route) -> frozenset[str]:
    """The names that a route is declared with: its middleware or its dependencies."""
    first = route.at.line or 1
    lines = project.code.text(route.at.path).splitlines()[first - 1 : first + 2]
    return frozenset(re.findall(r"\w+", " ".join(lines)[:400]))


def _left_out(project: Project, route: Route, named: list[Route], proving: frozenset[str]) -> bool:
    """Whether other routes of the file are given what verifies, each by itself, and this one is not."""
    beside = [r for r in named if r.at.path == route.at.path]
    lines = [n for n in project.code.text(route.at.path).splitlines() if "import" not in n and "require(" not in n]
    used = sum(bool(proving & set(re.findall(r"\w+", line))) for line in lines)
    return bool(beside) and used == len(beside)


def _manages(route: Route, routes: Iterable[Route]) -> bool:
    """Whether the route belongs to a resource called webhooks, which users manage: it can be listed and deleted."""
    base = re.sub(r"/\{[^}]*\}/?$", "", route.path)
    methods = {r.method for r in routes if r.path.startswith(base)}
    return "GET" in methods and bool(methods & {"DELETE", "PUT", "PATCH"})


@check(
    "SEC-014",
    "Forms with a session's cookie are safe from other sites",
    Severity.MEDIUM,
    Clause.INVARIANTS,
    effort_hours=2,
)
def sessions_are_safe_from_other_sites(project: Project) -> Iterator[Fact]:
    """
    A browser sends a session's cookie with every request, also with those that another site makes it send.

    Decides: services that keep a login in a session cookie and have routes that change state: a token against forged
    requests, or `SameSite`; Django's and Spring's protection that is switched off.

    Fix: set `SameSite=Lax` on the session's cookie and ask for a token.
    - node: csrf-csrf.
    - django: `CsrfViewMiddleware` in `MIDDLEWARE`.
    - flask: `CSRFProtect(app)` of Flask-WTF.
    - fastapi: starlette-csrf.
    - spring: leave `csrf` of Spring Security on.
    - go: `gorilla/csrf`.
    - dotnet: `AutoValidateAntiforgeryToken`.
    - php: `@csrf` in the form, or a token of the session.
    - ruby: `protect_from_forgery`.

    Blind to: tokens of one's own making.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
    """
    for service, routes in served(project):
        if any(r.method in CHANGING for r in routes):
            yield from _sessions(project, service)
    yield from _switched_off(project)


_SESSION = r"(?:express-session|cookie-session|client-sessions|@fastify/session|koa-session)['\"]"


_TOKENS = r"csurf|csrf-csrf|csrf-sync|lusca|@fastify/csrf|tiny-csrf|CSRFProtect|SeaSurf|csrfProtection|gorilla/csrf|nosurf|x-csrf|xsrf"


def _sessions(project: Project, service: Service) -> Iterator[Fact]:
    session = mentions(project, service, _SESSION, "session")
    if session is None:
        return
    protection = mentions(
        project,
        service,
        r"(?mi)^(?![ \t]*(?://|#|\*)).*(?:" + _TOKENS + ")",
        "csrf",
        "csurf",
        "lusca",
        "CSRF",
        "xsrf",
        "SeaSurf",
        "nosurf",
    )
    same_site = mentions(
        project, service, r"(?m)^(?![ \t]*(?://|#|\*)).*sameSite[ \t]*:[ \t]*(?:['\"](?:lax|strict)|true)", "sameSite"
    )
    if protection is not None:
        yield ok(f"{service.name}: a token keeps other sites from using its sessions.", protection)
    elif same_site is not None:
        yield ok(f"{service.name}: other sites' requests come without the session's cookie.", same_site)
    else:
        yield bad(
            f"{service.name}: logins are kept in a session's cookie, and neither a token nor SameSite keeps other sites from using it.",
            session,
        )


def _switched_off(project: Project) -> Iterator[Fact]:
    for path in project.code.holding("csrf_exempt", languages=("python",)):
        places = [
            n
            for n, line in enumerate(project.files.lines(path), 1)
            if re.match(r"\s*@(?:\w+\.)?(?:csrf_exempt\b|method_decorator\(\s*csrf_exempt)", line)
        ]
        if places and not PROOF.search(project.code.text(path)):
            yield bad(
                f"{plural(len(places), 'view')} of {path} take requests that other sites make.",
                *(At(path, n) for n in places[:5]),
            )
    for path in project.code.holding("MIDDLEWARE", languages=("python",)):
        text = project.code.text(path)
        if "SessionMiddleware" in text and "MIDDLEWARE" in text:
            place = re.search(r"(?m)^MIDDLEWARE\b", text)
            at = At(path, text.count("\n", 0, place.start()) + 1 if place else None)
            said = "The sessions of Django are {}safe from other sites' requests."
            on = re.search(r"(?m)^[ \t]*['\"]django\.middleware\.csrf\.CsrfViewMiddleware", text)
            yield ok(said.format(""), at) if on else bad(said.format("not "), at)
    for path in project.code.holding("csrf", languages=("java",)):
        yield from _spring(project, path)


def _spring(project: Project, path: str) -> Iterator[Fact]:
    text = project.code.text(path)
    off = re.search(
        r"csrf\(\)\s*\.disable\(\)|csrf\(\s*\w+\s*->\s*\w+\.disable\(\)|csrf\(\s*(?:\w+::disable)|CsrfSpec::disable",
        text,
    )
    if off is None:
        return
    at = at_offset(path, text, off.start())
    if re.search(r"STATELESS|oauth2ResourceServer|[Jj]wt|httpBasic", text) and "formLogin" not in text:
        yield ok("Spring's protection of forms is off where callers bring a token, not a cookie.", at)
    elif within(path, ".") and "formLogin" in text:
        yield bad("Spring's protection against other sites' requests is off, and logins are kept in a session.", at)
    else:
        yield partial(
            "Spring's protection against other sites' requests is off; whether callers bring a cookie is not seen here.",
            at,
            severity=Severity.LOW,
        )
