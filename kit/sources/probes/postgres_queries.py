"""The statements that a PostgreSQL server is asked: looking only."""

from __future__ import annotations

SESSION = (
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SET statement_timeout = '5s'",
    "SET lock_timeout = '1s'",
    "SET idle_in_transaction_session_timeout = '10s'",
)
EXTENSIONS = "SELECT extname, extversion FROM pg_extension ORDER BY extname"
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
MOST_CONNECTIONS = "SELECT setting::int FROM pg_settings WHERE name = 'max_connections'"
SLOW = "SELECT setting::int FROM pg_settings WHERE name = 'log_min_duration_statement'"
STATEMENTS = "SELECT count(*) > 0 FROM pg_extension WHERE extname = 'pg_stat_statements'"
SIZE = "SELECT pg_database_size(current_database())"
TABLES = """
SELECT c.oid::regclass::text, pg_total_relation_size(c.oid), c.reltuples::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 2 DESC, 1 LIMIT 20
"""
UNINDEXED = """
SELECT c.conrelid::regclass::text, c.conname, array_agg(a.attname::text ORDER BY k.n)
FROM pg_constraint c
CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k(attnum, n)
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
WHERE c.contype = 'f' AND NOT EXISTS (
  SELECT 1 FROM pg_index i
  WHERE i.indrelid = c.conrelid AND i.indisvalid AND i.indpred IS NULL
    AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
)
GROUP BY c.conrelid, c.conname ORDER BY 1, 2 LIMIT 100
"""
MAY = ("SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS")
ROLE = """
SELECT r.rolname, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls,
  (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND c.relowner = r.oid AND n.nspname NOT IN ('pg_catalog', 'information_schema'))
FROM pg_roles r WHERE r.rolname = current_user
"""
MIGRATION_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""
MIGRATIONS: dict[str, tuple[int, str]] = {
    "_prisma_migrations": (
        1,
        "SELECT migration_name, finished_at IS NOT NULL FROM {table} WHERE rolled_back_at IS NULL ORDER BY started_at",
    ),
    "alembic_version": (1, "SELECT version_num, true FROM {table}"),
    "django_migrations": (2, "SELECT app, name, true FROM {table} ORDER BY id"),
    "flyway_schema_history": (1, "SELECT script, success FROM {table} ORDER BY installed_rank"),
    "databasechangelog": (1, "SELECT id, true FROM {table} ORDER BY orderexecuted"),
    "knex_migrations": (1, "SELECT name, true FROM {table} ORDER BY id"),
    "SequelizeMeta": (1, "SELECT name, true FROM {table} ORDER BY name"),
    "typeorm_migrations": (1, "SELECT name, true FROM {table} ORDER BY id"),
    "migrations": (1, "SELECT name, true FROM {table} ORDER BY id"),
    "goose_db_version": (1, "SELECT version_id, is_applied FROM {table} WHERE version_id > 0 ORDER BY id"),
    "schema_migrations": (1, "SELECT version, true FROM {table} ORDER BY version"),
    "_sqlx_migrations": (1, "SELECT version, success FROM {table} ORDER BY version"),
    "kysely_migration": (1, "SELECT name, true FROM {table} ORDER BY name"),
}
"""Table of a tool to how many columns name a migration, and the statement: the name, then whether it ran to its end."""
