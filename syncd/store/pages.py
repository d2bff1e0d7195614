"""How a page of records becomes part of the mirror: what is new, what changed, what is gone."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, bindparam, insert, select, type_coerce, update

from syncd.contract import Page
from syncd.model.raw import RawRecord, content_hash, is_content
from syncd.store.columns import storable
from syncd.store.raws import CHUNK
from syncd.store.tables import records, versions


@dataclass(frozen=True, slots=True)
class Place:
    """The one scope of one stream that a page was read from."""

    connection: str
    stream: str
    scope_id: str

    @property
    def stream_is(self) -> tuple[Any, ...]:
        """The condition for records of this stream."""
        return records.c.connection == self.connection, records.c.stream == self.stream

    @property
    def live(self) -> tuple[Any, ...]:
        """The condition for records of this scope that are no tombstones."""
        return *self.stream_is, records.c.scope_id == self.scope_id, records.c.gone_at.is_(None)


_KNOWN: Select[Any] = select(
    records.c.id, records.c.n, records.c.hash, records.c.basis, records.c.gone_at, records.c.changed_at
).where(
    records.c.connection == bindparam("of"),
    records.c.stream == bindparam("in_stream"),
    records.c.id.in_(bindparam("ids", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record as it arrives. `hash` tells another content, `basis` also another key, URL, scope or set of fields."""

    raw: RawRecord
    hash: str
    basis: str
    own: frozenset[str] = frozenset()


def incoming(place: Place, page: Page, own: frozenset[str]) -> dict[str, Incoming]:
    """The page by id, the last one of a repeated id. Raises ValueError for a record of another stream."""
    found: dict[str, Incoming] = {}
    for raw in page.records:
        if (raw.ref.connection, raw.ref.stream) != (place.connection, place.stream):
            raise ValueError(f"a page of {place.connection}:{place.stream} holds {raw.ref}: the connector must not mix streams")
        digest = content_hash(raw.data, own)
        found[storable(raw.ref.id)] = Incoming(raw, digest, basis(place, raw, digest), own)
    return found


def basis(place: Place, raw: RawRecord, digest: str) -> str:
    """What tells whether a record is stored anew: its content, key, URL, scope and set of fields."""
    text = "\x1f".join((digest, place.scope_id, raw.ref.key or "", raw.ref.url or "", _listed(raw.fields)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@lru_cache(maxsize=64)
def _listed(fields: frozenset[str] | None) -> str:
    """The records of a page share theirs."""
    return "*" if fields is None else ",".join(_in_order(fields))


@lru_cache(maxsize=64)
def _in_order(fields: frozenset[str]) -> list[str]:
    return sorted(fields)


def known(tx: Connection, place: Place, ids: Collection[str]) -> dict[str, Row[Any]]:
    """What the mirror holds of these ids, without their data."""
    here = {"of": place.connection, "in_stream": place.stream}
    return {row.id: row for some in chunks(ids) for row in tx.execute(_KNOWN, {**here, "ids": some})}


def add(tx: Connection, place: Place, new: Sequence[Incoming], at: datetime) -> None:
    """Insert records that were never seen."""
    identity = {"connection": place.connection, "stream": place.stream, "first_seen": at, "changed_at": at}
    if new:
        tx.execute(insert(records), [{**identity, "id": one.raw.ref.id, **_content(place, one)} for one in new])


def change(tx: Connection, place: Place, pairs: Sequence[tuple[Row[Any], Incoming]], at: datetime) -> None:
    """Overwrite records. The earlier content of those whose content differs, or that were gone, is kept as a version."""
    if not pairs:
        return
    new_content = {old.n for old, new in pairs if is_other(old, new)}
    _archive(tx, new_content, at)
    values = [
        {"row": old.n, "changed_at": at if old.n in new_content else old.changed_at, **_content(place, new), **_LIVE}
        for old, new in pairs
    ]
    names = [name for name in values[0] if name != "row"]
    tx.execute(update(records).where(records.c.n == bindparam("row")).values({name: bindparam(name) for name in names}), values)


def is_other(old: Row[Any], new: Incoming) -> bool:
    """Whether a person would call it changed: another content, or it was gone. A new key or URL alone is the same content."""
    if old.hash == new.hash:
        return old.gone_at is not None
    return old.gone_at is not None or not is_content(old.hash, new.raw.data, new.own)


def bury(tx: Connection, place: Place, ids: Iterable[str], at: datetime, kind: str = "deleted") -> int:
    """Make tombstones of live records of this scope; how many there were."""
    mark = update(records).values(gone_at=at, gone_kind=kind)
    return sum(tx.execute(mark.where(*place.live, records.c.id.in_(some))).rowcount for some in chunks(sorted(ids)))


def going(tx: Connection, place: Place, page: Page, present: Collection[str]) -> set[str]:
    """The live ids that this page says are gone. A record that is both listed and reported as deleted is there."""
    reported = set(map(storable, page.deleted)) - set(present)
    if page.whole:
        reported |= set(tx.scalars(select(records.c.id).where(*place.live))) - set(present)
    return reported


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Lists of at most `size` values, because a statement takes a bounded number of parameters."""
    everything = list(values)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]


def _content(place: Place, one: Incoming) -> Mapping[str, Any]:
    raw = one.raw
    return {
        "scope_id": place.scope_id,
        "hash": one.hash,
        "basis": one.basis,
        "key": raw.ref.key,
        "url": raw.ref.url,
        "fields": None if raw.fields is None else _in_order(raw.fields),
        "data": raw.data,
    }


_LIVE = {"gone_at": None, "gone_kind": None}
_KEPT = ("gone_at", "gone_kind", "scope_id", "key", "url", "hash")


def _archive(tx: Connection, rows: Collection[int], at: datetime) -> None:
    text = type_coerce(records.c.data, Text).label("text")
    query = select(records.c.n, records.c.changed_at, text, *(records.c[name] for name in _KEPT))
    for some in chunks(sorted(rows)):
        old = tx.execute(query.where(records.c.n.in_(some)))
        tx.execute(insert(versions), [_version(row, at) for row in old])


def _version(row: Row[Any], at: datetime) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in _KEPT}
    return {**kept, "record": row.n, "since": row.changed_at, "until": at, "data": zlib.compress(row.text.encode())}
