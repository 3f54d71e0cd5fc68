"""Stores: databases, caches, queues and object stores that manifests run or code connects to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kit.system.images import parse_image
from kit.system.model import Deployment, Store

if TYPE_CHECKING:
    from kit.model import At
    from kit.project import Project
    from kit.system.drafts import Draft, Drafts

_MANAGED = {
    "aws_db_instance": "", "aws_rds_cluster": "", "google_sql_database_instance": "", "azurerm_postgresql_flexible_server": "postgres",
    "azurerm_postgresql_server": "postgres", "azurerm_mysql_flexible_server": "mysql", "aws_elasticache_cluster": "redis",
    "aws_elasticache_replication_group": "redis", "google_redis_instance": "redis", "azurerm_redis_cache": "redis",
    "aws_s3_bucket": "s3", "google_storage_bucket": "gcs", "azurerm_storage_account": "azure-blob", "aws_dynamodb_table": "dynamodb",
    "aws_mq_broker": "rabbitmq", "aws_msk_cluster": "kafka", "aws_docdb_cluster": "mongodb", "aws_sqs_queue": "sqs",
    "digitalocean_database_cluster": "", "hcloud_volume": "",
}  # fmt: skip

NAMES = {
    "postgres": "PostgreSQL", "mysql": "MySQL", "mongodb": "MongoDB", "mssql": "SQL Server", "redis": "Redis",
    "rabbitmq": "RabbitMQ", "kafka": "Kafka", "s3": "S3", "gcs": "Cloud Storage", "azure-blob": "Azure Blob Storage",
    "elasticsearch": "Elasticsearch", "dynamodb": "DynamoDB", "sqs": "SQS",
}  # fmt: skip
"""Engines as people call them: what code alone knows of has no name but that of a library."""


def join_stores(project: Project, drafts: Drafts) -> tuple[Store, ...]:
    """The stores of the system: those that manifests run, those that Terraform makes, then engines that only code
    knows of (run by somebody else)."""
    for draft in drafts:
        if draft.scope:
            draft.stores.extend(_given(draft))
    run = [_store_of(d) for d in drafts if d.kind == "store" and not d.ends and not _is_client(d)]
    made = list(_managed(project))
    known = {s.engine for s in (*run, *made) if s is not None}
    outside = {s.engine: s for d in drafts for s in d.stores if s.engine not in known}
    named = (Store(e, NAMES.get(e, e), s.at, managed=True) for e, s in outside.items() if e != "sqlite")
    return (*(s for s in run if s is not None), *made, *named)


_SCHEME = re.compile(r"^(postgres|mysql|mariadb|mongodb|redis|amqp)(?:ql|s)?(?:\+\w+)?://")
_SPOKEN = {"mariadb": "mysql", "amqp": "rabbitmq"}


def _given(draft: Draft) -> Iterator[Store]:
    """The stores whose addresses deployments give to a service, where its code knows of none of that kind."""
    known = {s.engine for s in draft.stores}
    for deployment in draft.deployments:
        for given in deployment.env:
            scheme = _SCHEME.match(given.value or "")
            engine = _SPOKEN.get(scheme[1], scheme[1]) if scheme else None
            if engine is not None and engine not in known:
                known.add(engine)
                yield Store(engine, given.name, given.at)


_CLIENT = re.compile(
    r"\b(?:pg_dump\w*|mysqldump|mariadb-dump|mongodump|psql|pg_restore|mongorestore|backup\w*\.sh)\b|\bcrond?\b"
)
_SERVER = re.compile(r"\b(?:postgres|mysqld|mariadbd|mongod|redis-server|docker-entrypoint\.sh)\b")


def _is_client(draft: Draft) -> bool:
    """Whether the image of a store is only taken for its tools: its command saves, asks or restores, and serves nothing."""
    commands = [d.command or "" for d in draft.deployments]
    return bool(commands) and all(_CLIENT.search(c) and not _SERVER.search(c) for c in commands)


def _store_of(draft: Draft) -> Store | None:
    images = [image for d in draft.deployments if (image := parse_image(d.image)) is not None and image.engine]
    if not images:
        return Store(draft.engine, draft.name, draft.at) if draft.engine else None
    real = [d for d in draft.deployments if d.environment not in {"development", "test"}]
    volumes = [_persistent(d) for d in real or draft.deployments]
    lasting = None if not volumes else all(volumes)
    return Store(images[0].engine or "", draft.name, _main(draft), images[0].tag, lasting)


def _main(draft: Draft) -> At:
    """The place that speaks for a store: of several compose files of one folder the one that the others amend."""
    real = [d for d in draft.deployments if d.environment not in {"development", "test"}]
    files = {d.target for d in real}
    alike = len({posixpath.dirname(target) for target in files}) == 1 and all(t.startswith("compose:") for t in files)
    return min(real, key=lambda d: len(d.target)).at if alike and len(files) > 1 else draft.at


def _persistent(deployment: Deployment) -> bool:
    """Whether some mount outlives the container: a claim, a named volume, a host path."""
    return any(
        source and not source.startswith(("emptyDir", "configMap", "secret", "tmpfs")) and not _is_file(target)
        for source, target, _ in deployment.volumes
    )


def _is_file(target: str) -> bool:
    last = target.rsplit("/", 1)[-1]
    return "." in last[1:] or "initdb" in target


def _managed(project: Project) -> list[Store]:
    found = []
    for resource in (r for folder in project.terraform for r in folder.resources):
        if resource.type in _MANAGED:
            engine = resource.node.get("engine")
            name = _MANAGED[resource.type] or (engine.text if engine is not None else "")
            if name:
                engine_name = "postgres" if "postgres" in name or name == "pg" else "mysql" if "mysql" in name else name
                found.append(Store(engine_name, resource.name, resource.at, managed=True, persistent=True))
    return found
