"""What evidence files say, in one shape per kind, whoever wrote them. Times in seconds, latencies in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from kit.model import Severity

Metric = Literal["lines", "branches", "functions", "statements"]
Level = Literal["error", "warning", "note"]
Topic = Literal["lint", "types", "security", "secrets", "configuration"]


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of so many."""

    hit: int
    of: int

    @property
    def percent(self) -> float:
        """The share in percent; 100 of nothing."""
        return 100.0 * self.hit / self.of if self.of else 100.0


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """How much of one file tests reached. `path` is as the tool wrote it, `line` where it stands in the evidence."""

    path: str
    counts: dict[Metric, Counted]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """A coverage report: `totals` of all, and of each file where the report tells them."""

    tool: str
    totals: dict[Metric, Counted]
    files: tuple[FileCoverage, ...] = ()
    line: int | None = None
    kind: Literal["coverage"] = "coverage"


@dataclass(frozen=True, slots=True)
class Case:
    """A test that did not simply pass."""

    name: str
    outcome: Literal["failed", "error", "skipped", "flaky"]
    message: str = ""
    path: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Suites:
    """A run of tests: counts, seconds, and the cases that did not simply pass (the first of them)."""

    tool: str
    passed: int
    failed: int
    skipped: int
    flaky: int = 0
    seconds: float | None = None
    cases: tuple[Case, ...] = ()
    line: int | None = None
    kind: Literal["suites"] = "suites"

    @property
    def total(self) -> int:
        """All cases, whatever came of them; a flaky one has passed in the end."""
        return self.passed + self.failed + self.skipped


@dataclass(frozen=True, slots=True)
class Issue:
    """One alarm: `path` and `at` are those of the code, as the tool wrote them; `line` that of the evidence."""

    rule: str
    level: Level
    message: str
    path: str
    at: int | None = None
    end: int | None = None
    severity: Severity | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Issues:
    """What one run of a linter, compiler or scanner raised, nothing included. `more` were left out."""

    tool: str
    topic: Topic
    found: tuple[Issue, ...] = ()
    version: str = ""
    more: int = 0
    line: int | None = None
    kind: Literal["issues"] = "issues"


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A known hole of a package. `severity` None where the tool tells none, `fixed` empty where nothing mends it."""

    id: str
    package: str
    version: str
    severity: Severity | None
    fixed: str = ""
    title: str = ""
    path: str = ""
    line: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit of dependencies or of an image found. `packages` is how many it looked at, where it says so."""

    tool: str
    target: str
    found: tuple[Vulnerability, ...] = ()
    packages: int | None = None
    version: str = ""
    line: int | None = None
    kind: Literal["audit"] = "audit"


@dataclass(frozen=True, slots=True)
class Component:
    """A part that a bill of materials lists. `licences` are SPDX expressions or names."""

    name: str
    version: str
    purl: str = ""
    licences: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A software bill of materials."""

    tool: str
    subject: str
    components: tuple[Component, ...] = ()
    line: int | None = None
    kind: Literal["bill"] = "bill"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One kind of request of a load test. Latencies in milliseconds."""

    name: str
    requests: int | None = None
    failed: int | None = None
    latency: dict[str, float] = field(default_factory=dict)
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """A load test. `latency` maps "p50", "p90", "p95", "p99", "mean", "max" to milliseconds, where it tells them."""

    tool: str
    requests: int | None
    failed: int | None
    latency: dict[str, float] = field(default_factory=dict)
    seconds: float | None = None
    rate: float | None = None
    users: int | None = None
    endpoints: tuple[Endpoint, ...] = ()
    broken: tuple[str, ...] = ()
    line: int | None = None
    kind: Literal["load"] = "load"

    @property
    def error_rate(self) -> float | None:
        """The share of failed requests, 0 to 1; None where it is not told."""
        if self.requests is None or self.failed is None:
            return None
        return self.failed / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page as Lighthouse saw it: scores 0 to 100 by category, metrics in milliseconds (layout shift without unit)."""

    tool: str
    url: str
    scores: dict[str, float]
    metrics: dict[str, float] = field(default_factory=dict)
    error: str = ""
    line: int | None = None
    kind: Literal["page"] = "page"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric, with its labels; for a range the last value, and the span that it covers."""

    name: str
    labels: dict[str, str]
    value: float
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """What Prometheus answered to a query."""

    tool: str
    samples: tuple[Sample, ...] = ()
    error: str = ""
    line: int | None = None
    kind: Literal["series"] = "series"


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a workload; of a pod with its state: `ready`, `restarts`, `reason` (why it waits or ended)."""

    name: str
    image: str
    digest: str = ""
    ready: bool | None = None
    restarts: int | None = None
    reason: str = ""
    probes: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """An object as the cluster has it. `wanted` and `ready` are replicas; `keys` names of a secret or config map."""

    type: str
    namespace: str
    name: str
    owner: str = ""
    wanted: int | None = None
    ready: int | None = None
    phase: str = ""
    containers: tuple[Container, ...] = ()
    keys: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """What `kubectl get` showed."""

    tool: str
    resources: tuple[Resource, ...] = ()
    line: int | None = None
    kind: Literal["cluster"] = "cluster"


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan would do with one resource; `actions` as Terraform has them ("create", "delete" ...)."""

    address: str
    type: str
    actions: tuple[str, ...]
    reason: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A Terraform or OpenTofu plan."""

    tool: str
    changes: tuple[Change, ...] = ()
    errored: bool = False
    version: str = ""
    line: int | None = None
    kind: Literal["plan"] = "plan"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A message that came again and again, with numbers and ids folded to `#`."""

    message: str
    count: int
    level: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Exposed:
    """A secret or personal data in a log: what kind, in how many lines, and how it looks with its heart masked."""

    what: str
    shown: str
    count: int
    personal: bool
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """A log file: entries by level and by service and level, what repeats, what it should not hold."""

    tool: str
    entries: int
    levels: dict[str, int]
    services: dict[str, dict[str, int]] = field(default_factory=dict)
    repeated: tuple[Repeated, ...] = ()
    exposed: tuple[Exposed, ...] = ()
    seconds: float | None = None
    whole: bool = True
    line: int | None = None
    kind: Literal["log"] = "log"

    @property
    def errors(self) -> int:
        """Entries of level error or worse."""
        return sum(self.levels.get(level, 0) for level in ("error", "fatal"))


Record = Annotated[
    Coverage | Suites | Issues | Audit | Bill | Load | Page | Series | Cluster | Plan | Log, Field(discriminator="kind")
]


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One evidence file, read.

    `path` is relative to the project's root, with `..` where it lies outside; `key` the params' key that named it.
    `format` is what it was recognised as, empty where it was not; `error` says what is wrong and what was expected.
    `made` and `revision` are when and of what it says that it was made; None where it does not say. `quotes` are the
    masked lines that records name.
    """

    path: str
    key: str
    sha256: str
    format: str = ""
    error: str | None = None
    made: datetime | None = None
    revision: str | None = None
    note: str = ""
    stale: str = ""
    records: tuple[Record, ...] = ()
    quotes: dict[int, str] = field(default_factory=dict)
