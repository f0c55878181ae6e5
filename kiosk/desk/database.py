"""The desk's tables: people, their sessions and deeds, and the ledger. SQLite by default, PostgreSQL by URL.

Whoever changes a table here adds a step to ``migrations/versions``; a test holds the two together.
"""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa

from kiosk.desk import dialects

_MIGRATIONS = Path(__file__).parent / "migrations"

metadata = sa.MetaData()

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("password", sa.String(200), nullable=False),
    sa.Column("duty", sa.Boolean, nullable=False, default=False),
    sa.Column("role", sa.String(16), nullable=False, default="agent"),  # of kiosk.desk.roles.Role
    sa.Column("skills", sa.JSON, nullable=False, default=list),
    sa.Column(
        "one_time", sa.Boolean, nullable=False, default=False
    ),  # the password must be changed before anything
    sa.Column("away_ms", sa.BigInteger, nullable=True),  # 小休 since then, milliseconds since 1970
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),  # SHA-256 of the cookie
    sa.Column("person", sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),  # seconds since 1970
    sa.Column("seen", sa.BigInteger, nullable=False),  # seconds since 1970: when it was last used, about
)

deed = sa.Table(
    "deed",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False, index=True),  # this desk's wall clock
    sa.Column("who", sa.String(32), nullable=False),  # a person's id, or a name of kiosk.desk.deeds
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("about", sa.String(96), nullable=False),
    sa.Column("detail", sa.String(500), nullable=False),
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
    sa.Index("ix_event_kind", "kind", "received_ms"),  # to find calls that went badly
    sa.Column("position", sa.BigInteger, nullable=True),  # of its link; none: not by this program
    sa.Index("ix_event_position", "hall", "position", unique=True),
    sa.Index("ix_event_received_ms", "hall", "received_ms"),
)

#: The chain that makes a change of the record visible: a link for each event and for each deletion. Links stay
#: when their event is deleted. What is hashed: kiosk.desk.hashing.
link = sa.Table(
    "link",
    metadata,
    sa.Column("hall", sa.String(32), primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),  # from 1, without gaps
    sa.Column("kiosk", sa.String(32), nullable=False),  # kiosk, journal, seq, call: of the event
    sa.Column("journal", sa.String(96), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("call", sa.String(96), nullable=False),
    sa.Column("received_ms", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary(32), nullable=False),
    sa.Column("words", sa.LargeBinary(32), nullable=True),  # none: the event had no words
    sa.Column("salt", sa.LargeBinary(16), nullable=True),  # none: the words are deleted
    sa.Column("entry", sa.Text, nullable=True),  # of the ledger's own, JSON; none: of an event
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
sa.Index(
    "ix_link_entry",
    link.c.hall,
    link.c.position,
    sqlite_where=link.c.entry.is_not(None),
    postgresql_where=link.c.entry.is_not(None),
)
sa.Index(
    "ix_link_salt",
    link.c.hall,
    link.c.received_ms,
    sqlite_where=link.c.salt.is_not(None),
    postgresql_where=link.c.salt.is_not(None),
)

#: The last link of each hall's chain; whoever appends holds its row.
chain = sa.Table(
    "chain",
    metadata,
    sa.Column("hall", sa.String(32), primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("events", sa.BigInteger, nullable=False),  # links of events, also of deleted ones
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("hall", sa.String(32), primary_key=True),
    sa.Column("kiosk", sa.String(32), primary_key=True),
    sa.Column("journal", sa.String(96), primary_key=True),
    sa.Column("upto", sa.BigInteger, nullable=False),  # the last number before the first gap
)

freeze = sa.Table(
    "freeze",
    metadata,
    sa.Column("hall", sa.String(32), primary_key=True),
    sa.Column("kiosk", sa.String(32), primary_key=True),
    sa.Column("request", sa.String(96), primary_key=True),
    sa.Column("call", sa.String(96), nullable=False),
    sa.Column("case", sa.String(60), nullable=False),
    sa.Column("service", sa.String(96), nullable=False),
    sa.Column("asked_ms", sa.BigInteger, nullable=False),  # the kiosk's wall clock
    sa.Column("received_ms", sa.BigInteger, nullable=False, index=True),  # this desk's wall clock
    sa.Column("state", sa.String(16), nullable=False),  # of kiosk.desk.freezes.Pursuit
    sa.Column("ledger", sa.Boolean, nullable=False),  # it came to this desk's ledger, so this desk posts it
    sa.Column("posted", sa.Boolean, nullable=False),  # the bank's system has taken or refused it
    sa.Column("receipt", sa.String(60), nullable=False),
    sa.Column("why", sa.String(500), nullable=False),
    sa.Column("agent", sa.JSON, nullable=True),  # who says that the bank has it
)

# A complaint. No row of it is ever deleted, and its words are in time; what was done is in case_entry.
case = sa.Table(
    "case",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("hall", sa.String(32), nullable=False),
    sa.Column("kiosk", sa.String(32), nullable=False),  # "": it was made at the desk, and is about no terminal
    # Of kiosk.desk.cases: the same event a thousand times, or two complaints about one call, are one case.
    sa.Column("origin", sa.String(120), nullable=False),
    sa.Column("number", sa.String(60), nullable=False),  # that the customer was told
    sa.Column("call", sa.String(96), nullable=False),
    sa.Column("opened_ms", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # of kiosk.desk.case_rules.CaseState
    sa.Column("owner", sa.String(32), nullable=False),  # a person's id; "": nobody
    sa.Column("owner_name", sa.String(60), nullable=False),  # outlives the person's account
    sa.Column("deadline_ms", sa.BigInteger, nullable=False),  # of the next step
    sa.Column("close_by_ms", sa.BigInteger, nullable=False),
    sa.Column("reply_in_time", sa.Boolean, nullable=True),  # the first reply; none: there is none
    sa.Column("closed_in_time", sa.Boolean, nullable=True),
    sa.Column("contact", sa.String(60), nullable=False),
    sa.Column("summary", sa.String(500), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),  # one more with each change
    sa.UniqueConstraint("hall", "kiosk", "origin", name="uq_case_origin"),
    sa.Index("ix_case_number", "hall", "number"),
    sa.Index("ix_case_due", "hall", "state", "deadline_ms"),
)

case_entry = sa.Table(
    "case_entry",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case", sa.ForeignKey("case.id"), nullable=False),
    sa.Column("event", sa.String(120), nullable=True),  # the journal's line it came with; none: a person's doing
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("who", sa.String(32), nullable=False),  # a person's id; "": the customer
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("what", sa.String(16), nullable=False),  # of kiosk.desk.case_rules.What
    sa.Column("how", sa.String(16), nullable=False),  # of kiosk.desk.case_rules.How, of a reply
    sa.Column("text", sa.String(500), nullable=False),
    sa.UniqueConstraint("case", "event", name="uq_case_entry_event"),
)

webhook_delivery = sa.Table(
    "webhook_delivery",
    metadata,
    sa.Column("url", sa.String(500), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),  # the same for what is told to several
    sa.Column("hall", sa.String(32), nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # the same, byte for byte, at each try
    sa.Column("created_ms", sa.BigInteger, nullable=False),  # this desk's wall clock, as are the others
    sa.Column("due_ms", sa.BigInteger, nullable=False),  # when it is sent next, or was given up
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),  # of kiosk.desk.webhook_record.Delivery
    sa.Column("why", sa.String(500), nullable=False),  # of the last try that failed
)

miss = sa.Table(
    "miss",
    metadata,
    sa.Column("hall", sa.String(32), primary_key=True),
    sa.Column("kiosk", sa.String(32), primary_key=True),
    sa.Column("journal", sa.String(96), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Column("pack", sa.String(96), nullable=False),  # the hall's content that had no answer
    sa.Column("text", sa.String(500), nullable=False, index=True),  # masked by the terminal
    sa.Column("did", sa.String(16), nullable=False),  # of kiosk.messages.Did
    sa.Column("refused", sa.JSON, nullable=False),  # services that were offered or answered, and not meant
    sa.Column("received_ms", sa.BigInteger, nullable=False),  # this desk's wall clock
    sa.Column("state", sa.String(16), nullable=False),  # of kiosk.desk.misses.Standing
    sa.Column("service", sa.String(96), nullable=False),  # that it was taught to
    sa.Column("person", sa.String(32), nullable=False),  # who taught or ignored it, also when they have left
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
)


class DatabaseError(OSError):
    """The database cannot be opened; the text says what to do."""


def open_database(url: str, *, upto: str = "head") -> sa.Engine:
    """An engine with the tables as this program knows them (``upto``: as of an older step).

    Raises :class:`DatabaseError`.
    """
    try:
        if file := dialects.file_of(url):
            file.parent.mkdir(parents=True, exist_ok=True)
        engine = dialects.engine_of(url)
        _migrate(engine, upto)
    except DatabaseError:
        raise
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise DatabaseError(
            f"database {url} cannot be opened: {str(error).splitlines()[0]}; check desk.toml 'database', "
            f"the disk, and for postgresql the server and the 'postgresql' extra"
        ) from error
    return engine


def versions(connection: sa.Connection) -> tuple[str, str]:
    """Of the tables as they are (empty: there are none), and as this program makes them."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    there = MigrationContext.configure(connection).get_current_revision()
    return there or "", ScriptDirectory(str(_MIGRATIONS)).get_current_head() or ""


def _migrate(engine: sa.Engine, upto: str) -> None:
    """Bring the tables to what this program knows, in one transaction, one process at a time.

    Raises :class:`DatabaseError`.
    """
    if upto == "head" and _is_newest(engine):
        return  # nearly always; a desk that starts need not load alembic
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells each part that it loads, and each step
    import alembic.command
    import alembic.config
    from alembic.util import CommandError

    settings = alembic.config.Config()
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        dialects.migrate_alone(connection)
        settings.attributes["connection"] = connection
        try:
            alembic.command.upgrade(settings, upto)
        except CommandError as error:
            raise DatabaseError(
                f"database {engine.url} was made by a newer kiosk program ({error}); install that version again, "
                "or name another database in desk.toml"
            ) from error


def _is_newest(engine: sa.Engine) -> bool:
    """Whether the tables are as the last of our steps leaves them. A step's file begins with its name."""
    newest = max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        return list(connection.scalars(sa.text("select version_num from alembic_version"))) == [newest]
