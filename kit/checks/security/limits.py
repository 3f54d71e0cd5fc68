"""How often, how much, and with what armour: rate limits, upload limits, security headers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.security.calls import JAVASCRIPT, calls, option, runs
from kit.checks.security.common import dependency, files_of, flow, line_of, mentions, packages_of, served, words
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.system.model import Route, Service

_LIMITERS = (
    "express-rate-limit", "rate-limiter-flexible", "express-slow-down", "express-brute", "@nestjs/throttler", "fastify-rate-limit",
    "@fastify/rate-limit", "koa-ratelimit", "hono-rate-limiter", "@upstash/ratelimit", "slowapi", "fastapi-limiter", "flask-limiter",
    "django-ratelimit", "django-axes", "github.com/ulule/limiter/v3", "github.com/didip/tollbooth", "github.com/go-chi/httprate",
    "golang.org/x/time", "com.bucket4j:bucket4j-core", "com.github.vladimir-bukhtoyarov:bucket4j-core", "arcjet", "@arcjet/node", "@arcjet/next",
    "@hono-rate-limiter/cloudflare",
)  # fmt: skip
_LIMITED = re.compile(
    r"limiter\.(?:limit|shared_limit)\b|RateLimiter\(|@ratelimit|@Throttle\(|ThrottlerGuard|DEFAULT_THROTTLE_CLASSES|throttle_classes|"
    r"SlowAPIMiddleware|AxesMiddleware|httprate\.Limit|rate\.NewLimiter|RequestRateLimiter|@RateLimiter|Bucket4j|Bucket\.builder|"
    r"tollbooth\.Limit|limiter\.New\(|RateLimiter(?:Memory|Redis|Postgres|Mongo)\w*\(|Ratelimit\(|middleware\.RateLimiter|rateLimiter\(|"
    r"FastAPILimiter|Limiter\(|rate_limit|rateLimit"
)
_LOGIN = frozenset({"login", "signin", "token", "authenticate", "password", "otp", "register", "signup"})


@check("SEC-003", "Requests are limited in number", Severity.HIGH, Clause.EXECUTION, effort_hours=2)
def requests_are_limited(project: Project) -> Iterator[Fact]:
    """
    Without a limit one client guesses passwords all night, or takes the service down alone.

    Decides: limiters that code mounts, on applications or single routes, and limits of nginx, Ingress, API gateways and
    firewalls in front. A limiter that is a dependency or is made, and reaches no request, does not hold.

    Fix: mount it before the routes, strictest on login: `app.use("/auth", rateLimit({ windowMs: 60_000, limit: 10 }))`.

    Blind to: limits of a content network or provider that has no trace in the repository.

    See: https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
    """
    front = _limit_in_front(project)
    if front is not None:
        yield ok("What stands in front of the services limits requests.", front)
    bare: list[tuple[Service, Route]] = []
    for service, routes in served(project):
        found = list(_limiters(project, service))
        yield from found
        if not found and front is None:
            bare.append((service, min(routes, key=_rank)))
    yield from _unlimited(bare)
    yield from _keys(project)


def _rank(route: Route) -> int:
    """Routes where passwords are tried first, then other ways in, then those that change state."""
    said = set(words(route.path))
    if route.method == "GET":
        return 4
    if said & {"apple", "google", "facebook", "github", "oauth", "oauth2", "sso", "saml", "twitter"}:
        return 2
    return 0 if said & {"login", "signin", "authenticate"} else 1 if said & _LOGIN else 3


def _unlimited(bare: list[tuple[Service, Route]]) -> Iterator[Fact]:
    """One fact for all services that nothing limits, at a login where there is one."""
    if not bare:
        return
    bare.sort(key=lambda pair: _rank(pair[1]))
    logins = [r for _, r in bare if _LOGIN & set(words(r.path)) and r.method != "GET"]
    names = ", ".join(s.name for s, _ in bare[:6]) + (" and others" if len(bare) > 6 else "")
    tail = f"; passwords can be guessed at {logins[0].path} without end" if logins else ""
    grave = Severity.HIGH if logins else Severity.MEDIUM
    yield bad(f"Nothing limits how often {names} can be called{tail}.", *(r for _, r in bare[:6]), severity=grave)


def _limit_in_front(project: Project) -> At | None:
    for config in project.nginx:
        if project.files.class_of(config.path) is FileClass.PRODUCTION:
            for directive in config.walk():
                if directive.name == "limit_req":
                    return directive.at
    for manifest in project.manifests.effective:
        if manifest.kind == "Ingress" and any(
            re.search(r"/limit-(rps|rpm|connections)", k) for k in manifest.annotations
        ):
            return manifest.node.at_or_self("metadata", "annotations")
        if manifest.kind == "Middleware" and manifest.node.get("spec", "rateLimit") is not None:
            return manifest.node.at_or_self("spec", "rateLimit")
    for group in project.terraform:
        for resource in group.resources:
            if resource.type in {
                "aws_wafv2_web_acl",
                "cloudflare_rate_limit",
                "google_compute_security_policy",
            } and "rate" in str(resource.node.value):
                return resource.at
    for file in project.compose:
        for composed in file.services:
            label = next((node for key, node in composed.labels.items() if "ratelimit" in key.lower()), None)
            if label is not None:
                return label.at
    return None


def _limiters(project: Project, service: Service) -> Iterator[Fact]:
    """What the service's own code does with a limiter: mounts it, makes it for nothing, or only depends on it."""
    used = [
        u
        for u in project.middleware
        if _of_service(project, service, u.at.path)
        and re.search(r"rate-?limit|limiter|throttl|slow-?down|axes", u.name, re.IGNORECASE)
    ]
    if mounted := next((u for u in used if u.mounted is not False), None):
        yield ok(f"{service.name}: {mounted.name} limits requests.", mounted)
        return
    wired = next((at for path in files_of(project, service) if (at := _wired(project, path))), None)
    if wired is not None:
        yield ok(f"{service.name}: requests are limited.", wired)
        return
    if made := next((at for path in files_of(project, service) if (at := _made(project, path))), None):
        yield bad(f"{service.name}: a limiter is made here, and nothing mounts it: it limits nothing.", made)
    elif used:
        yield bad(f"{service.name}: the limiter is put onto a router that nothing mounts: it limits nothing.", used[0])
    elif wanted := dependency(project, service, *(n for n in _LIMITERS if n != "golang.org/x/time")):
        yield bad(f"{service.name}: {wanted.name} is a dependency, and no code uses it: it limits nothing.", wanted)


def _of_service(project: Project, service: Service, path: str) -> bool:
    return service.root is not None and (service.root == "." or path.startswith(service.root + "/"))


_IMPORTS = re.compile(
    r"express-rate-limit|rate-limiter-flexible|express-slow-down|express-brute|koa-ratelimit|hono-rate-limiter|@upstash/ratelimit|@arcjet"
)


def _wired(project: Project, path: str) -> At | None:
    """Where a file puts a limiter to use: a decorator, a guard, a limiter among a route's handlers."""
    text = project.code.text(path)
    if not re.search(r"(?i)limit|throttl|bucket4j|axes", text):
        return None
    if project.code.language(path) not in JAVASCRIPT:
        return line_of(
            project,
            path,
            r"@\w*[lL]imiter\.(?:limit|shared_limit)|RateLimiter\(|@ratelimit|DEFAULT_THROTTLE_(?:CLASSES|RATES)|throttle_classes|SlowAPIMiddleware|AxesMiddleware|httprate\.Limit|tollbooth\.Limit|RequestRateLimiter|@RateLimiter|\.tryConsume\(|Limiter\(\s*(?:app|get_remote|key_func)|middleware\.RateLimiter|\.Allow\(\)|limiter\.New\(",
        )
    nest = line_of(
        project,
        path,
        r"APP_GUARD[^}]{0,120}Throttl\w+Guard|@UseGuards\([^)]*Throttl\w+Guard|useGlobalGuards\([^)]*Throttl",
    )
    return nest or _among_handlers(project, path)


def _among_handlers(project: Project, path: str) -> At | None:
    """A limiter passed to a route, or asked within a handler: `app.post(path, limiter, ...)`, `limiter.consume(...)`."""
    at = line_of(
        project, path, r"(?i)\b\w*(?:limit|throttle|slowdown)\w*\.(?:consume|limit|check|protect|blockDuration)\("
    )
    found = line_of(
        project,
        path,
        r"(?is)\.(?:get|post|put|patch|delete|all|use|route)\(\s*(?:['\"`][^'\"`\n]*['\"`]\s*,\s*)?(?:\[?\s*\w+\s*(?:\([^()\n]*\))?\s*,\s*){0,4}\[?\s*\w*(?:rate_?limit|limiter|throttle)\w*",
    )
    handed = line_of(
        project,
        path,
        r"(?im)^\s*(?:middleware|preHandler|onRequest|rateLimit|config)s?\s*:\s*[^\n]*(?:rate_?limit|limiter)",
    )
    return found or at or handed


def _made(project: Project, path: str) -> At | None:
    """Where a file imports or makes a limiter."""
    text = project.code.text(path)
    if project.code.language(path) in JAVASCRIPT and _IMPORTS.search(text):
        return line_of(
            project, path, r"=\s*(?:await\s+)?(?:new\s+)?\w*(?:rateLimit|RateLimiter|slowDown|Ratelimit)\w*\("
        ) or line_of(project, path, _IMPORTS.pattern)
    if "ThrottlerModule" in text:
        return line_of(project, path, r"ThrottlerModule\.\w+|ThrottlerModule")
    if project.code.language(path) == "python" and re.search(r"\b(?:slowapi|flask_limiter|fastapi_limiter)\b", text):
        return line_of(project, path, r"\b(?:slowapi|flask_limiter|fastapi_limiter)\b")
    return None


def _keys(project: Project) -> Iterator[Fact]:
    """Limits whose key a client chooses, or whose memory is split among replicas."""
    for call in calls(
        project, "rateLimit", "slowDown", languages=JAVASCRIPT, needles=("express-rate-limit", "express-slow-down")
    ):
        key = call.option("keyGenerator")
        if key is not None and re.search(
            r"headers?\W{1,3}['\"]?x-forwarded-for|x-real-ip|x-client", key.text()[:400], re.IGNORECASE
        ):
            yield partial(
                "The limit counts by a header that the client writes: whoever changes it is not limited.",
                call,
                severity=Severity.MEDIUM,
            )
        many = next(
            (
                d
                for s in project.system.own
                if _of_service(project, s, call.path)
                for d in s.deployments
                if (d.replicas or 1) > 1
            ),
            None,
        )
        if many is not None and call.option("store") is None and call.args:
            yield partial(
                f"The limit counts in the memory of each process; {many.replicas} replicas let as many times more through.",
                call,
                many,
                severity=Severity.LOW,
            )
    for config in project.nginx:
        for directive in config.walk():
            if directive.name == "limit_req_zone" and directive.args and directive.args[0].startswith("$http_"):
                yield partial(
                    "The limit counts by a header that the client writes.", directive, severity=Severity.MEDIUM
                )


_ARMOUR = re.compile(
    r"(?i)['\"](?:content-security-policy|x-frame-options|strict-transport-security|x-content-type-options)['\"]"
)
_HEADER_TOOLS = re.compile(
    r"(?<![\w-])(?:helmet|lusca|nuxt-security|fastify-helmet|koa-helmet)\s*\(|@fastify/helmet|\bTalisman\(|\bsecure\.(?:Secure|Headers|New)\b|secureHeaders\(|middleware\.Secure\b|helmet\.New\(|SecurityFilterChain|"
    r"django\.middleware\.security\.SecurityMiddleware|\bnosecone\b|createSecureHeaders\("
)
_HEADERS = frozenset(
    {"content-security-policy", "x-frame-options", "strict-transport-security", "x-content-type-options"}
)


@check("SEC-004", "Answers carry security headers", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1)
def answers_carry_headers(project: Project) -> Iterator[Fact]:
    """
    Headers tell browsers what a page may load and who may frame it; without them one injected script does everything.

    Decides: helmet and its like mounted by the application, headers set in code, in nginx, Ingress or a platform's file in
    front of it; a library for it that nothing mounts does not hold.

    Fix: `app.use(helmet())`, or `add_header X-Content-Type-Options nosniff always;` and its like in the proxy.

    Blind to: headers that a content network adds.

    See: https://owasp.org/www-project-secure-headers/
    """
    front = _headers_in_front(project)
    if front is not None:
        yield ok("What stands in front of the services sets security headers.", front)
    bare: list[tuple[Service, Route]] = []
    for service, routes in served(project):
        fact = _headers(project, service)
        if fact is not None:
            yield fact
        elif front is None:
            bare.append((service, routes[0]))
    if bare:
        names = ", ".join(s.name for s, _ in bare[:6]) + (" and others" if len(bare) > 6 else "")
        yield bad(f"Neither code nor a proxy sets security headers for {names}.", *(r for _, r in bare[:6]))
    for call in calls(project, "helmet", languages=JAVASCRIPT):
        policy = call.option("contentSecurityPolicy")
        if policy is not None and policy.text() == "false":
            yield partial(
                "helmet is mounted without its Content-Security-Policy: injected scripts run.",
                At(call.path, policy.range().start.line + 1),
                severity=Severity.LOW,
            )


def _headers(project: Project, service: Service) -> Fact | None:
    set_by = mentions(
        project,
        service,
        rf"(?m)^(?!\s*(?://|#|\*|import\b|from\b|const\s+\w+\s*=\s*require)).*(?:{_HEADER_TOOLS.pattern})",
        "helmet",
        "lusca",
        "Talisman",
        "ecure",
        "ecurity",
        "nosecone",
    )
    by_mount = next(
        (
            u
            for u in project.middleware
            if _of_service(project, service, u.at.path)
            and re.search(r"helmet|talisman|securityheaders|lusca|securitymiddleware", u.name, re.IGNORECASE)
            and u.mounted is not False
        ),
        None,
    )
    if by_mount or set_by:
        at = by_mount.at if by_mount else set_by
        return ok(f"{service.name}: security headers are set.", at or At("."))
    literal = mentions(
        project,
        service,
        _ARMOUR.pattern,
        "X-Frame-Options",
        "ontent-Security-Policy",
        "ontent-security-policy",
        "x-frame-options",
        "trict-Transport-Security",
        "X-Content-Type-Options",
    )
    if literal is not None:
        return ok(f"{service.name}: security headers are set.", literal)
    unused = dependency(project, service, "helmet", "@fastify/helmet", "koa-helmet", "flask-talisman", "secure")
    if unused is not None:
        return bad(f"{service.name}: {unused.name} is a dependency, and nothing mounts it: no header is set.", unused)
    if any(
        d.name.endswith("spring-boot-starter-security") for p in packages_of(project, service) for d in p.dependencies
    ):
        return ok(f"{service.name}: Spring Security sets security headers.", next(iter(packages_of(project, service))))
    return None


def _headers_in_front(project: Project) -> At | None:
    for config in project.nginx:
        if project.files.class_of(config.path) is FileClass.PRODUCTION:
            for directive in config.walk():
                if directive.name == "add_header" and directive.args and directive.args[0].lower() in _HEADERS:
                    return directive.at
    for manifest in project.manifests.effective.of("Ingress", "Middleware", "ConfigMap"):
        said = [
            n
            for n in manifest.node.strings()
            if re.search(
                r"(?i)x-frame-options|strict-transport-security|content-security-policy", f"{n.key} {n.text[:4000]}"
            )
        ]
        if said:
            return said[0].at
    for path in project.files.named(
        "vercel.json", "netlify.toml", "_headers", "staticwebapp.config.json", "Caddyfile", "firebase.json"
    ):
        for number, line in enumerate(project.files.lines(path), start=1):
            if re.search(r"(?i)x-frame-options|strict-transport-security|content-security-policy", line):
                return At(path, number)
    for file in project.compose:
        for composed in file.services:
            label = next(
                (
                    n
                    for k, n in composed.labels.items()
                    if re.search(r"(?i)headers\.(?:sts|frame|contenttype|contentsecurity|browserxss)", k)
                ),
                None,
            )
            if label is not None:
                return label.at
    return None


@check("SEC-015", "Uploads are limited in size", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1)
def uploads_are_limited(project: Project) -> Iterator[Fact]:
    """
    An upload without a limit fills the disk or the memory of the service, one request is enough.

    Decides: multer, express-fileupload, @fastify/multipart and Flask's files: a limit of size among their options; FastAPI
    handlers that read an `UploadFile` whole. A limit of nginx in front, its default of 1 MB too, holds.

    Fix: `multer({ limits: { fileSize: 5 * 1024 * 1024 }, fileFilter })`.

    Blind to: limits of a provider in front of the service.

    See: https://cheatsheetseries.owasp.org/cheatsheets/File_Upload_Cheat_Sheet.html
    """
    front = next(
        (
            d
            for c in project.nginx
            if project.files.class_of(c.path) is FileClass.PRODUCTION
            for d in c.walk()
            if d.name == "proxy_pass"
        ),
        None,
    )
    lifted = next(
        (d for c in project.nginx for d in c.walk() if d.name == "client_max_body_size" and d.value == "0"), None
    )
    for at, limited, what in _uploads(project):
        if limited:
            yield ok(f"{what} takes files up to a limit.", at)
        elif front is not None and lifted is None:
            yield ok(f"{what} sets no limit; the proxy in front has one.", at, front)
        else:
            yield bad(f"{what} takes files of any size.", at)


def _uploads(project: Project) -> Iterator[tuple[At, bool, str]]:
    for call in calls(project, "multer", languages=JAVASCRIPT):
        if call.callee == "multer":
            limits = _value(project, call.option("limits"), call.path)
            yield (
                call.at,
                limits is not None and (limits.kind() != "object" or option(limits, "fileSize") is not None),
                "multer",
            )
    for call in calls(project, "fileUpload", languages=JAVASCRIPT, needles=("express-fileupload",)):
        yield call.at, call.option("limits") is not None, "express-fileupload"
    for call in calls(project, "FileInterceptor", "FilesInterceptor", languages=JAVASCRIPT):
        options = next((a for a in call.args if a.kind() == "object"), None)
        if options is not None and not mentions_limit(project, call.path):
            yield call.at, option(options, "limits") is not None, call.name
    for path in project.code.holding("request.files", "UploadFile", languages=("python",)):
        yield from _python_uploads(project, path)


def mentions_limit(project: Project, path: str) -> bool:
    """Whether a module beside configures uploads for all of its handlers."""
    folder = posixpath.dirname(path)
    return any(
        "MulterModule" in project.code.text(p) and "fileSize" in project.code.text(p)
        for p in project.code.holding("MulterModule")
        if posixpath.dirname(p).startswith(folder)
    )


def _python_uploads(project: Project, path: str) -> Iterator[tuple[At, bool, str]]:
    text = project.code.text(path)
    flask = "request.files" in text and "flask" in text
    limited = bool(project.code.holding("MAX_CONTENT_LENGTH", languages=("python",)))
    sized = re.search(r"\.size\b|content-length|max_size|MAX_(?:FILE|UPLOAD|CONTENT)", text, re.IGNORECASE) is not None
    pattern = r"request\.files" if flask else r"await\s+\w+\.read\(\s*\)"
    at = line_of(project, path, pattern)
    if at is not None and runs(path):
        yield at, limited or sized, "Flask" if flask else "The handler"


def _value(project: Project, node: SgNode | None, path: str) -> SgNode | None:
    if node is None or node.kind() != "identifier":
        return node
    return next((d.value for d in flow(project).definitions(node, path) if d.value is not None), node)
