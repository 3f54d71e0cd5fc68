"""Limiters beside the one that holds: made and never mounted, or counting by an address that the client writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kit.checks.shared.calls import JAVASCRIPT, calls, is_on, text_value
from kit.checks.shared.fronts import front_of
from kit.checks.shared.wiring import Wiring
from kit.model import At, Fact, Severity, bad, partial
from kit.project import Project
from kit.system.model import Service
from kit.system.scope import within

FIX = "app.set('trust proxy', 1);"
_TOLD = (
    "trust proxy",
    "trustProxy",
    "trust_proxy",
    "x-forwarded-for",
    "X-Forwarded-For",
    "x-real-ip",
    "cf-connecting-ip",
)


def forgotten(project: Project, service: Service, named: Iterable[tuple[str, At]]) -> Iterator[Fact]:
    """The limiters that nothing uses, where others are used: the routes that they were written for are unlimited."""
    wiring = project.code.once(Wiring)
    every = list(dict.fromkeys(named))
    unused = [(name, at) for name, at in every if not any(True for _ in wiring.uses(name, at.path))]
    if 0 < len(unused) < len(every) and not wiring.by_folder(service.root or "."):
        for name, at in unused:
            words = f"{service.name}: the limiter {name} is made here, and nothing mounts it; another one does not take its place"
            yield bad(f"{words}.", at, severity=Severity.MEDIUM)


def believed(project: Project, limits: Iterable[At]) -> Iterator[Fact]:
    """`trust proxy: true` where limits count by address: Express takes the address that the client writes."""
    limited = list(limits)
    for call in calls(project, "set", "enable", languages=JAVASCRIPT, needles=("trust proxy",)):
        named = text_value(call.args[0]) if call.args else None
        everything = call.name == "enable" or (len(call.args) > 1 and is_on(call.args[1]))
        roots = [s.root for s in project.system.own if s.root is not None and within(call.path, s.root)]
        mine = [at for at in limited if any(within(at.path, root) for root in roots)]
        if named == "trust proxy" and everything and mine:
            say = "Every proxy is believed: the limit counts by an address that the client writes into X-Forwarded-For."
            yield partial(say, call, mine[0], severity=Severity.MEDIUM, fix=FIX)


def of_the_proxy(project: Project, limits: Iterable[At]) -> Iterator[Fact]:
    """Limits that count by the address of who connects, which is that of the proxy in front for every visitor."""
    limited = list(limits)
    for service in project.system.own:
        mine = [at for at in limited if service.root is not None and within(at.path, service.root)]
        believes = any(within(p, service.root) for p in project.code.holding(*_TOLD, languages=JAVASCRIPT))
        front = front_of(project, service) if mine and not believes else None
        if front is not None:
            said = f"{service.name}: the limit counts by address, and no proxy is trusted: behind this one all visitors have"
            yield partial(
                f"{said} the same address, and share one limit.", mine[0], front, severity=Severity.MEDIUM, fix=FIX
            )
