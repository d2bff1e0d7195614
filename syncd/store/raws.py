"""Stored vendor records as values: how a row of the mirror is read back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from syncd.model.raw import Json, RawRecord, Scope
from syncd.model.ref import Ref
from syncd.store.tables import records, scopes

CHUNK = 1000
"""Records per statement where many are read: one statement's memory, and no cursor stays open between them."""

WHOLE = 200
"""The same where they are read with their data: one of a talkative ticket takes 100 KiB and more."""

BASIS = records.c.basis.concat(":").concat(scopes.c.facts_hash)
"""What a mapped row rests on, apart from the mapping: the record as stored, and the facts of its scope."""


@dataclass(frozen=True, slots=True)
class StoredRaw:
    """A record of the mirror. `gone_at`: a tombstone. `basis` and `n` are opaque: hand them back with what the mapping
    made of it."""

    record: RawRecord
    hash: str
    basis: str
    first_seen: datetime
    changed_at: datetime
    gone_at: datetime | None = None
    gone_kind: str | None = None
    n: int | None = None

    @property
    def ref(self) -> Ref:
        """Its identity, with key and URL."""
        return self.record.ref


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a record: `since` when it held, `until` when (None: still). `gone_at`: from then on it was a tombstone."""

    since: datetime
    until: datetime | None
    hash: str
    key: str | None
    scope_id: str
    data: Json
    gone_at: datetime | None
    gone_kind: str | None


def stored() -> Select[Any]:
    """All records with their scopes; narrow it with `where`."""
    joined = records.join(
        scopes,
        (scopes.c.connection == records.c.connection)
        & (scopes.c.stream == records.c.stream)
        & (scopes.c.scope_id == records.c.scope_id),
    )
    return select(records, scopes.c.name.label("scope_name"), scopes.c.facts, BASIS.label("whole_basis")).select_from(joined)


def read(row: Row[Any]) -> StoredRaw:
    """The value of one row of `stored()`."""
    ref = Ref(row.connection, row.stream, row.id, row.key, row.url)
    fields = None if row.fields is None else frozenset(row.fields)
    raw = RawRecord(ref, Scope(row.scope_id, row.scope_name, row.facts), row.data, fields)
    return StoredRaw(raw, row.hash, row.whole_basis, row.first_seen, row.changed_at, row.gone_at, row.gone_kind, row.n)
