"""Does Kafka tell those who ask it an address that they reach?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.containers.networks import NOT_CALLED, called
from kit.checks.shared.deployed import grade
from kit.checks.shared.images import services
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile, ComposeService

_LISTENER = re.compile(r"\b(\w{1,60})://([^:,/\s]{0,200}):(\d{2,5})\b")
_ON_COMMAND = re.compile(r"--(advertise-)?kafka-addr[= ]+(\S+)")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "0.0.0.0"})  # noqa: S104 (told to others, not bound)
_DERIVES = re.compile(r"(?:^|/)(?:cp-kafka|cp-server|cp-enterprise-kafka|kafka-connect-datagen)(?=[:@]|$)")
"""Images that listen where they advertise, where nothing says where they listen."""


@dataclass(frozen=True)
class _Listener:
    """The port that a broker listens on, and what it tells those who ask there to speak to; `at` says so."""

    bound: int
    host: str
    port: int
    at: At


@check("CON-026", "Kafka tells its clients an address that they reach", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
def brokers_are_reached(project: Project) -> Iterator[Fact]:
    """
    A client asks a broker once, and is told where to speak to from then on: what the listener that it asked advertises. A
    container that is told `localhost` asks itself, and no message gets through.

    Decides: brokers of Kafka and Redpanda in compose files that are not for development or tests: for each service that
    names the broker and a port in its variables, the listener of that port and what it advertises; and whether something
    listens on the ports that are published.

    Fix: one listener for containers and one for the host: `KAFKA_LISTENERS: INTERNAL://:29092,HOST://:9092` with
    `KAFKA_ADVERTISED_LISTENERS: INTERNAL://kafka:29092,HOST://localhost:9092`.

    Blind to: addresses that code or its settings hold; listeners that a file in the image sets up.

    See: https://www.confluent.io/blog/kafka-listeners-explained/
    """
    for file, broker in services(project):
        listeners = _listeners(broker)
        if not listeners:
            continue
        wrong = [*_clients(file, broker, listeners), *_published(file, broker, listeners)]
        yield from wrong
        if not wrong:
            yield ok(f"{broker.name}: each listener advertises what its clients reach.", listeners[0].at)


def _listeners(broker: ComposeService) -> list[_Listener]:
    """What a broker listens on and advertises; empty where that is not all told."""
    told, at = _said(broker, "KAFKA_ADVERTISED_LISTENERS", "KAFKA_CFG_ADVERTISED_LISTENERS"), broker.at
    bound, _ = _said(broker, "KAFKA_LISTENERS", "KAFKA_CFG_LISTENERS") or ("", at)
    if told is None:
        flags = {bool(m[1]): m[2] for m in _ON_COMMAND.finditer(_command(broker))}
        told, bound = ((flags[True], at) if True in flags else None), flags.get(False, "")
    elif not bound and _DERIVES.search(broker.image or ""):
        bound = told[0]
    if told is None or "$" in f"{told[0]}{bound}":
        return []
    ports = {name: int(port) for name, _, port in _LISTENER.findall(bound)}
    advertised = [(name, host, int(port)) for name, host, port in _LISTENER.findall(told[0])]
    if not all(name in ports for name, _, _ in advertised):
        return []
    return [_Listener(ports[name], host, port, told[1]) for name, host, port in advertised]


def _said(broker: ComposeService, *names: str) -> tuple[str, At] | None:
    return next(((v.value, v.at) for n in names if (v := broker.environment.get(n)) is not None and v.value), None)


def _command(broker: ComposeService) -> str:
    node = broker.node.get("command")
    return " ".join(n.text for n in node.strings()) if node is not None else ""


def _clients(file: ComposeFile, broker: ComposeService, listeners: list[_Listener]) -> Iterator[Fact]:
    """Services that ask a listener which sends them back to themselves, or a port on which there is none."""
    names = "|".join(map(re.escape, sorted({broker.name, *called(broker)})))
    asks = re.compile(rf"(?:^|[,/@\s'\"\[])(?:{names}):(\d{{2,5}})\b")
    seen: set[tuple[str, int]] = set()
    for client in file.services:
        if client.name == broker.name or client.network_mode == "host":
            continue
        for name, value in client.environment.items():
            for port in map(int, asks.findall(value.value or "") if not NOT_CALLED.search(name) else ()):
                listener = next((each for each in listeners if each.bound == port), None)
                if listener is not None and listener.host in _LOOPBACK and (client.name, port) not in seen:
                    seen.add((client.name, port))
                    said = (
                        f"{client.name} asks {broker.name}:{port}, which sends it on to {listener.host}:{listener.port}"
                    )
                    message = f"{said}: there it asks itself, and no message gets through."
                    yield bad(message, value.at, listener.at, **grade(file.environment))


def _published(file: ComposeFile, broker: ComposeService, listeners: list[_Listener]) -> Iterator[Fact]:
    """Published ports that lead to where no listener is, where another listener is for the host."""
    bound = {each.bound for each in listeners}
    open_ = {p.container for p in broker.ports}
    for port in broker.ports:
        outer = next((x for x in listeners if x.port == port.host and x.bound not in open_), None)
        if port.container is not None and port.container not in bound and outer is not None:
            said = f"{broker.name}: port {port.host} of the host leads to {port.container}, where nothing listens"
            message = f"{said}; the listener that advertises {outer.host}:{outer.port} is on {outer.bound}."
            yield bad(message, port.at, outer.at, **grade(file.environment))
