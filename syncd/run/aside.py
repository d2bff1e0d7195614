"""What was set aside: writes that were refused and records that no mapping can read, in one list, and what a person may do with it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.model.ref import Ref
from syncd.run.backfill import UNASKED
from syncd.run.link import Link
from syncd.run.rows import map_changed
from syncd.store import Store
from syncd.store.outbox import OutboxRow
from syncd.store.rows import SetAside


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing that was set aside. `number`: `w` and a number for a write, `r` and a number for a record; it never names another one.

    `since`: when it was wanted first, or when the record became what it is. `last`: the last attempt. `dropped`: a person let it be.
    """

    number: str
    ref: Ref
    reason: str
    since: datetime
    last: datetime | None = None
    attempts: int = 0
    dropped: bool = False
    write: OutboxRow | None = None

    @property
    def n(self) -> int:
        """The number alone."""
        return int(self.number[1:])


def letters(connections: Collection[str], store: Store) -> list[Letter]:
    """All that is set aside of these connections: writes first, then records, the oldest first."""
    writes = [_of_write(row) for row in store.outbox.dead_letters() if row.target.connection in connections]
    return writes + [letter for name in connections for letter in _records(name, store)]


def retry(chosen: Iterable[Letter], links: Sequence[Link], store: Store) -> None:
    """Write dead letters again in the next pass, with no waiting; map records again now, with the mapping as it is."""
    chosen = list(chosen)
    for letter in chosen:
        if letter.write is not None:
            store.outbox.revive(letter.n)
    records = [letter for letter in chosen if letter.write is None]
    store.rows.forget(letter.n for letter in records)
    for link in links:
        here = {letter.number for letter in records if letter.ref.connection == link.name}
        if here:
            _keep(link.name, store, {number: mark for number, mark in _kept(link.name, store).items() if number not in here})
            map_changed(link, store)


def drop(chosen: Iterable[Letter], store: Store) -> None:
    """Let them be: a write until what it says changes, a record until it changes."""
    for letter in chosen:
        if letter.write is not None:
            store.outbox.drop(letter.n)
            continue
        found = next((one for one in store.rows.set_aside(letter.ref.connection) if one.n == letter.n), None)
        if found is not None:
            name = letter.ref.connection
            _keep(name, store, {**_kept(name, store), letter.number: found.hash})


def dropped(connection: str, store: Store) -> frozenset[Ref]:
    """The records of which nothing need be said as long as they are what they were."""
    if not _kept(connection, store):
        return frozenset()
    return frozenset(letter.ref for letter in _records(connection, store) if letter.dropped)


def _of_write(row: OutboxRow) -> Letter:
    return Letter(f"w{row.n}", row.target, row.text or "", row.desired_at, row.claimed_at, row.attempts, write=row)


def _records(connection: str, store: Store) -> list[Letter]:
    found = [one for one in store.rows.set_aside(connection) if not one.reason.startswith(UNASKED)]
    kept = _kept(connection, store) if found else {}
    return [_of_record(one, kept) for one in found]


def _of_record(one: SetAside, kept: dict[str, Any]) -> Letter:
    number = f"r{one.n}"
    return Letter(number, one.ref, one.reason, one.changed_at, attempts=1, dropped=kept.get(number) == one.hash)


def _kept(connection: str, store: Store) -> dict[str, Any]:
    """number -> the content of the record when it was dropped."""
    kept = store.meta.get(_key(connection))
    return kept if isinstance(kept, dict) else {}


def _keep(connection: str, store: Store, marks: dict[str, Any]) -> None:
    store.meta.put(_key(connection), marks or None)


def _key(connection: str) -> str:
    return f"dropped records: {connection}"
