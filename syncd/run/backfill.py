"""Backfill: what was read before the mapping came to read another field is read again; until then its absence there is no value.

A connector notes with each record which fields it asked for. A record that lacks one that the mapping reads keeps its last rows, and
nothing is concluded from it. Where few requests mend that, the next pass does; else a person says when.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syncd.contract import Page, RateLimited, SyncError
from syncd.mapping import fields_read, keys_of_fields, lacking
from syncd.model.raw import RawRecord
from syncd.model.ref import Ref
from syncd.run.clock import Clock
from syncd.run.link import Link
from syncd.run.log import log
from syncd.run.retry import patiently
from syncd.store import Store
from syncd.store.mirror import Asked

SMALL = 20
"""A backfill of so many requests is made by the next pass; a larger one waits for a person."""

AGAIN = timedelta(hours=24)
"""A scope that was read again, and whose records lack fields still, is not read yet again before this."""

UNASKED = "not asked for: "
"""How the reason begins for which a record counts as unknown until it is read again."""

_PAGE = 100
"""Records per request, as vendors give them."""

Wanted = Mapping[str, frozenset[str] | None]
"""stream -> the fields that the mapping reads; None: all."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one stream lacks: `fields` as the mapping writes them, of so many `records`, in these scopes (ids). `requests`: about how many
    a full read of the scopes takes."""

    stream: str
    fields: tuple[str, ...]
    records: int
    requests: int
    scopes: tuple[str, ...]

    def line(self, connection: str) -> str:
        """What a person is told."""
        few = "1 record was" if self.records == 1 else f"{self.records:,} records were"
        cost = f"backfill of about {self.requests:,} {'request' if self.requests == 1 else 'requests'}"
        return f"{connection}: the mapping reads {', '.join(self.fields)}, which {few} not asked for: {cost}: syncd backfill {connection}"


def wanted_of(link: Link) -> Wanted:
    """The fields that the mapping reads, of each stream that is read."""
    return {stream: fields for stream, fields in fields_read(link.mapping).items() if stream in link.streams}


def unasked(wanted: Wanted, record: RawRecord) -> str | None:
    """The reason for which a record counts as unknown, or None."""
    if record.fields is None:
        return None
    missing = lacking(wanted.get(record.ref.stream, frozenset()), record.fields)
    return f"{UNASKED}{', '.join(sorted(missing))}; `syncd backfill {record.ref.connection}` reads it again" if missing else None


def needs(link: Link, store: Store) -> tuple[Need, ...]:
    """What must be read again, by stream. It looks at the records only after the mapping came to read something else."""
    wanted = wanted_of(link)
    if store.meta.get(_looked(link)) == _told(wanted):
        return ()
    groups = store.mirror.asked(link.name)
    found = tuple(need for stream in wanted if (need := _need(link, stream, wanted, groups)) is not None)
    if not found:
        store.meta.put(_looked(link), _told(wanted))
    return found


def look_again(link: Link, store: Store) -> None:
    """A record that lacks a field was met: the next look counts them all."""
    if store.meta.get(_looked(link)) is not None:
        store.meta.put(_looked(link), None)


def _need(link: Link, stream: str, wanted: Wanted, groups: Collection[Asked]) -> Need | None:
    here = [group for group in groups if group.stream == stream]
    poor = [(group, missing) for group in here if (missing := lacking(wanted[stream], group.fields))]
    if not poor:
        return None
    scopes = sorted({group.scope_id for group, _ in poor})
    sizes = [sum(group.records for group in here if group.scope_id == scope) for scope in scopes]
    names = sorted({_name(link, stream, name) for _, missing in poor for name in missing})
    requests = sum(-(-size // _PAGE) for size in sizes)
    return Need(stream, tuple(names), sum(group.records for group, _ in poor), requests, tuple(scopes))


def _name(link: Link, stream: str, field: str) -> str:
    """A field as the mapping writes it."""
    if field == "*":
        return "whole records"
    return f"fields.{field}" if field in keys_of_fields(link.mapping).get(stream, {}) else field


def by_itself(link: Link, store: Store, clock: Clock) -> None:
    """Let the coming pull read again what lacks fields, where that takes few requests; else tell the log once."""
    found = needs(link, store)
    if sum(need.requests for need in found) > SMALL:
        _tell(link, store, found)
    elif found:
        begin(link, store, clock, {need.stream: need.scopes for need in found})


def _tell(link: Link, store: Store, found: Collection[Need]) -> None:
    told = _told(wanted_of(link))
    if store.meta.get(_said(link)) != told:
        store.meta.put(_said(link), told)
        for need in found:
            log().warning("records lack fields", connection=link.name, stream=need.stream, why=need.line(link.name))


def begin(link: Link, store: Store, clock: Clock, scopes: Mapping[str, Collection[str]], *, anew: bool = False) -> int:
    """Let the next pull read these scopes, stream -> ids, from their beginning; how many. One that was begun for this mapping goes on where
    it is, and one that came to its end is left alone for a day; `anew` begins it all the same."""
    begun, now = _begun(link, store), clock.now()
    ends = {(known.stream, known.scope.id): known.completed_at for known in store.scopes.states(link.name)}
    fresh = [
        (stream, scope)
        for stream, ids in scopes.items()
        for scope in ids
        if not _goes_on(begun.get(f"{stream}/{scope}"), ends.get((stream, scope)), now, anew=anew)
    ]
    for stream, scope in fresh:
        store.scopes.forget_cursor(link.name, stream, scope)
    if fresh:
        marks = {**{key: at.isoformat() for key, at in begun.items()}, **{f"{s}/{id}": now.isoformat() for s, id in fresh}}
        store.meta.put(_marks(link), {"wanted": _told(wanted_of(link)), "scopes": marks})
        log().info("backfill begins", connection=link.name, streams=sorted(scopes), scopes=len(fresh))
    return len(fresh)


def _goes_on(began: datetime | None, ended: datetime | None, now: datetime, *, anew: bool) -> bool:
    if began is None:
        return False
    under_way = ended is None or ended < began
    return under_way or (not anew and now - began < AGAIN)


def one_by_one(link: Link, store: Store, clock: Clock, progress: Callable[[Ref], None] = lambda _: None) -> list[str]:
    """Look at the records that a full read did not give, as those closed before the configured history. Gives a line for each that cannot
    be had. Raises RateLimited."""
    left = [ref for stream in wanted_of(link) for ref in _left(link, store, stream)]
    if not left:
        return []
    lines = []
    with closing(link.open()) as connector:
        for ref in left:
            try:
                record = patiently(lambda ref=ref: connector.fetch_one(ref), clock)  # type: ignore[misc]
            except RateLimited:
                raise
            except SyncError as error:
                lines.append(f"{link.name}: {error.text}")
                continue
            own = connector.streams[ref.stream].own
            store.mirror.put(link.name, ref.stream, record.scope, Page((record,)), own=own, at=clock.now())
            progress(ref)
    return lines


def _left(link: Link, store: Store, stream: str) -> Iterator[Ref]:
    """Records that lack fields although their scope was read to its end since its backfill began."""
    begun = _begun(link, store)
    for known in store.scopes.states(link.name):
        began = begun.get(f"{stream}/{known.scope.id}")
        if known.stream == stream and known.state == "fresh" and began and known.completed_at and known.completed_at >= began:
            yield from store.mirror.asked_for_less(link.name, stream, known.scope.id, wanted_of(link)[stream])


def _begun(link: Link, store: Store) -> dict[str, datetime]:
    """stream/scope -> when it was begun to be read again, for what the mapping reads now."""
    kept = store.meta.get(_marks(link))
    if not isinstance(kept, dict) or kept.get("wanted") != _told(wanted_of(link)):
        return {}
    return {key: datetime.fromisoformat(at) for key, at in kept["scopes"].items()}


def _told(wanted: Wanted) -> dict[str, Any]:
    return {stream: None if fields is None else sorted(fields) for stream, fields in sorted(wanted.items())}


def _looked(link: Link) -> str:
    return f"fields asked for: {link.name}"


def _said(link: Link) -> str:
    return f"backfill is needed: {link.name}"


def _marks(link: Link) -> str:
    return f"backfill: {link.name}"
