"""Small things to remember by name: when the last pass ended, what was told to a person."""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from syncd.model.raw import Json
from syncd.store.engine import Database
from syncd.store.tables import meta

_ONE = select(meta.c.value).where(meta.c.key == bindparam("key"))


@dataclass(frozen=True, slots=True)
class Meta:
    """JSON values by key."""

    db: Database

    def get(self, key: str) -> Json | None:
        """The value, or None."""
        with self.db.reading() as tx:
            return tx.execute(_ONE, {"key": key}).scalar()

    def under(self, prefix: str) -> dict[str, Json]:
        """Everything whose key begins so, by key."""
        query = select(meta.c.key, meta.c.value).where(meta.c.key.startswith(prefix, autoescape=True)).order_by(meta.c.key)
        with self.db.reading() as tx:
            return {row.key: row.value for row in tx.execute(query) if row.key.startswith(prefix)}

    def put(self, key: str, value: Json | None) -> None:
        """Remember the value; None forgets it."""
        with self.db.writing() as tx:
            if value is None:
                tx.execute(delete(meta).where(meta.c.key == key))
            else:
                self.db.upsert(tx, meta, [{"key": key, "value": value}])
