"""Routers, what mounts them and what guards them: one graph for every framework that composes its routes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from kit.model import At
from kit.sources.code.records import RouteFact

Key = tuple[str, int, int]
"""The identity of a router: the file and the place in it of the expression that makes it."""

MAX_CHAINS = 24
MAX_DEPTH = 12
MAX_STEPS = 5_000


class Guard(NamedTuple):
    """Whether something asks who the caller is, and where that is said."""

    auth: bool | None = False
    at: At | None = None

    def and_then(self, inner: Guard) -> Guard:
        """Both in a row: a guard anywhere guards; a doubt anywhere leaves a doubt."""
        for sought in (True, None):
            for guard in (inner, self):
                if guard.auth is sought:
                    return guard
        return inner


OPEN = Guard()


class Prefix(NamedTuple):
    """A piece of a path, and whether it is known to the letter."""

    path: str = ""
    known: bool = True

    def __truediv__(self, inner: Prefix) -> Prefix:
        return Prefix(join_paths(self.path, inner.path), self.known and inner.known)


NO_PREFIX = Prefix()


@dataclass(frozen=True, slots=True)
class RouterObject:
    """An application (`is_app`: it is served) or a router (it waits to be mounted). `unit` is the package it
    is of."""

    key: Key
    framework: str
    is_app: bool
    unit: str = ""
    prefix: Prefix = NO_PREFIX
    guard: Guard = OPEN
    parameter: bool = False


class Mount(NamedTuple):
    """`child` is served under `prefix` of `parent`; `replaces` where that takes the place of the child's own
    prefix. `alias`: "taken" from a function's parameter to what a call gives for it, "given" the other way."""

    parent: Key
    child: Key
    prefix: Prefix = Prefix()
    guard: Guard = OPEN
    replaces: bool = False
    alias: str = ""


class Chain(NamedTuple):
    """One way from the outside to a router."""

    prefix: Prefix
    guard: Guard
    mounted: bool | None


@dataclass
class MountGraph:
    """Collects routers, mounts and routes; `routes()` gives each route once per way that leads to it."""

    objects: dict[Key, RouterObject] = field(default_factory=dict)
    mounts: dict[Key, list[Mount]] = field(default_factory=lambda: defaultdict(list))
    own: list[tuple[Key, RouteFact]] = field(default_factory=list)
    _unresolved: set[str] = field(default_factory=set)
    _escaped: set[Key] = field(default_factory=set)
    _steps: int = MAX_STEPS
    _mounting_units: set[str] = field(default_factory=set)

    def add(self, router: RouterObject) -> None:
        """Know a router; the first word on it stands."""
        self.objects.setdefault(router.key, router)

    def mount(self, mount: Mount) -> None:
        """Know a mount, once; its parent is known by then."""
        if mount not in self.mounts[mount.child]:
            self.mounts[mount.child].append(mount)
        child, parent = self.objects.get(mount.child), self.objects.get(mount.parent)
        if parent and not (child and child.parameter):
            self._mounting_units.add(parent.unit)

    def route(self, owner: Key, fact: RouteFact) -> None:
        """Know a route of a router; its path is the router's own."""
        self.own.append((owner, fact))

    def guard(self, key: Key, guard: Guard) -> None:
        """Something guards all that this router serves."""
        if key in self.objects:
            self.objects[key] = replace(self.objects[key], guard=self.objects[key].guard.and_then(guard))

    def dynamic(self, unit: str) -> None:
        """Something in this package is mounted that could not be told: no router of it is called
        unmounted."""
        self._unresolved.add(unit)

    def alias(self, given: Key, parameter: Key, guard: Guard = OPEN) -> None:
        """A router is given to a function: what that does to its parameter, it does to the router."""
        self.mount(Mount(given, parameter, guard=guard, alias="taken"))
        self.mount(Mount(parameter, given, alias="given"))

    def escape(self, key: Key) -> None:
        """A router is handed to code that is not understood: whether it is mounted cannot be told."""
        self._escaped.add(key)

    def routes(self) -> Iterator[RouteFact]:
        """Every route with the prefixes, guards and mounts of each way that leads to it."""
        known = {key: self._ways_to(key) for key in dict.fromkeys(owner for owner, _ in self.own)}
        for owner, fact in self.own:
            for chain in known[owner]:
                yield self._through(chain, fact)

    def mounted(self, key: Key) -> bool | None:
        """True where some way leads to the router, False where none does, None where that cannot be told."""
        found = {chain.mounted for chain in self._ways_to(key)}
        return True if True in found else None if None in found or not found else False

    def _ways_to(self, key: Key) -> list[Chain]:
        """The ways that lead to a router from what is served; where there is none, what is known of it."""
        self._steps = MAX_STEPS
        found = list(dict.fromkeys(islice(self._chains(key, ()), MAX_CHAINS)))
        served = [chain for chain in found if chain.mounted]
        router = self.objects.get(key)
        return served or found or ([self._lost_chain(router)] if router else [])

    def _through(self, chain: Chain, fact: RouteFact) -> RouteFact:
        guard = chain.guard.and_then(Guard(fact.auth, fact.auth_at))
        prefix = chain.prefix / Prefix(fact.path, fact.prefix_known)
        return replace(
            fact,
            path=absolute(prefix.path),
            prefix_known=prefix.known,
            auth=guard.auth,
            auth_at=guard.at,
            mounted=chain.mounted,
        )

    def _chains(self, key: Key, seen: tuple[Key, ...], *, lent: bool = False) -> Iterator[Chain]:
        """`lent`: it came here as what a call gives for a parameter; what other calls give for it is not its matter."""
        router = self.objects.get(key)
        self._steps -= 1
        if router is None or key in seen or len(seen) > MAX_DEPTH or self._steps < 0:
            return
        mounts, found = self.mounts.get(key, ()), False
        for mount in mounts:
            if lent and mount.alias == "taken":
                continue
            for outer in self._chains(mount.parent, (*seen, key), lent=mount.alias == "given"):
                found = True
                yield self._way(router, mount, outer)
        if router.is_app and not found:
            yield Chain(router.prefix, router.guard, True)
        elif not mounts:
            yield self._lost_chain(router)

    def _lost_chain(self, router: RouterObject) -> Chain:
        return Chain(Prefix(router.prefix.path, router.is_app), router.guard, router.is_app or self._lost(router))

    def _way(self, router: RouterObject, mount: Mount, outer: Chain) -> Chain:
        prefix = outer.prefix / mount.prefix
        guard = outer.guard.and_then(mount.guard).and_then(router.guard)
        return Chain(prefix if mount.replaces else prefix / router.prefix, guard, outer.mounted)

    def _lost(self, router: RouterObject) -> bool | None:
        """What to say of a router that nothing mounts: only where others of its package are is that
        telling."""
        if router.parameter or router.key in self._escaped or router.unit in self._unresolved:
            return None
        return False if router.unit in self._mounting_units else None


def join_paths(outer: str, inner: str) -> str:
    """Two pieces of a path with one slash between them; an empty piece adds nothing."""
    if not outer or not inner:
        return outer or inner
    return f"{outer.rstrip('/')}/{inner.lstrip('/')}" if inner != "/" else f"{outer.rstrip('/')}/"


def absolute(path: str) -> str:
    """The path with one leading slash and without doubled ones; a trailing slash stays unless it is a
    prefix's."""
    return re.sub(r"/{2,}", "/", f"/{path}")


_COLON = re.compile(r":(\w+)(?:\([^()]*\))?(\*|\+|\?)?")
_ANGLE = re.compile(r"<(?:(\w+)(?:\([^()]*\))?:)?(\w+)>")
_BRACED = re.compile(r"\{(\w+)(?::([^{}]*(?:\{[^{}]*\}[^{}]*)*))?\}")


def colon_path(path: str) -> str:
    """Express' `/users/:id/*` as `/users/{id}/{rest*}`."""
    path = _COLON.sub(lambda m: f"{{{m[1]}{'*' if m[2] in {'*', '+'} else ''}}}", path)
    return re.sub(r"\*(\w+)|(?<!\w)\*(?!\})", lambda m: f"{{{m[1] or 'rest'}*}}", path)


def angle_path(path: str) -> str:
    """Flask's and Django's `/users/<int:id>` as `/users/{id}`; a `path` converter as `{id*}`."""
    return _ANGLE.sub(lambda m: f"{{{m[2]}{'*' if m[1] == 'path' else ''}}}", path)


def braced_path(path: str) -> str:
    """FastAPI's `{file:path}`, chi's `{id:[0-9]+}` and Spring's `{*rest}` as `{file*}`, `{id}` and
    `{rest*}`."""
    path = re.sub(r"\{\*(\w+)\}", r"{\1*}", path)
    path = _BRACED.sub(lambda m: f"{{{m[1]}{'*' if m[2] in {'path', '.*', '.+'} else ''}}}", path)
    path = re.sub(r"(?<=/)\*(?=/)", "{any}", path)
    return re.sub(r"\*\*|(?<=/)\*(?!\})", "{rest*}", path)
