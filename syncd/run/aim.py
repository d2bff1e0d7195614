"""Aim: a record that a delivery names is looked at by itself, a stream or scope that it names is read on; anything else is a whole pull.

A delivery is never data: the vendor is asked. No cursor moves by a single look, so that the next pull reads the record once more, and
whatever becomes of deliveries, the end is that of polling alone.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Protocol

from syncd.contract import AuthFailed, Connector, Delivery, Misconfigured, Page, RateLimited, SyncError
from syncd.model.raw import RawRecord
from syncd.model.ref import Ref
from syncd.run.clock import Clock
from syncd.run.defect import defect
from syncd.run.ears import Ears
from syncd.run.echo import Echoes
from syncd.run.link import Link
from syncd.run.log import log
from syncd.run.pull import Only, Pulled, Read
from syncd.run.retry import patiently
from syncd.store import Store, StoreError
from syncd.store.raws import StoredRaw
from syncd.store.scopes import ScopeState

MOST = 20
"""More than so many things that are spoken of are no aim: the whole connection is pulled."""

Hinted = tuple[str, str | None, str | None]
"""Stream, id of a record or None for any, and id or name of a scope or None for any."""

Spoken = frozenset[Hinted]
NOTHING: Spoken = frozenset()


class Pulling(Protocol):
    """`syncd.run.pull.pull`, of this connection."""

    def __call__(self, *, only: Only | None = None) -> Pulled:
        """Pull it, or only some."""


def spoken_of(delivery: Delivery) -> Spoken | None:
    """What a delivery speaks of; None for anything."""
    return frozenset((stream, id, delivery.place) for stream, id in delivery.hints) or None


def together(one: Spoken | None, other: Spoken | None) -> Spoken | None:
    """What two speak of; None for anything, and for too much."""
    both = None if one is None or other is None else one | other
    return both if both is not None and len(both) <= MOST else None


def aimed(spoken: Spoken, link: Link, store: Store, clock: Clock, pulling: Pulling) -> Pulled:
    """Look at what was spoken of. A connection that is not in good order, or that ends in the middle, is pulled as a whole: that says
    what is wrong with it."""
    states = store.scopes.states(link.name)
    if not any(not known.stream and known.state == "fresh" for known in states):
        return pulling()
    told = [one for one in spoken if one[0] in link.streams]
    look = _Look(link, store, clock, {(known.stream, known.scope.id): known for known in states}, Pulled(link.name))
    try:
        left = look.at(told)
    except SyncError:
        return pulling()
    if left:
        _add(look.pulled, pulling(only=dict(_scopes(left, states))))
    return look.pulled


class _Look:
    """Looks at single records through one connector, made when it is needed."""

    def __init__(self, link: Link, store: Store, clock: Clock, states: dict[tuple[str, str], ScopeState], pulled: Pulled) -> None:
        self._link, self._store, self._clock, self._states, self.pulled = link, store, clock, states, pulled

    def at(self, told: Sequence[Hinted]) -> list[Hinted]:
        """Look at the records that the mirror knows; what could not be had that way. Raises what ends the connection."""
        known = {one: held for one in told if one[1] and (held := self._held(one[0], one[1])) is not None}
        if not known:
            return list(told)
        with closing(self._link.open()) as connector:
            echoes, ears = Echoes(self._link.name, self._store), Ears(self._link, self._store)
            seen = {one for one, held in known.items() if self._looked(connector, held, echoes, ears)}
        return [one for one in told if one not in seen]

    def _held(self, stream: str, id: str) -> StoredRaw | None:
        """The live record, where its scope is read and can be."""
        held = self._store.mirror.raw(Ref(self._link.name, stream, id))
        there = held is not None and held.gone_at is None and self._is_read(held.record)
        return held if there else None

    def _looked(self, connector: Connector, held: StoredRaw, echoes: Echoes, ears: Ears) -> bool:
        """Whether the record as it is now is in the mirror. What the vendor says against it is for a list to judge."""
        ref = held.ref
        try:
            record = patiently(lambda: connector.fetch_one(ref), self._clock)
        except SyncError as error:
            if isinstance(error, RateLimited) or (isinstance(error, AuthFailed | Misconfigured) and error.scope is None):
                raise
            return False
        except StoreError:
            raise
        except Exception as error:  # a defect of the connector: a list may do without what met it
            log().warning("record cannot be looked at", connection=self._link.name, record=ref.label, why=defect(error))
            return False
        if record.ref != ref or not self._is_read(record):
            return False
        self._store_one(connector, as_listed(record, held.record), echoes, ears)
        return True

    def _is_read(self, record: RawRecord) -> bool:
        known = self._states.get((record.ref.stream, record.scope.id))
        return known is not None and known.state == "fresh"

    def _store_one(self, connector: Connector, record: RawRecord, echoes: Echoes, ears: Ears) -> None:
        """As a page of its scope would be, of which it says nothing."""
        stream, scope = record.ref.stream, self._states[record.ref.stream, record.scope.id].scope
        own, page, at = connector.streams[stream].own, Page((record,)), self._clock.now()
        ours, touched = echoes.of(page, own), ears.of(page, connector.streams[stream], at)
        done = self._store.mirror.put(self._link.name, stream, scope, page, own=own, at=at, touched=touched)
        read = self.pulled.streams.setdefault(stream, Read())
        read.read += done.read
        read.changed += done.new + done.changed - ours


def as_listed(record: RawRecord, held: RawRecord) -> RawRecord:
    """The record without what only a look at it alone gives: lists give less, and each would take the other's for a change."""
    return replace(record, data={name: value for name, value in record.data.items() if name in held.data})


def _scopes(left: Iterable[Hinted], states: Iterable[ScopeState]) -> Iterator[tuple[str, Collection[str] | None]]:
    """Which scopes of which streams are to be read on. A place that is not known, or not in good order, may be anywhere: in a group that
    is read as one."""
    left, states = list(left), list(states)
    for stream in dict.fromkeys(stream for stream, _, _ in left):
        ids: set[str] | None = set()
        for place in (place for name, _, place in left if name == stream):
            found = {known.scope.id for known in states if known.stream == stream and _is_meant(known, place)}
            ids = ids | found if ids is not None and found else None
        yield stream, ids


def _is_meant(known: ScopeState, place: str | None) -> bool:
    return (
        known.state == "fresh"
        and place is not None
        and place.casefold() in (known.scope.id.casefold(), known.scope.name.casefold())
    )


def _add(total: Pulled, part: Pulled) -> None:
    for stream, read in part.streams.items():
        before = total.streams.setdefault(stream, Read())
        before.read += read.read
        before.changed += read.changed
        before.deleted += read.deleted
        before.state = read.state
    total.problems += part.problems
    total.notices += part.notices
    total.off |= part.off
