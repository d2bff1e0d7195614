"""Run by Alembic: the migrations go through the connection and the transaction that syncd.store.migrate opened."""

from alembic import context
from sqlalchemy import Connection

attributes = context.config.attributes
connection: Connection = attributes["connection"]
context.configure(connection=connection, version_table=attributes["version_table"], transactional_ddl=True)
context.run_migrations()
