"""What stands on a ticket is remembered per verb, findings that nobody may say yet are, and scopes in which nothing can be written."""

import sqlalchemy as sa
from alembic import op

revision = "m0002"
down_revision = "m0001"


def upgrade() -> None:
    """Make the columns; what is there already was a comment, was not withheld, and is open."""
    with op.batch_alter_table("ledger") as table:
        table.add_column(sa.Column("verb", sa.String(16), nullable=False, server_default="comment"))
        table.drop_constraint("pk_ledger", type_="primary")
        table.create_primary_key("pk_ledger", ["connection", "stream", "id", "verb"])
    op.add_column("findings", sa.Column("withheld", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("scopes", sa.Column("closed", sa.Text))
