"""The tables of the first desks: people, sessions, events, journals, requests to freeze."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("duty", sa.Boolean, nullable=False, default=False),
    )
    op.create_table(
        "session",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(32), sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("hall", sa.String(32), primary_key=True),
        sa.Column("kiosk", sa.String(32), primary_key=True),
        sa.Column("journal", sa.String(96), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("call", sa.String(96), nullable=False),
        sa.Column("kind", sa.String(96), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("hall", sa.String(32), primary_key=True),
        sa.Column("kiosk", sa.String(32), primary_key=True),
        sa.Column("journal", sa.String(96), primary_key=True),
        sa.Column("upto", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "freeze",
        sa.Column("hall", sa.String(32), primary_key=True),
        sa.Column("kiosk", sa.String(32), primary_key=True),
        sa.Column("request", sa.String(96), primary_key=True),
        sa.Column("call", sa.String(96), nullable=False),
        sa.Column("case", sa.String(60), nullable=False),
        sa.Column("service", sa.String(96), nullable=False),
        sa.Column("asked_ms", sa.BigInteger, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ledger", sa.Boolean, nullable=False),
        sa.Column("posted", sa.Boolean, nullable=False),
        sa.Column("receipt", sa.String(60), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("agent", sa.JSON, nullable=True),
    )
    op.create_index("ix_event_call", "event", ["call"])
    op.create_index("ix_freeze_received_ms", "freeze", ["received_ms"])
