"""Findings have a hash of all that they say. Of what is kept by now it is not known: the next look writes it."""

import sqlalchemy as sa
from alembic import op

revision = "m0006"
down_revision = "m0005"


def upgrade() -> None:
    """Make the column."""
    op.add_column("findings", sa.Column("hash", sa.String(32)))
