"""Complaints become cases with owner and deadline. Those on record are taken in; their time begins now."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

FIRST_REPLY_MS, CLOSE_MS = 24 * 3_600_000, 7 * 24 * 3_600_000


def upgrade() -> None:
    case = op.create_table(
        "case",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("hall", sa.String(32), nullable=False),
        sa.Column("kiosk", sa.String(32), nullable=False),
        sa.Column("origin", sa.String(120), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("call", sa.String(96), nullable=False),
        sa.Column("opened_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("owner_name", sa.String(60), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger, nullable=False),
        sa.Column("close_by_ms", sa.BigInteger, nullable=False),
        sa.Column("reply_in_time", sa.Boolean, nullable=True),
        sa.Column("closed_in_time", sa.Boolean, nullable=True),
        sa.Column("contact", sa.String(60), nullable=False),
        sa.Column("summary", sa.String(500), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("hall", "kiosk", "origin", name="uq_case_origin"),
    )
    op.create_index("ix_case_number", "case", ["hall", "number"])
    op.create_index("ix_case_due", "case", ["hall", "state", "deadline_ms"])
    entry = op.create_table(
        "case_entry",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case", sa.Integer, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("event", sa.String(120), nullable=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.UniqueConstraint("case", "event", name="uq_case_entry_event"),
    )
    op.create_index("ix_event_kind", "event", ["kind", "received_ms"])
    _take_in(op.get_bind(), case, entry)


def _take_in(connection: sa.Connection, case: sa.Table, entry: sa.Table) -> None:
    """Whoever was told a number before this step finds it at the desk."""
    event = sa.table(
        "event",
        *(sa.column(name) for name in ("hall", "kiosk", "journal", "seq", "call", "kind", "received_ms")),
        sa.column("body", sa.JSON),
    )
    query = sa.select(event).where(event.c.kind == "complained").order_by(event.c.received_ms, event.c.seq)
    now_ms = time.time_ns() // 1_000_000
    made: dict[tuple[str, str, str], int] = {}
    for row in connection.execute(query).all():
        line = f"{row.journal} {row.seq}"
        key = (row.hall, row.kiosk, f"call {row.call}" if row.call else f"event {line}")
        text = str(row.body.get("text", "")).replace("\0", "\ufffd")
        if key not in made:
            values = {
                "number": str(row.body.get("case", "")).replace("\0", "\ufffd"),
                "call": row.call,
                "opened_ms": row.received_ms,
                "state": "new",
                "owner": "",
                "owner_name": "",
                "deadline_ms": now_ms + FIRST_REPLY_MS,
                "close_by_ms": now_ms + CLOSE_MS,
                "contact": "",
                "summary": text,
                "version": 1,
            }
            insert = sa.insert(case).values(hall=key[0], kiosk=key[1], origin=key[2], **values)
            made[key] = connection.execute(insert.returning(case.c.id)).scalar_one()
        said = {"at_ms": row.received_ms, "who": "", "name": "", "what": "complained", "how": "", "text": text}
        connection.execute(sa.insert(entry).values(case=made[key], event=line, **said))
