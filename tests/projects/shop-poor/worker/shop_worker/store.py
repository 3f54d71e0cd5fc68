"""Reads and writes of the worker in PostgreSQL."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from shop_worker.settings import settings


@dataclass(frozen=True)
class Order:
    id: str
    email: str
    total_cents: int


def connect() -> psycopg.Connection[dict[str, Any]]:
    return psycopg.connect(
        settings().database_url,
        connect_timeout=5,
        options="-c statement_timeout=10000",
        row_factory=dict_row,
    )


def order(order_id: str) -> Order:
    with connect() as connection:
        row = connection.execute(
            "SELECT o.id::text AS id, u.email, o.total_cents FROM orders o"
            " JOIN users u ON u.id = o.user_id WHERE o.id = %s",
            (order_id,),
        ).fetchone()
    if row is None:
        raise LookupError(order_id)
    return Order(**row)


def mark_shipped(order_id: str) -> None:
    with connect() as connection:
        connection.execute(
            f"UPDATE orders SET status = 'SHIPPED', updated_at = now() WHERE id = '{order_id}'"
        )


def ping() -> None:
    with connect() as connection:
        connection.execute("SELECT 1")
