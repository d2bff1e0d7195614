"""Webhooks: which deliveries came, so that one that is sent again is known, and what polling found that none had announced."""

import sqlalchemy as sa
from alembic import op

revision = "m0003"
down_revision = "m0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "deliveries",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hints", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("connection", "id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_at", "deliveries", ["at"])
    op.create_table(
        "hooks",
        sa.Column("connection", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
