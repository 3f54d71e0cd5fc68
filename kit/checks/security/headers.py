"""Do answers carry the headers that browsers need to protect their users?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.security.common import dependency, mentions, packages_of, public, served
from kit.checks.shared.calls import JAVASCRIPT, calls
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.system.model import Service
from kit.system.scope import within

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

    Fix: let the proxy send them (`add_header X-Content-Type-Options nosniff always;` and its like), or the application.
    - express, nestjs: `app.use(helmet())`.
    - fastify: `app.register(helmet)` of @fastify/helmet.
    - next: `headers()` in next.config.js.
    - django: `SecurityMiddleware` with `SECURE_HSTS_SECONDS`.
    - flask: `Talisman(app)`.
    - fastapi: a middleware that sets them on each response.
    - spring: `http.headers(...)` of Spring Security.
    - go: `unrolled/secure`, or a middleware that sets them.
    - dotnet: `app.UseHsts()`, and a middleware that sets the others.

    Blind to: headers that a content network adds.

    See: https://owasp.org/www-project-secure-headers/
    """
    front = _headers_in_front(project)
    if front is not None:
        yield ok("What stands in front of the services sets security headers.", front)
    bare: list[Service] = []
    for service, routes in served(project):
        fact = _headers(project, service) if public(routes) else None
        if fact is not None:
            yield fact
        elif front is None and public(routes):
            bare.append(service)
    if bare:
        names = ", ".join(s.name for s in bare[:6]) + (" and others" if len(bare) > 6 else "")
        places = [At(s.root or ".") for s in bare[:6]]
        yield bad(f"Neither code nor a proxy sets security headers for {names}.", *places)
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
        rf"(?m)^(?![ \t]*(?://|#|\*|import\b|from\b|const[ \t]+\w+[ \t]*=[ \t]*require)).*(?:{_HEADER_TOOLS.pattern})",
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
            if within(u.at.path, service.root)
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
