"""How often may a client call? Limits count where they reach requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ast_grep_py import SgNode

from kit.checks.security.access import only_internal
from kit.checks.security.common import dependency, public, served
from kit.checks.security.limit_fronts import limit_in_front
from kit.checks.security.limit_gaps import forgotten
from kit.checks.security.limit_keys import keys
from kit.checks.shared.calls import JAVASCRIPT, calls, runs
from kit.checks.shared.services import line_of
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import route_words
from kit.model import At, Clause, Fact, Outcome, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.system.model import Route, Service
from kit.system.scope import within

_LIMITERS = (
    "express-rate-limit", "rate-limiter-flexible", "express-slow-down", "express-brute", "@nestjs/throttler", "fastify-rate-limit",
    "@fastify/rate-limit", "koa-ratelimit", "hono-rate-limiter", "@upstash/ratelimit", "slowapi", "fastapi-limiter", "flask-limiter",
    "django-ratelimit", "django-axes", "github.com/ulule/limiter/v3", "github.com/didip/tollbooth", "github.com/go-chi/httprate",
    "golang.org/x/time", "com.bucket4j:bucket4j-core", "com.github.vladimir-bukhtoyarov:bucket4j-core", "arcjet", "@arcjet/node", "@arcjet/next",
    "@hono-rate-limiter/cloudflare",
)  # fmt: skip


_NAMED = tuple(name for name in _LIMITERS if name != "golang.org/x/time")
"""Libraries that are there to limit and for nothing else."""
_LOGIN = frozenset({"login", "signin", "token", "authenticate", "password", "otp", "register", "signup"})


@check("SEC-003", "Requests are limited in number", Severity.HIGH, Clause.EXECUTION, effort_hours=2)
def requests_are_limited(project: Project) -> Iterator[Fact]:
    """
    Without a limit one client guesses passwords all night, or takes the service down alone.

    Decides: limiters that code mounts, on applications or single routes, and limits of nginx, Ingress, API gateways and
    firewalls in front. A limiter that is a dependency or is made, and reaches no request, does not hold, nor does one that
    counts by what the client chooses: a header, a field of the body, an address that `trust proxy` takes from a header.

    Fix: put a limiter before the routes, strictest on login.
    - express: `app.use("/auth", rateLimit({ windowMs: 60_000, limit: 10 }))`.
    - nestjs: `ThrottlerModule.forRoot([{ ttl: 60_000, limit: 10 }])` and its guard as `APP_GUARD`.
    - fastify: `app.register(rateLimit, { max: 10, timeWindow: "1 minute" })`.
    - django: `@ratelimit(key="ip", rate="10/m")` of django-ratelimit.
    - flask: `@limiter.limit("10 per minute")` of Flask-Limiter.
    - fastapi: `@limiter.limit("10/minute")` of slowapi.
    - java: Bucket4j, or `RequestRateLimiter` in the gateway.
    - go: `httprate.LimitByIP(10, time.Minute)`, or `golang.org/x/time/rate` per client.
    - dotnet: `AddRateLimiter(...)` and `app.UseRateLimiter()`.
    - php: `throttle:10,1` on the route of Laravel.
    - ruby: `throttle("login/ip", limit: 10, period: 60)` of rack-attack.

    Blind to: limits of a content network or provider that has no trace in the repository.

    See: https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
    """
    front = limit_in_front(project)
    if front is not None:
        yield ok("What stands in front of the services limits requests.", front)
    bare: list[tuple[Service, Route]] = []
    limited: list[Route] = []
    for service, every in served(project):
        routes = public(every)
        if not routes:
            continue
        found = list(_limiters(project, service))
        yield from found
        limited += routes if any(fact.outcome is Outcome.PASS for fact in found) else ()
        if not found and front is None:
            ranked = sorted(routes, key=_rank)
            login = next((r for r in ranked if _takes_passwords(project, service, r)), None)
            bare.append((service, login or ranked[0]))
    inner = [pair for pair in bare if limited and only_internal(project, pair[0])]
    if inner:
        names = ", ".join(service.name for service, _ in inner[:6])
        words = "nothing is published, and other services limit what they take; whether all of it comes through them is not seen"
        yield unknown(f"{names}: {words}.", *(route for _, route in inner[:6]), limited[0])
    yield from _unlimited(project, [pair for pair in bare if pair not in inner], limited)
    yield from keys(project)


def _rank(route: Route) -> int:
    """Routes where passwords are tried first, then other ways in, then those that change state."""
    said = _said(route)
    if route.method == "GET":
        return 4
    if _SENDS.match(_last(route)):
        return 3
    if said & {"apple", "google", "facebook", "github", "oauth", "oauth2", "sso", "saml", "twitter"}:
        return 2
    return 0 if said & {"login", "logins", "signin", "authenticate"} else 1 if said & _LOGIN else 3


_SENDS = re.compile(r"(?:re)?send|request|email|invite|forgot|remind")
"""What a login's neighbours do, whose names hold its own: `sendLoginDetails`."""


def _said(route: Route) -> set[str]:
    """The words of a path, and its parts without hyphens and capitals: `sign-in` and `signIn` are `signin`."""
    parts = (re.sub(r"[^a-z0-9]", "", part.lower()) for part in route.path.split("/") if "{" not in part)
    return {*route_words(route.path), *parts}


def _unlimited(project: Project, bare: list[tuple[Service, Route]], limited: list[Route]) -> Iterator[Fact]:
    """One fact for all services that nothing limits, at a login where there is one. `limited` are the routes of the
    other services: a login is often served twice, by a gateway or a front end and by who decides it."""
    if not bare:
        return
    bare.sort(key=lambda pair: _rank(pair[1]))
    logins = [r for service, r in bare if _takes_passwords(project, service, r)]
    names = ", ".join(s.name for s, _ in bare[:6]) + (" and others" if len(bare) > 6 else "")
    tail = f"; passwords can be guessed at {logins[0].path} without end" if logins else ""
    twin = next((r for r in limited if r.method != "GET" and logins and _last(r) == _last(logins[0])), None)
    if twin is not None:
        said = f"{twin.path} is limited, and whether what comes here has passed it is not seen"
        yield unknown(f"{logins[0].path}: how often passwords may be tried: {said}.", logins[0], twin)
        return
    asked = _captcha(project, logins[0]) if logins else None
    if asked is not None:
        said = "nothing is seen that limits it, beside a captcha"
        yield unknown(f"{logins[0].path}: how often passwords may be tried: {said}.", logins[0], At(asked))
        return
    counted = _counted(project) if logins else None
    if counted is not None:
        said = "failures are counted, and whether an account is locked after some is not seen"
        yield unknown(f"{logins[0].path}: how often passwords may be tried: {said}.", logins[0], counted)
        return
    grave = Severity.HIGH if logins else Severity.MEDIUM
    yield bad(f"Nothing limits how often {names} can be called{tail}.", *(r for _, r in bare[:6]), severity=grave)


_PASSWORDS = re.compile(
    r"(?i)password|passwd|\bpwd\b|LoginView|contrib\.auth\b|allauth|passport|credentials|devise|basicauth"
)
_OF_LOGINS = re.compile(r"(?i)log_?in|auth|sign_?in|account|user|session|member|admin|credential")


def _takes_passwords(project: Project, service: Service, route: Route) -> bool:
    """Whether a route is a login, and code of logins in its service speaks of passwords: an exchange of tokens with
    somebody else's login leaves nothing to guess."""
    last = _last(route)
    if route.method == "GET" or (_rank(route) != 0 and last not in {"token", "accesstoken", "password"}):
        return False
    text = project.code.text(route.at.path)
    if _rank(route) != 0:
        return re.search(r"(?i)password|passwd|\bpwd\b", text) is not None
    return _PASSWORDS.search(text) is not None or _speaks_of_passwords(project, service.root or ".")


def _last(route: Route) -> str:
    """The letters of the last part of a path, in small; none where it is a parameter."""
    last = route.path.rstrip("/").rsplit("/", 1)[-1]
    return re.sub(r"[^a-z]", "", last.lower()) if not last.startswith(("{", ":", "<")) else ""


@lru_cache(maxsize=256)
def _speaks_of_passwords(project: Project, root: str) -> bool:
    """Whether code of logins below a folder speaks of passwords."""
    near = (p for p in project.code.files() if within(p, root) and _OF_LOGINS.search(p))
    return any(_PASSWORDS.search(project.code.text(p)) for p in near)


_COUNTED = (
    "ailed_login",
    "ailedLogin",
    "ogin_attempts",
    "oginAttempts",
    "ccountLock",
    "ccount_lock",
    "ocked_until",
    "ockUntil",
)


def _counted(project: Project) -> At | None:
    """Where code counts logins that failed, or locks an account for a while."""
    found = (p for p in project.code.holding(*_COUNTED) if runs(p))
    path = next(found, None)
    return line_of(project, path, "|".join(_COUNTED)) if path is not None else None


def _captcha(project: Project, login: Route) -> str | None:
    """The file that speaks of a captcha and holds the login's handler, or registers it."""
    name = login.handler.rsplit(".", 1)[-1]
    defined = re.compile(rf"\b{re.escape(name)}\s*\(") if re.fullmatch(r"\w+", name) else None
    for path in project.code.holding("aptcha", "CAPTCHA"):
        if path == login.at.path or (defined is not None and defined.search(project.code.text(path))):
            return path
    return None


def _limiters(project: Project, service: Service) -> Iterator[Fact]:
    """What the service's own code does with a limiter: mounts it, makes it for nothing, or only depends on it."""
    used = [
        u
        for u in project.middleware
        if within(u.at.path, service.root)
        and re.search(r"rate-?limit|limiter|throttl|slow-?down|axes", u.name, re.IGNORECASE)
    ]
    yield from forgotten(
        project, service, (n for p in _candidates(project, service) for n in _named_limiters(project, p))
    )
    if mounted := next((u for u in used if u.mounted is not False), None):
        yield ok(f"{service.name}: {mounted.name} limits requests.", mounted)
        return
    if wired := _wired(project, service):
        yield ok(f"{service.name}: requests are limited.", wired)
        return
    accounts = dependency(project, service, "django-allauth")
    if accounts and project.code.holding("allauth.urls", "allauth.account.urls", languages=("python",)):
        yield ok(f"{service.name}: django-allauth limits how often one may try to log in.", accounts)
        return
    if (made := _made(project, service)) and _is_handed_on(project, made):
        yield unknown(f"{service.name}: a limiter is made and handed on here; what it limits is not seen.", made)
    elif made:
        yield bad(f"{service.name}: a limiter is made here, and nothing mounts it: it limits nothing.", made)
    elif used:
        yield bad(f"{service.name}: the limiter is put onto a router that nothing mounts: it limits nothing.", used[0])
    elif (wanted := dependency(project, service, *_NAMED)) is not None and wanted.group != "indirect":
        if (user := _importer(project, service, wanted.name)) is not None:
            yield unknown(f"{service.name}: {wanted.name} is taken here; what it limits could not be seen.", user)
            return
        yield bad(f"{service.name}: {wanted.name} is a dependency, and no code uses it: it limits nothing.", wanted)


def _is_handed_on(project: Project, made: At) -> bool:
    """Whether what a library of limiters gives is called in the file within what somebody else is handed."""
    text = project.code.text(made.path)
    names = re.findall(rf"(?m)^import\s+(?:\{{\s*)?(\w+)[^\n]*['\"](?:{_IMPORTS.pattern})", text)
    return any(re.search(rf"[\[(,:]\s*(?:await\s+)?{name}\(", text) for name in names)


def _importer(project: Project, service: Service, library: str) -> At | None:
    """Where code of the service imports the library, or code of a package beside it that it may use."""
    others = [s.root for s in project.system.own if s.root and s.name != service.name]
    for path in project.code.holding(library.split("/")[-1].replace("-", "_"), library):
        if runs(path) and (within(path, service.root) or not any(within(path, root) for root in others)):
            taken = next((i for i in project.code.imports(path) if i.module.startswith(library)), None)
            if taken is not None:
                return taken.at
    return None


_IMPORTS = re.compile(
    r"express-rate-limit|rate-limiter-flexible|express-slow-down|express-brute|koa-ratelimit|hono-rate-limiter|@upstash/ratelimit|@arcjet"
)


_MARKS = (
    "imiter",
    "ateLimit",
    "ate_limit",
    "ate-limit",
    "hrottl",
    "lowDown",
    "axes",
    "Axes",
    "ucket4j",
    "tryConsume",
    "rate.NewLimiter",
)


_NAME = re.compile(r"(?i)rate_?limit|limiter|throttle|slowdown")


_ASKED = re.compile(r"(?i)\b\w*(?:limit|throttle|slowdown)\w*\.(?:consume|limit|check|protect|tryConsume|hit|allow)$")


_OWN_ASKED = re.compile(
    r"(?m)^(?![ \t]*(?:#|//|\*))[^\n]*?(?:await|!|=|return)\s*\(?(?:\w{1,20}\.){0,3}\w*(?:[rR]ate_?[lL]imit|[tT]hrottl)\w*"
    r"\.(?i:assert|check|enforce|ensure|allow|is|limit|consume|verify|guard|acquire|take|attempt)\w*\("
)
"""A limiter of the project's own that is asked before something is done."""


_NEST = re.compile(
    r"APP_GUARD\b[^}]{0,120}?Throttl\w{0,40}Guard|@UseGuards\([^)]{0,120}Throttl\w{0,40}Guard|useGlobalGuards\([^)]{0,120}Throttl"
)


_OTHER = re.compile(
    r"(?m)^(?![ \t]*(?:#|//|\*|from\b|import\b))[^\n]*?(?:@\w*[lL]imiter\.(?:limit|shared_limit)|RateLimiter\(|@ratelimit|DEFAULT_THROTTLE_(?:CLASSES|RATES)"
    r"|throttle_classes|SlowAPIMiddleware|AxesMiddleware|httprate\.Limit|tollbooth\.Limit|RequestRateLimiter|@RateLimiter|\.tryConsume\("
    r"|middleware\.RateLimiter|\.Allow\(\)|default_limits|application_limits)"
)


_OWN = re.compile(
    r"\.status\(\s*429|status(?:_code)?\s*=\s*(?:429|status\.HTTP_429)|HTTPException\(\s*(?:429|status\.HTTP_429)"
    r"|(?:WriteHeader|http\.Error)\([^)\n]{0,80}StatusTooManyRequests|TooManyRequests(?:Error|Exception)?\("
    r"|(?:Token|Leaky)Bucket\.\w+\("
)
"""Code that turns a client away for calling too often without a library for it."""


def _wired(project: Project, service: Service) -> At | None:
    """Where code puts a limiter to use: a decorator, a guard, a limiter among a route's handlers, one that is asked."""
    for path in _candidates(project, service):
        text = project.code.text(path)
        found = (_NEST if project.code.language(path) in JAVASCRIPT else _OTHER).search(text)
        if found is not None:
            return at_offset(path, text, found.end())
        if runs(path) and (asked := line_of(project, path, _OWN_ASKED.pattern)):
            return asked
    for path in project.code.holding("Limit", "limiter", "Throttl", languages=("go",)):
        used = _GO_USE.search(project.code.text(path)) if within(path, service.root) and runs(path) else None
        if used is not None:
            return at_offset(path, project.code.text(path), used.end())
    for path in project.code.holding("429", "TooManyRequests", "Bucket."):
        if within(path, service.root) and runs(path) and (at := line_of(project, path, _OWN.pattern)):
            return at
    return _among_handlers(project, service)


_GO_USE = re.compile(r"\.Use\((?:(?!\n\s*\n)[\s\S]){0,400}?\w*(?i:rate_?limit|(?<!concurrency)limiter)\w*\(")
"""A limiter among the middlewares that a router of Go uses, on one line or several."""


def _candidates(project: Project, service: Service) -> list[str]:
    return [p for p in project.code.holding(*_MARKS) if within(p, service.root)]


_HANDLED = ("get", "post", "put", "patch", "delete", "all", "use", "route")


_ASKS = ("consume", "limit", "check", "protect", "tryConsume", "hit", "allow")


def _among_handlers(project: Project, service: Service) -> At | None:
    """`app.post(path, limiter, ...)`, also under the name that the project gives it, or `limiter.consume(...)`."""
    made = {name for path in _candidates(project, service) for name, _ in _named_limiters(project, path)}
    for call in calls(project, *_HANDLED, *_ASKS, languages=JAVASCRIPT, needles=(*_MARKS, *made)):
        if not within(call.path, service.root):
            continue
        if _ASKED.search(call.callee):
            return call.at
        handlers = [
            a for a in call.args if a.kind() not in {"arrow_function", "function_expression", "string", "object"}
        ]
        if call.name in _HANDLED and any(_is_limiter(a, made) for a in handlers):
            return call.at
    return None


def _is_limiter(node: SgNode, made: set[str]) -> bool:
    text = node.text()[:200]
    words_of = set(re.findall(r"\w+", text))
    return bool(_NAME.search(text.split("(")[0]) or words_of & made or (node.kind() == "array" and _NAME.search(text)))


def _named_limiters(project: Project, path: str) -> Iterator[tuple[str, At]]:
    """The names that a file gives to limiters that it makes."""
    if project.code.language(path) in JAVASCRIPT and _IMPORTS.search(project.code.text(path)):
        pattern = r"(?m)(?:const|let|var)\s+(\w+)[^=\n]{0,80}=\s*(?:await\s+)?(?:new\s+)?\w*(?:rateLimit|RateLimiter|slowDown|Ratelimit|ExpressBrute)\w*\("
        for found in re.finditer(pattern, project.code.text(path)):
            yield found[1], at_offset(path, project.code.text(path), found.start())


def _made(project: Project, service: Service) -> At | None:
    """Where code makes or imports a limiter."""
    for path in _candidates(project, service):
        if not runs(path):
            continue
        named = next(iter(_named_limiters(project, path)), None)
        if named is not None:
            return named[1]
        libraries = (
            r"ThrottlerModule\.\w+|\b(?:slowapi|flask_limiter|fastapi_limiter)\b|['\"](?:" + _IMPORTS.pattern + ")"
        )
        if found := line_of(project, path, libraries):
            return found
    return None
