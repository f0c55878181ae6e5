"""What customers asked and the terminals could not answer."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "miss",
        sa.Column("hall", sa.String(32), primary_key=True),
        sa.Column("kiosk", sa.String(32), primary_key=True),
        sa.Column("journal", sa.String(96), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("pack", sa.String(96), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("did", sa.String(16), nullable=False),
        sa.Column("refused", sa.JSON, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("service", sa.String(96), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_miss_text", "miss", ["text"])
