"""Bring a database to the tables of this version, by the Alembic migrations inside the package."""

import threading
from importlib.resources import as_file, files

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from syncd.store.engine import Database, explain
from syncd.store.errors import StoreError

LATEST = "m0007"
"""The revision that this code needs; a test holds it to the last migration."""

VERSION_TABLE = "syncd_version"
"""Not Alembic's own name: another program's revisions in the same database are not ours."""

_MIGRATE_LOCK = 7_305_000
_ONE_THREAD = threading.Lock()
"""Alembic keeps the migration that runs in a variable of the process."""


def migrate(db: Database) -> None:
    """Upgrade to `LATEST`, in one transaction that excludes other starters. Raises StoreError; then nothing was changed."""
    with db.reading() as connection:
        if revision(connection) == LATEST:
            return
    with _ONE_THREAD, db.writing() as connection:
        db.lock(connection, _MIGRATE_LOCK)
        found = revision(connection)
        if found != LATEST:
            _upgrade(connection, found, db.where)


def revision(connection: Connection) -> str | None:
    """The revision of a database, None where it has no tables of ours."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return found


def _upgrade(connection: Connection, found: str | None, where: str) -> None:
    """Alembic is imported here, because it is needed once per version and takes longer to import than the store to open."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with as_file(files("syncd.store") / "migrations") as folder:
        config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise StoreError(f"{where}: made by a newer syncd (revision {found}, this one has {LATEST}). Start the newer one")
        try:
            command.upgrade(config, "head")
        except DBAPIError as error:
            raise StoreError(f"migration to {LATEST} failed and was undone: {explain(error, where)}") from error
