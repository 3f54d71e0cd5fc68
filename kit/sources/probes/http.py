"""Addresses asked over HTTP: reading requests only, no proxy, no redirect to another address followed."""

from __future__ import annotations

import json
import os
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from kit.sources.probes.latency import latency_of
from kit.sources.probes.load import load
from kit.sources.probes.model import Dead, HttpProbe, Latency, Redirect
from kit.sources.probes.targets import HttpTarget
from kit.sources.probes.tls import context_of, why
from kit.sources.ran.output import masked
from kit.sources.secrets.known import Known

if TYPE_CHECKING:
    import httpx

MOST_BODY = 1_000_000
MOST_REDIRECTS = 5
MOST_SECONDS = 30.0
"""How long the requests for the latency may take together."""
_SHOWN = 400
_KEPT = re.compile(
    r"access-control-allow-(?:credentials|origin)|cache-control|content-security-policy(?:-report-only)?|content-type"
    r"|cross-origin-(?:embedder|opener|resource)-policy|permissions-policy|referrer-policy|server|x-powered-by"
    r"|strict-transport-security|x-content-type-options|x-frame-options"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    location: str | None = None


class ProbeError(Exception):
    """An address that gave no answer; the message says why."""


def probe(target: HttpTarget, known: Known, resolve: Callable[[str], Path]) -> HttpProbe:
    """What the address answers: once in full, then again and again for the latency, then under load where asked."""
    asked = HttpProbe(
        url=target.url,
        role=target.role,
        service=target.service or "",
        expect=target.expect,
        judged_headers=target.headers,
        limits={name: limit.total_seconds() for name in ("p50", "p95", "p99") if (limit := getattr(target, name))},
    )
    if missing := [name for name in target.header_env.values() if name not in os.environ]:
        return replace(asked, error=f"the variable {missing[0]} is not set")
    try:
        with _client(target, resolve) as client:
            return _asked(asked, target, client, known, resolve)
    except ProbeError as error:
        return replace(asked, error=known.hide(str(error)))


def _client(target: HttpTarget, resolve: Callable[[str], Path]) -> httpx.Client:
    import httpx

    try:
        context = context_of(target.ca, resolve)
    except (OSError, ssl.SSLError) as error:
        raise ProbeError(f"{target.ca}: {why(error)}") from error
    return httpx.Client(
        headers={"user-agent": "readiness-kit", **{name: os.environ[v] for name, v in target.header_env.items()}},
        timeout=target.timeout.total_seconds(),
        verify=context,
        trust_env=False,
        follow_redirects=False,
    )


def _asked(
    asked: HttpProbe, target: HttpTarget, client: httpx.Client, known: Known, resolve: Callable[[str], Path]
) -> HttpProbe:
    answer, redirects = _followed(client, target)
    wrong = tuple(known.hide(text) for text in _wrong(target, answer)) if answer.status == target.expect else ()
    unexpected = answer.status != target.expect or wrong
    seen = replace(
        asked,
        status=answer.status,
        headers={name: known.hide(text) for name, text in answer.headers.items()},
        redirects=tuple(replace(r, to=known.hide(r.to)) for r in redirects),
        wrong=wrong,
        said=masked(known.hide(_beginning(answer.body))) if unexpected else "",
        dead=_dead(target, client),
    )
    if not seen.holds:
        return seen
    bearing = load(target, resolve) if target.load else None
    return replace(seen, latency=_latency(client, target), load=bearing)


def _followed(client: httpx.Client, target: HttpTarget) -> tuple[_Answer, tuple[Redirect, ...]]:
    """The answer after the redirects that stay at the address; one that leads away is the answer itself."""
    redirects: list[Redirect] = []
    url = target.url
    while True:
        answer = _get(client, url, target.timeout.total_seconds())
        if answer.location is None:
            return answer, tuple(redirects)
        following = urljoin(url, answer.location)
        wanted = answer.status != target.expect and len(redirects) < MOST_REDIRECTS
        here = wanted and _origin(following) == _origin(target.url)
        redirects.append(Redirect(answer.status, _without_query(following), here))
        if not here:
            return answer, tuple(redirects)
        url = following


def _get(client: httpx.Client, url: str, seconds: float) -> _Answer:
    """One answer, no more of its body than can be looked at, in no more than twice the time that a part may take."""
    import httpx

    body, end = bytearray(), time.monotonic() + 2 * seconds
    try:
        with client.stream("GET", url) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if time.monotonic() > end:
                    raise ProbeError("it did not answer in time")
                if len(body) > MOST_BODY:
                    break
            location = response.headers.get("location") if response.is_redirect else None
            return _Answer(response.status_code, dict(_headers(response)), bytes(body), location)
    except httpx.TimeoutException:
        raise ProbeError("it did not answer in time") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProbeError(_cause(error)) from None


def _cause(error: BaseException) -> str:
    """What lies behind an error of the library, in words of our own."""
    deepest: BaseException = error
    while (below := deepest.__cause__ or deepest.__context__) is not None:
        deepest = below
    return why(deepest) if isinstance(deepest, OSError) else f"no HTTP answer: {deepest or type(deepest).__name__}"


def _headers(response: httpx.Response) -> Iterator[tuple[str, str]]:
    for name, value in response.headers.items():
        if _KEPT.fullmatch(name.lower()):
            yield name.lower(), value[:1000]
    cookies = [_attributes(cookie) for cookie in response.headers.get_list("set-cookie")]
    if cookies:
        yield "set-cookie", "; ".join(cookies)[:1000]


def _attributes(cookie: str) -> str:
    """A cookie's name and attributes, without its value."""
    pair, _, rest = cookie.partition(";")
    return f"{pair.partition('=')[0].strip()}=…;{rest}"


def _wrong(target: HttpTarget, answer: _Answer) -> Iterator[str]:
    """What is amiss with the body."""
    text = answer.body.decode("utf-8", "replace")
    if target.contains and target.contains not in text:
        yield f"its body does not contain '{target.contains}'"
    if target.json_:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            yield "its body is no JSON"
            return
        for route, wanted in target.json_.items():
            value = _at(found, route)
            if value != wanted:
                yield f"its field {route} is {_short(value)}, not {_short(wanted)}"


def _at(value: Any, route: str) -> Any:
    for step in route.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _short(value: Any) -> str:
    return masked(json.dumps(value, ensure_ascii=False, default=str)[:80])


def _dead(target: HttpTarget, client: httpx.Client) -> Dead | None:
    """What the readiness answers where a dependency is dead; another address gets none of the headers."""
    if target.dead is None:
        return None
    asked = Dead(target.dead.url, target.dead.expect)
    seconds = target.timeout.total_seconds()
    try:
        if _origin(target.dead.url) == _origin(target.url):
            return replace(asked, status=_get(client, target.dead.url, seconds).status)
        import httpx

        with httpx.Client(timeout=seconds, trust_env=False, follow_redirects=False) as other:
            return replace(asked, status=_get(other, target.dead.url, seconds).status)
    except ProbeError as error:
        return replace(asked, error=str(error))


def _latency(client: httpx.Client, target: HttpTarget) -> Latency:
    """Response times of requests one after the other, over a connection that is open already."""
    seconds, failed, asked, end = [], 0, 0, time.monotonic() + MOST_SECONDS
    while asked < target.requests and time.monotonic() < end:
        asked += 1
        begun = time.perf_counter()
        try:
            answer = _get(client, target.url, target.timeout.total_seconds())
        except ProbeError:
            failed += 1
        else:
            taken = time.perf_counter() - begun
            failed += answer.status != target.expect and answer.location is None
            seconds.append(taken)
    return latency_of(seconds, asked, failed)


def _beginning(body: bytes) -> str:
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", body[: 4 * _SHOWN].decode("utf-8", "replace"))[:_SHOWN]


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS.get(parts.scheme)


def _without_query(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.netloc or "").rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "…" if parts.query else "", ""))
