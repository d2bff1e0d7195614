"""Pure. Working time: a week's pattern less what is off, compiled to prefix sums of minutes over local dates.

Everything runs on local dates and the clock on the wall, so a night in which the clock changes has no effect. An instant is a naive
local `datetime`, or a `datetime64[m]` array of any shape; `local` makes one out of an instant with a zone. A *minute index* counts the
working minutes since the origin.

A working day runs from its start (09:00 by default) without a break for as many minutes as it has: 8 hours end at 17:00. A day that
is partly off ends earlier. The boundary between two working days is one index with two images: as a *finish* it is the end of the
earlier day (17:00), as a *start* the beginning of the next working day (09:00).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Instants = Any
"""A naive local datetime or date, or anything that NumPy reads as `datetime64[m]`."""

DAY = 1440
NINE = 540
WEEK = (480, 480, 480, 480, 480, 0, 0)


class NotComputable(Exception):
    """There is no answer. The text says why, in the form "because ..."."""


def local(instant: datetime, zone: str) -> datetime:
    """The clock on the wall of that IANA zone at an instant, without an offset."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def around(today: date) -> tuple[date, date]:
    """The usual range of dates: two years back, five years ahead (the end is not part of it)."""
    return today - timedelta(days=731), today + timedelta(days=1827)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Who works when. Minutes throughout.

    `weekly`: minutes from Monday to Sunday. `off`: dates without work. `absences`: minutes that a date lacks; with a date off nothing
    is taken twice. `share`: the part of each day that is worked for this, applied last and rounded to the minute. `start_of_day`: the
    minute at which a working day begins.
    """

    weekly: Sequence[int] = WEEK
    off: frozenset[date] = frozenset()
    absences: Mapping[date, int] = field(default_factory=dict)
    share: float = 1.0
    start_of_day: int = NINE

    def compile(self, origin: date, end: date) -> "WorkingTime":
        """Working time from `origin` up to and without `end`. Raises `NotComputable` where no day of it is worked."""
        minutes = compile_many((self,), origin, end)[0]
        before = np.concatenate((np.zeros(1, np.int64), np.cumsum(minutes)))
        if before[-1] <= 0:
            raise NotComputable(f"because the calendar has no working day from {origin} to {end}")
        if self.start_of_day < 0 or self.start_of_day + int(minutes.max()) > DAY:
            raise NotComputable("because a working day of the calendar would run past midnight")
        return WorkingTime(origin, self.start_of_day, minutes, before)


def compile_many(calendars: Sequence[Calendar], origin: date, end: date) -> Ints:
    """Working minutes of many people at once, as an array of people x days from `origin` up to and without `end`."""
    days = (end - origin).days
    if days <= 0:
        raise NotComputable(f"because there is no day from {origin} to {end}")
    if any(len(one.weekly) != 7 or min(one.weekly) < 0 for one in calendars):
        raise ValueError("weekly has something else than the minutes, from 0 on, of seven days")
    weekly = np.array([one.weekly for one in calendars], np.int64).reshape(-1, 7)
    minutes = weekly[:, (np.arange(days) + origin.weekday()) % 7]
    first = origin.toordinal()
    away = [(row, day.toordinal() - first, taken) for row, one in enumerate(calendars) for day, taken in one.absences.items()]
    _take(minutes, away)
    off = [(row, day.toordinal() - first, DAY) for row, one in enumerate(calendars) for day in one.off]
    _take(minutes, off)
    shares = np.array([one.share for one in calendars])
    partly = np.flatnonzero(shares != 1.0)
    minutes[partly] = np.floor(minutes[partly] * shares[partly, None] + 0.5).astype(np.int64)
    return minutes


def _take(minutes: Ints, taken: list[tuple[int, int, int]]) -> None:
    if not taken:
        return
    rows, days, amounts = np.array(taken, np.int64).T
    inside = (days >= 0) & (days < minutes.shape[1])
    rows, days = rows[inside], days[inside]
    np.subtract.at(minutes, (rows, days), amounts[inside])
    minutes[rows, days] = np.maximum(minutes[rows, days], 0)


@dataclass(frozen=True, eq=False)  # no slots: what is asked for is kept
class WorkingTime:
    """A compiled calendar: `minutes` per day from the origin on, and `before`, their prefix sums (one longer).

    Every operation takes one instant or an array of them, and raises `NotComputable` for a date outside the range.
    """

    origin: date
    start_of_day: int
    minutes: Ints
    before: Ints

    @cached_property
    def total(self) -> int:
        """The last minute index."""
        return int(self.before[-1])

    @cached_property
    def longest(self) -> int:
        """The minutes of its longest day."""
        return int(self.minutes.max())

    @cached_property
    def worked(self) -> list[int]:
        """The days on which there is work, counted from the origin."""
        found: list[int] = np.flatnonzero(self.minutes > 0).tolist()
        return found

    @cached_property
    def counted(self) -> list[int]:
        """How many working days there are before each day of the range, and before its end."""
        found: list[int] = np.concatenate((np.zeros(1, np.int64), np.cumsum(self.minutes > 0))).tolist()
        return found

    @cached_property
    def end(self) -> date:
        """The first date after the range."""
        return self.origin + timedelta(days=len(self.minutes))

    def index(self, at: Instants) -> Ints:
        """Working minutes from the origin to an instant."""
        wall = self._wall(at)
        day = np.minimum(wall // DAY, len(self.minutes) - 1)
        inside = np.clip(wall - day * DAY - self.start_of_day, 0, self.minutes[day])
        found: Ints = self.before[day] + inside
        return found

    def finish(self, index: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """The instant at which that much work is done: at a boundary the end of the earlier day. Index 0 is the first start."""
        whole = self._within(index)
        return self._at(np.searchsorted(self.before, np.maximum(whole, 0), "left") - 1, whole, self.start_of_first)

    def start(self, index: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """The instant at which work goes on: at a boundary the beginning of the next working day."""
        whole = self._within(index)
        if np.any(whole == self.total):
            raise NotComputable(f"because no working day follows before {self.end}, where the calendar ends")
        return self._at(np.searchsorted(self.before, whole, "right") - 1, whole, 0)

    @cached_property
    def start_of_first(self) -> int:
        """The first working day, counted from the origin."""
        return int(np.argmax(self.minutes > 0))

    def count(self, since: Instants, until: Instants) -> Ints:
        """Working minutes from one instant to another; negative where the second one is earlier."""
        return self.index(until) - self.index(since)

    def add(self, at: Instants, minutes: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """The finish of work of that length that is begun at an instant."""
        return self.finish(self.index(at) + np.asarray(minutes, np.int64))

    def subtract(self, at: Instants, minutes: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """The start of work of that length that is done at an instant."""
        return self.start(self.index(at) - np.asarray(minutes, np.int64))

    def next_working(self, at: Instants) -> npt.NDArray[np.datetime64]:
        """The instant itself where work goes on at it, else the next start."""
        return self.start(self.index(at))

    def previous_working(self, at: Instants) -> npt.NDArray[np.datetime64]:
        """The instant itself where work was going on up to it, else the last finish before it."""
        return self.finish(self.index(at))

    def overlap(self, since: Instants, until: Instants, other_since: Instants, other_until: Instants) -> Ints:
        """Working minutes that two half-open intervals share; those that touch share none."""
        later = np.maximum(self.index(since), self.index(other_since))
        shared: Ints = np.maximum(np.minimum(self.index(until), self.index(other_until)) - later, 0)
        return shared

    def _wall(self, at: Instants) -> Ints:
        if isinstance(at, datetime) and at.tzinfo:
            raise ValueError("an instant here is a local one without an offset: make one with `local`")
        since_epoch = np.asarray(at, "datetime64[m]").astype(np.int64)
        wall: Ints = since_epoch - (self.origin.toordinal() - _EPOCH) * DAY
        if np.any((wall < 0) | (wall > len(self.minutes) * DAY)):
            raise NotComputable(f"because a date lies outside {self.origin} to {self.end}, which the calendar covers")
        return wall

    def _within(self, index: npt.ArrayLike) -> Ints:
        whole = np.asarray(index, np.int64)
        if np.any((whole < 0) | (whole > self.total)):
            raise NotComputable(f"because the work does not fit between {self.origin} and {self.end}, which the calendar covers")
        return whole

    def _at(self, day: Any, index: Ints, least: int) -> npt.NDArray[np.datetime64]:
        day = np.maximum(day, least)
        wall = (day + self.origin.toordinal() - _EPOCH) * DAY + self.start_of_day + index - self.before[day]
        found: npt.NDArray[np.datetime64] = np.asarray(wall, np.int64).astype("datetime64[m]")[()]
        return found


_EPOCH = date(1970, 1, 1).toordinal()
