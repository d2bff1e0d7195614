"""What the mappings made of the records, kept until the record, its scope's facts or the mapping changes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, and_, or_, select, tuple_, type_coerce, update

from syncd.model.packed import Form, form_now
from syncd.model.ref import Ref
from syncd.model.remarks import Rejected
from syncd.model.wire import RowsReading
from syncd.store.engine import Database
from syncd.store.mirror import Mirror
from syncd.store.pages import chunks
from syncd.store.raws import BASIS, StoredRaw, stored
from syncd.store.tables import mapped, meta, records, scopes

MANY = 5000
"""Records per statement where their rows alone are read."""


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """What mapping a `StoredRaw` gave. `rows`: the text of its rows; None where it was `rejected`, with the reason."""

    ref: Ref
    basis: str
    mapping_hash: str
    rows: str | None
    rejected: str | None = None
    notes: tuple[str, ...] = ()
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A live record of which there is more to say than its rows. `rejected`: why it cannot be read now; `notes`: what its mapping did not
    know."""

    ref: Ref
    rejected: str | None
    notes: tuple[str, ...]


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
            _keep_form(self.db, tx)
            for some in chunks(ordered):
                numbers = _numbers(tx, some)
                kept = [one for one in some if one.ref in numbers]
                before = _unreadable(tx, numbers.values())
                aside += [one for one in kept if one.rejected is not None and numbers[one.ref] not in before]
                back += [one for one in kept if one.rejected is None and numbers[one.ref] in before]
                self.db.upsert(tx, mapped, [_values(one, numbers) for one in kept if one.rows is not None])
                self.db.upsert(tx, mapped, [_values(one, numbers) for one in kept if one.rows is None], keep=("rows",))
        return Turned(tuple(aside), tuple(back))

    def reading(self) -> RowsReading:
        """Reads the texts of this store."""
        with self.db.reading() as tx:
            return reading(tx)

    def texts(self, connections: Collection[str]) -> Iterator[str]:
        """The last good rows of each live record of some connections, as of one moment, in the order of first sight."""
        query = _live(select(mapped.c.record, mapped.c.rows)).where(mapped.c.rows.is_not(None), _is_of(connections))
        query = query.order_by(mapped.c.record).limit(MANY)
        last = 0
        with self.db.reading() as tx:
            while rows := tx.execute(query.where(mapped.c.record > last)).all():
                yield from [text for _, text in rows]
                last = rows[-1].record

    def noted(self, connections: Collection[str]) -> list[Noted]:
        """Those of these records of which there is more to say, in the order of first sight."""
        more = or_(mapped.c.rejected.is_not(None), type_coerce(mapped.c.notes, Text) != "[]")
        query = _live(select(*_IDENTITY, mapped.c.rejected, mapped.c.notes)).where(more, _is_of(connections))
        with self.db.reading() as tx:
            rows = tx.execute(query.order_by(mapped.c.record))
            return [Noted(_ref(row), row.rejected, tuple(row.notes)) for row in rows]

    def rejected(self, connection: str | None = None) -> list[Rejected]:
        """The live records that their mapping cannot read now, with the reason."""
        return [Rejected(one.ref, one.reason) for one in self.set_aside(connection)]

    def set_aside(self, connection: str | None = None) -> list[SetAside]:
        """The same with their numbers, in the order of first sight."""
        about = (records.c.n, records.c.hash, records.c.first_seen, records.c.changed_at, mapped.c.rejected)
        query = _live(select(*_IDENTITY, *about)).where(mapped.c.rejected.is_not(None)).order_by(records.c.n)
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


_FORMS = "forms of rows"
"""Name -> layouts of every form in which rows were written to this store: those of a record that cannot be read stay as they were."""


def reading(tx: Connection) -> RowsReading:
    """Reads the texts of rows that are in this store."""
    return RowsReading([Form(name, tuple(layouts)) for name, layouts in _forms(tx).items()])


def _forms(tx: Connection) -> dict[str, list[str]]:
    return tx.scalar(select(meta.c.value).where(meta.c.key == _FORMS)) or {}


def _keep_form(db: Database, tx: Connection) -> None:
    known, now = _forms(tx), form_now()
    if now.name not in known:
        db.upsert(tx, meta, [{"key": _FORMS, "value": {**known, now.name: now.layouts}}])


_IDENTITY = (records.c.connection, records.c.stream, records.c.id, records.c.key, records.c.url)


def _is_of(connections: Collection[str]) -> ColumnElement[bool]:
    """An expression has no index. By that of the connection each piece would sort all that is left of it, the later ones in vain."""
    return records.c.connection.concat("").in_(sorted(connections))


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
