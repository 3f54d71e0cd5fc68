"""What a params file says of the addresses that may be asked, and what is expected of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from kit.sources.formats.fields import Duration, Port, Share, Text, Variable, WebAddress
from kit.sources.formats.settings import Settings

Status = Annotated[int, Field(ge=100, le=599)]
Role = Literal["page", "api", "health", "readiness"]
RecordType = Literal["A", "AAAA", "CNAME", "MX", "TXT", "NS", "CAA"]


class LoadTarget(Settings):
    """A bounded load: so many users at once, each asking, waiting a moment and asking again."""

    users: Annotated[int, Field(ge=1, le=1000)] = Field(default=50, description="At once.", examples=["50"])
    duration: Duration = Field(
        default=timedelta(seconds=30), description="How long.", examples=["30s"], json_schema_extra={"default": "30s"}
    )
    pause: Duration = Field(
        default=timedelta(seconds=1),
        description="What each user waits between two requests.",
        examples=["1s"],
        json_schema_extra={"default": "1s"},
    )


class DeadTarget(Settings):
    """Where the same readiness is asked while a dependency is dead: a test switch, or an instance without it."""

    url: WebAddress = Field(examples=["http://127.0.0.1:8001/ready"])
    expect: Status = Field(default=503, examples=["503"])


class HttpTarget(Settings):
    """An address that may be asked."""

    url: WebAddress = Field(examples=["http://127.0.0.1:8000/api/health"])
    expect: Status = Field(default=200, description="The status that it should answer.", examples=["200"])
    contains: Text | None = Field(default=None, description="What its body should contain.", examples=["ok"])
    json_: dict[str, Any] = Field(
        default={},
        alias="json",
        description="Fields of its JSON body with their values; a dot leads into a mapping.",
        examples=["{status: ok, checks.database: up}"],
    )
    role: Role = Field(default="api", description="What the address is for.", examples=["readiness"])
    service: Text | None = Field(
        default=None, description="The service of the project that answers there.", examples=["api"]
    )
    header_env: dict[str, Variable] = Field(
        default={}, description="Headers to send, each from a variable.", examples=["{Authorization: API_TOKEN}"]
    )
    headers: bool = Field(default=True, description="Whether security headers are expected.", examples=["false"])
    ca: Text | None = Field(default=None, description="A file of certificates to trust.", examples=["ca.pem"])
    timeout: Duration = Field(
        default=timedelta(seconds=5), examples=["5s"], json_schema_extra={"default": "5s"}, description="Per request."
    )
    requests: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=20, description="Requests one after the other for the latency.", examples=["20"]
    )
    p50: Duration | None = Field(default=None, examples=["20ms"])
    p95: Duration | None = Field(default=None, examples=["50ms"])
    p99: Duration | None = Field(default=None, examples=["200ms"])
    dead: DeadTarget | None = Field(default=None, examples=['{url: "http://127.0.0.1:8001/ready"}'])
    load: LoadTarget | None = Field(default=None, examples=["{users: 50, duration: 30s}"])


class PostgresTarget(Settings):
    """A PostgreSQL server; the variable that holds its DSN, never the DSN itself."""

    dsn_env: Variable = Field(examples=["DATABASE_URL"])
    extensions: tuple[Text, ...] = Field(default=(), examples=["[pgcrypto]"])
    migrations: Text | None = Field(
        default=None,
        description="The project's folder of migrations, where it has several sets.",
        examples=["api/migrations"],
    )


class RedisTarget(Settings):
    """A Redis server; the variable that holds its URL."""

    url_env: Variable = Field(examples=["REDIS_URL"])
    use: Literal["cache", "store"] = Field(
        default="store", description="Whether what it holds may be lost.", examples=["cache"]
    )


class TlsTarget(Settings):
    """A TLS endpoint and how long its certificate must still hold."""

    host: Text = Field(examples=["api.example.com"])
    port: Port = Field(default=443, examples=["443"])
    min_days: Annotated[int, Field(ge=0)] = Field(default=30, examples=["30"])
    ca: Text | None = Field(default=None, description="A file of certificates to trust.", examples=["ca.pem"])
    name: Text | None = Field(
        default=None, description="The name to ask for, where it is not the host's.", examples=["api.example.com"]
    )


class S3Target(Settings):
    """A bucket of an S3-compatible storage; the variables that hold its keys."""

    bucket: Text = Field(examples=["shop-uploads"])
    endpoint: WebAddress | None = Field(
        default=None, description="Its address; that of AWS where there is none.", examples=["http://127.0.0.1:9000"]
    )
    region: Text = Field(default="us-east-1", examples=["eu-central-1"])
    key_env: Variable = Field(default="AWS_ACCESS_KEY_ID", examples=["S3_ACCESS_KEY"])
    secret_env: Variable = Field(default="AWS_SECRET_ACCESS_KEY", examples=["S3_SECRET_KEY"])
    token_env: Variable | None = Field(default=None, examples=["AWS_SESSION_TOKEN"])
    public: bool = Field(default=False, description="Whether everybody may read it.", examples=["true"])
    versioning: bool = Field(default=True, description="Whether it should keep versions.", examples=["false"])


class DnsTarget(Settings):
    """A name and what it should resolve to."""

    name: Text = Field(examples=["api.example.com"])
    type: RecordType = Field(default="A", examples=["CNAME"])
    expect: tuple[Text, ...] = Field(
        default=(), description="Its records; any where none is named.", examples=["[203.0.113.7]"]
    )
    server: Text | None = Field(
        default=None, description="Address of the name server to ask, with a port after `#`.", examples=["127.0.0.1#53"]
    )


class HostTarget(Settings):
    """The machine that this runs on."""

    disks: tuple[Text, ...] = Field(default=("/",), description="Where disks are mounted.", examples=["[/, /var]"])
    disk_free: Share = Field(default=0.1, description="The least share of each.", examples=["10%"])
    memory_free: Share = Field(default=0.1, description="The least share of memory.", examples=["10%"])


class Targets(Settings):
    """Live probes; only these addresses are ever asked."""

    http: tuple[HttpTarget, ...] = Field(default=(), examples=['[{url: "http://127.0.0.1:8000/health"}]'])
    postgres: tuple[PostgresTarget, ...] = Field(default=(), examples=["[{dsn_env: DATABASE_URL}]"])
    redis: tuple[RedisTarget, ...] = Field(default=(), examples=["[{url_env: REDIS_URL}]"])
    tls: tuple[TlsTarget, ...] = Field(default=(), examples=["[{host: api.example.com}]"])
    s3: tuple[S3Target, ...] = Field(default=(), examples=["[{bucket: shop-uploads}]"])
    dns: tuple[DnsTarget, ...] = Field(default=(), examples=["[{name: api.example.com}]"])
    host: HostTarget | None = Field(default=None, examples=["{disks: [/], disk_free: 10%}"])

    @property
    def any(self) -> bool:
        """Whether there is anything to ask."""
        return bool(self.http or self.postgres or self.redis or self.tls or self.s3 or self.dns or self.host)
