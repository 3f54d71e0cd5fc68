"""A real PostgreSQL is asked, read only, and tells nothing of its password."""

from __future__ import annotations

import os
from typing import Any

import pytest
from servers import PASSWORD, free_port

from kit.sources.probes.model import PostgresProbe
from kit.sources.probes.postgres import dsn_of, probe
from kit.sources.probes.targets import PostgresTarget
from kit.sources.secrets.known import Known

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")

SCHEMA = """
CREATE TABLE customer (id int PRIMARY KEY);
CREATE TABLE "order" (id int PRIMARY KEY, customer_id int NOT NULL CONSTRAINT by_customer REFERENCES customer);
CREATE TABLE line (id int PRIMARY KEY, order_id int NOT NULL REFERENCES "order");
CREATE INDEX ON line (order_id, id);
CREATE TABLE _prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at timestamptz, started_at int);
INSERT INTO _prisma_migrations VALUES ('1_init', now(), NULL, 1), ('2_more', NULL, NULL, 2), ('0_gone', NULL, now(), 0);
CREATE ROLE app LOGIN PASSWORD 'app-p4ssw0rd';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO app;
"""


@pytest.fixture(scope="module")
def shop(postgres: str) -> str:
    """The DSN of a superuser of a database with a schema."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    dsn = postgres.replace("/postgres", "/shop")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
    return dsn


def asked(dsn: str, monkeypatch: pytest.MonkeyPatch, **more: Any) -> PostgresProbe:
    monkeypatch.setenv("SHOP_DSN", dsn)
    return probe(PostgresTarget.model_validate({"dsn_env": "SHOP_DSN", **more}), Known.of(["SHOP_DSN"]))


def test_what_a_superuser_sees(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(shop, monkeypatch, extensions=["pgcrypto"])

    assert found.error == ""
    assert found.version >= 120000
    assert found.where.endswith("/shop")
    assert "plpgsql" in found.extensions
    assert found.role is not None
    assert "SUPERUSER" in found.role.may
    assert (found.slow, found.statements, found.unseen) == (None, False, ())
    assert 0 < found.connections < found.most_connections
    assert {table.name for table in found.tables} >= {"customer", '"order"', "line"}
    assert PASSWORD not in repr(found)


def test_a_foreign_key_without_an_index_and_none_with_one(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = asked(shop, monkeypatch).unindexed

    assert (found.table, found.name, found.columns) == ('"order"', "by_customer", ("customer_id",))


def test_migrations_that_ran_and_one_that_broke_off(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = asked(shop, monkeypatch).applied

    assert (found.table, found.names, found.failed) == ("_prisma_migrations", ("1_init",), ("2_more",))


def test_a_plain_role_and_a_log_of_slow_statements(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("ALTER DATABASE shop SET log_min_duration_statement = 250")
    plain = shop.replace(f"admin:{PASSWORD}", "app:app-p4ssw0rd")

    found = asked(plain, monkeypatch)

    assert found.role is not None
    assert (found.role.name, found.role.may, found.role.owns) == ("app", (), 0)
    assert found.slow == 0.25


def test_nothing_can_be_written(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from kit.sources.probes import postgres_queries

    monkeypatch.setattr(postgres_queries, "SIZE", "CREATE TABLE written (id int)")

    found = asked(shop, monkeypatch)

    assert found.unseen == ("the sizes",)
    with psycopg.connect(shop) as connection:
        assert connection.execute("SELECT to_regclass('written')").fetchone() == (None,)


def test_a_statement_that_takes_too_long_is_left(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from kit.sources.probes import postgres_queries

    monkeypatch.setattr(postgres_queries, "SESSION", (*postgres_queries.SESSION, "SET statement_timeout = '200ms'"))
    monkeypatch.setattr(postgres_queries, "SIZE", "SELECT pg_sleep(30)")

    assert "the sizes" in asked(shop, monkeypatch).unseen


def test_a_wrong_password_is_not_shown(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(shop.replace(PASSWORD, "wr0ng-p4ssw0rd"), monkeypatch)

    assert found.error == "the password was refused"
    assert "wr0ng" not in repr(found)


def test_a_server_that_is_stopped_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(f"postgresql://admin:{PASSWORD}@127.0.0.1:{free_port()}/shop", monkeypatch)

    assert found.error == "the connection was refused"
    assert PASSWORD not in repr(found)


@pytest.mark.parametrize("dsn", ["mysql://root:pl4nted-p4ssw0rd@db/shop", "postgresql://x:pl4nted-p4ssw0rd@[::1/shop"])
def test_an_address_of_another_kind_is_refused_without_being_shown(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(dsn, monkeypatch)

    assert found.error
    assert PASSWORD not in repr(found)


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_DSN", raising=False)

    found = probe(PostgresTarget(dsn_env="SHOP_DSN"), Known())

    assert found.error == "the variable SHOP_DSN is not set"
    assert "SHOP_DSN" not in os.environ


@pytest.mark.parametrize(
    ("address", "dsn"),
    [
        ("postgresql+asyncpg://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgres://u:p@h:1/d?schema=public&sslmode=require", "postgresql://u:p@h:1/d?sslmode=require"),
        ("postgresql://u:p@h/d?connection_limit=5&pgbouncer=true", "postgresql://u:p@h/d"),
        ("host=h user=u password=p dbname=d", "host=h user=u password=p dbname=d"),
    ],
)
def test_addresses_as_drivers_write_them(address: str, dsn: str) -> None:
    assert dsn_of(address) == dsn
