"""The raw mirror: every vendor record verbatim, with its earlier states, and the cursor of each scope."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal
from zlib import crc32

from sqlalchemy import Row, Select, delete, func, or_, select

from syncd.contract import Page
from syncd.model.raw import RawRecord, Scope, shallow
from syncd.model.ref import Ref
from syncd.store import listening, pages, scopes
from syncd.store.columns import json_value, storable
from syncd.store.engine import Database
from syncd.store.forgotten import Forgotten, forgotten
from syncd.store.raws import WHOLE, StoredRaw, Version, read, stored
from syncd.store.scopes import ScopeState
from syncd.store.tables import records, versions

_MIRROR_LOCK = 7_400_000_000
UNTOUCHED: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a page did. `back`: the scope could not be read before, and now was read to its end."""

    read: int
    new: int
    changed: int
    deleted: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class Losses:
    """How many live records a scope has, and how many of them a page would turn into tombstones."""

    live: int
    going: int


@dataclass(frozen=True, slots=True)
class Asked:
    """How many live records of a scope were asked for the same fields; None: for all."""

    stream: str
    scope_id: str
    fields: frozenset[str] | None
    records: int


@dataclass(frozen=True, slots=True)
class Mirror:
    """Records are never removed: a deleted one becomes a tombstone, and one that comes again is live again."""

    db: Database

    def put(
        self,
        connection: str,
        stream: str,
        scope: Scope,
        page: Page,
        *,
        own: frozenset[str] = frozenset(),
        at: datetime,
        touched: Mapping[str, datetime] = UNTOUCHED,
    ) -> Mirrored:
        """Store a page, its cursor and what its scope says, all or nothing; nothing of people who were forgotten. `own`: paths that do
        not count as a change. `touched`: records, by id, below whose comment of ours somebody may have answered by then. Of a record
        that is nested too deep to be written, the fields that are so are left out."""
        try:
            return self._put(connection, stream, scope, page, own, at, touched)
        except RecursionError:
            kept = tuple(replace(raw, data=shallow(raw.data)) for raw in page.records)
            return self._put(connection, stream, scope, replace(page, records=kept), own, at, touched)

    def _put(
        self,
        connection: str,
        stream: str,
        scope: Scope,
        page: Page,
        own: frozenset[str],
        at: datetime,
        touched: Mapping[str, datetime],
    ) -> Mirrored:
        place = pages.Place(connection, stream, scope.id)
        with self.db.writing() as tx:
            fresh = pages.incoming(place, forgotten(tx).without(connection, page), own)
            self.db.lock(tx, _MIRROR_LOCK + crc32(f"{connection}/{stream}".encode()))
            held = pages.known(tx, place, fresh)
            new = [one for id_, one in fresh.items() if id_ not in held]
            pairs = [(row, fresh[id_]) for id_, row in held.items() if row.basis != fresh[id_].basis or row.gone_at is not None]
            pages.add(tx, place, new, at)
            pages.change(tx, place, pairs, at)
            deleted = pages.bury(tx, place, pages.going(tx, place, page, fresh), at)
            back = scopes.save(tx, connection, stream, scope, page.cursor, page.complete, at)
            listening.mark(tx, connection, stream, touched, at)
        return Mirrored(len(page.records), len(new), sum(pages.is_other(*pair) for pair in pairs), deleted, back)

    def forgotten(self) -> Forgotten:
        """Who was forgotten, by now."""
        with self.db.reading() as tx:
            return forgotten(tx)

    def is_same(self, known: ScopeState, scope: Scope, page: Page, lost: Forgotten, *, own: frozenset[str] = frozenset()) -> bool:
        """Whether `put` of the scope's last page would change nothing but the time of reading. `known`: what is stored of the scope;
        `lost`: who was forgotten when that was looked up. What was redacted since then is not the same."""
        if not page.complete or page.deleted or not scopes.is_same(known, scope, page.cursor):
            return False
        if not page.records and not page.whole:
            return True
        place = pages.Place(known.connection, known.stream, scope.id)
        with suppress(RecursionError), self.db.reading() as tx:
            fresh = pages.incoming(place, lost.without(known.connection, page), own)
            held = pages.known(tx, place, fresh)
            stays = {id for id, row in held.items() if row.basis == fresh[id].basis and row.gone_at is None}
            return len(stays) == len(fresh) and not pages.going(tx, place, page, fresh)
        return False

    def losses(self, connection: str, stream: str, scope: Scope, page: Page) -> Losses:
        """What `put` would make tombstones of, to ask before a page that says that nearly everything is gone."""
        place = pages.Place(connection, stream, scope.id)
        with self.db.reading() as tx:
            live = set(tx.scalars(select(records.c.id).where(*place.live)))
            gone = pages.going(tx, place, page, {storable(raw.ref.id) for raw in page.records})
        return Losses(len(live), len(live & gone))

    def live(self, connection: str, stream: str, scope_id: str, *, before: datetime) -> list[Ref]:
        """The live records of a scope that were seen first before an instant."""
        columns = (records.c.id, records.c.key, records.c.url)
        query = select(*columns).where(*pages.Place(connection, stream, scope_id).live, records.c.first_seen < before)
        with self.db.reading() as tx:
            return [Ref(connection, stream, row.id, row.key, row.url) for row in tx.execute(query.order_by(records.c.n))]

    def newcomers(self, connection: str, stream: str, since: datetime) -> list[StoredRaw]:
        """The live records of a stream that were seen first at or after an instant."""
        query = stored().where(records.c.connection == connection, records.c.stream == stream, records.c.gone_at.is_(None))
        return list(self.stream(query.where(records.c.first_seen >= since)))

    def keyed(self, connection: str, stream: str, name: str) -> list[StoredRaw]:
        """The live records of a stream whose key is this name, a sign and more."""
        query = stored().where(records.c.connection == connection, records.c.stream == stream, records.c.gone_at.is_(None))
        found = self.stream(query.where(records.c.key.startswith(name, autoescape=True)))
        return [raw for raw in found if re.match(r"[#!%&]", (raw.ref.key or "").removeprefix(name))]

    def bury(self, ref: Ref, kind: Literal["deleted", "moved", "transferred", "lost_access"], at: datetime) -> bool:
        """Make one record a tombstone, on the vendor's own word. False where it was none of ours, or gone already."""
        with self.db.writing() as tx:
            scope_id = tx.scalar(select(records.c.scope_id).where(*_is(ref)))
            if scope_id is None:
                return False
            return pages.bury(tx, pages.Place(ref.connection, ref.stream, scope_id), [ref.id], at, kind) > 0

    def raw(self, ref: Ref) -> StoredRaw | None:
        """The record as stored, tombstone or not."""
        with self.db.reading() as tx:
            row = tx.execute(stored().where(*_is(ref))).first()
        return None if row is None else read(row)

    def find(self, name: str) -> list[StoredRaw]:
        """The records that a person may mean by a key, URL, id or connection:stream:id; keys in any case. Live ones first."""
        name = storable(name)
        parts = name.split(":", 2)
        exact = or_(records.c.key == name, records.c.url == name, records.c.id == name)
        if len(parts) == 3:
            exact = or_(exact, (records.c.connection == parts[0]) & (records.c.stream == parts[1]) & (records.c.id == parts[2]))
        with self.db.reading() as tx:
            for condition in (exact, func.lower(records.c.key) == name.lower()):
                rows = tx.execute(stored().where(condition).order_by(records.c.gone_at.is_not(None), records.c.n)).all()
                if rows:
                    return [read(row) for row in rows]
        return []

    def raws(self, connection: str, stream: str | None = None, *, gone: bool = False) -> Iterator[StoredRaw]:
        """The live records of a connection or one stream of it, with `gone` the tombstones too, as of one moment."""
        query = stored().where(records.c.connection == connection)
        if stream is not None:
            query = query.where(records.c.stream == stream)
        return self.stream(query if gone else query.where(records.c.gone_at.is_(None)))

    def stream(self, query: Select[Any]) -> Iterator[StoredRaw]:
        """The records of a query on `stored()`, read in pieces, so that no cursor stays open while somebody writes.

        Which ones is asked once: with a limit, each piece would look for all that are left.
        """
        with self.db.reading() as tx:
            numbers = tx.scalars(query.with_only_columns(records.c.n, maintain_column_froms=True).order_by(records.c.n)).all()
            for some in pages.chunks(numbers, WHOLE):
                yield from map(read, tx.execute(stored().where(records.c.n.in_(some)).order_by(records.c.n)))

    def count(self, connection: str, stream: str | None = None) -> int:
        """How many live records there are."""
        query = select(func.count()).select_from(records).where(records.c.connection == connection, records.c.gone_at.is_(None))
        with self.db.reading() as tx:
            return tx.scalar(query if stream is None else query.where(records.c.stream == stream)) or 0

    def asked(self, connection: str) -> list[Asked]:
        """For which fields the live records of a connection were asked."""
        by = (records.c.stream, records.c.scope_id, records.c.fields)
        query = select(*by, func.count().label("number")).where(records.c.connection == connection, records.c.gone_at.is_(None))
        with self.db.reading() as tx:
            return [
                Asked(row.stream, row.scope_id, None if row.fields is None else frozenset(row.fields), row.number)
                for row in tx.execute(query.group_by(*by).order_by(records.c.stream, records.c.scope_id))
            ]

    def asked_for_less(self, connection: str, stream: str, scope_id: str, fields: frozenset[str] | None) -> list[Ref]:
        """The live records of a scope that were not asked for all of these fields; None: for everything."""
        columns = (records.c.id, records.c.key, records.c.url, records.c.fields)
        query = select(*columns).where(*pages.Place(connection, stream, scope_id).live, records.c.fields.is_not(None))
        with self.db.reading() as tx:
            rows = tx.execute(query.order_by(records.c.n)).all()
        return [
            Ref(connection, stream, row.id, row.key, row.url) for row in rows if fields is None or not fields <= set(row.fields)
        ]

    def versions(self, ref: Ref) -> list[Version]:
        """All states of a record, the first one first, the present one last."""
        with self.db.reading() as tx:
            now = tx.execute(select(records).where(*_is(ref))).first()
            if now is None:
                return []
            earlier = tx.execute(select(versions).where(versions.c.record == now.n).order_by(versions.c.n)).all()
        present = Version(now.changed_at, None, now.hash, now.key, now.scope_id, now.data, now.gone_at, now.gone_kind)
        return [*map(_version, earlier), present]

    def raws_then(self, connection: str, at: datetime) -> Iterator[RawRecord]:
        """The records of a connection that were there at an earlier moment, as they were mirrored then."""
        then = {
            row.record: row
            for row in self._versions_then(connection, at)
            if row.gone_at is None or row.gone_at > at  # it was a tombstone until it came again
        }
        for raw in self.raws(connection, gone=True):
            if raw.changed_at <= at and (raw.gone_at is None or raw.gone_at > at):
                yield raw.record
            elif raw.changed_at > at and (old := then.get(raw.n)) is not None:
                data = json_value(zlib.decompress(old.data).decode())
                yield replace(raw.record, data=data, ref=replace(raw.ref, key=old.key, url=old.url))

    def _versions_then(self, connection: str, at: datetime) -> Sequence[Row[Any]]:
        joined = versions.join(records, records.c.n == versions.c.record)
        held = (records.c.connection == connection, versions.c.since <= at, versions.c.until > at)
        with self.db.reading() as tx:
            return tx.execute(select(versions).select_from(joined).where(*held).order_by(versions.c.n)).all()

    def forget_versions(self, before: datetime) -> int:
        """Drop states that ended before an instant; the present states stay. How many were dropped."""
        with self.db.writing() as tx:
            return tx.execute(delete(versions).where(versions.c.until < before)).rowcount


def _is(ref: Ref) -> tuple[Any, ...]:
    return records.c.connection == ref.connection, records.c.stream == ref.stream, records.c.id == ref.id


def _version(row: Row[Any]) -> Version:
    data = json_value(zlib.decompress(row.data).decode())
    return Version(row.since, row.until, row.hash, row.key, row.scope_id, data, row.gone_at, row.gone_kind)
