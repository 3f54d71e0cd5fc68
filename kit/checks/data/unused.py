"""Is every store that runs used, and does something look after the data in them?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.data.common import ASIDE, sets
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.system.images import parse_image
from kit.system.model import Service, Store

_WORDS = {
    "redis": r"redis|valkey|bullmq|\bbull\b|sidekiq|celery|\brq\b|ioredis",
    "postgres": r"postgres|psycopg|asyncpg|\bpgx?\b|pg8000|prisma|sqlalchemy|jdbc|typeorm|sequelize|knex|drizzle|dj.database|django",
    "mysql": r"mysql|mariadb|prisma|sqlalchemy|jdbc|typeorm|sequelize|knex|drizzle|dj.database|django",
    "mongodb": r"mongo",
    "rabbitmq": r"rabbit|amqp|celery|stomp|mqtt|pika",
    "kafka": r"kafka|confluent|redpanda|sarama",
    "elasticsearch": r"elastic|opensearch",
    "memcached": r"memcache|pylibmc",
    "s3": r"\bs3\b|minio|boto3|aws-sdk|storage",
    "clickhouse": r"clickhouse",
    "nats": r"\bnats\b",
    "meilisearch": r"meili",
    "typesense": r"typesense",
    "qdrant": r"qdrant",
}
_SETTINGS = ("**/*.properties", "**/application*.yml", "**/application*.yaml", "**/appsettings*.json", "**/*.toml")


@check("DAT-064", "Every store that is run is used", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def stores_are_used(project: Project) -> Iterator[Fact]:
    """
    A cache or queue that runs beside the services and that none of them asks costs memory, has holes of its own, and lets
    people believe that the system has what it does not use.

    Decides: each store of deployments outside of development and tests: a client in code, a library for it, or another
    product that is deployed beside it and names it. It is reported only where neither code, packages nor settings hold a
    word of it.

    Fix: remove the service from the deployment, or use it.

    Blind to: programs that are built elsewhere.

    See: https://12factor.net/backing-services
    """
    if not any(s.root is not None and s.language for s in project.system.own):
        return
    clients = {s.engine: s.at for s in project.store_clients}
    for store in project.system.stores:
        service = project.system.service(store.name)
        if store.managed or store.engine not in _WORDS or service is None or _aside(service):
            continue
        client = clients.get(store.engine)
        if client is not None:
            yield ok(f"{store.name}: code connects to it.", client, store)
        elif not _asked_by_products(project, store) and not _spoken_of(project, re.compile(_WORDS[store.engine], re.I)):
            yield bad(
                f"{store.name}: the {store.engine} store runs, and nothing in code, packages or settings uses it.",
                store,
            )


def _aside(service: Service) -> bool:
    return bool(service.deployments) and all(d.environment in ASIDE for d in service.deployments)


def _asked_by_products(project: Project, store: Store) -> bool:
    """Whether something that the project only runs names the store, or is built in a way that cannot be read."""
    name = re.compile(rf"(?<![\w-]){re.escape(store.name)}(?![\w-])")
    for service in project.system.services:
        if service.name == store.name or (service.root is not None and service.language is not None):
            continue
        for deployment in service.deployments:
            given = " ".join([*(e.value or "" for e in deployment.env), deployment.command or ""])
            if (
                store.name in deployment.depends_on
                or name.search(given)
                or (service.first_party and not service.language)
            ):
                return True
            image = parse_image(deployment.image)
            known = image is None or image.engine is not None or service.kind in {"proxy", "monitoring", "store"}
            if not known:
                return True  # whatever this product asks for cannot be seen
    return False


def _spoken_of(project: Project, word: re.Pattern[str]) -> bool:
    """Whether code, a package's dependencies or a file of settings hold a word of the store's kind."""
    if any(word.search(d.name) for p in project.packages for d in p.dependencies):
        return True
    settings = project.files.glob(*_SETTINGS, classes={FileClass.PRODUCTION})
    return any(word.search(project.files.text(p)) for p in settings) or any(
        word.search(project.code.text(p)) for p in project.code.files()
    )


_WATCHES = re.compile(
    r"(?i)integrity|consisten|reconcil|orphan|invariant|\bamcheck|pg_amcheck|checktable|data[-_ ]?quality|great_expectations|\bdbt test|mismatch|drift"
)


@check(
    "DAT-067",
    "Something checks by the clock that the data still agrees",
    Severity.LOW,
    Clause.INVARIANTS,
    effort_hours=6,
)
def data_is_checked(project: Project) -> Iterator[Fact]:
    """
    Sums that no longer agree and rows that belong to nothing are found by the first customer who complains, unless a job
    looks for them every night.

    Decides: whether a schedule, an alert rule, or a script that is called by one of them speaks of consistency, integrity,
    reconciliation or orphans; for projects with migrations whose tables hold amounts of money or stock.

    Fix: a nightly job that compares sums and counts of tables that must agree, and alerts where they do not.

    Blind to: jobs under other names.

    See: https://sre.google/sre-book/data-integrity/
    """
    amounts = _amounts(project)
    if amounts is None:
        return
    rules = [(f"{a.name} {a.expression}", a.at) for a in project.prometheus.alerts]
    timed = [(f"{s.expression} {s.runs}", s.at) for s in project.system.schedules]
    found = next((at for text, at in (*timed, *rules) if _WATCHES.search(text)), None)
    if found is not None:
        yield ok("Something looks by the clock whether the data agrees.", found)
    else:
        yield bad("Tables hold amounts, and nothing looks by the clock whether they still agree.", amounts)


_AMOUNTS = re.compile(r"(?i)^(?:balance|amount|total|stock|credits?)(?:_?(?:cents|minor))?$")


def _amounts(project: Project) -> At | None:
    """The first column of a migration's tables that holds an amount."""
    for found in sets(project):
        for migration in found.migrations:
            for operation in migration.operations:
                columns = operation.definition.columns if operation.definition is not None else ()
                column = next((c for c in columns if _AMOUNTS.match(c.name)), None)
                if column is not None:
                    return column.at
    return None
