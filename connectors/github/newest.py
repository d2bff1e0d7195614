"""Lists that GitHub sorts by update, read newest first: whatever moves while we page moves to the front, where we look again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.github.client import Client, Listed
from connectors.github.cursor import Position
from connectors.github.lacking import ABSENT, judged
from connectors.github.moments import instant, stamp
from connectors.github.wire import PER_PAGE, Row
from syncd.contract import Misconfigured
from syncd.model.raw import Scope, content_hash

OVERLAP = timedelta(minutes=2)
"""Read again before the watermark: an update may become visible a little after its own time."""

_SCANS = 3
"""A list that never comes to rest while we read is left to the next fetch."""

Step = tuple[tuple[Row, ...], Position, bool]
"""Rows, the position after them, and whether the list was seen up to now."""


@dataclass(frozen=True, slots=True)
class NewestFirst:
    """The list of one stream of one repository. `since`: whether GitHub can be asked for what changed from an instant on.

    Oldest first would lose records: an update takes its record off the page and the next one slips over the page's edge.
    Newest first, an update only pushes records down, so that some come twice; what moved to the front is read by another look
    at the first page, after every scan of several pages. An idle look is one request that is answered by 304: the question stays the same
    from scan to scan, until its answer has grown beyond a page; then a younger one is asked at once.
    """

    client: Client
    stream: str
    scope: Scope
    since: bool

    @property
    def what(self) -> str:
        """What is being done, for people."""
        return f"reading {self.stream} of {self.scope.name}"

    @property
    def path(self) -> str:
        """The list's address."""
        return f"/repos/{self.scope.name}/{self.stream}"

    def steps(self, at: Position) -> Iterator[Step]:
        """All that changed since the position, or all where it names none; the last step says that the list was seen."""
        for scan in range(_SCANS):
            single = at.next is None
            for count, (rows, after) in enumerate(self.scan(at)):
                at = after
                single = single and count == 0 and after.next is None and after.asked is not None
                yield rows, after, after.next is None and (single or scan == _SCANS - 1)
            if single:
                return

    def scan(self, at: Position) -> Iterator[tuple[tuple[Row, ...], Position]]:
        """One way down from the front to what the scan before has seen, or on from where this one stopped."""
        if at.next is None:
            yield from self._from_the_top(at)
            return
        try:
            page = self.client.list(at.next, what=self.what, scope=self.scope.name)
        except Misconfigured:  # the server no longer takes the page's address (422): its order is forgotten, ours is not
            yield from self._from_the_top(replace(at, until=at.base, window=None, etag=None, next=None, base=None))
        else:
            yield from self._down(page, at)

    def _from_the_top(self, at: Position) -> Iterator[tuple[tuple[Row, ...], Position]]:
        asked = self._question(at)
        page = self._first(asked, at.etag if at.asked == asked else None)
        if page.unchanged:
            yield (), at
            return
        window = _window(page.rows)
        if at.until and window == at.window:
            yield (), replace(at, etag=page.etag, asked=asked)
            return
        top = replace(at, until=_latest(page.rows) or at.until, window=window, etag=page.etag, asked=asked, base=at.until)
        if self.since and page.next is not None:
            top = replace(top, etag=None, asked=None)
        yield from self._down(page, top)

    def _question(self, at: Position) -> str:
        """From when on to ask for changes; "" for all there are."""
        if at.asked is not None and at.etag is not None:
            return at.asked
        floor = _floor(at.until)
        return stamp(floor) if self.since and floor else ""

    def _first(self, asked: str, etag: str | None) -> Listed:
        query = {"state": "all", "sort": "updated", "direction": "desc", "per_page": str(PER_PAGE)}
        if asked:
            query["since"] = asked
        page = self.client.list(self.path, what=self.what, scope=self.scope.name, query=query, etag=etag, accept=ABSENT)
        if page.refused is not None:
            raise judged(self.client, self.stream, self.scope, page.refused, what=self.what)
        return page

    def _down(self, page: Listed, at: Position) -> Iterator[tuple[tuple[Row, ...], Position]]:
        """From this page down to the watermark of the scan before, or to the end."""
        floor = _floor(at.base)
        last, page_after = _cut(page, floor)
        yield last, _after(at, page_after)
        if page_after is None:
            return
        for deeper in self.client.walk(page_after, what=self.what, scope=self.scope.name):
            rows, page_after = _cut(deeper, floor)
            yield rows, _after(at, page_after)
            if page_after is None:
                return


def _cut(page: Listed, floor: datetime | None) -> tuple[tuple[Row, ...], str | None]:
    """The rows that are not older than the floor, and the following page unless this one reaches below it."""
    if floor is None:
        return page.rows, page.next
    rows = tuple(row for row in page.rows if (at := _updated(row)) is None or at >= floor)
    return rows, page.next if len(rows) == len(page.rows) else None


def _after(at: Position, following: str | None) -> Position:
    return replace(at, next=following, base=at.base if following else None)


def _window(rows: Sequence[Row]) -> str:
    """A hash of the rows that the next look from this page's watermark on gives again if nothing changes."""
    floor = _floor(_latest(rows))
    recent = [row for row in rows if floor is None or ((at := _updated(row)) is not None and at >= floor)]
    beside = frozenset({"head.repo", "base.repo"})
    return content_hash(sorted([row["id"], content_hash(row, beside)] for row in recent))


def _latest(rows: Sequence[Row]) -> str | None:
    return max((stamp(at) for row in rows if (at := _updated(row)) is not None), default=None)


def _updated(row: Row) -> datetime | None:
    return instant(row.get("updated_at"))


def _floor(until: str | None) -> datetime | None:
    moment = instant(until)
    return moment and moment - OVERLAP
