"""The stores that code talks to: by the client libraries that it imports, and by the URLs in its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.sources.code.index import CodeIndex, Match
from kit.sources.code.java import JavaModules
from kit.sources.code.records import StoreFact

LIBRARIES = {
    "postgres": "psycopg psycopg2 asyncpg pg8000 pg pg-promise postgres @neondatabase/serverless"
    " github.com/lib/pq github.com/jackc/pgx org.postgresql Npgsql @vercel/postgres",
    "mysql": "pymysql MySQLdb aiomysql mysqlclient mysql mysql2 mysql.connector"
    " github.com/go-sql-driver/mysql com.mysql",
    "sqlite": "sqlite3 aiosqlite better-sqlite3 github.com/mattn/go-sqlite3",
    "mongodb": "pymongo motor mongoengine beanie mongodb mongoose go.mongodb.org/mongo-driver"
    " org.springframework.data.mongodb",
    "redis": "redis aioredis ioredis @upstash/redis connect-redis rate-limit-redis"
    " github.com/redis/go-redis github.com/go-redis/redis github.com/gomodule/redigo"
    " redis.clients.jedis io.lettuce StackExchange.Redis org.springframework.data.redis"
    " django_redis bullmq bull",
    "rabbitmq": "pika aio_pika amqplib amqp-connection-manager github.com/streadway/amqp"
    " github.com/rabbitmq/amqp091-go org.springframework.amqp com.rabbitmq",
    "kafka": "kafka aiokafka confluent_kafka kafkajs github.com/segmentio/kafka-go"
    " github.com/IBM/sarama github.com/Shopify/sarama org.apache.kafka"
    " org.springframework.kafka",
    "nats": "nats github.com/nats-io/nats.go nats.aio",
    "elasticsearch": "elasticsearch elasticsearch_dsl @elastic/elasticsearch opensearchpy"
    " github.com/elastic/go-elasticsearch @opensearch-project/opensearch",
    "clickhouse": "clickhouse_driver clickhouse_connect @clickhouse/client github.com/ClickHouse/clickhouse-go",
    "s3": "@aws-sdk/client-s3 minio multer-s3 s3fs github.com/aws/aws-sdk-go-v2/service/s3"
    " github.com/minio/minio-go com.amazonaws.services.s3 software.amazon.awssdk.services.s3",
    "dynamodb": "@aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb pynamodb github.com/aws/aws-sdk-go-v2/service/dynamodb",
    "sqs": "@aws-sdk/client-sqs github.com/aws/aws-sdk-go-v2/service/sqs",
    "gcs": "google.cloud.storage @google-cloud/storage cloud.google.com/go/storage",
    "cassandra": "cassandra cassandra-driver github.com/gocql/gocql",
    "memcached": "pymemcache memcache memjs github.com/bradfitz/gomemcache",
    "neo4j": "neo4j neo4j-driver github.com/neo4j/neo4j-go-driver",
    "qdrant": "qdrant_client @qdrant/js-client-rest",
    "weaviate": "weaviate weaviate-client",
}
_ENGINES = {library: engine for engine, names in LIBRARIES.items() for library in names.split()}
_LANGUAGES = ("python", "javascript", "typescript", "tsx", "go", "java")
_PREFIXED = ("go", "java")


def stores_by_import(code: CodeIndex) -> Iterator[StoreFact]:
    """One fact per file and store. A library that several stores share, as an ORM, is no evidence of any."""
    for path in code.holding(*_ENGINES, languages=_LANGUAGES):
        seen: set[str] = set()
        for imported in code.imports(path):
            library = None if imported.relative else _library(imported.module, code.language(path) or "")
            engine = _ENGINES.get(library or "")
            if engine and library and engine not in seen:
                seen.add(engine)
                yield StoreFact(engine, library, imported.at)


SCHEMES = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mongodb": "mongodb",
    "redis": "redis",
    "rediss": "redis",
    "amqp": "rabbitmq",
    "amqps": "rabbitmq",
    "nats": "nats",
    "clickhouse": "clickhouse",
    "sqlite": "sqlite",
    "sqlserver": "sqlserver",
    "mssql": "sqlserver",
}
_SCHEME = rf"(?:jdbc:)?(?P<scheme>{'|'.join(SCHEMES)})(?:\+\w+)?(?::|$|['\"`])"
_STRINGS = {
    "python": "string",
    "javascript": "string",
    "typescript": "string",
    "tsx": "string",
    "go": "interpreted_string_literal",
    "java": "string_literal",
}


def stores_by_url(code: CodeIndex) -> Iterator[StoreFact]:
    """`"postgresql+psycopg://…"`, a dialect's bare name, `jdbc:` URLs of Spring's settings; once per file."""
    seen: set[tuple[str, str]] = set()
    for language, kind in _STRINGS.items():
        pattern = rf"^\w{{0,2}}['\"`]{_SCHEME}".replace("?P<scheme>", "")
        for match in code.find(kind=kind, languages=(language,), needles=tuple(SCHEMES), regex=pattern):
            found = re.search(_SCHEME, match.text)
            engine = SCHEMES[found["scheme"]] if found else ""
            bare = "://" not in match.text and "+" not in match.text
            if found and (match.path, engine) not in seen and not (bare and _is_other(match)):
                seen.add((match.path, engine))
                yield StoreFact(engine, found["scheme"], match.at)
    modules = code.once(JavaModules)
    for module in modules.roots:
        for path, root in modules.settings(module):
            for node in root.strings():
                found = re.match(_SCHEME, node.text)
                if found and ":" in node.text and (path, SCHEMES[found["scheme"]]) not in seen:
                    seen.add((path, SCHEMES[found["scheme"]]))
                    yield StoreFact(SCHEMES[found["scheme"]], found["scheme"], node.at)


def _is_other(match: Match) -> bool:
    """True for a bare word that is no dialect or scheme: it is the value of no `dialect`, `type` or `scheme`."""
    holder = match.node.parent()
    key = (holder.field("key") or holder.field("name")) if holder is not None else None
    return key is None or key.text().strip("'\"") not in {"dialect", "type", "scheme", "provider", "drivername"}


def _library(module: str, language: str) -> str | None:
    """The library of the table that a module is of: itself, its package, or for Go and Java a package above
    it."""
    if module in _ENGINES:
        return module
    if language == "python":
        parts = module.split(".")
        return next((n for i in range(len(parts), 0, -1) if (n := ".".join(parts[:i])) in _ENGINES), None)
    if language in _PREFIXED:
        separator = "/" if language == "go" else "."
        return next((name for name in _ENGINES if module.startswith(name + separator)), None)
    package = "/".join(module.split("/")[: 2 if module.startswith("@") else 1])
    return package if package in _ENGINES else None
