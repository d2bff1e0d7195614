"""What the mappings made of the records, kept until the record, its scope's facts or the mapping changes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select, tuple_, update

from syncd.model.record import record
from syncd.model.ref import Ref
from syncd.model.rows import Rejected
from syncd.store.engine import Database
from syncd.store.mirror import Mirror
from syncd.store.pages import chunks
from syncd.store.raws import BASIS, CHUNK, StoredRaw, stored
from syncd.store.tables import mapped, records, scopes


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """What mapping a `StoredRaw` gave. `rows`: JSON text of the list of rows; None where it was `rejected`, with the reason."""

    ref: Ref
    basis: str
    mapping_hash: str
    rows: str | None
    rejected: str | None = None
    notes: tuple[str, ...] = ()
    n: int | None = None


@record(frozen=True, slots=True)
class Mapped:
    """The last rows (JSON text of a list) that could be read of a live record. `rejected`: why it cannot be read now."""

    ref: Ref
    rows: str
    rejected: str | None
    notes: tuple[str, ...]
    scope_id: str
    project: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A live record that its mapping cannot read now. `n` is its number in the mirror, for ever; `hash` tells another content."""

    n: int
    ref: Ref
    reason: str
    hash: str
    first_seen: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Turned:
    """What was read well before and cannot be read now, and the other way round."""

    aside: tuple[MappedRecord, ...] = ()
    back: tuple[MappedRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class MappedRows:
    """The cache between mirror and model. Tombstones are never seen here."""

    db: Database

    def unmapped(self, connection: str, mapping_hash: str) -> Iterator[StoredRaw]:
        """Live records of which the rows kept are not those of this mapping and of the record as it is now."""
        query = stored().outerjoin(mapped, mapped.c.record == records.c.n)
        other = or_(mapped.c.record.is_(None), mapped.c.mapping_hash != mapping_hash, mapped.c.basis != BASIS)
        live = and_(records.c.connection == connection, records.c.gone_at.is_(None))
        return Mirror(self.db).stream(query.where(live, other))

    def put(self, batch: Iterable[MappedRecord]) -> Turned:
        """Keep what was mapped. A rejected record keeps its last good rows. Gives what turned by it."""
        ordered = sorted(batch, key=lambda one: one.ref)
        aside: list[MappedRecord] = []
        back: list[MappedRecord] = []
        with self.db.writing() as tx:
            for some in chunks(ordered):
                numbers = _numbers(tx, some)
                kept = [one for one in some if one.ref in numbers]
                before = _unreadable(tx, numbers.values())
                aside += [one for one in kept if one.rejected is not None and numbers[one.ref] not in before]
                back += [one for one in kept if one.rejected is None and numbers[one.ref] in before]
                self.db.upsert(tx, mapped, [_values(one, numbers) for one in kept if one.rows is not None])
                self.db.upsert(tx, mapped, [_values(one, numbers) for one in kept if one.rows is None], keep=("rows",))
        return Turned(tuple(aside), tuple(back))

    def mapped(self, connections: Collection[str]) -> Iterator[Mapped]:
        """The last good rows of all live records of some connections, as of one moment, in the order of first sight."""
        columns = (records.c.n, records.c.stream, records.c.id, records.c.key, records.c.url, records.c.scope_id)
        query = _live(select(*columns, records.c.connection, scopes.c.name, mapped.c.rows, mapped.c.rejected, mapped.c.notes))
        # An expression has no index. By that of the connection each piece would sort all that is left of it, the later ones in vain.
        query = query.where(records.c.connection.concat("").in_(sorted(connections))).order_by(mapped.c.record).limit(CHUNK)
        last = 0
        with self.db.reading() as tx:
            while rows := tx.execute(query.where(mapped.c.record > last)).all():
                yield from map(_mapped, rows)
                last = rows[-1].n

    def rejected(self, connection: str | None = None) -> list[Rejected]:
        """The live records that their mapping cannot read now, with the reason."""
        return [Rejected(one.ref, one.reason) for one in self.set_aside(connection)]

    def set_aside(self, connection: str | None = None) -> list[SetAside]:
        """The same with their numbers, in the order of first sight."""
        identity = (records.c.connection, records.c.stream, records.c.id, records.c.key, records.c.url)
        about = (records.c.n, records.c.hash, records.c.first_seen, records.c.changed_at, mapped.c.rejected)
        query = _live(select(*identity, *about)).where(mapped.c.rejected.is_not(None)).order_by(records.c.n)
        if connection is not None:
            query = query.where(records.c.connection == connection)
        with self.db.reading() as tx:
            return [
                SetAside(row.n, _ref(row), row.rejected, row.hash, row.first_seen, row.changed_at) for row in tx.execute(query)
            ]

    def forget(self, numbers: Iterable[int]) -> None:
        """Map these records again, the next time that somebody maps. Their last rows stay until then."""
        with self.db.writing() as tx:
            for some in chunks(sorted(numbers)):
                tx.execute(update(mapped).where(mapped.c.record.in_(some)).values(mapping_hash=""))


def _live(query: Select[Any]) -> Select[Any]:
    scope_of = [scopes.c[name] == records.c[name] for name in ("connection", "stream", "scope_id")]
    joined = mapped.join(records, records.c.n == mapped.c.record).join(scopes, and_(*scope_of))
    return query.select_from(joined).where(records.c.gone_at.is_(None))


def _unreadable(tx: Connection, numbers: Iterable[int]) -> set[int]:
    """Those of the records that could not be read when they were mapped last."""
    query = select(mapped.c.record).where(mapped.c.record.in_(sorted(numbers)), mapped.c.rejected.is_not(None))
    return set(tx.scalars(query))


def _numbers(tx: Connection, batch: Collection[MappedRecord]) -> dict[Ref, int]:
    told = {one.ref: one.n for one in batch if one.n is not None}
    return told if len(told) == len(batch) else told | _looked_up(tx, [one for one in batch if one.n is None])


def _looked_up(tx: Connection, batch: Collection[MappedRecord]) -> dict[Ref, int]:
    identity = (records.c.connection, records.c.stream, records.c.id)
    wanted = [(one.ref.connection, one.ref.stream, one.ref.id) for one in batch]
    found = tx.execute(select(*identity, records.c.n).where(tuple_(*identity).in_(wanted)))
    return {Ref(row.connection, row.stream, row.id): row.n for row in found}


def _values(one: MappedRecord, numbers: Mapping[Ref, int]) -> dict[str, Any]:
    return {
        "record": numbers[one.ref],
        "basis": one.basis,
        "mapping_hash": one.mapping_hash,
        "rows": one.rows,
        "rejected": one.rejected,
        "notes": list(one.notes),
    }


def _ref(row: Row[Any]) -> Ref:
    return Ref(row.connection, row.stream, row.id, row.key, row.url)


def _mapped(row: Sequence[Any]) -> Mapped:
    """A row of `mapped`. By place: to ask for a column by its name takes longer than to read it."""
    _, stream, id, key, url, scope_id, connection, name, rows, rejected, notes = row
    return Mapped(Ref(connection, stream, id, key, url), rows or "[]", rejected, tuple(notes), scope_id, name)
