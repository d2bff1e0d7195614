"""Two writes of one verb may stand on one ticket, each of its own part: what there is by now is the first of its verb."""

import sqlalchemy as sa
from alembic import op

revision = "m0005"
down_revision = "m0004"


def upgrade() -> None:
    """Make the columns. SQLite makes both tables anew, so that the outbox has to be told again that its numbers are used once."""
    with op.batch_alter_table("ledger") as table:
        table.add_column(_part())
        table.drop_constraint("pk_ledger", type_="primary")
        table.create_primary_key("pk_ledger", ["connection", "stream", "id", "verb", "part"])
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(_part())
        table.drop_constraint("uq_outbox_connection", type_="unique")
        table.create_unique_constraint("uq_outbox_connection", ["connection", "stream", "id", "verb", "part"])


def _part() -> sa.Column[str]:
    return sa.Column("part", sa.String(16), nullable=False, server_default="")
