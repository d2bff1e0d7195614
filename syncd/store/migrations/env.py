"""Run by Alembic: the migrations go through the connection and the transaction that syncd.store.migrate opened."""

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
context.run_migrations()
