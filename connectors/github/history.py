"""A first read that leaves out what was closed long ago: all that was touched since, and the older records that are open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.github.client import Listed
from connectors.github.cursor import CHECK, START, Position
from connectors.github.moments import instant, stamp
from connectors.github.newest import NewestFirst, Step
from connectors.github.wire import PER_PAGE, Row
from syncd.contract import Misconfigured

_READS = 3
"""A list that moves while it is read is read again, so often in one fetch."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest-first list of a stream, bound to `days` before `now` on the first read; None reads all.

    Newest first gives what was touched since then, whatever its state. The older open records come out of the list of open ones,
    oldest first, up to there. A record that is touched or closed while we page leaves that part of the list, and the next one slips
    over a page's edge: where the look that follows shows such a one, the part is read again.
    """

    listing: NewestFirst
    now: datetime
    days: int | None

    def steps(self, at: Position) -> Iterator[Step]:
        """All that changed since the position, as `NewestFirst.steps`."""
        at = self._started(at)
        if at.open is None:
            yield from self.listing.steps(at)
            return
        for _ in range(_READS):
            for rows, after in self._round(at):
                at = after
                yield rows, at, at.open is None
            if at.open is None:
                return

    def _started(self, at: Position) -> Position:
        """A first read starts at the horizon; one that was bound to fewer days than are wanted now starts anew."""
        if at.days is not None and (self.days is None or not at.days.isdecimal() or self.days > int(at.days)):
            at = Position()
        if at != Position() or self.days is None:
            return at
        return Position(until=stamp(self._horizon), days=str(self.days), open=START)

    @property
    def _horizon(self) -> datetime:
        return self.now - timedelta(days=self.days or 0)

    def _round(self, at: Position) -> Iterator[tuple[tuple[Row, ...], Position]]:
        """What was touched, then what is older and open, then the look at what moved meanwhile: from where the position stands."""
        if at.open == START:
            for rows, after in self.listing.scan(at):
                at = after
                yield rows, at
        if at.open != CHECK:
            for rows, after in self._older(at):
                at = after
                yield rows, at
        yield from self._look(at)

    def _older(self, at: Position) -> Iterator[tuple[tuple[Row, ...], Position]]:
        for page in self._pages(at.open):
            rows = tuple(row for row in page.rows if (when := _at(row, "updated_at")) is None or when < self._horizon)
            over = page.next is None or len(rows) < len(page.rows)
            at = replace(at, open=CHECK if over else page.next)
            yield rows, at
            if over:
                return

    def _pages(self, following: str | None) -> Iterator[Listed]:
        """The open records, oldest first, from the page at which a read was cut off; from the start where that is taken no longer."""
        client, what, scope = self.listing.client, self.listing.what, self.listing.scope.name
        query = {"state": "open", "sort": "updated", "direction": "asc", "per_page": str(PER_PAGE)}
        if following not in (None, START):
            try:
                page = client.list(following, what=what, scope=scope)
            except Misconfigured:  # 422
                yield from client.walk(self.listing.path, what=what, scope=scope, query=query)
            else:
                yield page
                yield from client.walk(page.next, what=what, scope=scope) if page.next else ()
            return
        yield from client.walk(self.listing.path, what=what, scope=scope, query=query)

    def _look(self, at: Position) -> Iterator[tuple[tuple[Row, ...], Position]]:
        """Where nothing moved out of the older part, the position is that of a list that was read to its end."""
        before, again = instant(at.base or at.until), False
        for rows, after, done in self.listing.steps(at):
            again = again or self._moved(rows, before)
            yield rows, replace(after, open=START if again else None if done else CHECK)

    def _moved(self, rows: Sequence[Row], before: datetime | None) -> bool:
        """Whether a record that is old enough to have been in the older part was touched while that was read."""
        return any(
            (_at(row, "created_at") or self._horizon) <= self._horizon
            and (before is None or (_at(row, "updated_at") or before) >= before)
            for row in rows
        )


def _at(row: Row, name: str) -> datetime | None:
    return instant(row.get(name))
