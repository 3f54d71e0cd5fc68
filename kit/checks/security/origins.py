"""Which sites may call the services from a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ast_grep_py import SgNode

from kit.checks.security.common import ASIDE, flow, mentions
from kit.checks.shared.calls import JAVASCRIPT, Call, calls, is_on, is_text, option, runs, shown, text_value
from kit.model import At, Clause, Fact, FileClass, Outcome, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.platforms.nginx import Directive

_ANY = "Every site may read what the service answers"


_LOGGED_IN = (
    "the origin of whoever asks is named back: every site may read, in a visitor's browser, what the service answers "
    "to that visitor's login"
)
_REFUSED = (
    "`*` together with credentials, which browsers refuse: calls with a login fail, on one's own sites too, and what "
    "needs none every site may read"
)
_BY_SPRING = (
    "`*` together with credentials: Spring 5.3 and later end such requests with an error, older ones let every site read "
    "what is answered to a visitor's login"
)


_BY_DOTNET = "`*` together with credentials: ASP.NET Core ends such requests with an error"


@check("SEC-002", "Only known sites may call from a browser", Severity.HIGH, Clause.INVARIANTS, effort_hours=1)
def only_known_origins(project: Project) -> Iterator[Fact]:
    """
    CORS that lets every origin in, with credentials, lets any site that a user visits read that user's data.

    Decides: the options of CORS in Express, NestJS, Fastify, FastAPI, Flask, Django, Spring, Go, ASP.NET and in nginx and
    Ingress, those of sockets by socket.io and of NestJS's gateways, sockets of Go that check no origin, and variables for it that deployment targets outside development give: every origin with credentials does not hold (gravely
    where the asking origin is named back, as browsers refuse a literal `*` with credentials), every origin without credentials
    holds in part, a list holds.

    Fix: name the origins that may call.
    - nestjs: `app.enableCors({ origin: process.env.WEB_ORIGINS.split(","), credentials: true })`.
    - node: `cors({ origin: process.env.WEB_ORIGINS.split(","), credentials: true })`.
    - django: `CORS_ALLOWED_ORIGINS = ["https://shop.example.com"]`.
    - flask: `CORS(app, origins=["https://shop.example.com"])`.
    - fastapi: `allow_origins=["https://shop.example.com"]`.
    - java: `setAllowedOrigins(List.of("https://shop.example.com"))`.
    - gin: `cors.Config{AllowOrigins: []string{"https://shop.example.com"}}`.
    - go: `cors.Options{AllowedOrigins: []string{"https://shop.example.com"}}`.
    - dotnet: `policy.WithOrigins("https://shop.example.com")`.
    - php: `'allowed_origins' => ['https://shop.example.com']`.

    Blind to: origins that are only known where the service runs.

    See: https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS
    """
    known = _knows_browsers(project)
    for fact in (
        *_javascript(project),
        *_python(project),
        *_other_languages(project),
        *_sockets(project),
        *_in_front(project),
        *_given(project),
    ):
        wrong = fact.outcome is Outcome.FAIL and fact.severity is None
        yield fact if known or not wrong else replace(fact, severity=Severity.MEDIUM)


def _knows_browsers(project: Project) -> bool:
    """Whether code speaks of cookies or sessions: without them a browser has nothing to send along by itself."""
    return any(runs(path) for path in project.code.holding("ookie", "ession"))


def _verdict(at: At, *, every: bool | None, credentials: bool, mirrors: bool = True, happens: str = _REFUSED) -> Fact:
    """`mirrors`: the origin of the request is named back; otherwise `happens` is what a literal `*` comes to."""
    if every and credentials and mirrors:
        return bad(f"CORS: {_LOGGED_IN}.", at)
    if every and credentials:
        return bad(f"CORS: {happens}.", at, severity=Severity.MEDIUM)
    if every:
        return partial(f"CORS: {_ANY}; credentials are not sent along.", at, severity=Severity.LOW)
    return ok("CORS: only origins that are named may call from a browser.", at)


def _javascript(project: Project) -> Iterator[Fact]:
    for call in calls(project, "cors", "enableCors", languages=JAVASCRIPT, needles=("cors", "enableCors")):
        if call.name == "enableCors" or (call.callee == "cors" and _PACKAGE.search(project.code.text(call.path))):
            yield _js_options(project, call, call.args[0] if call.args else None)
    for call in calls(project, "register", languages=JAVASCRIPT, needles=("fastify/cors", "fastify-cors")):
        if call.args and "ors" in call.args[0].text()[:80]:
            yield _js_options(project, call, call.args[1] if len(call.args) > 1 else None)
    for call in (*_gateways(project), *_servers(project)):
        given = next((found for argument in call.args if (found := option(argument, "cors")) is not None), None)
        if given is not None and given.text() != "false":
            yield _js_options(project, call, given)
    for call in calls(
        project,
        "setHeader",
        "header",
        "set",
        "append",
        languages=JAVASCRIPT,
        needles=("Access-Control-Allow-Origin", "access-control-allow-origin"),
    ):
        if len(call.args) == 2 and (text_value(call.args[0]) or "").lower() == "access-control-allow-origin":
            yield _header(project, call)


def _gateways(project: Project) -> Iterator[Call]:
    """The gateways of NestJS: their sockets have a CORS of their own."""
    return calls(project, "WebSocketGateway", languages=JAVASCRIPT, needles=("@nestjs/websockets",))


def _servers(project: Project) -> Iterator[Call]:
    """The servers of socket.io."""
    return calls(project, "Server", languages=JAVASCRIPT, needles=("socket.io",), new=True)


def _js_options(project: Project, call: Call, options: SgNode | None) -> Fact:
    options = _resolved(project, options, call.path)
    if options is None or options.kind() in {"true", "string"}:
        return _verdict(call.at, every=True, credentials=False)
    if options.kind() != "object":
        return unknown(f"CORS: which sites may call is decided by {shown(options)}, which is made elsewhere.", call)
    origin = _resolved(project, option(options, "origin"), call.path)
    if origin is not None and origin.kind() in _FUNCTIONS and not _every(origin) and not _LOOKED.search(origin.text()):
        return unknown("CORS: a function decides which sites may call; what it lets in is not seen here.", call)
    # The packages for Node.js answer with a `*` as it is written, and with the asking origin for `true` and functions.
    mirrors = origin is not None and "*" not in re.sub(r"/\.\*/", "", origin.text()[:300])
    credentials = is_on(option(options, "credentials"))
    return _verdict(call.at, every=_every(origin), credentials=credentials, mirrors=mirrors)


_FUNCTIONS = frozenset({"arrow_function", "function_expression", "method_definition"})
_LOOKED = re.compile(r"includes|indexOf|\.has\(|\.test\(|===|\.some\(|\.match\(|allow", re.IGNORECASE)
_PACKAGE = re.compile(
    r"['\"](?:cors|hono/cors|@koa/cors|koa2?-cors|@elysiajs/cors|@fastify/cors|restify-cors-middleware2?)['\"]"
)


def _resolved(project: Project, node: SgNode | None, path: str) -> SgNode | None:
    if node is None or node.kind() not in {"identifier", "shorthand_property_identifier"}:
        return node
    values = [d.value for d in flow(project).definitions(node, path) if d.value is not None]
    return values[0] if len(values) == 1 else node


def _every(origin: SgNode | None) -> bool | None:
    """Whether an `origin` lets every site in; absent it does."""
    if origin is None:
        return True
    text = re.sub(r"\s", "", origin.text()[:300])
    if text in {"true", "'*'", '"*"', "`*`", "['*']", '["*"]', "/.*/"}:
        return True
    if re.search(r"(?:\|\||\?\?)['\"`]\*['\"`]$", text):
        return True
    lenient = re.fullmatch(
        r"(?:async)?(?:function\w*)?\(?(\w+)(?::\w+)?,(\w+)(?::\w+)?\)?(?:=>)?\{?(?:return)?\2\((?:null|undefined),(?:true|\1)\);?\}?;?",
        text,
    )
    return True if lenient or re.fullmatch(r"\(?(\w+)\)?=>(?:\1|true)", text) else None


def _header(project: Project, call: Call) -> Fact:
    value = call.args[1]
    near = project.code.text(call.path)
    sent = re.search(r"[Aa]ccess-[Cc]ontrol-[Aa]llow-[Cc]redentials['\"]\s*,\s*['\"`]?true", near) is not None
    if text_value(value) == "*":
        return _verdict(call.at, every=True, credentials=sent, mirrors=False)
    mirrored = (
        not is_text(value)
        and re.search(r"\.origin\b|\.get\(['\"]origin|header\(['\"][Oo]rigin", value.text()[:120]) is not None
    )
    checked = re.search(
        r"(?i)allowed\w{0,40}\s{0,4}\.\s{0,4}(?:includes|indexOf|has|some)|includes\(\s{0,4}[\w.]{0,60}origin|whitelist|allowlist",
        near,
    )
    return _verdict(call.at, every=mirrored and not checked, credentials=sent)


def _python(project: Project) -> Iterator[Fact]:
    for call in calls(project, "add_middleware", languages=("python",), needles=("CORSMiddleware",)):
        if call.args and call.args[0].text().endswith("CORSMiddleware"):
            origins = call.option("allow_origins") or call.option("allow_origin_regex")
            yield _verdict(
                call.at, every=_star(project, origins, call.path), credentials=is_on(call.option("allow_credentials"))
            )
    for call in calls(project, "CORS", "init_app", languages=("python",), needles=("flask_cors",)):
        if call.name == "CORS" or call.callee.lower().startswith("cors"):
            origins = call.option("origins")
            every = (origins is None and call.option("resources") is None) or _star(project, origins, call.path)
            yield _verdict(call.at, every=every, credentials=is_on(call.option("supports_credentials")))
    for path in project.code.holding("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL", languages=("python",)):
        lines = project.files.lines(path)
        for number, line in enumerate(lines, start=1):
            if (
                re.match(r"CORS_(?:ALLOW_ALL_ORIGINS|ORIGIN_ALLOW_ALL)\s*=\s*True", line)
                and project.files.environment_of(path) not in ASIDE
            ):
                sent = any(re.match(r"CORS_ALLOW_CREDENTIALS\s*=\s*True", one) for one in lines)
                yield _verdict(At(path, number), every=True, credentials=sent)


def _star(project: Project, origins: SgNode | None, path: str) -> bool | None:
    found = _resolved(project, origins, path)
    if found is None:
        return None
    return (
        True
        if re.fullmatch(r"[\[(]?\s*r?['\"](?:\*|\.\*|https?://\.\*)['\"]\s*,?\s*[\])]?", found.text()[:200])
        else None
    )


_GO_ANY = re.compile(
    r"AllowAllOrigins:\s*true|Allow(?:ed)?Origins:\s*(?:\[\]string\{)?\s*\"\*\"|AllowOriginFunc:\s*func\([^)]{0,200}\)\s{0,4}bool\s{0,4}\{\s{0,40}return true"
)


_JAVA_ANY = re.compile(
    r"(?:setAllowedOriginPatterns|allowedOriginPatterns|addAllowedOriginPattern)\s*\((?:List\.of|Arrays\.asList|Collections\.singletonList)?\(?\s*\"\*\"|(?:setAllowedOrigins|allowedOrigins|addAllowedOrigin)\s*\((?:List\.of|Arrays\.asList|Collections\.singletonList)?\(?\s*\"\*\"|@CrossOrigin\s*(?:\(\s*\)|(?!\s*\()|\(\s*(?:origins\s*=\s*)?\"\*\")"
)


_DOTNET_ANY = re.compile(
    r"\.AllowAnyOrigin\(\s{0,9}\)|\.SetIsOriginAllowed\(\s{0,9}(?:\(\s{0,9}\w{1,40}\s{0,9}\)|\w{1,40})\s{0,9}=>\s{0,9}true"
)


_NAMED_BACK = re.compile(r"AllowOriginFunc|llowedOriginPattern|SetIsOriginAllowed")


def _other_languages(project: Project) -> Iterator[Fact]:
    """The libraries of CORS of Go, Java and .NET, by the text of their options."""
    for language, needles, pattern, sent in (
        (
            "go",
            ("AllowAllOrigins", "AllowOrigins", "AllowedOrigins", "AllowOriginFunc"),
            _GO_ANY,
            r"AllowCredentials:\s*true",
        ),
        (
            "java",
            ("llowedOrigin", "@CrossOrigin"),
            _JAVA_ANY,
            r"llowCredentials\s*\(\s*true|allowCredentials\s*=\s*\"true\"",
        ),
        ("csharp", ("AllowAnyOrigin", "SetIsOriginAllowed"), _DOTNET_ANY, r"\.AllowCredentials\("),
    ):
        for path in project.code.holding(*needles, languages=(language,)):
            text = project.code.text(path)
            found = pattern.search(text)
            line = text.count("\n", 0, found.start()) + 1 if found else None
            if found and runs(path):
                yield _verdict(
                    At(path, line),
                    every=True,
                    credentials=re.search(sent, text) is not None,
                    mirrors=_NAMED_BACK.search(found[0]) is not None,
                    happens={"java": _BY_SPRING, "csharp": _BY_DOTNET}.get(language, _REFUSED),
                )


_SOCKETS = re.compile(
    r"CheckOrigin\s{0,4}[:=]\s{0,4}func\([^)\n]{0,80}\)\s{0,4}bool\s{0,4}\{(?:\s|//[^\n]{0,200}\n){0,20}return\s+true\s{0,4};?\s{0,4}\}"
)


def _sockets(project: Project) -> Iterator[Fact]:
    """Sockets of Go whose upgrade takes every origin: CORS does not hold for them, and browsers send cookies along."""
    for path in project.code.holding("CheckOrigin", languages=("go",)):
        text = project.code.text(path)
        found = _SOCKETS.search(text)
        if found is not None and runs(path):
            by_cookie = re.search(r"(?i)\.Cookie\(|\bcookies?\b", text) is not None
            said = "The socket is opened for every site: CheckOrigin always says yes"
            tail = ", and the visitor's cookie opens it" if by_cookie else ""
            severity = Severity.HIGH if by_cookie else Severity.MEDIUM
            yield bad(f"{said}{tail}.", At(path, text.count("\n", 0, found.start()) + 1), severity=severity)


def _in_front(project: Project) -> Iterator[Fact]:
    for config in project.nginx:
        if project.files.class_of(config.path) is not FileClass.PRODUCTION or config.included:
            continue
        for block in config.walk():
            headers = {d.args[0].lower(): d for d in block.all("add_header") if len(d.args) > 1}
            origin = headers.get("access-control-allow-origin")
            if origin is not None and not _is_static(block):
                sent = headers.get("access-control-allow-credentials")
                every = origin.args[1] == "*" or origin.args[1] == "$http_origin"
                mirrored = origin.args[1] == "$http_origin"
                allowed = sent is not None and sent.args[1] == "true"
                yield _verdict(origin.at, every=every, credentials=allowed, mirrors=mirrored)
    for ingress in project.manifests.effective.of("Ingress"):
        said = {k.rpartition("/")[2]: v for k, v in ingress.annotations.items() if k.startswith("nginx.ingress")}
        if said.get("enable-cors") == "true":
            every = said.get("cors-allow-origin", "*").strip() == "*"
            environment = None if ingress.environment == "unknown" else ingress.environment
            fact = _verdict(
                ingress.node.at_or_self("metadata", "annotations"),
                every=every,
                credentials=said.get("cors-allow-credentials", "true") == "true",
                mirrors=False,
            )
            yield replace(fact, message=f"{ingress.title}: {fact.message}", environment=environment)


_STATIC = re.compile(
    r"(?i)(?:^|[\s/(|.])(?:fonts?|assets|static|images?|img|icons|media|public|woff2?|ttf|otf|svg|png|jpe?g|css|js)(?:$|[/)|?\\$])"
)


def _is_static(block: Directive) -> bool:
    """Whether a location hands out files that everybody may see anyway: nothing behind it answers."""
    behind = any(block.get(name) for name in ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "grpc_pass"))
    return block.name == "location" and not behind and _STATIC.search(" ".join(block.args)) is not None


_MIRRORING = frozenset({"fastapi", "starlette", "flask", "django"})
"""Frameworks whose libraries name the asking origin back where everything is allowed and credentials are."""


def _given(project: Project) -> Iterator[Fact]:
    """`CORS_ORIGINS=*` and its like, as deployment targets outside development give them to services."""
    seen: set[At] = set()
    for service in project.system.own:
        sent = mentions(project, service, r"credentials['\"]?\s{0,4}[:=]\s{0,4}[tT]rue", "redentials")
        for deployment in service.deployments:
            for one in deployment.env if deployment.environment not in ASIDE else ():
                named = re.search(r"CORS_?\w*ORIGIN|ALLOW(?:ED)?_(?:CORS_)?ORIGINS?$", one.name)
                if named and (one.value or "").strip("[]'\" ") == "*" and one.at not in seen:
                    seen.add(one.at)
                    mirrors = service.framework in _MIRRORING
                    fact = _verdict(one.at, every=True, credentials=sent is not None, mirrors=mirrors)
                    environment = None if deployment.environment == "unknown" else deployment.environment
                    yield replace(
                        fact, message=f"{service.name}: {one.name} is *. {fact.message}", environment=environment
                    )
