"""The desk's tables: people, their sessions, and the ledger. SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

metadata = sa.MetaData()

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("password", sa.String(200), nullable=False),
    sa.Column("duty", sa.Boolean, nullable=False, default=False),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),  # SHA-256 of the cookie
    sa.Column("person", sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),  # seconds since 1970
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("hall", sa.String(32), primary_key=True),
    sa.Column("kiosk", sa.String(32), primary_key=True),
    sa.Column("journal", sa.String(96), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Column("call", sa.String(96), nullable=False, index=True),
    sa.Column("kind", sa.String(96), nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),  # the kiosk's wall clock
    sa.Column("received_ms", sa.BigInteger, nullable=False),  # this desk's wall clock
    sa.Column("body", sa.JSON, nullable=False),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("hall", sa.String(32), primary_key=True),
    sa.Column("kiosk", sa.String(32), primary_key=True),
    sa.Column("journal", sa.String(96), primary_key=True),
    sa.Column("upto", sa.BigInteger, nullable=False),  # the last number before the first gap
)


class DatabaseError(OSError):
    """The database cannot be opened; the text says what to do."""


def open_database(url: str) -> sa.Engine:
    """An engine with the tables made. Raises :class:`DatabaseError`."""
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _durable)
        metadata.create_all(engine)
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise DatabaseError(
            f"database {url} cannot be opened: {str(error).splitlines()[0]}; check desk.toml 'database', "
            f"the disk, and for postgresql the server and the 'postgresql' extra"
        ) from error
    return engine


def _durable(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
