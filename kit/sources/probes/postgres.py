"""A PostgreSQL server, read only: statements that look, in a session that may do nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from kit.sources.probes import postgres_queries as queries
from kit.sources.probes.model import Applied, ForeignKey, PostgresProbe, Role, TableSize
from kit.sources.probes.targets import PostgresTarget
from kit.sources.secrets.known import Known

if TYPE_CHECKING:
    import psycopg

SECONDS = 5
_LIBPQ = frozenset(
    {"host", "hostaddr", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey", "options"}
)
_LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})
_WORDS = (
    ("password authentication failed", "the password was refused"),
    ("connection refused", "the connection was refused"),
    ("timeout", "it did not answer in time"),
    ("no password supplied", "it wants a password, and the address has none"),
    ("name or service not known", "its name does not resolve"),
    ("could not translate host name", "its name does not resolve"),
    ("failed to resolve host", "its name does not resolve"),
    ("does not exist", "there is no such database or role"),
    ("too many", "it has no connection left"),
    ("remaining connection slots", "it has no connection left"),
    ("starting up", "it is starting up"),
    ("ssl", "no encrypted connection can be made"),
)


@dataclass
class _Session:
    """Questions of one connection; those that are refused are noted by what they are about."""

    connection: psycopg.Connection[tuple[Any, ...]]
    unseen: list[str]

    def rows(self, about: str, statement: str) -> list[tuple[Any, ...]]:
        """The rows of an answer; none where the role may not ask."""
        import psycopg

        try:
            return self.connection.execute(statement.encode("ascii")).fetchall()
        except psycopg.Error:
            self.unseen.append(about)
            return []

    def value(self, about: str, statement: str) -> Any:
        """The only value of an answer; None where there is none."""
        rows = self.rows(about, statement)
        return rows[0][0] if rows else None


def probe(target: PostgresTarget, known: Known) -> PostgresProbe:
    """What the server says. Its address comes from a variable and is told without the name and password in it."""
    import psycopg

    asked = PostgresProbe(target.dsn_env, wanted=target.extensions, migrations=target.migrations or "")
    address = os.environ.get(target.dsn_env, "")
    if not address:
        return replace(asked, error=f"the variable {target.dsn_env} is not set")
    try:
        asked = replace(asked, **_place(address))
        with psycopg.connect(dsn_of(address), autocommit=True, connect_timeout=SECONDS) as connection:
            return _asked(asked, _Session(connection, []), connection)
    except (psycopg.Error, ValueError, UnicodeError) as error:
        return replace(asked, error=known.hide(_why(error)))


def dsn_of(address: str) -> str:
    """The address as libpq takes it: drivers of other languages name themselves in it and add words of their own.

    Raises ValueError for the address of another database.
    """
    if "://" not in address:
        return address
    parts = urlsplit(address)
    if not parts.scheme.startswith("postgres"):
        raise ValueError("its address is none of PostgreSQL")
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name in _LIBPQ]
    query = f"?{urlencode(kept, quote_via=quote)}" if kept else ""
    return f"postgresql://{parts.netloc}{parts.path}{query}"


def _place(address: str) -> dict[str, Any]:
    from psycopg.conninfo import conninfo_to_dict

    found = conninfo_to_dict(dsn_of(address))
    host, port = str(found.get("host") or ""), str(found.get("port") or 5432)
    name = unquote(str(found.get("dbname") or found.get("user") or ""))
    local = host in _LOCAL or host.startswith("/")
    return {"where": f"{host or 'local'}:{port}/{name}", "local": local}


def _asked(asked: PostgresProbe, session: _Session, connection: psycopg.Connection[tuple[Any, ...]]) -> PostgresProbe:
    for statement in queries.SESSION:
        connection.execute(statement.encode("ascii"))
    slow = session.value("the settings", queries.SLOW)
    return replace(
        asked,
        version=connection.info.server_version,
        encrypted=bool(connection.pgconn.ssl_in_use),
        extensions={str(name): str(version) for name, version in session.rows("the extensions", queries.EXTENSIONS)},
        applied=tuple(_applied(session)),
        connections=int(session.value("the connections", queries.CONNECTIONS) or 0),
        most_connections=int(session.value("the settings", queries.MOST_CONNECTIONS) or 0),
        slow=None if slow is None or int(slow) < 0 else int(slow) / 1000,
        statements=bool(session.value("the extensions", queries.STATEMENTS)),
        size=int(session.value("the sizes", queries.SIZE) or 0),
        tables=tuple(
            TableSize(str(n), int(b), max(0, int(r))) for n, b, r in session.rows("the sizes", queries.TABLES)
        ),
        unindexed=tuple(
            ForeignKey(str(table), str(name), tuple(columns))
            for table, name, columns in session.rows("the foreign keys", queries.UNINDEXED)
        ),
        role=_role(session),
        unseen=tuple(dict.fromkeys(session.unseen)),
    )


def _applied(session: _Session) -> Iterator[Applied]:
    """The tables in which tools for migrations keep what they ran."""
    there = {str(name) for (name,) in session.rows("the tables", queries.MIGRATION_TABLES)}
    for table, (columns, statement) in queries.MIGRATIONS.items():
        found = next((name for name in sorted(there) if name.rpartition(".")[2].strip('"') == table), None)
        if found is None:
            continue
        rows = session.rows(f"the table {table}", statement.format(table=found))
        yield Applied(table, _names(rows, True, columns), _names(rows, False, columns))


def _names(rows: list[tuple[Any, ...]], ran: bool, columns: int) -> tuple[str, ...]:
    return tuple("/".join(str(part) for part in row[:columns]) for row in rows if bool(row[columns]) is ran)


def _role(session: _Session) -> Role | None:
    rows = session.rows("the role", queries.ROLE)
    if not rows:
        return None
    name, *may, owns = rows[0]
    return Role(str(name), tuple(word for word, holds in zip(queries.MAY, may, strict=True) if holds), int(owns or 0))


def _why(error: Exception) -> str:
    said = str(error).strip()
    lower = said.lower()
    with suppress(StopIteration):
        return next(words for sign, words in _WORDS if sign in lower)
    return said.splitlines()[-1][:200] if said else type(error).__name__
