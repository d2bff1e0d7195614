"""What can be said of the database itself: which it is, its tables' revision, how large it is, how much room is left."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from syncd.store.engine import Database
from syncd.store.migrate import revision


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """`bytes`: what it takes on disk, its log included. `free`: bytes that are left there; None where only the server knows."""

    engine: str
    version: str
    revision: str | None
    bytes: int
    free: int | None


def facts(db: Database) -> StoreFacts:
    """The facts as they are now. Raises StoreError where the database does not answer."""
    with db.reading() as tx:
        found = revision(tx)
        if db.postgres:
            version, size = tx.execute(
                text("SELECT current_setting('server_version'), pg_database_size(current_database())")
            ).one()
            return StoreFacts("PostgreSQL", str(version), found, int(size), None)
        version = str(tx.execute(text("SELECT sqlite_version()")).scalar())
    file = Path(db.engine.url.database or "")
    size = sum(part.stat().st_size for part in (file, file.with_name(f"{file.name}-wal")) if part.is_file())
    return StoreFacts("SQLite", version, found, size, shutil.disk_usage(file.parent).free)
