"""Reading GitLab: the pages of a stream.

Issues, merge requests and epics are listed by the time of their last update, oldest first, and each page is asked for by the time
that the last one ended with: with page numbers a record that is edited meanwhile would push others over the edge of a page. Page
numbers (the Link header) are followed where many records share one time, and for milestones, which GitLab lists by due date. Where
the last minute of a scope holds more than a page, the next scan first looks at the newest page, and mostly at no other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.gitlab.address import ref_of
from connectors.gitlab.client import Answer, Client
from connectors.gitlab.cursor import Cursor, dump, load, moment, stamp
from connectors.gitlab.dense import Look, Tally, onwards
from connectors.gitlab.paging import DEEPEST, PER_PAGE, listing, onward, rows_of, too_deep
from syncd.contract import Page, Unavailable
from syncd.model.raw import RawRecord, Scope, content_hash

_TIED = 5
"""So many records of a page may be read twice to be safe from moving pages: 5 %."""
_SORTED: Mapping[str, object] = {"order_by": "updated_at", "sort": "asc", "per_page": PER_PAGE}
_QUERY: Mapping[tuple[str, str], Mapping[str, object]] = {
    ("milestones", "p"): {"include_ancestors": "true", "per_page": PER_PAGE},
    ("milestones", "g"): {"include_ancestors": "true", "include_descendants": "true", "per_page": PER_PAGE},
    ("epics", "g"): {"state": "all", **_SORTED},
    ("issues", "p"): {"scope": "all", "state": "all", **_SORTED},
    ("issues", "g"): {"scope": "all", "state": "all", **_SORTED},
    ("merge_requests", "p"): {"scope": "all", "state": "all", **_SORTED},
    ("merge_requests", "g"): {"scope": "all", "state": "all", **_SORTED},
}
"""What to ask, by stream and kind of scope. A project's milestones come with those of its groups, a group's with those above and
below it (both from GitLab 16.7 on): one milestone may arrive through several scopes, as the same record."""

Row = dict[str, Any]
Linked = dict[str, tuple[datetime, str]]
"""Issues whose links are known: id -> time of update and content hash."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One scope of one stream, about to be read. `links`: whether issues get the links with which they block others."""

    client: Client
    connection: str
    stream: str
    scope: Scope
    links: bool = True

    @property
    def what(self) -> str:
        """For error texts."""
        return f"reading {self.stream.replace('_', ' ')} of {self.scope.name}"

    @property
    def base(self) -> str:
        """The scope's own API path."""
        kind, _, id = self.scope.id.partition(":")
        return f"/{'groups' if kind == 'g' else 'projects'}/{id}"

    def ask(self, cursor: Cursor, **changed: str) -> Answer:
        """The page of the listing that the cursor names; `changed` goes over the usual query."""
        query = dict(_QUERY[self.stream, self.scope.id[0]])
        if self.scope.facts.get("narrowed"):
            query.pop("include_descendants", None)
        if cursor.after is not None:
            query["updated_after"] = stamp(cursor.after)
        path = f"{self.base}/{self.stream}"
        return self.client.get(path, {**query, **changed, **cursor.more}, what=self.what, scope=self.scope.name)


def pages(reading: Reading, since: str | None) -> Iterator[Page]:
    """The stream from the stored cursor on, each page with the cursor to go on from.

    A group whose edition has no epics gives one empty page without a cursor: nothing is concluded from it.
    """
    if reading.stream == "epics" and since is None and _without_epics(reading):
        yield Page(complete=True, unsupported=True)
        return
    stored = load(since, reading.scope.facts.get("path"))
    if stored.dense and reading.stream != "milestones":
        found = _look(reading, stored)
        if found is not None:
            yield from _from_newest(reading, stored, *found)
            return
    yield from _scan(reading, stored, stored.resumed(), Tally(whole=stored.high is None and reading.stream != "milestones"), {})


def census(reading: Reading) -> Iterator[Sequence[str]]:
    """All ids of the scope."""
    for rows, _, _ in _walk(reading, Cursor()):
        yield [_record(reading, row).ref.id for row in rows]


def complete(reading: Reading, row: Row) -> RawRecord:
    """The record with what lists leave out: the links of an issue that blocks others.

    Only the blocking side is counted by GitLab; its links name both ends.
    """
    if _blocks(reading, row):
        path = f"/projects/{row.get('project_id')}/issues/{row.get('iid')}/links"
        found = listing(reading.client, path, {}, what=f"reading links of {_label(reading, row)}", scope=reading.scope.name)
        row = {**row, "links": [link for page in found for link in page]}
    return _record(reading, row)


def _scan(reading: Reading, stored: Cursor, start: Cursor, tally: Tally, linked: Linked) -> Iterator[Page]:
    for rows, here, onto in _walk(reading, start):
        tally.add(rows)
        records = tuple(_records(reading, rows, stored.linked, linked))
        yield Page(records, cursor=dump(onto or _end(tally.end(here), stored, linked)), complete=onto is None)


def _look(reading: Reading, stored: Cursor) -> tuple[list[Row], Look, Cursor] | None:
    """The newest page, and what is known after it; None where the whole minute has to be read."""
    answer = reading.ask(stored, sort="desc")
    rows = rows_of(answer, what=reading.what, scope=reading.scope.name)
    times = [at for at in (moment(row.get("updated_at")) for row in rows) if at is not None]
    total, more = answer.headers.get("X-Total") or "", onward(answer) is not None
    count = int(total) if total.isdigit() and (int(total) > len(rows) or not more) else None
    made = [moment(row.get("created_at")) for row in rows]
    look = Look(times, more, count, sum(at is not None and stored.newest is not None and at > stored.newest for at in made))
    if len(times) < len(rows) or not look.trusted(stored):
        return None
    here = replace(stored, linked={}, start=stored.after, dense=0, newest=None).seen(times, _date(answer))
    return rows, look, here


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


def _walk(reading: Reading, cursor: Cursor) -> Iterator[tuple[list[Row], Cursor, Cursor | None]]:
    """Pages of rows, each with what is known after it and, but for the last, where the next one starts."""
    onto: Cursor | None = cursor
    while onto is not None:
        answer = reading.ask(onto)
        rows = rows_of(answer, what=reading.what, scope=reading.scope.name)
        times = [moment(row.get("updated_at")) for row in rows]
        here = replace(onto, linked={}).seen((t for t in times if t is not None), _date(answer))
        before, onto = onto, _onto(reading, here, onward(answer, _page(here)), times)
        if onto is not None and (onto.after, onto.more) == (before.after, before.more):
            raise Unavailable(f"{reading.what}: GitLab names the page just read as the next one", scope=reading.scope.name)
        yield rows, here, onto


def _onto(reading: Reading, here: Cursor, link: Mapping[str, str] | None, times: Sequence[datetime | None]) -> Cursor | None:
    if link is None:
        return None
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
    return replace(here, more={k: v for k, v in link.items() if k != "updated_after"})


def _ends(reading: Reading, times: Sequence[datetime | None]) -> datetime | None:
    """The whole second from which to ask for the next page: the last record of this one comes again, whether or not the bound is
    inclusive. None where the list is not in the order that was asked for."""
    known = [t for t in times if t is not None]
    if reading.stream == "milestones" or not known or len(known) < len(times) or known != sorted(known):
        return None
    return (known[-1] - timedelta(milliseconds=1)).replace(microsecond=0)


def _records(reading: Reading, rows: Sequence[Row], known: Mapping[str, str], linked: Linked) -> Iterator[RawRecord]:
    """The rows as records. An issue of the overlap that is as it was when its links were read needs no second request."""
    for row in rows:
        at = moment(row.get("updated_at"))
        if not _blocks(reading, row) or at is None:
            yield complete(reading, row)
            continue
        id, digest = _record(reading, row).ref.id, content_hash(row)
        before = linked.get(id, (at, known.get(id)))
        linked[id] = (at, digest)
        if before[1] != digest:
            yield complete(reading, row)


def _end(done: Cursor, stored: Cursor, linked: Linked) -> Cursor:
    """With the links in the overlap; in a dense one, those that this scan did not meet are known still."""
    overlap = {id: digest for id, (at, digest) in linked.items() if done.after is not None and at >= done.after}
    return replace(done, linked={**stored.linked, **overlap} if done.dense else overlap)


def _record(reading: Reading, row: Row) -> RawRecord:
    try:
        ref = ref_of(reading.connection, reading.stream, row, reading.client.root)
    except KeyError as missing:
        raise Unavailable(f"{reading.what}: a record has no {missing}", scope=reading.scope.name) from None
    return RawRecord(ref, reading.scope, row)


def _blocks(reading: Reading, row: Row) -> bool:
    count = row.get("blocking_issues_count")
    return reading.links and reading.stream == "issues" and isinstance(count, int) and count > 0


def _label(reading: Reading, row: Row) -> str:
    return _record(reading, row).ref.label


def _without_epics(reading: Reading) -> bool:
    """Whether the group can be read and its epics cannot: then the edition has none (https://docs.gitlab.com/api/epics)."""
    probe = reading.client.get(
        f"{reading.base}/epics", {"per_page": 1}, what=reading.what, scope=reading.scope.name, allow=frozenset({403, 404})
    )
    if probe.status not in (403, 404):
        return False
    reading.client.get(reading.base, {"with_projects": "false"}, what=reading.what, scope=reading.scope.name)
    return True


def _page(cursor: Cursor) -> int:
    page = cursor.more.get("page", "")
    return int(page) if page.isdigit() else 1


def _date(answer: Answer) -> datetime | None:
    """The server's clock as it answered."""
    try:
        read = parsedate_to_datetime(answer.headers.get("Date") or "")
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
