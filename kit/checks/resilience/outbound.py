"""What happens when something that the system calls is slow or gone?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from kit.checks.resilience.once import taken_once
from kit.checks.resilience.requests import outbound
from kit.checks.shared.calls import Call, calls
from kit.checks.shared.judged import judged, mentions, owner, runs
from kit.checks.shared.meant import is_by_hand
from kit.checks.shared.services import library
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.records import CallFact
from kit.system.model import Service
from kit.system.scope import within

_LIMITED = re.compile(
    r"AbortSignal|AbortController|Promise\.race|\bsignal\b|\btimeout\s*[:=]|\.timeout\(|Timeout\(", re.IGNORECASE
)
_RETRIES = (
    "tenacity", "backoff", "stamina", "retrying", "p-retry", "axios-retry", "async-retry", "exponential-backoff", "retry", "cockatiel", "fetch-retry",
    "got", "ky", "@octokit/plugin-retry", "resilience4j-spring-boot2", "resilience4j-spring-boot3", "resilience4j-retry", "spring-retry", "spring-cloud-starter-circuitbreaker-resilience4j",
    "github.com/cenkalti/backoff/v4", "github.com/cenkalti/backoff/v5", "github.com/hashicorp/go-retryablehttp", "github.com/avast/retry-go", "github.com/avast/retry-go/v4", "Polly", "Microsoft.Extensions.Http.Polly", "Microsoft.Extensions.Http.Resilience",
)  # fmt: skip
_BREAKERS = (
    "opossum", "cockatiel", "brakes", "pybreaker", "circuitbreaker", "aiobreaker", "purgatory", "resilience4j-spring-boot2", "resilience4j-spring-boot3", "resilience4j-circuitbreaker",
    "spring-cloud-starter-circuitbreaker-resilience4j", "spring-cloud-starter-circuitbreaker-reactor-resilience4j", "spring-cloud-starter-netflix-hystrix", "github.com/sony/gobreaker", "github.com/sony/gobreaker/v2", "github.com/afex/hystrix-go",
    "Polly", "Microsoft.Extensions.Http.Polly", "Microsoft.Extensions.Http.Resilience",
)  # fmt: skip
_BACKOFF = (
    r"(?i)back_?off|exponential|jitter|2\s*\*\*\s*\w|\*\*\s*attempt|math\.pow\(2|wait_exponential|1\s*<<\s*\w"
    r"|\*\s?time\.Duration\((?:i|n|attempt|retry|retries|tries)\)|\*\s?\(?(?:attempt|retry|retries|tries)\b"
)
_ENDLESS = frozenset(
    {"requests", "urllib", "urllib3", "net/http", "httpx", "axios", "got", "request", "superagent", "node-fetch"}
)
_TO_ITSELF = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])\b")
_PAYING = re.compile(r"payment|charge|refund|payout|checkout|capture", re.IGNORECASE)


@check("RES-001", "Requests to other systems have a time limit", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
def requests_have_limits(project: Project) -> Iterator[Fact]:
    """
    A system that does not answer holds on to every request that waits for it, until nothing is left to answer others.

    Decides: each HTTP request that code makes states a timeout, or its client has one; per service and client. Clients that
    wait for ever weigh most where others wait for the service that makes them; `fetch` with its minutes, programs that serve
    nobody and requests of a browser less.

    Fix: give each request a limit shorter than that of your own callers.
    - node: `signal: AbortSignal.timeout(4000)`.
    - python: `timeout=5`.
    - go: `&http.Client{Timeout: 5 * time.Second}`.
    - java: `.timeout(Duration.ofSeconds(5))`, or the client's connect and read timeouts.
    - dotnet: `client.Timeout = TimeSpan.FromSeconds(5)`.
    - php: `'timeout' => 5`.
    - ruby: `open_timeout` and `read_timeout`.

    Blind to: limits that a proxy or a mesh sets, and clients of libraries that hide their requests.

    See: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    groups: dict[tuple[str, str, bool, Severity | None], list[tuple[CallFact, bool | None]]] = defaultdict(list)
    browser: list[CallFact] = []
    for call, shown in outbound(project):
        limited = _limited(project, call)
        if shown is False and _TO_ITSELF.match(call.url):
            continue  # somebody tries out what runs on the same machine
        if shown:
            browser += [call] if limited is False else []
        else:
            by_hand = call.at.path.endswith(".py") and is_by_hand(project, call.at.path)
            mild = Severity.LOW if by_hand else Severity.MEDIUM if _is_for_updates(call) else None
            groups[owner(project, call.at.path), call.client, limited is None, mild].append((call, limited))
    functions = {s.name for s in project.system.own if s.kind == "function"}
    bare = (s for s in project.system.own if not s.routes and not s.deployments)
    tools = {s.name for s in bare if s.kind not in {"api", "web", "worker"}}
    for (name, client, _, mild), found in groups.items():
        ends = name in functions or all(_is_function(project, call.at.path) for call, _ in found)
        facts = _of_service(name, client, found, is_function=ends, is_tool=name in tools)
        yield from (replace(f, severity=mild) if mild and f.outcome.open else f for f in facts)
    yield from _of_browser(project, browser)
    yield from _other_clients(project)


_HANDLER = re.compile(
    r"def \w+\(\s*event\b[^)]{0,80},\s*_?context\b|exports\.handler\s*=|\bLambdaContext\b|export const handler\b"
)


_UPDATES = re.compile(
    r"(?i)/releases/latest\b|(?:release|update|version)s?[-_]?check|check[-_]?(?:for[-_]?)?updates?\b|(?:^|/)updates?\.\w+$"
)


def _is_for_updates(call: CallFact) -> bool:
    """Whether it only asks, behind everything else, if there is a newer release of the program itself."""
    return _UPDATES.search(call.at.path) is not None or _UPDATES.search(call.url or "") is not None


def _is_function(project: Project, path: str) -> bool:
    """Whether a platform runs the file as a function, and ends it after a time of its own."""
    return _HANDLER.search(project.code.text(path)) is not None


def _of_service(
    name: str, client: str, found: list[tuple[CallFact, bool | None]], *, is_function: bool, is_tool: bool
) -> Iterator[Fact]:
    """What is said of the requests of a service by one client. `is_tool`: it serves nobody, and nothing deploys it."""
    endless = [call for call, limited in found if limited is False]
    if endless:
        what = _target(endless[0]) if len(endless) == 1 else plural(len(endless), "request")
        files = len({c.at.path for c in endless})
        spread = f" in {plural(files, 'file')}" if files > 1 else ""
        severity = Severity.MEDIUM if client == "fetch" or is_function or is_tool else Severity.HIGH
        wait = "until its own limit ends it" if is_function else _wait(client)
        message = f"{name}: {what} by {client}{spread} without a time limit; a system that hangs makes it wait {wait}."
        yield bad(message, *(c.at for c in endless[:20]), severity=severity)
    held = [call for call, limited in found if limited]
    if held:
        yield ok(f"{name}: {plural(len(held), 'request')} by {client}, with a time limit.", held[0].at)
    elif not endless:
        yield unknown(
            f"{name}: whether {client} has a time limit here is decided where the client or its options are made.",
            found[0][0].at,
        )


def _wait(client: str) -> str:
    if client in _ENDLESS:
        return "for ever"
    return "for minutes" if client == "fetch" else "as long as the other side likes"


def _of_browser(project: Project, found: list[CallFact]) -> Iterator[Fact]:
    by_owner: dict[str, list[CallFact]] = defaultdict(list)
    for call in found:
        by_owner[owner(project, call.at.path)].append(call)
    for name, mine in by_owner.items():
        message = f"{name}: {plural(len(mine), 'request')} of the browser without a time limit; a page waits and says nothing."
        yield bad(message, *(c.at for c in mine[:5]), severity=Severity.LOW)


def _target(call: CallFact) -> str:
    return f"{call.method} {call.url}" if call.url not in {"", "{…}"} else f"a {call.method} request"


def _limited(project: Project, call: CallFact) -> bool | None:
    """Whether a call is limited, with a look at what stands around it and at defaults of its client."""
    if call.timeout is True:
        return True
    text = project.code.text(call.at.path)
    language = project.code.language(call.at.path)
    if language == "python":
        return call.timeout
    lines = text.splitlines()
    first = call.at.line or 1
    around = "\n".join(lines[max(0, first - 12) : (call.at.end_line or first) + 6])
    if language in {"go", "java"}:
        around = text
    if _LIMITED.search(around) or (call.client == "axios" and project.code.holding("axios.defaults.timeout")):
        return True
    return call.timeout


def _other_clients(project: Project) -> Iterator[Fact]:
    """Clients that are made without a limit, where the requests themselves cannot say."""
    for match in project.code.find(kind="composite_literal", languages=("go",), needles=("http.Client{",)):
        if match.text.startswith("http.Client{") and runs(match.path):
            limited = "Timeout" in match.text
            message = f"{owner(project, match.path)}: an http.Client {'with' if limited else 'without'} a Timeout."
            yield (
                ok(message, match.at)
                if limited
                else bad(
                    f"{message[:-1]}; it waits for ever unless each request has a deadline.",
                    match.at,
                    severity=Severity.MEDIUM,
                )
            )
    for call in calls(project, "SMTP", "SMTP_SSL", languages=("python",), needles=("smtplib",)):
        if call.option("timeout") is None and len(call.args) < 4:
            yield bad(
                f"{owner(project, call.path)}: the mail server may hang for ever; smtplib has no time limit unless given one.",
                call,
                severity=Severity.MEDIUM,
            )
    templates: dict[str, list[Call]] = defaultdict(list)
    for call in calls(project, "RestTemplate", languages=("java",), new=True):
        if not call.args and not re.search(r"(?i)timeout", project.code.text(call.path)):
            templates[owner(project, call.path)].append(call)
    for name, made in templates.items():
        what = "a RestTemplate" if len(made) == 1 else f"{len(made)} RestTemplates"
        waits = "it waits" if len(made) == 1 else "they wait"
        yield bad(f"{name}: {what} without a time limit; {waits} for ever.", *made[:20])


def _callers(project: Project) -> Iterator[tuple[Service, list[CallFact]]]:
    """The services that call other systems, each with its calls that no browser makes."""
    found = [
        call for call, shown in outbound(project) if not shown and not re.search(r"localhost|127\.0\.0\.1", call.url)
    ]
    for service in judged(project):
        mine = [c for c in found if within(c.at.path, service.root)]
        if mine:
            yield service, mine


@check(
    "RES-002", "Requests that fail are tried again, with growing pauses", Severity.LOW, Clause.EXECUTION, effort_hours=3
)
def requests_are_retried(project: Project) -> Iterator[Fact]:
    """
    Most failures between systems last less than a second. Without another try each becomes an error for somebody; tries
    without a pause make an overload worse.

    Decides: each service that calls others has a library for retries or retries in its code, and its code or the library
    grows the pauses.

    Fix: retry what is safe to repeat, three times at most, with exponential pauses and jitter.

    Blind to: whether what is retried may be repeated; retries that a mesh makes.

    See: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    for service, mine in _callers(project):
        found = library(project, service, _RETRIES)
        used = mentions(
            project,
            service,
            r"(?i)\bretr(?:y|ies|yable)(?!\w{0,9}\s?[:=]\s?(?:false|0)\b)|max_?retries(?!\s?[:=]\s?0\b)|autoretry"
            r"|\battempts?\b|@Retry|with_?retry",
            "retr",
            "Retr",
            "attempt",
            "ATTEMPT",
        )
        if found is not None:
            yield ok(f"{service.name}: tries again through {found[0]}.", found[1])
        elif used is None:
            yield bad(
                f"{service.name}: calls other systems ({plural(len(mine), 'request')}), each with a single try.",
                mine[0],
            )
        elif mentions(
            project, service, _BACKOFF, "ackoff", "ACKOFF", "xponential", "itter", "**", "pow(", "<<", "leep", "imeout"
        ):
            yield ok(f"{service.name}: tries again with growing pauses.", used)
        else:
            yield partial(f"{service.name}: tries again, and nothing shows that the pauses grow.", used)


_BREAKER_MADE = r"(?i)(?<!func )(?<!class )(?<!function )(?<!def )\b\w{0,60}circuit_?breaker\w{0,60}\s{0,3}\("
"""Where one is made or called; one that is only written stands before nothing."""


@check("RES-003", "A failing system is left alone for a while", Severity.LOW, Clause.EXECUTION, effort_hours=6)
def breakers_are_there(project: Project) -> Iterator[Fact]:
    """
    Where several systems are called, one that is down should cost a quick refusal, not a time-out for every request.

    Decides: services with requests to other systems in two files or more use a circuit breaker, or a mesh ejects hosts that
    fail.

    Fix: wrap each outside system in a breaker with a fallback.
    - node: opossum.
    - python: pybreaker.
    - java: resilience4j.
    - go: gobreaker.
    - dotnet: Polly.

    Blind to: breakers written by hand under other words.

    See: https://martinfowler.com/bliki/CircuitBreaker.html
    """
    mesh = next(
        (
            m
            for m in project.manifests
            if m.kind == "DestinationRule" and any("outlierDetection" in n for n in m.node.walk() if n.is_map)
        ),
        None,
    )
    for service, mine in _callers(project):
        files = {c.at.path for c in mine}
        if len(files) < 2:
            continue
        found = library(project, service, _BREAKERS)
        written = mentions(project, service, _BREAKER_MADE, "ircuit")
        place = found[1] if found else written or (mesh.at if mesh else None)
        if place is not None:
            yield ok(f"{service.name}: a circuit breaker stands before other systems.", place)
        else:
            yield bad(
                f"{service.name}: calls other systems from {len(files)} files, and none has a circuit breaker.",
                *(c.at for c in mine[:3]),
            )


@check("RES-009", "Payments and webhooks may come twice", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=4)
def payments_may_repeat(project: Project) -> Iterator[Fact]:
    """
    A retry after a lost answer charges a second time, and every provider sends its events more than once.

    Decides: requests that start a payment carry an idempotency key, judged by the words of URL and file; files that serve
    webhooks look whether the event was seen before, else unknown. A key of idempotency in Redis is taken by one command.

    Fix: send `Idempotency-Key` made from the order, and keep the ids of events that were handled under a unique constraint.

    Blind to: keys that a client adds elsewhere, and handling that is harmless when repeated.

    See: https://docs.stripe.com/api/idempotent_requests
    """
    inside = {c.fact.at for s in project.system.own for c in s.calls if c.service is not None}
    for call, shown in outbound(project):
        words = (
            call.url
            if "://" in _lines(project, call.at, 0) or call.at in inside
            else call.url + call.at.path.rsplit("/", 1)[-1]
        )
        if not shown and call.method == "POST" and _PAYING.search(words):
            keyed = re.search(r"(?i)idempoten", _lines(project, call.at, 4))
            where = owner(project, call.at.path)
            yield (
                ok(f"{where}: the payment request carries an idempotency key.", call)
                if keyed
                else bad(
                    f"{where}: a payment request without an idempotency key; tried again, it may charge twice.", call
                )
            )
    yield from _provider_calls(project)
    yield from _webhooks(project)
    yield from taken_once(project)


def _provider_calls(project: Project) -> Iterator[Fact]:
    for call in calls(project, "create", languages=("javascript", "typescript", "tsx", "python"), needles=("stripe",)):
        if re.search(
            r"(?i)stripe.*\.(paymentIntents|charges|refunds|payouts|transfers|PaymentIntent|Charge|Refund)\.create$",
            call.callee,
        ):
            keyed = re.search(r"(?i)idempoten", call.node.text())
            where = owner(project, call.path)
            yield (
                ok(f"{where}: {call.callee} carries an idempotency key.", call)
                if keyed
                else bad(f"{where}: {call.callee} without an idempotency key; tried again, it may charge twice.", call)
            )


def _webhooks(project: Project) -> Iterator[Fact]:
    files: dict[str, At] = {}
    for service in judged(project):
        for route in service.routes:
            if route.method == "POST" and re.search(
                r"(?i)/(webhooks?|callbacks?|ipn)\b.*(stripe|pay|adyen|braintree|mollie)|(stripe|payments?|adyen|mollie|braintree)[\w/-]*/(webhooks?|ipn)",
                route.path,
            ):
                files.setdefault(route.at.path, route.at)
    for path, at in files.items():
        seen = re.search(
            r"(?i)idempoten|already|duplicate|processed|more than once|on_?conflict|upsert|event_?id|markPaid",
            project.code.text(path),
        )
        where = owner(project, path)
        yield (
            ok(f"{where}: the webhook minds events that come twice.", at)
            if seen
            else unknown(f"{where}: nothing here shows that an event which comes twice is handled once.", at)
        )


def _lines(project: Project, at: At, more: int) -> str:
    lines = project.code.text(at.path).splitlines()
    first = at.line or 1
    return "\n".join(lines[max(0, first - 1 - more) : (at.end_line or first) + more])
