"""Pure. Many calendars over one range of dates, and times that cross from one of them to another.

A time here is a *mark*: twice a minute index, plus one for the start image of that index. So marks are ordered as the instants are:
the end of Friday comes before the beginning of Monday, though no working minute lies between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from syncd.schedule.calendar import DAY, Ints, NotComputable, WorkingTime


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """The prefix sums of all calendars in one array, so that one search serves any mixture of them."""

    calendars: tuple[WorkingTime, ...]
    days: int
    totals: Ints
    start_of_day: Ints
    before: Ints
    minutes: Ints
    keys: Ints
    spread: int

    @classmethod
    def of(cls, calendars: Sequence[WorkingTime]) -> "Crossing":
        """Raises `NotComputable` where the calendars cover different dates."""
        if len({(one.origin, one.end) for one in calendars}) != 1:
            raise NotComputable("because the calendars cover different dates: compile all of them over one range")
        before = np.stack([one.before for one in calendars])
        spread = 2 * int(before.max()) + 4
        keys = 2 * before + spread * np.arange(len(calendars))[:, None]
        return cls(
            tuple(calendars),
            before.shape[1] - 1,
            before[:, -1].copy(),
            np.array([one.start_of_day for one in calendars], np.int64),
            before.ravel(),
            np.stack([one.minutes for one in calendars]).ravel(),
            keys.ravel(),
            spread,
        )

    def wall(self, calendar: Ints, mark: Ints) -> Ints:
        """The clock on the wall, in minutes since the origin. Raises `NotComputable` outside the range."""
        if np.any((mark < 0) | (mark > 2 * self.totals[calendar] + 1)):
            raise NotComputable(self._outside())
        mark = np.clip(mark, 1, 2 * self.totals[calendar])
        at = np.searchsorted(self.keys, mark + calendar * self.spread, "left") - 1
        day = at - calendar * (self.days + 1)
        found: Ints = day * DAY + self.start_of_day[calendar] + (mark >> 1) - self.before[at]
        return found

    def mark(self, calendar: Ints, wall: Ints) -> Ints:
        """The mark at a clock on the wall: a start image where no work was going on up to it."""
        if np.any((wall < 0) | (wall > self.days * DAY)):
            raise NotComputable(self._outside())
        day = np.minimum(wall // DAY, self.days - 1)
        minute = wall - day * DAY - self.start_of_day[calendar]
        minutes = self.minutes[calendar * self.days + day]
        index = self.before[calendar * (self.days + 1) + day] + np.clip(minute, 0, minutes)
        found: Ints = 2 * index + ((minute <= 0) | (minute > minutes))
        return found

    def _outside(self) -> str:
        return f"because the dates run out of {self.calendars[0].origin} to {self.calendars[0].end}, which the calendars cover"
