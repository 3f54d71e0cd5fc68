"""Who may read what is private?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.security.access import asks_within, framework_guard, only_internal
from kit.checks.security.common import CHANGING, PROOF, served
from kit.checks.shared.fronts import guard_in_front
from kit.checks.shared.uncalled import is_uncalled
from kit.checks.shared.words import listed, plural, route_words
from kit.model import Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.words import reads_credentials, refuses
from kit.sources.commands.command import word_set
from kit.system.model import Route, Service
from kit.system.scope import within

_PEOPLE = word_set(
    "users members customers accounts patients employees subscribers guests students tenants citizens clients"
)
_OWNED = word_set(
    "orders invoices payments transactions cards addresses messages conversations salaries payslips payroll statements prescriptions "
    "diagnoses appointments bookings reservations wallets balances beneficiaries claims subscriptions"
)
_WHOLE = word_set(
    "export exports dump dumps backup backups audit audits admin admins secrets credentials sessions apikeys"
)
_FREE = word_set(
    "public health healthz ready live metrics status version docs count exists available availability check search suggest avatar avatars "
    "login logout signin signup register callback oauth oauth2 authorize verify confirm reset token tokens plans pricing terms static assets "
    "media file files image images icon locales i18n schema openapi swagger new edit form unsubscribe"
)
_PAGES = frozenset({"nextjs", "nuxt", "remix", "sveltekit", "astro"})


@check("SEC-026", "Routes that show what is private ask who calls", Severity.HIGH, Clause.INVARIANTS, effort_hours=2)
def private_reads_are_authenticated(project: Project) -> Iterator[Fact]:
    """
    A list of users, an export or somebody's orders that anybody may read is a leak that needs no break-in.

    Decides: GET routes whose paths speak of people's accounts, of what belongs to one person (orders, invoices, messages),
    of administration, exports, audit logs or backups: a guard on the route, its router, its application or around it holds.

    Fix: put the guard on the router, and let each caller read only what is theirs.

    Blind to: private data under other names; gateways that authenticate without a trace in the repository; whether the
    caller may see this very record.

    See: https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/
    """
    outside = guard_in_front(project)
    for service, routes in served(project):
        private = [r for r in routes if _is_private(service, r)]
        private = [r for r in private if r.mounted or not is_uncalled(project, r.at.path)]
        guarded = [r for r in private if r.auth]
        if guarded:
            yield ok(f"{service.name}: who calls is asked before {plural(len(guarded), 'private route')}.", guarded[0].auth_at or guarded[0], guarded[0])  # fmt: skip
        naked = [r for r in private if r.auth is False and not _asks(project, service, r)]
        if not naked:
            continue
        shown = listed((f"GET {r.path}" for r in naked), 4)
        stated = all(r.auth_at is not None for r in naked)  # a filter chain lets everybody pass by name
        if outside is not None or (framework_guard(project, service) and not stated):
            yield unknown(f"{service.name}: whether something in front asks who reads {shown} is not seen.", outside or naked[0], naked[0])  # fmt: skip
        elif only_internal(project, service):
            yield bad(f"{service.name}: nothing asks who reads {shown}; it is not published itself, and whatever reaches the inner network may.", *naked[:6], severity=Severity.MEDIUM)  # fmt: skip
        else:
            told = not any(r.auth for r in routes) and any(r.auth is False and r.method in CHANGING for r in routes)
            grave = Severity.MEDIUM if told else Severity.HIGH  # SEC-001 tells that nothing asks who calls at all
            yield bad(f"{service.name}: nothing asks who reads {shown}.", *naked[:6], severity=grave)


def _is_private(service: Service, route: Route) -> bool:
    page = (service.framework in _PAGES or route.framework in _PAGES) and not route.path.startswith("/api")
    if route.method != "GET" or route.mounted is False or page or route.path.endswith("*}"):
        return False
    steps = [s for s in route.path.split("/") if s]
    said = set(route_words(route.path))
    if (
        said & _FREE
        or not steps
        or re.search(r"\{\w*(?:secret|token|signature|slug|user_?name|handle|nick)\w*\}", route.path, re.IGNORECASE)
    ):
        return False
    last = set(route_words("/" + next((s for s in reversed(steps) if not s.startswith("{")), "")))
    return bool(said & _WHOLE or last & (_PEOPLE | _OWNED))


def _asks(project: Project, service: Service, route: Route) -> bool:
    """Whether the route's own lines or its handler, wherever it stands, look at who calls."""
    if asks_within(project, route) or PROOF.search(project.code.text(route.at.path)):
        return True
    name = route.handler.rsplit(".", 1)[-1]
    if not re.fullmatch(r"\w{3,}", name):
        return False
    defined = re.compile(
        rf"(?m)^.*(?:\b(?:function|def|const|let|async|static|func)\b[^\n]*?\b|exports\.|^\s*){name}\b\s*(?:[=(:<]).*$"
    )
    for path in project.code.holding(name):
        if within(path, service.root):
            text = project.code.text(path)
            for found in defined.finditer(text):
                body = text[found.start() : found.start() + 1500]
                if refuses(body) or reads_credentials(body) or _KNOWS.search(body):
                    return True
    return False


_KNOWS = re.compile(
    r"\b(?:req|request|ctx|context|c|self\.request)\.(?:user|userId|user_id|session|auth|account|currentUser|locals\.user)\b|current_user|currentUser"
    r"|getServerSession|getSession\(|\bauth\(\)|session\[|session\.get\(|SecurityContextHolder|Principal\b"
)
