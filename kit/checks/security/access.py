"""Who may change what: authentication of routes, of webhooks, and of forms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from kit.checks.security.common import CHANGING, dependency, mentions, plural, served, within, words
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.system.model import Route, Service

_WAY_IN = frozenset(
    [
        "login",
        "signin",
        "signup",
        "sign",
        "register",
        "registration",
        "logout",
        "signout",
        "token",
        "tokens",
        "refresh",
        "oauth",
        "oauth2",
        "sso",
        "saml",
        "oidc",
        "callback",
        "password",
        "passwords",
        "forgot",
        "reset",
        "recover",
        "recovery",
        "verify",
        "verification",
        "confirm",
        "confirmation",
        "activate",
        "activation",
        "otp",
        "mfa",
        "2fa",
        "magic",
        "auth",
        "authenticate",
        "authentication",
        "session",
        "sessions",
        "invite",
        "invitation",
        "invitations",
        "invites",
        "setup",
        "onboarding",
        "captcha",
        "impersonate",
        "passkey",
        "webauthn",
        "revoke",
        "introspect",
        "authorize",
        "logoff",
    ]
)
_PUBLIC = frozenset(
    [
        "health",
        "healthz",
        "livez",
        "readyz",
        "ready",
        "live",
        "liveness",
        "readiness",
        "ping",
        "status",
        "metrics",
        "public",
        "csp",
        "report",
        "reports",
        "contact",
        "newsletter",
        "subscribe",
        "unsubscribe",
        "feedback",
        "track",
        "tracking",
        "telemetry",
        "analytics",
        "collect",
        "beacon",
        "rum",
        "vitals",
        "locale",
        "language",
        "lang",
        "theme",
        "currency",
        "cookie",
        "consent",
        "graphql",
        "trpc",
        "rpc",
        "mcp",
        "fallback",
        "echo",
        "error",
        "errors",
        "logs",
    ]
)
_READS = frozenset(
    [
        "search",
        "query",
        "filter",
        "export",
        "calculate",
        "estimate",
        "quote",
        "convert",
        "render",
        "parse",
        "preview",
        "validate",
        "check",
        "lookup",
        "compute",
        "find",
        "list",
    ]
)
_HOOKS = frozenset({"webhook", "webhooks", "hook", "hooks", "ipn"})
_ACCOUNTS = frozenset({"users", "user", "accounts", "account", "members", "customers"})
_PROOF = re.compile(
    r"constructEvent|[Hh]mac|timingSafeEqual|compare_digest|verifySignature|verify_signature|[Ss]vix|x-hub-signature|"
    r"-signature\b|_signature\b|[Ss]ignature\(|verifyHeader|validateRequest|verifyWebhook|webhook_secret|WEBHOOK_SECRET|"
    r"webhookSecret|isValidSignature|RequestValidator|ConstructEvent|ValidatePayload",
)
_GUARDED_ELSEWHERE = ("auth_request", "auth_basic")


def _by_nature(route: Route) -> str | None:
    """Why a route that changes state may stand open: the way in, a webhook, public, a read by POST."""
    said = set(words(route.path)) | set(words(route.handler.rsplit(".", 1)[-1]))
    last = [p for p in route.path.split("/") if p]
    if said & _HOOKS:
        return "webhook"
    if said & _WAY_IN or any(re.search(r"password|login|logout|signin|signup|register|token$", w) for w in said):
        return "way in"
    if said & _PUBLIC or (route.method == "POST" and set(words(route.path)[-1:]) & _READS):
        return "public"
    if route.method == "POST" and last and last[-1].lower() in _ACCOUNTS:
        return "registration"
    return None


@check("SEC-001", "Routes that change state are authenticated", Severity.HIGH, Clause.INVARIANTS, effort_hours=4)
def changing_routes_are_authenticated(project: Project) -> Iterator[Fact]:
    """
    A route that changes something and asks nobody who they are is open to everyone who finds it.

    Decides: every POST, PUT, PATCH and DELETE route of the services' code: a guard on the route, its router, its
    application or around it holds. Left out are ways in (login, registration, tokens), webhooks (their signature is
    another check's), health and what is public by its name. A service without any guard at all is told once.

    Fix: put the authentication middleware, dependency or guard on the router, and take public routes out by name.

    Blind to: gateways and service meshes that authenticate in front of a service without a trace in the repository.

    See: https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/
    """
    outside = _guard_in_front(project)
    unguarded: list[tuple[Service, list[Route]]] = []
    guards = 0
    for service, routes in served(project):
        guarded = any(r.auth is not False for r in routes) or _framework_guard(project, service)
        guards += any(r.auth for r in routes) or _framework_guard(project, service)
        judged = [r for r in routes if r.method in CHANGING and _by_nature(r) is None]
        if not judged:
            continue
        if guarded:
            yield from _judged(service, judged)
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


def _judged(service: Service, judged: list[Route]) -> Iterator[Fact]:
    guarded = [r for r in judged if r.auth]
    if guarded:
        yield ok(
            f"{service.name}: {plural(len(guarded), 'changing route')} ask who calls.",
            guarded[0].auth_at or guarded[0],
            guarded[0],
        )
    yield from _open(service, [r for r in judged if r.auth is False])
    doubtful: dict[str, list[Route]] = defaultdict(list)
    for route in judged:
        if route.auth is None:
            doubtful[route.at.path].append(route)
    for routes in doubtful.values():
        yield unknown(
            f"{service.name}: whether {_shown(routes)} ask who calls cannot be told from the code.", *routes[:5]
        )


def _open(service: Service, routes: list[Route]) -> Iterator[Fact]:
    by_file: dict[str, list[Route]] = defaultdict(list)
    for route in routes:
        by_file[route.at.path].append(route)
    for found in by_file.values():
        if len(found) > 3:
            yield bad(
                f"{service.name}: {_shown(found)} change state, and nothing asks who calls; other routes of the service are guarded.",
                *found[:8],
            )
            continue
        for route in found:
            yield bad(f"{service.name}: {route.method} {route.path} changes state, and nothing asks who calls.", route)


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
        if _only_internal(project, service):
            message += " It is not published itself; whatever reaches the inner network may use it."
            grave = Severity.MEDIUM
        yield bad(message, *judged[:8], severity=grave)


def _harmful(routes: list[Route]) -> bool:
    """Whether a stranger can change what is somebody else's: a route takes an id, replaces or deletes."""
    return any(r.method != "POST" or "{" in r.path for r in routes)


def _shown(routes: list[Route]) -> str:
    names = list(dict.fromkeys(f"{r.method} {r.path}" for r in routes))
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _guard_in_front(project: Project) -> At | None:
    """A proxy, an ingress or an API gateway of the system that asks who calls."""
    for config in project.nginx:
        for directive in config.walk():
            if (
                directive.name in _GUARDED_ELSEWHERE
                and directive.value != "off"
                and project.files.class_of(config.path) is FileClass.PRODUCTION
            ):
                return directive.at
    for ingress in project.manifests.effective.of("Ingress"):
        if any("auth-url" in key or "auth-type" in key for key in ingress.annotations):
            return ingress.at
    for kind in ("RequestAuthentication", "AuthorizationPolicy", "SecurityPolicy"):
        for manifest in project.manifests.effective.of(kind):
            return manifest.at
    return next(
        (s.at for s in project.system.services if re.search(r"oauth2-proxy|authelia|authentik|pomerium", s.name)), None
    )


def _framework_guard(project: Project, service: Service) -> bool:
    """A framework that guards everything as soon as it is there, which single routes do not show."""
    return (
        dependency(
            project, service, "org.springframework.boot:spring-boot-starter-security", "spring-boot-starter-security"
        )
        is not None
    )


def _only_internal(project: Project, service: Service) -> bool:
    """True where targets show how the service is reached, and nothing lets the world in but another service."""
    real = [
        d
        for d in service.deployments
        if d.workload and not d.target.startswith(("fly", "render", "heroku", "serverless"))
    ]
    if not real or len(project.system.own) < 2:
        return False
    published = [p for p in service.ports if p.role == "published" and p.address not in {"127.0.0.1", "::1"}]
    manifests = project.manifests.effective
    for kube in manifests.of("Service"):
        kind = kube.node.get("spec", "type")
        if (
            kind is not None
            and kind.text in {"LoadBalancer", "NodePort"}
            and any(p.at.path == kube.path and p.name == kube.name for p in service.ports)
        ):
            return False
    entered = {b.service for m in manifests for b in m.backends if m.kind != "Service"}
    proxied = any(
        re.search(rf"//{re.escape(service.name)}[:/;]", d.value + ";")
        for c in project.nginx
        for d in c.walk()
        if d.name == "proxy_pass"
    )
    return not (published or proxied or service.name in entered or {p.name for p in service.ports} & entered)


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
        hooks = [r for r in routes if set(words(r.path)) & _HOOKS and r.method in CHANGING | {"ANY"}]
        hooks = [r for r in hooks if not re.search(r"webhooks?(/\{[^}]*\})?/?$", r.path) or not _manages(r, routes)]
        elsewhere = (
            mentions(project, service, _PROOF.pattern, "ignature", "mac", "svix", "constructEvent", "ECRET")
            if hooks
            else None
        )
        for route in hooks:
            proof = _PROOF.search(project.code.text(route.at.path))
            if route.auth or proof:
                yield ok(f"{service.name}: {route.method} {route.path} verifies who calls.", route.auth_at or route)
            elif elsewhere is not None or route.auth is None:
                yield unknown(
                    f"{service.name}: whether {route.method} {route.path} verifies who calls cannot be told.",
                    route,
                    *([elsewhere] if elsewhere else []),
                )
            else:
                yield bad(
                    f"{service.name}: {route.method} {route.path} is a webhook, and no signature or secret is verified.",
                    route,
                )


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

    Fix: set `sameSite: "lax"` on the session's cookie and add a token (csrf-csrf, Flask-WTF's CSRFProtect).

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
        r"(?mi)^(?!\s*(?://|#|\*)).*(?:" + _TOKENS + ")",
        "csrf",
        "lusca",
        "CSRF",
        "xsrf",
        "SeaSurf",
        "nosurf",
    )
    same_site = mentions(
        project, service, r"(?m)^(?!\s*(?://|#|\*)).*sameSite\s*:\s*(?:['\"](?:lax|strict)|true)", "sameSite"
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
        if places and not _PROOF.search(project.code.text(path)):
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
            on = re.search(r"(?m)^\s*['\"]django\.middleware\.csrf\.CsrfViewMiddleware", text)
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
    at = At(path, text.count("\n", 0, off.start()) + 1)
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
