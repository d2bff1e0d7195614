"""Pure. Many calendars over one range of dates, and times that cross from one of them to another.

A time here is a *mark*: twice a minute index, plus one for the start image of that index. So marks are ordered as the instants are:
the end of Friday comes before the beginning of Monday, though no working minute lies between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import DAY, Ints, NotComputable, WorkingTime

_NEVER = np.array([2**31 - 1])
_PIECES = 4_000_000
"""So many pieces of working time all calendars have together, at most."""


Table = npt.NDArray[np.int32]
"""Minutes within some decades, in half the room, so that more of them stay in a processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Times that cross, one column each. `links`: what they belong to. `key`, `top`: where the calendar that they come from is found,
    and its last mark. `row`, `begin`: where the calendar that they go to is found, and the start of its days. `elapsed`: minutes
    on the wall in between; `held`: the minute on the wall before which none of them counts as reached."""

    links: Ints
    key: Ints
    top: Ints
    row: Ints
    begin: Ints
    elapsed: Ints
    held: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """The prefix sums of all calendars in one array, so that one look-up serves any mixture of them.

    `before`, `minutes`: by calendar and day. `starts`, `walls`: by calendar and day with work, the mark at which it begins, and minutes on
    the wall less working minutes; `steps`: by calendar and piece of `width` minutes, the day with work in which it begins, of which
    at most `most` more begin in it. `endless`: what runs out of the range ends with it, and is no error.
    """

    calendars: tuple[WorkingTime, ...]
    days: int
    totals: Ints
    start_of_day: Ints
    before: Table
    minutes: Table
    starts: Table
    walls: Table
    steps: Table
    width: int
    most: int
    endless: bool = False

    @classmethod
    def of(cls, calendars: Sequence[WorkingTime], *, endless: bool = False) -> "Crossing":
        """Raises `NotComputable` where the calendars cover different dates."""
        if len({(one.origin, one.end) for one in calendars}) != 1:
            raise NotComputable("because the calendars cover different dates: compile all of them over one range")
        before = np.stack([one.before for one in calendars])
        minutes = np.stack([one.minutes for one in calendars])
        start_of_day = np.array([one.start_of_day for one in calendars], np.int64)
        width = _width(len(calendars), minutes, int(before.max()))
        pieces = 2 * width * np.arange(int(before.max()) // width + 1)
        starts, walls, steps = [], [], np.empty((len(calendars), len(pieces)), np.int32)
        place = most = 0
        for number, one in enumerate(calendars):
            days = np.flatnonzero(one.minutes)
            begins = one.before[days]
            starts += [2 * begins, _NEVER]
            walls += [days * DAY + one.start_of_day - begins, _NEVER]
            first = np.maximum(np.searchsorted(2 * begins, pieces) - 1, 0)
            most = max(most, int(np.diff(first, append=len(days) - 1).max()))
            steps[number] = place + first
            place += len(days) + 1
        return cls(
            tuple(calendars),
            before.shape[1] - 1,
            before[:, -1].copy(),
            start_of_day,
            before[:, :-1].astype(np.int32).ravel(),
            minutes.astype(np.int32).ravel(),
            np.concatenate(starts).astype(np.int32),
            np.concatenate(walls).astype(np.int32),
            steps.ravel(),
            width,
            most,
            endless,
        )

    def route(self, links: Ints, since: Ints, until: Ints, elapsed: Ints, held: Ints) -> Route:
        """What times need that go from calendars to others."""
        row, begin = until * self.days, self.start_of_day[until]
        return Route(links, self._key(since), 2 * self.totals[since], row, begin, elapsed, held)

    def wall(self, calendar: Ints, mark: Ints) -> Ints:
        """The clock on the wall, in minutes since the origin. Raises `NotComputable` outside the range."""
        return self._wall(mark, self._key(calendar), 2 * self.totals[calendar])

    def mark(self, calendar: Ints, wall: Ints) -> Ints:
        """The mark at a clock on the wall: a start image where no work was going on up to it."""
        if wall.size and (wall.min() < 0 or wall.max() > self.days * DAY):
            raise NotComputable(self._outside())
        return self._mark(wall, calendar * self.days, self.start_of_day[calendar])

    def marks(self, wall: int) -> Ints:
        """The mark at one clock on the wall, by calendar."""
        return self.mark(np.arange(len(self.calendars)), np.full(len(self.calendars), wall))

    def ahead(self, route: Route, part: slice, mark: Ints) -> Ints:
        """The successors' marks at marks of predecessors. Before the range it is its beginning."""
        wall = self.leaving(mark, route.key[part], route.top[part], route.held[part])
        return self.arriving(wall + route.elapsed[part], route.row[part], route.begin[part])

    def leaving(self, mark: Ints, key: Ints, top: Ints, held: Ints) -> Ints:
        """The clock on the wall at marks of predecessors, not before `held`: for all who follow."""
        return np.maximum(self._wall(mark, key, top), held)

    def arriving(self, wall: Ints, row: Ints, begin: Ints) -> Ints:
        """The successors' marks at a clock on the wall."""
        if self.endless:
            np.minimum(wall, self.days * DAY, out=wall)
        elif wall.max() > self.days * DAY:
            raise NotComputable(self._outside())
        return self._mark(wall, row, begin)

    def back(self, route: Route, part: slice, index: Ints) -> Ints:
        """The predecessors' latest indexes at indexes of successors. Behind the range it is its end."""
        wall = self._wall(2 * index + 1, route.key[part], route.top[part]) - route.elapsed[part]
        if self.endless:
            np.maximum(wall, 0, out=wall)
        elif wall.min() < 0:
            raise NotComputable(self._outside())
        return self._mark(wall, route.row[part], route.begin[part]) >> 1

    def _wall(self, mark: Ints, key: Ints, top: Ints) -> Ints:
        within = np.minimum(np.maximum(mark, 1), top)
        if not self.endless and np.any(np.abs(mark - within) > 1):
            raise NotComputable(self._outside())
        place = self.steps[within // (2 * self.width) + key].astype(np.int64)
        for _ in range(self.most):
            place += self.starts[place + 1] < within
        found: Ints = self.walls[place] + (within >> 1)
        return found

    def _key(self, calendar: Ints) -> Ints:
        """Where the pieces of a calendar begin."""
        return calendar * (len(self.steps) // len(self.calendars))

    def _mark(self, wall: Ints, row: Ints, begin: Ints) -> Ints:
        day = np.minimum(np.maximum((wall - 1) // DAY, 0), self.days - 1)  # midnight is the end of its evening
        minute = wall - day * DAY
        minute -= begin
        at = (day + row).astype(np.int64, copy=False)
        inside = np.minimum(np.maximum(minute, 0), self.minutes[at])
        found: Ints = 2 * (self.before[at] + inside)
        found += (minute != inside) | (minute <= 0)
        return found

    def _outside(self) -> str:
        return f"because the dates run out of {self.calendars[0].origin} to {self.calendars[0].end}, which the calendars cover"


def _width(calendars: int, minutes: Ints, most: int) -> int:
    """Minutes of the pieces: as short as the shortest day with work, unless there would be too many."""
    shortest = int(np.min(minutes, where=minutes > 0, initial=DAY))
    return max(shortest, 30, calendars * most // _PIECES)
