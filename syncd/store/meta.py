"""Small things to remember by name: when the last pass ended, what was told to a person."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, or_, select

from syncd.model.raw import Json
from syncd.store.engine import Database
from syncd.store.tables import meta

_ONE = select(meta.c.value).where(meta.c.key == bindparam("key"))
_SOME = select(meta.c.key, meta.c.value).where(meta.c.key.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class Meta:
    """JSON values by key."""

    db: Database

    def get(self, key: str) -> Json | None:
        """The value, or None."""
        with self.db.reading() as tx:
            return tx.execute(_ONE, {"key": key}).scalar()

    def some(self, *keys: str) -> tuple[Json | None, ...]:
        """The values of several keys as of one moment, each as `get` gives it."""
        with self.db.reading() as tx:
            found = {row.key: row.value for row in tx.execute(_SOME, {"keys": keys})}
        return tuple(found.get(key) for key in keys)

    def under(self, *prefixes: str) -> dict[str, Json]:
        """Everything whose key begins with one of these, by key."""
        wanted = {f"p{number}": _pattern(prefix) for number, prefix in enumerate(prefixes)}
        with self.db.reading() as tx:
            rows = tx.execute(_under(len(prefixes)), wanted)
            return {row.key: row.value for row in rows if row.key.startswith(prefixes)}

    def put(self, key: str, value: Json | None) -> None:
        """Remember the value; None forgets it."""
        with self.db.writing() as tx:
            if value is None:
                tx.execute(delete(meta).where(meta.c.key == key))
            else:
                self.db.upsert(tx, meta, [{"key": key, "value": value}])


@cache
def _under(prefixes: int) -> Select[Any]:
    """For so many patterns. The database may find more than was asked for: some do not tell cases apart."""
    wanted = or_(*(meta.c.key.like(bindparam(f"p{number}"), escape="/") for number in range(prefixes)))
    return select(meta.c.key, meta.c.value).where(wanted).order_by(meta.c.key)


def _pattern(prefix: str) -> str:
    """The prefix as LIKE wants it."""
    return "".join(f"/{sign}" if sign in "/%_" else sign for sign in prefix) + "%"
