"""Each event has its link in its hall's chain; those that were there get theirs now, a page at a time."""

import secrets

import sqlalchemy as sa
from alembic import op

from kiosk.desk import hashing
from kiosk.desk.hashing import Place

revision = "0005"
down_revision = "0004"

PAGE = 1000  # rows that are in memory at once


def upgrade() -> None:
    op.add_column("event", sa.Column("position", sa.BigInteger, nullable=True))
    op.create_table(
        "link",
        sa.Column("hall", sa.String(32), primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kiosk", sa.String(32), nullable=False),
        sa.Column("journal", sa.String(96), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("call", sa.String(96), nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary(32), nullable=False),
        sa.Column("words", sa.LargeBinary(32), nullable=True),
        sa.Column("salt", sa.LargeBinary(16), nullable=True),
        sa.Column("entry", sa.Text, nullable=True),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "chain",
        sa.Column("hall", sa.String(32), primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
    )
    # In the order they came, as far as is known.
    op.execute(
        "update event set position = numbered.place from ("
        "select hall, kiosk, journal, seq, "
        "row_number() over (partition by hall order by received_ms, kiosk, journal, seq) as place from event"
        ") as numbered where event.hall = numbered.hall and event.kiosk = numbered.kiosk "
        "and event.journal = numbered.journal and event.seq = numbered.seq"
    )
    op.create_index("ix_event_position", "event", ["hall", "position"], unique=True)
    op.create_index("ix_event_received_ms", "event", ["hall", "received_ms"])
    _link()
    for name, column, where in (
        ("ix_link_entry", "position", "entry is not null"),
        ("ix_link_salt", "received_ms", "salt is not null"),
    ):
        op.create_index(
            name, "link", ["hall", column], sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def _link() -> None:
    connection = op.get_bind()
    names = ("hall", "kiosk", "journal", "seq", "call", "kind", "at_ms", "received_ms", "position")
    event = sa.table("event", *map(sa.column, names), sa.column("body", sa.JSON))
    chain = sa.table("chain", *map(sa.column, ("hall", "position", "hash", "events")))
    link = sa.table("link", *map(sa.column, (*Place.__struct_fields__, "content", "words", "salt", "hash")))
    for hall in connection.scalars(sa.select(event.c.hall).distinct()).all():
        position, last = 0, hashing.START
        while page := connection.execute(
            sa.select(event)
            .where(event.c.hall == hall, event.c.position > position)
            .order_by(event.c.position)
            .limit(PAGE)
        ).all():
            links = []
            for row in page:
                place = Place(**{name: getattr(row, name) for name in Place.__struct_fields__})
                body, text = hashing.split(row.kind, row.body)
                salt = secrets.token_bytes(hashing.SALT_BYTES) if text else None
                words = hashing.words_hash(salt, text) if salt is not None else None
                content = hashing.content_hash(row.kind, row.at_ms, body, words)
                position, last = row.position, hashing.link_hash(last, place, content)
                made = {"content": content, "words": words, "salt": salt, "hash": last}
                links.append({name: getattr(place, name) for name in Place.__struct_fields__} | made)
            connection.execute(sa.insert(link), links)
        connection.execute(sa.insert(chain).values(hall=hall, position=position, hash=last, events=position))
