"""What else code says: ports, requests, stores, metrics, middlewares, entry points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from kit.sources.code.facts_calls import js_calls, other_calls, python_calls
from kit.sources.code.facts_listen import (
    js_listens,
    other_entrypoints,
    python_entrypoints,
    python_listens,
)
from kit.sources.code.facts_metrics import js_metrics, other_metrics, python_metrics
from kit.sources.code.facts_middleware import js_middleware, python_middleware
from kit.sources.code.facts_servers import go_listens, java_listens
from kit.sources.code.facts_stores import stores_by_import, stores_by_url
from kit.sources.code.index import CodeIndex
from kit.sources.code.records import CallFact, EntryPointFact, ListenFact, MetricFact, StoreFact, UseFact

F = TypeVar("F", CallFact, EntryPointFact, ListenFact, MetricFact, StoreFact, UseFact)


def listens(code: CodeIndex) -> tuple[ListenFact, ...]:
    """The ports that code listens on. Role "script" where only running that very file starts the server."""
    return _ordered([*python_listens(code), *js_listens(code), *go_listens(code), *java_listens(code)])


def calls(code: CodeIndex) -> tuple[CallFact, ...]:
    """The HTTP requests that code makes."""
    return _ordered([*python_calls(code), *js_calls(code), *other_calls(code)])


def stores(code: CodeIndex) -> tuple[StoreFact, ...]:
    """The databases, caches, queues and object stores that imports and URLs show, each once per file."""
    imported = tuple(stores_by_import(code))
    known = {(fact.at.path, fact.engine) for fact in imported}
    named = (fact for fact in stores_by_url(code) if (fact.at.path, fact.engine) not in known)
    return _ordered([*imported, *named])


def metrics(code: CodeIndex) -> tuple[MetricFact, ...]:
    """The metrics that code registers by name."""
    return _ordered([*python_metrics(code), *js_metrics(code), *other_metrics(code)])


def middleware(code: CodeIndex) -> tuple[UseFact, ...]:
    """The middlewares that code puts onto applications and routers."""
    return _ordered([*python_middleware(code), *js_middleware(code)])


def entrypoints(code: CodeIndex) -> tuple[EntryPointFact, ...]:
    """Where programs start."""
    started = (EntryPointFact("listen", "server", fact.at) for fact in js_listens(code))
    return _ordered([*python_entrypoints(code), *other_entrypoints(code), *started])


def _ordered(facts: Iterable[F]) -> tuple[F, ...]:
    return tuple(sorted(dict.fromkeys(facts), key=lambda fact: (fact.at.path, fact.at.line or 0)))
