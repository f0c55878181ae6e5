"""Messages to webhooks wait in the database, so that a restart loses none."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("url", sa.String(500), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("hall", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
    )
    op.create_index("ix_webhook_delivery_state", "webhook_delivery", ["state"])
