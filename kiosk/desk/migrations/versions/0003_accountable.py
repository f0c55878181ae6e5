"""People have skills, breaks and one-time passwords; a session that is not used ends; deeds are on record."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("person", sa.Column("skills", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("person", sa.Column("one_time", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("person", sa.Column("away_ms", sa.BigInteger, nullable=True))
    # Nobody who is at work is signed out by the new version.
    op.add_column(
        "session", sa.Column("seen", sa.BigInteger, nullable=False, server_default=str(int(time.time())))
    )
    op.create_table(
        "deed",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("about", sa.String(96), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
    )
    op.create_index("ix_deed_at_ms", "deed", ["at_ms"])
