"""What people answer below a comment is looked at where the ticket was touched since: when that was, and when it is due."""

import sqlalchemy as sa
from alembic import op

revision = "m0007"
down_revision = "m0006"


def upgrade() -> None:
    """Make the columns. Of the comments that stand by now it is not known: they are looked at when their tickets come along."""
    op.add_column("ledger", sa.Column("heard", sa.DateTime(timezone=True)))
    op.add_column("ledger", sa.Column("listen_at", sa.DateTime(timezone=True)))
    op.add_column("receipts", sa.Column("touched", sa.DateTime(timezone=True)))
