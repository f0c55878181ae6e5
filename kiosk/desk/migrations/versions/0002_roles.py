"""Each person has a role; those who were there answer calls."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("person", sa.Column("role", sa.String(16), nullable=False, server_default="agent"))
