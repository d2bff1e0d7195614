"""The store as the rest of syncd sees it: one database, and a part for each thing that is remembered in it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from syncd.store import changes
from syncd.store.anchors import Anchors, Enabled
from syncd.store.baselines import Baselines
from syncd.store.deliveries import Deliveries
from syncd.store.engine import Database, connect
from syncd.store.errors import StoreError
from syncd.store.findings import Findings
from syncd.store.ledger import Ledger
from syncd.store.listening import Listening
from syncd.store.meta import Meta
from syncd.store.migrate import migrate
from syncd.store.mirror import Mirror
from syncd.store.outbox import Outbox
from syncd.store.rename import rename
from syncd.store.rows import MappedRows
from syncd.store.scopes import Scopes
from syncd.store.tables import meta


@dataclass(frozen=True, slots=True)
class Store:
    """Safe to share between threads. Every operation is a transaction of its own, or joins the thread's `transaction()`.

    It reads no clock: instants are passed in. Operations raise StoreError where the database cannot be used.
    """

    db: Database
    mirror: Mirror
    scopes: Scopes
    rows: MappedRows
    anchors: Anchors
    findings: Findings
    enabled: Enabled
    outbox: Outbox
    ledger: Ledger
    listening: Listening
    meta: Meta
    deliveries: Deliveries
    baselines: Baselines

    def transaction(self, *, rollback: bool = False) -> AbstractContextManager[None]:
        """All that this thread does inside happens together, or not at all; with `rollback` not at all. Others wait meanwhile."""
        return self.db.transaction(rollback)

    def changing(self) -> bool:
        """Whether the transaction that this thread is in has changed anything of that so far."""
        with self.db.reading() as tx:
            return changes.made(tx)

    def rename(self, old: str, new: str) -> bool:
        """All that is known of the connection `old` is `new`'s from now on. False where there is nothing to move."""
        return rename(self.db, old, new)

    def close(self) -> None:
        """Let go of the database."""
        self.db.engine.dispose()


def open_store(url: str, base_dir: Path | None = None) -> Store:
    """The store at `url`, with the tables of this version; a relative SQLite path starts at `base_dir`.

    Raises StoreError with one line for a person where it cannot be reached, written, or was made by a newer version.
    """
    db = connect(url, base_dir)
    try:
        migrate(db)
        with db.writing() as tx:
            db.upsert(tx, meta, [changes.START], keep=("value",))
    except StoreError:
        db.engine.dispose()
        raise
    return _parts(db)


def _parts(db: Database) -> Store:
    return Store(
        db,
        mirror=Mirror(db),
        scopes=Scopes(db),
        rows=MappedRows(db),
        anchors=Anchors(db),
        findings=Findings(db),
        enabled=Enabled(db),
        outbox=Outbox(db),
        ledger=Ledger(db),
        listening=Listening(db),
        meta=Meta(db),
        deliveries=Deliveries(db),
        baselines=Baselines(db),
    )
