"""Where SQLite and PostgreSQL differ: how each is connected to, written, read and locked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_MIGRATING = 0x6B696F736B  # the lock of PostgreSQL that two processes of ours agree on


def file_of(url: str) -> Path | None:
    """The file of an SQLite database. Raises ``sqlalchemy.exc.ArgumentError`` for what is no URL."""
    parsed = sa.make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def engine_of(url: str) -> sa.Engine:
    """An engine, with whatever tables are there. Raises ``sqlalchemy.exc.SQLAlchemyError``, ``ImportError``."""
    parsed = sa.make_url(url)
    engine = sa.create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    sa.event.listen(engine, "connect", _durable if engine.dialect.name == "sqlite" else _impatient)
    return engine


def insert_into(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT that can say ON CONFLICT. Both databases have it; SQLAlchemy keeps the two constructs apart."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def storable(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\0", "\ufffd")


@contextlib.contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that reads the database as it is now, whatever others write meanwhile. For short reads."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def migrate_alone(connection: sa.Connection) -> None:
    """In this transaction no other process of ours changes the tables; one that wants to waits."""
    if connection.dialect.name == "sqlite":
        # Python begins none of its own before it makes a table: half of a step would stay after a power cut.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))


def _durable(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
    cursor.close()


def _impatient(connection: object, _record: object) -> None:
    """As SQLite does: whoever waits for a lock says so in the end, instead of waiting for ever."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("SET lock_timeout = '5s'")
    cursor.close()
    connection.commit()  # type: ignore[attr-defined]
