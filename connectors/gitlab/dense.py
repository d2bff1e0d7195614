"""More records of one minute than a page holds (an import): when a look at the newest page is enough, and what to remember for it.

The clock of a server goes forward: an edit is stamped later than all that was seen, and a list with the newest first begins with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.gitlab.cursor import MOST_AHEAD, OVERLAP, Cursor, moment

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """A page with the newest first. `times`: those of its rows, all of them known. `more`: whether the list goes on; `total`: how
    many records the server says it has, `made` how many of the page were made after what is known."""

    times: Sequence[datetime]
    more: bool
    total: int | None
    made: int = 0

    def trusted(self, known: Cursor) -> bool:
        """Whether nothing younger than what is known can be elsewhere, as far as the page shows.

        It is in order and reaches down to what is known, and there are no more records than known and made since: one may have come
        up behind (its transaction took long), or been edited that is older than the minute.
        An edit inside of the minute that was itself committed late is not told apart from what was there.
        """
        if known.newest is None or not self.times or list(self.times) != sorted(self.times, reverse=True):
            return False
        late = self.total is not None and self.total - self.made > known.dense
        return not late and (self.times[-1] <= known.newest or not self.more)

    def quiet(self, known: Cursor) -> bool:
        """Whether the page alone shows that nothing is younger. Where all its times are equal, the server may not have sorted it.

        An edit in the very millisecond of the newest record, among more equals than a page holds, waits for its next change.
        """
        return self.newer(known) == 0 and self.times[0] > self.times[-1]

    def newer(self, known: Cursor) -> int:
        """How many of its records are younger than what is known."""
        return sum(known.newest is not None and at > known.newest for at in self.times)

    def older(self, known: Cursor, after: datetime) -> int:
        """How many records from `after` on were known before, at most."""
        if self.more and self.times[-1] >= after:
            return known.dense if self.total is None else min(known.dense, self.total - self.newer(known))
        return sum(after <= at for at in self.times) - self.newer(known)


@dataclass(slots=True)
class Tally:
    """What a scan has met: the records of its last minute, by id, and the longest page.

    `look` is the page that it began with, `known` what was known then. `whole` is False for a scan that was cut off, or not in order:
    nothing is concluded from it.
    """

    whole: bool = True
    look: Look | None = None
    known: Cursor = field(default_factory=Cursor)
    met: dict[object, datetime] = field(default_factory=dict)
    longest: int = 0
    last: datetime | None = None

    def add(self, rows: Sequence[Row]) -> None:
        """Count a page."""
        found = [(known_by(row), moment(row.get("updated_at"))) for row in rows]
        times = [at for _, at in found if at is not None]
        self.whole &= len(times) == len(rows) and self._in_order(times)
        self.longest = max(self.longest, len(rows))
        self.met |= {id: at for id, at in found if at is not None}
        if times and (self.last is None or times[-1] > self.last):
            self.last = times[-1]
            bound = (self.last - OVERLAP).replace(microsecond=0)
            self.met = {id: at for id, at in self.met.items() if at >= bound}

    def _in_order(self, times: Sequence[datetime]) -> bool:
        """Oldest first; a page may begin with the second before the last one's end."""
        begins = not times or self.last is None or times[0] >= self.last - timedelta(seconds=2)
        return begins and list(times) == sorted(times)

    def add_newer(self, rows: Sequence[Row]) -> None:
        """Count what is younger than what was known, of the page of a look."""
        times = ((known_by(row), moment(row.get("updated_at"))) for row in rows)
        self.met |= {id: at for id, at in times if at and self.known.newest and at > self.known.newest}

    def end(self, here: Cursor) -> Cursor:
        """Where the next scan begins, and, where that would be more than a page, what has to be known for a look to do.

        Not where a record carries a date in the future: it would stand above every edit.
        """
        done = here.done()
        if not self.whole or done.after is None or _in_future(here):
            return done
        count = sum(at >= done.after for at in self.met.values())
        if self.look is not None:
            count += self.look.older(self.known, done.after)
        return replace(done, dense=count, newest=here.high, ahead=here.ahead) if count > self.longest else done


def known_by(row: Row) -> object:
    """What tells a record of a listing from the others: epics have no id of their own in every form."""
    return row.get("id") or (row.get("group_id"), row.get("iid"))


def _in_future(here: Cursor) -> bool:
    """Whether a record is younger than the scan by the server's clock, which tells whole seconds (see `Cursor.done`)."""
    if here.until is None or here.high is None or here.ahead > MOST_AHEAD:
        return False
    return here.high >= here.until + timedelta(seconds=1)


def onwards(known: Cursor, here: Cursor) -> Cursor:
    """Where to read on after a look: from the second after the newest record known. What is younger in the same second was on the page.

    Whole seconds, as servers differ in fractions and in whether the bound is inclusive. Only a server that does not sort, with
    more equal times than a page, can keep an edit of that same second from us.
    """
    assert known.newest is not None
    return replace(here, after=known.newest.replace(microsecond=0) + timedelta(seconds=1))
