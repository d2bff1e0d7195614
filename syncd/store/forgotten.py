"""Who was forgotten, as salted hashes: what comes from a vendor again is redacted before it is stored."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from syncd.contract import Page
from syncd.mapping.people_redact import Find, Key, redact
from syncd.store.engine import Database
from syncd.store.tables import meta

SALT = "people: salt"
FORGOTTEN = "people: forgotten"
_KEPT = select(meta.c.key, meta.c.value).where(meta.c.key.in_((SALT, FORGOTTEN)))


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`hashes`: salted hash of an id, e-mail or login -> the pseudonym. It cannot be read backwards, only asked."""

    salt: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    asked: dict[str, str | None] = field(default_factory=dict)

    def hash(self, key: Key, connection: str, value: str) -> str:
        """What is remembered of one id, e-mail or login. An e-mail is the same everywhere."""
        where = "" if key == "mail" else connection
        text = "\x1f".join((self.salt, key, where, value.strip().casefold()))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def find(self, connection: str) -> Find:
        """How to look somebody up in records of that connection."""

        def of(key: Key, value: str) -> str | None:
            name = f"{key}\x1f{connection}\x1f{value}"
            if name not in self.asked:
                self.asked[name] = self.hashes.get(self.hash(key, connection, value))
            return self.asked[name]

        return of

    def without(self, connection: str, page: Page) -> Page:
        """The page as it may be stored."""
        if not self.hashes:
            return page
        find: Callable[[Key, str], str | None] = self.find(connection)
        return replace(page, records=tuple(replace(raw, data=redact(raw.data, find)) for raw in page.records))

    def with_(self, keys: Iterable[tuple[Key, str, str]], pseudonym: str) -> "Forgotten":
        """With one more person, known by (key, connection, value)."""
        return Forgotten(self.salt, {**self.hashes, **{self.hash(*key): pseudonym for key in keys}})


def forgotten(tx: Connection) -> Forgotten:
    """All who were forgotten in this store."""
    kept = {row.key: row.value for row in tx.execute(_KEPT)}
    return Forgotten(str(kept.get(SALT, "")), kept.get(FORGOTTEN) or {})


def keep(db: Database, tx: Connection, known: Forgotten) -> None:
    """Remember them."""
    db.upsert(tx, meta, [{"key": FORGOTTEN, "value": dict(known.hashes)}])
