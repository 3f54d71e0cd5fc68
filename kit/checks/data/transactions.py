"""Do transactions of MongoDB meet a server that takes them?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from kit.checks.data.common import ASIDE
from kit.checks.shared.calls import runs
from kit.checks.shared.deployed import grade
from kit.checks.shared.judged import roots
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT, Match
from kit.system.images import parse_image
from kit.system.model import Deployment, Service
from kit.system.scope import within

_REPLICATED = re.compile(
    r"(?i)replSet|rs\.initiate|MONGO(?:DB)?_REPLICA_?SET|--replicaSet|architecture:\s*[\"']?replicaset"
)
_ASKED = re.compile(
    r"(?i)replica|transactions? ?(?:supported|enabled|numbers)|supports_?transactions|(?:use|enable|with)_?transactions?\b"
)
_ADDRESS = re.compile(r"mongodb(?:\+srv)?://(?:[^@/\s]*@)?([^/?\s]+)[^\s]*")


@check("DAT-025", "Transactions of MongoDB have a replica set", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def transactions_have_a_replica_set(project: Project) -> Iterator[Fact]:
    """
    MongoDB takes transactions on replica sets and sharded clusters only. A single server answers the first write with
    "Transaction numbers are only allowed on a replica set member or mongos", and the request fails.

    Decides: services whose code starts transactions (mongoose, the drivers of Node.js, Python, Go and Java, Spring's
    `MongoTransactionManager`, `$transaction` of Prisma), and that are deployed beside a server of MongoDB: whether the
    server's command, configuration or a script makes it a member of a replica set.

    Fix: start the server with `--replSet rs0`, initiate it once (`rs.initiate()`), and add `replicaSet=rs0` to the address;
    one member is enough to begin with.

    Blind to: servers that the project does not run.

    See: https://www.mongodb.com/docs/manual/core/transactions-production-consideration/
    """
    for service in project.system.own:
        started = _transaction(project, service)
        if started is None:
            continue
        for deployment in service.deployments:
            server = _server(project, deployment) if deployment.environment not in ASIDE else None
            if server is not None:
                yield _met(project, service, started, deployment, server)


def _met(
    project: Project, service: Service, started: Match, deployment: Deployment, server: tuple[str, Deployment]
) -> Fact:
    """What becomes of a service's transactions on the server of one target."""
    name, run = server
    addresses = [e.value for e in deployment.env if "mongodb" in (e.value or "")]
    if _is_member(project, name, run):
        return ok(f"{service.name}: {name} is a member of a replica set.", run.at, started)
    if (told := _spoken_of(project)) is not None:
        if posixpath.basename(told) in project.files.text(run.at.path):
            return ok(f"{service.name}: {name} is a member of a replica set.", run.at, started)
        said = (
            f"{told} makes a replica set, and nothing of this target names it; whether {name} is a member is not seen"
        )
        return unknown(f"{service.name}: {said}.", run.at, At(told), started)
    if any("replicaSet=" in (a or "") for a in addresses):
        said = f"{service.name} asks for a replica set; where {name} is made a member of it could not be told."
        return unknown(said, run.at, started)
    said = f"{service.name} starts transactions, and {name} is a single server of MongoDB, which refuses them"
    return bad(f"{said}: every such write fails.", started, run.at, **grade(deployment.environment))


def _server(project: Project, deployment: Deployment) -> tuple[str, Deployment] | None:
    """The server of MongoDB of the same target that a deployment asks: by its address, or because it waits for it."""
    text = " ".join(e.value or "" for e in deployment.env)
    hosts = {host.split(":")[0].split(".")[0] for found in _ADDRESS.findall(text) for host in found.split(",")}
    for other in project.system.services:
        run = next((d for d in other.deployments if d.target == deployment.target and _is_mongo(d)), None)
        if run is None:
            continue
        named = bool(re.search(rf"(?<![\w.-]){re.escape(other.name)}(?![\w-])", text))
        if other.name in hosts or (not hosts and (named or other.name in deployment.depends_on)):
            return other.name, run
    return None


def _is_mongo(deployment: Deployment) -> bool:
    image = parse_image(deployment.image)
    return image is not None and image.base in {"mongo", "mongodb", "mongodb-community-server"}


def _is_member(project: Project, name: str, run: Deployment) -> bool:
    """Whether the server's command, variables or health check, or another service of the target that speaks of it, makes
    it a member of a replica set."""
    for service in project.system.services:
        for other in (d for d in service.deployments if d.target == run.target):
            said = " ".join([other.command or "", *(p.command or "" for p in other.probes)])
            given = " ".join(f"{e.name}={e.value or ''}" for e in other.env) if other is run else ""
            if _REPLICATED.search(f"{said} {given}") and (other is run or name in said):
                return True
    return False


@lru_cache(maxsize=4)
def _spoken_of(project: Project) -> str | None:
    """The configuration, script or manifest that speaks of a replica set; of compose files only the texts that they hold:
    what they say of one service is none of the others' matter."""
    paths = project.files.glob(
        "*.yml", "*.yaml", "*.conf", "*.cnf", "*.sh", "*.js", "*.json", "*.tf", "*.tpl", "Dockerfile*", "Makefile", "*.py",
        classes={FileClass.PRODUCTION},
    )  # fmt: skip
    composed = {layer for f in project.compose for layer in (f.path, *f.layers)}
    held = ((f.path, n.text) for f in project.compose for config in f.configs.values() for n in config.strings())
    others = (p for p in paths if p not in composed and project.files.environment_of(p) not in ASIDE)
    inline = (path for path, text in held if _REPLICATED.search(text))
    return next(chain(inline, (p for p in others if _REPLICATED.search(project.files.text(p)))), None)


def _transaction(project: Project, service: Service) -> Match | None:
    """The first transaction in a service's code, or in a package of the project that it stands on."""
    places = roots(project, service)
    unit = project.code.unit(f"{service.root or '.'}/_")
    mine = (
        m for m in _transactions(project) if any(within(m.path, r) for r in places) or project.code.unit(m.path) == unit
    )
    return next(mine, None)


@lru_cache(maxsize=4)
def _transactions(project: Project) -> tuple[Match, ...]:
    """Every start of a transaction of MongoDB that no condition leaves out."""
    found = (*_of_javascript(project), *_of_python(project), *_of_go(project), *_of_java(project), *_of_prisma(project))
    return tuple(m for m in found if runs(m.path) and not _is_asked(project, m))


def _is_asked(project: Project, match: Match) -> bool:
    """Whether the code looks first whether the server takes transactions, or goes on without."""
    around = " ".join(
        n.text().split("{")[0][:200]
        for n in match.node.ancestors()
        if n.kind() in {"if_statement", "ternary_expression"}
    )
    text = project.code.text(match.path)
    return _ASKED.search(around) is not None or "Transaction numbers" in text or "IllegalOperation" in text


def _of_javascript(project: Project) -> Iterator[Match]:
    for match in project.code.find(
        kind="call_expression",
        languages=JAVASCRIPT,
        needles=("withTransaction(", "startTransaction(", "connection.transaction("),
    ):
        callee, text = match.text.split("(")[0], project.code.text(match.path)
        mongo = re.search(r"[\"'](?:mongoose|mongodb|@nestjs/mongoose|@typegoose/typegoose)[\"']", text) is not None
        session = re.search(r"[sS]ession\b[?!]?\.(?:withTransaction|startTransaction)$", callee) is not None
        opened = session and ("startSession(" in text or "ClientSession" in text)
        if (mongo and callee.endswith(("connection.transaction",))) or (opened and (mongo or "startSession(" in text)):
            yield match


def _of_python(project: Project) -> Iterator[Match]:
    for match in project.code.find(
        kind="call", languages=("python",), needles=("start_transaction(", "with_transaction(")
    ):
        text = project.code.text(match.path)
        called = re.match(r"(?:await )?[\w.]*[sS]ession\w*\.(?:start|with)_transaction\(", match.text)
        if called and ("start_session(" in text or re.search(r"(?m)^\s*(?:from|import) (?:pymongo|motor)", text)):
            yield match


def _of_go(project: Project) -> Iterator[Match]:
    for match in project.code.find(kind="call_expression", languages=("go",), needles=("go.mongodb.org/mongo-driver",)):
        if re.match(r"\w*(?i:session|sess|sc)\w*\.(?:WithTransaction|StartTransaction)\(", match.text):
            yield match


def _of_java(project: Project) -> Iterator[Match]:
    for match in project.code.find(
        kind="object_creation_expression", languages=("java",), needles=("new MongoTransactionManager(",)
    ):
        if match.text.startswith("new MongoTransactionManager("):
            yield match


def _of_prisma(project: Project) -> Iterator[Match]:
    schemas = [s.at.path for s in project.schemas if s.kind == "prisma"]
    units = {
        project.code.unit(path)
        for path in schemas
        if re.search(r"(?m)^\s*provider\s*=\s*[\"']mongodb[\"']", project.files.text(path))
    }
    for match in (
        project.code.find(kind="call_expression", languages=JAVASCRIPT, needles=("$transaction(",)) if units else ()
    ):
        if match.text.split("(")[0].endswith(".$transaction") and project.code.unit(match.path) in units:
            yield match
