"""Which services and files the checks of this area judge."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from kit.checks.security.flow import Flow
from kit.checks.shared.handlers import handler
from kit.checks.shared.services import line_of
from kit.checks.shared.words import route_words
from kit.model import At, FileClass
from kit.project import Project
from kit.sources.commands.command import word_set
from kit.sources.packages.model import Dependency, Package
from kit.system.model import Route, Service
from kit.system.scope import within

ASIDE = frozenset({"development", "test"})
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SPRING_SETTINGS = ("**/application*.yml", "**/application*.yaml", "**/application*.properties")
HOOKS = frozenset({"webhook", "webhooks", "hook", "hooks", "ipn"})
_OF_CHATS = re.compile(
    r"/(?:telegram|slack|discord|whatsapp|msteams|messenger|viber|line)(?:/[\w{}-]+){0,2}/(?:bot|events?|interactions?|commands?|updates?)/?$",
    re.IGNORECASE,
)
PROOF = re.compile(
    r"constructEvent|[Hh]mac\b|createHmac|timingSafeEqual|compare_digest|[Ss]vix|x-hub-signature|['\"][\w-]{1,40}-signature['\"]"
    r"|(?:verif|check|valid)\w{0,12}_?[sS]ignature|[sS]ignature_?(?:[vV]alid|[vV]erif)|verifyHeader|validateRequest|verifyWebhook"
    r"|webhook_secret|WEBHOOK_SECRET|webhookSecret|RequestValidator|ConstructEvent|ValidatePayload"
)
"""What code says that verifies a signature or a shared secret."""


def is_hook(path: str) -> bool:
    """Whether a provider calls the path: a webhook by its name, or what a chat's bot is told by."""
    return bool(set(route_words(path)) & HOOKS) or _OF_CHATS.search(path) is not None


def flow(project: Project) -> Flow:
    """Where values come from, read once per project."""
    return project.code.once(Flow)


def served(project: Project) -> Iterator[tuple[Service, tuple[Route, ...]]]:
    """The services of the project's own that serve routes, each route with one service only.

    Left out are services that only development or test environments run where others are deployed for more.
    """
    real = any(environment not in ASIDE for _, environment, _ in project.system.targets)
    seen: set[tuple[At, str, str]] = set()
    for service in sorted(project.system.own, key=lambda s: not s.deployments):
        environments = {d.environment for d in service.deployments}
        if real and environments and environments <= ASIDE:
            continue
        mine = tuple(r for r in service.routes if r.mounted is not False and (r.at, r.method, r.path) not in seen)
        mine = tuple(r for r in mine if project.files.class_of(r.at.path) is FileClass.PRODUCTION)
        seen |= {(r.at, r.method, r.path) for r in mine}
        if any(r.framework != "spring-actuator" for r in mine):
            yield service, mine


_OPERATIONS = word_set(
    "health healthz live livez liveness ready readyz readiness ping status metrics info version actuator favicon openapi docs redoc swagger"
)


def public(routes: Iterable[Route]) -> list[Route]:
    """The routes that are there for users: those that only probes and scrapes call are left out."""
    return [r for r in routes if not _OPERATIONS & set(route_words(r.path)) and r.framework != "spring-actuator"]


def packages_of(project: Project, service: Service) -> list[Package]:
    """The manifests of a service: in its folder, or above it where it has none of its own."""
    own = [p for p in project.packages if within(p.path, service.root)]
    if own or service.root is None:
        return own
    folder = service.root
    while folder not in {"", "."}:
        folder = posixpath.dirname(folder) or "."
        found = [p for p in project.packages if p.dir == folder]
        if found:
            return found
    return []


def dependency(project: Project, service: Service, *names: str) -> Dependency | None:
    """The first dependency of a service, not of its tooling, of one of these names."""
    found = (p.depends_on(*names) for p in packages_of(project, service))
    return next((d for d in found if d is not None and d.kind != "dev"), None)


def files_of(project: Project, service: Service) -> Iterator[str]:
    """The code of a service that runs in production."""
    return (p for p in project.code.files() if within(p, service.root))


def mentions(project: Project, service: Service, pattern: str, *needles: str) -> At | None:
    """The first line of a service's code that matches, among the files that hold one of the needles."""
    for path in project.code.holding(*needles):
        if within(path, service.root) and (found := line_of(project, path, pattern)):
            return found
    return None


_HANDS_ON = re.compile(r"(?i)\b(?:reverse_?)?prox(?:y|ies)\b|createProxyMiddleware|ReverseProxy\b|http_?proxy\b")

_FORWARDS = re.compile(
    r"(?i)\{?\s*(?:return\s+)?(?:await\s+)?(?:\w{1,40}\.){0,3}\w{0,40}(?:prox(?:y|ies)|forward)\w{0,40}(?:\.\w{1,40})?"
    r"\([^(){};]{0,120}\breq(?:uest)?\b[^(){};]{0,120}\)[\s;}]*"
)
"""A body that does nothing but give the request to a proxy: `return this.proxy.forward("orders", req)`."""


def is_handed_on(project: Project, route: Route) -> bool:
    """Whether a route hands every request on to another service, which then decides who may call."""
    lines = project.files.lines(route.at.path)
    declared = lines[(route.at.line or 1) - 1] if len(lines) >= (route.at.line or 1) else ""
    if _HANDS_ON.search(re.sub(r"\"[^\"]*\"|'[^']*'|`[^`]*`", "", declared)):
        return True
    found = handler(project, route)
    if found is not None and _FORWARDS.fullmatch(found.body):
        return True
    # A route of a framework of pages that takes every path, and fetches what it was sent from somewhere behind.
    text = project.code.text(route.at.path)
    return "*}" in route.path and "fetch(" in text and _BEHIND.search(text) is not None


_BEHIND = re.compile(r"(?i)upstream|\btarget_?url|\bforward|\bprox(?:y|ies)|\bbackend_?(?:url|api|base)")
