"""Reading GitLab: the pages of a stream.

Issues, merge requests, epics and deployments are listed by the time of their last update, oldest first, and each page is asked for by
the time that the last one ended with: with page numbers a record that is edited meanwhile would push others over the edge of a page.
Page numbers (the Link header; GraphQL's cursors) are followed where many records share one time, and for milestones, which GitLab
lists by due date. Where the last minute of a scope holds more than a page, the next scan first looks at the newest page, and mostly at
no other. What is short and cannot be asked for by time is read whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.gitlab import paging, whole
from connectors.gitlab.asking import BY_TIME, OPEN_AND_CLOSED
from connectors.gitlab.cursor import Cursor, dump, load, moment
from connectors.gitlab.dense import Look, Tally, onwards
from connectors.gitlab.epics import probe
from connectors.gitlab.paging import DEEPEST, Leaf, too_deep
from connectors.gitlab.reading import Lacking, Reading, Row
from connectors.gitlab.related import blocks, complete
from syncd.contract import Page, Unavailable
from syncd.model.raw import RawRecord, content_hash

_TIED = 5
"""So many records of a page may be read twice to be safe from moving pages: 5 %."""

Linked = dict[str, tuple[datetime, str]]
"""Issues whose links are known: id -> time of update and content hash."""


def pages(reading: Reading, since: str | None) -> Iterator[Page]:
    """The stream from the stored cursor on, each page with the cursor to go on from.

    Where the edition or the account's role lacks the stream, one empty page without a cursor: nothing is concluded from it.
    """
    try:
        yield from whole.pages(reading) if reading.stream in whole.LISTS else _by_time(reading, since)
    except Lacking:
        yield Page(complete=True, unsupported=True)


def census(reading: Reading) -> Iterator[Sequence[str]]:
    """All ids of the scope. An edition that has lost a stream is an error here: an empty list would say that all are deleted."""
    try:
        if reading.stream in whole.LISTS:
            yield [record.ref.id for page in whole.pages(reading) for record in page.records]
            return
        for rows, _, _ in _walk(reading, Cursor(), _first(reading, Cursor())):
            yield [reading.record(row).ref.id for row in rows if reading.keeps(row)]
    except Lacking:
        raise Unavailable(f"{reading.what}: GitLab does not give them to this account", scope=reading.scope.name) from None


def _by_time(reading: Reading, since: str | None) -> Iterator[Page]:
    stored = load(since, reading.scope.facts.get("path"))
    if stored.dense and reading.stream in BY_TIME:
        found = _look(reading, stored)
        if found is not None:
            yield from _from_newest(reading, stored, *found)
            return
    start = _start(reading, stored)
    first = _first(reading, start) if since is None else None
    yield from _scan(reading, stored, start, Tally(whole=stored.high is None and reading.stream in BY_TIME), {}, first)


def _start(reading: Reading, stored: Cursor) -> Cursor:
    """Where a scan begins. The first one leaves out closed records that were last updated long ago, where that is wanted."""
    fresh = stored.after is None and stored.high is None and stored.old is None
    if not fresh or reading.since is None or reading.stream not in BY_TIME:
        return stored.resumed()
    bound = reading.since.replace(microsecond=0)
    return replace(stored, old=bound) if reading.stream in OPEN_AND_CLOSED else replace(stored, after=bound, start=bound)


def _first(reading: Reading, start: Cursor) -> Leaf | None:
    """The first page of a group's epics, which tells whether there can be any; None: it is asked for as all pages are.

    Without a licence for epics the REST API answers 403 (https://docs.gitlab.com/api/epics), and work items an empty list: then a look at
    the REST API tells one from the other. It may also have epics that are no work items yet.
    """
    if reading.stream != "epics":
        return None
    leaf = reading.as_work_items(start)
    if reading.epics.never:
        raise Lacking
    if leaf is None or leaf.rows:
        return leaf
    status, some = probe(reading.client, reading.base, **reading.words)
    if status == 403:
        raise Lacking
    if some and start.old is None:
        reading.epics.work_items = False
        return None
    return leaf


def _scan(
    reading: Reading, stored: Cursor, start: Cursor, tally: Tally, linked: Linked, first: Leaf | None = None
) -> Iterator[Page]:
    for rows, here, onto in _walk(reading, start, first):
        tally.add(rows)
        records = tuple(_records(reading, rows, stored.linked, linked))
        yield Page(records, cursor=dump(onto or _end(tally.end(here), stored, linked)), complete=onto is None)


def _look(reading: Reading, stored: Cursor) -> tuple[list[Row], Look, Cursor] | None:
    """The newest page, and what is known after it; None where the whole minute has to be read."""
    leaf = reading.ask(stored, newest=True)
    times = [at for at in (moment(row.get("updated_at")) for row in leaf.rows) if at is not None]
    made = [moment(row.get("created_at")) for row in leaf.rows]
    count = sum(at is not None and stored.newest is not None and at > stored.newest for at in made)
    look = Look(times, leaf.more is not None, leaf.total, count)
    if len(times) < len(leaf.rows) or not look.trusted(stored):
        return None
    here = replace(stored, linked={}, start=stored.after, dense=0, newest=None).seen(times, leaf.at)
    return leaf.rows, look, here


def _from_newest(reading: Reading, stored: Cursor, rows: list[Row], look: Look, here: Cursor) -> Iterator[Page]:
    """The newest page, and unless that says it all, what is younger than what was known, oldest first."""
    linked: Linked = {}
    records = tuple(_records(reading, rows, stored.linked, linked))
    if look.quiet(stored):
        yield Page(records, cursor=dump(_end(stored, stored, linked)), complete=True)
        return
    start = onwards(stored, here)
    yield Page(records, cursor=dump(start))
    tally = Tally(look=look, known=stored, longest=len(rows))
    tally.add_newer(rows)
    yield from _scan(reading, stored, start, tally, linked)


def _walk(reading: Reading, cursor: Cursor, first: Leaf | None = None) -> Iterator[tuple[list[Row], Cursor, Cursor | None]]:
    """Pages of rows, each with what is known after it and, but for the last, where the next one starts."""
    for _ in range(paging.MOST_PAGES):
        leaf, first = first or reading.ask(cursor), None
        times = [moment(row.get("updated_at")) for row in leaf.rows]
        here = replace(cursor, linked={}).seen((t for t in times if t is not None), leaf.at)
        onto = _onto(reading, here, leaf.more, times)
        if onto is not None and (onto.after, onto.more, onto.old) == (cursor.after, cursor.more, cursor.old):
            raise Unavailable(f"{reading.what}: GitLab names the page just read as the next one", scope=reading.scope.name)
        yield leaf.rows, here, onto
        if onto is None:
            return
        cursor = onto
    raise paging.endless(reading.what, reading.scope.name)


def _onto(reading: Reading, here: Cursor, link: Mapping[str, str] | None, times: Sequence[datetime | None]) -> Cursor | None:
    if link is None:
        return here.turned() if here.old is not None else None
    ends = _ends(reading, times)
    if ends is not None and (here.after is None or ends > here.after):
        again = sum(t >= ends for t in times if t is not None)
        if again <= _TIED or too_deep(link):
            return replace(here, after=ends, more={})
    if too_deep(link):
        raise Unavailable(
            f"{reading.what}: GitLab gives no more than {DEEPEST:,} records that were last updated at one time. "
            "Read smaller groups, or single projects",
            scope=reading.scope.name,
        )
    return replace(here, more={k: v for k, v in link.items() if k not in ("updated_after", "updated_before")})


def _ends(reading: Reading, times: Sequence[datetime | None]) -> datetime | None:
    """The whole second from which to ask for the next page: the last record of this one comes again, whether or not the bound is
    inclusive. None where the list is not in the order that was asked for."""
    known = [t for t in times if t is not None]
    if reading.stream not in BY_TIME or not known or len(known) < len(times) or known != sorted(known):
        return None
    return (known[-1] - timedelta(milliseconds=1)).replace(microsecond=0)


def _records(reading: Reading, rows: Sequence[Row], known: Mapping[str, str], linked: Linked) -> Iterator[RawRecord]:
    """The rows as records. One of the overlap that is as it was when what belongs to it was read needs no second request."""
    for row in filter(reading.keeps, rows):
        if not blocks(reading, row):
            yield reading.record(row)
            continue
        if (at := moment(row.get("updated_at"))) is None:
            yield complete(reading, row)
            continue
        id, digest = reading.record(row).ref.id, content_hash(row)
        before = linked.get(id, (at, known.get(id)))
        linked[id] = (at, digest)
        if before[1] != digest:
            yield complete(reading, row)


def _end(done: Cursor, stored: Cursor, linked: Linked) -> Cursor:
    """With the links in the overlap; in a dense one, those that this scan did not meet are known still."""
    overlap = {id: digest for id, (at, digest) in linked.items() if done.after is not None and at >= done.after}
    return replace(done, linked={**stored.linked, **overlap} if done.dense else overlap)
