"""What code says of itself, as raw records: the system map turns them into its nouns."""

from __future__ import annotations

from dataclasses import dataclass

from kit.model import At


@dataclass(frozen=True, slots=True)
class RouteFact:
    """A route that code serves.

    `method` is upper-case, "ANY" where every method is served, "WS" for a web socket, "GRPC" for a gRPC
    method. `path` starts with "/", has `{name}` for a parameter and `{name*}` for the rest of a path;
    prefixes are applied as far as they can be told and `prefix_known` is False where one could not be.
    `auth`: True (something guards it), False (nothing does), None (cannot be told). `mounted`: False where
    its router is included nowhere though others are, None where that cannot be told.
    """

    method: str
    path: str
    at: At
    framework: str = ""
    handler: str = ""
    auth: bool | None = None
    auth_at: At | None = None
    mounted: bool | None = True
    prefix_known: bool = True


@dataclass(frozen=True, slots=True)
class EnvReadFact:
    """A variable that code reads.

    `required`: True where the program cannot do without (no default, an index or a validation), False with a
    default or where absence is handled, None where that cannot be told. `default` is the literal fall-back.
    """

    name: str
    at: At
    required: bool | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class ListenFact:
    """A port that code listens on.

    `number` is the literal, or the default where a variable decides; `name` is then that variable's name.
    `address` is the literal bind address.
    """

    number: int | None
    role: str
    at: At
    host: int | None = None
    address: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class CallFact:
    """A request that code makes. `url` has `{…}` for the parts that are computed; `timeout`: True where the
    call states one, False where it states none and its client has no default, None where that cannot be
    told."""

    method: str
    url: str
    at: At
    client: str = ""
    timeout: bool | None = None


@dataclass(frozen=True, slots=True)
class StoreFact:
    """A client of a database, cache, queue or object store: `engine` as "postgres", "redis", "kafka", "s3";
    `name` is the library or the URL's scheme that shows it."""

    engine: str
    name: str
    at: At


@dataclass(frozen=True, slots=True)
class MetricFact:
    """A metric that code registers: `kind` is "counter", "gauge", "histogram", "summary"."""

    name: str
    kind: str
    at: At


@dataclass(frozen=True, slots=True)
class UseFact:
    """A middleware put onto an application. `mounted`: True where `app_object` is an application that runs,
    False where it is a router that nothing mounts, None where that cannot be told."""

    name: str
    at: At
    app_object: str = ""
    mounted: bool | None = None


@dataclass(frozen=True, slots=True)
class EntryPointFact:
    """Where a program starts: `kind` as "main" (a main function or guard), "server" (it starts to listen)."""

    name: str
    kind: str
    at: At
