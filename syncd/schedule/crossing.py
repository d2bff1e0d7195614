"""Pure. Many calendars over one range of dates, and times that cross from one of them to another.

A time here is a *mark*: twice a minute index, plus one for the start image of that index. So marks are ordered as the instants are:
the end of Friday comes before the beginning of Monday, though no working minute lies between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from syncd.schedule.calendar import DAY, Ints, NotComputable, WorkingTime


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Times that cross, one column each. `links`: what they belong to. `key`, `top`: where the calendar that they come from is found,
    and its last mark. `row`, `begin`: where the calendar that they go to is found, and the start of its days. `elapsed`: minutes
    on the wall in between."""

    links: Ints
    key: Ints
    top: Ints
    row: Ints
    begin: Ints
    elapsed: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """The prefix sums of all calendars in one array, so that one search serves any mixture of them.

    `walls`: by entry of `keys`, minutes on the wall less working minutes; `before`, `minutes`: by calendar and day.
    """

    calendars: tuple[WorkingTime, ...]
    days: int
    totals: Ints
    start_of_day: Ints
    before: Ints
    minutes: Ints
    keys: Ints
    walls: Ints
    spread: int

    @classmethod
    def of(cls, calendars: Sequence[WorkingTime]) -> "Crossing":
        """Raises `NotComputable` where the calendars cover different dates."""
        if len({(one.origin, one.end) for one in calendars}) != 1:
            raise NotComputable("because the calendars cover different dates: compile all of them over one range")
        before = np.stack([one.before for one in calendars])
        start_of_day = np.array([one.start_of_day for one in calendars], np.int64)
        spread = 2 * int(before.max()) + 4
        keys = 2 * before + spread * np.arange(len(calendars))[:, None]
        walls = np.arange(before.shape[1]) * DAY + start_of_day[:, None] - before
        return cls(
            tuple(calendars),
            before.shape[1] - 1,
            before[:, -1].copy(),
            start_of_day,
            before[:, :-1].ravel(),
            np.stack([one.minutes for one in calendars]).ravel(),
            keys.ravel(),
            walls.ravel(),
            spread,
        )

    def route(self, links: Ints, since: Ints, until: Ints, elapsed: Ints) -> Route:
        """What times need that go from calendars to others."""
        return Route(links, since * self.spread, 2 * self.totals[since], until * self.days, self.start_of_day[until], elapsed)

    def wall(self, calendar: Ints, mark: Ints) -> Ints:
        """The clock on the wall, in minutes since the origin. Raises `NotComputable` outside the range."""
        return self._wall(mark, calendar * self.spread, 2 * self.totals[calendar])

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
        wall = self._wall(mark, route.key[part], route.top[part]) + route.elapsed[part]
        if wall.max() > self.days * DAY:
            raise NotComputable(self._outside())
        return self._mark(wall, route.row[part], route.begin[part])

    def back(self, route: Route, part: slice, index: Ints) -> Ints:
        """The predecessors' latest indexes at indexes of successors. Behind the range it is its end."""
        wall = self._wall(2 * index + 1, route.key[part], route.top[part]) - route.elapsed[part]
        if wall.min() < 0:
            raise NotComputable(self._outside())
        return self._mark(wall, route.row[part], route.begin[part]) >> 1

    def _wall(self, mark: Ints, key: Ints, top: Ints) -> Ints:
        within = np.minimum(np.maximum(mark, 1), top)
        if np.any(np.abs(mark - within) > 1):
            raise NotComputable(self._outside())
        found: Ints = self.walls[np.searchsorted(self.keys, within + key, "left") - 1]
        found += within >> 1
        return found

    def _mark(self, wall: Ints, row: Ints, begin: Ints) -> Ints:
        day = np.minimum(np.maximum((wall - 1) // DAY, 0), self.days - 1)  # midnight is the end of its evening
        minute = wall - day * DAY
        minute -= begin
        day += row
        inside = np.minimum(np.maximum(minute, 0), self.minutes[day])
        found: Ints = 2 * (self.before[day] + inside)
        found += (minute != inside) | (minute <= 0)
        return found

    def _outside(self) -> str:
        return f"because the dates run out of {self.calendars[0].origin} to {self.calendars[0].end}, which the calendars cover"
