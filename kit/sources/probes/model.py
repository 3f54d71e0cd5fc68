"""What running systems answered, in one shape per kind. Seconds and bytes; `error` says why there is no more."""

from __future__ import annotations

from dataclasses import dataclass, field

Limits = dict[str, float]
"""Percentile ("p50", "p95", "p99") to seconds."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Response times of answers, by percentile; `failed` requests had none, or another status than expected."""

    requests: int
    failed: int
    seconds: Limits = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """A bounded load of so many users for so many seconds, and what came of it."""

    users: int
    duration: float
    latency: Latency | None = None
    per_second: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect; one that leads to another address is shown and not followed."""

    status: int
    to: str
    followed: bool


@dataclass(frozen=True, slots=True)
class Dead:
    """What a readiness answers while a dependency is dead."""

    url: str
    expect: int
    status: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """One address asked. `headers` by lower-case name, of cookies their attributes alone; `wrong` says what is amiss
    with the body; `said` is the beginning of a body that was not expected."""

    url: str
    role: str = "api"
    service: str = ""
    expect: int = 200
    status: int | None = None
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    judged_headers: bool = True
    redirects: tuple[Redirect, ...] = ()
    wrong: tuple[str, ...] = ()
    said: str = ""
    latency: Latency | None = None
    limits: Limits = field(default_factory=dict)
    dead: Dead | None = None
    load: Load | None = None

    @property
    def holds(self) -> bool:
        """Whether it answered as it should."""
        return self.status == self.expect and not self.wrong


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate; `days` it is still valid, less than 0 where it has run out. Times in ISO 8601."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: str
    not_after: str
    days: int
    age: int
    key: str
    self_signed: bool = False


@dataclass(frozen=True, slots=True)
class TlsProbe:
    """One TLS endpoint. `old` are outdated versions that it accepts; `untrusted` says why its chain does not hold."""

    host: str
    port: int
    min_days: int = 30
    error: str = ""
    version: str = ""
    cipher: str = ""
    old: tuple[str, ...] = ()
    untrusted: str = ""
    certificate: Certificate | None = None

    @property
    def where(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Applied:
    """A table of migrations: those that ran to their end, and those that did not."""

    table: str
    names: tuple[str, ...]
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key of the database."""

    table: str
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table with its bytes, indexes included, and about how many rows it has."""

    name: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Role:
    """The role that was connected as: `may` are the attributes beyond those of an application, `owns` tables."""

    name: str
    may: tuple[str, ...] = ()
    owns: int = 0


@dataclass(frozen=True, slots=True)
class PostgresProbe:
    """One PostgreSQL server, asked over the DSN of a variable. `slow` is the duration from which statements are logged
    in seconds, None where none is. `unseen` are the questions that the role may not ask."""

    variable: str
    where: str = ""
    error: str = ""
    version: int = 0
    encrypted: bool = False
    local: bool = False
    extensions: dict[str, str] = field(default_factory=dict)
    wanted: tuple[str, ...] = ()
    applied: tuple[Applied, ...] = ()
    migrations: str = ""
    connections: int = 0
    most_connections: int = 0
    slow: float | None = None
    statements: bool = False
    size: int = 0
    tables: tuple[TableSize, ...] = ()
    unindexed: tuple[ForeignKey, ...] = ()
    role: Role | None = None
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RedisProbe:
    """One Redis server, asked over the URL of a variable. `open` tells whether it answers without a password; `saves`
    and `appends` whether it keeps its data in snapshots and in a log; None where it does not say."""

    variable: str
    where: str = ""
    use: str = "store"
    error: str = ""
    version: str = ""
    open: bool | None = None
    local: bool = False
    encrypted: bool = False
    saves: bool | None = None
    appends: bool | None = None
    saved: bool | None = None
    memory: int = 0
    most_memory: int | None = None
    eviction: str = ""
    evicted: int = 0
    keys: int = 0


@dataclass(frozen=True, slots=True)
class S3Probe:
    """One bucket. `public` says by what everybody may read it; `listed` whether it lists itself to a stranger."""

    bucket: str
    where: str = ""
    error: str = ""
    versioning: str | None = None
    wants_versioning: bool = True
    public: tuple[str, ...] = ()
    wants_public: bool = False
    listed: bool | None = None
    encrypted: str | None = None
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DnsProbe:
    """One name resolved."""

    name: str
    type: str = "A"
    expect: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    ttl: int = 0
    server: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk where it is mounted."""

    mount: str
    total: int = 0
    free: int = 0
    error: str = ""

    @property
    def share(self) -> float:
        """The share that is free."""
        return self.free / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class HostProbe:
    """The machine that this ran on: disks, memory, processors, the load of the last minute."""

    disks: tuple[Disk, ...]
    memory: int
    available: int
    processors: int
    load: float
    disk_free: float
    memory_free: float

    @property
    def share(self) -> float:
        """The share of memory that is available."""
        return self.available / self.memory if self.memory else 0.0


@dataclass(frozen=True, slots=True)
class Probes:
    """Everything that was asked, and when (ISO 8601)."""

    at: str
    http: tuple[HttpProbe, ...] = ()
    tls: tuple[TlsProbe, ...] = ()
    postgres: tuple[PostgresProbe, ...] = ()
    redis: tuple[RedisProbe, ...] = ()
    s3: tuple[S3Probe, ...] = ()
    dns: tuple[DnsProbe, ...] = ()
    host: HostProbe | None = None

    @property
    def asked(self) -> int:
        """How many addresses, servers and names were asked; this host is none."""
        return sum(map(len, (self.http, self.tls, self.postgres, self.redis, self.s3, self.dns)))
