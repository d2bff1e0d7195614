"""Pure. Working days of a calendar as people count them, and why some days are none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from syncd.model.rows import Person
from syncd.model.teams import Team
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.workdays import workdays_after, workdays_within
from syncd.schedule.working import Working

Why = Literal["holiday", "day off", "away"]


@dataclass(frozen=True, slots=True)
class Off:
    """Neighbouring days without work on which there would be some, by the week alone, and why."""

    first: date
    last: date
    why: Why


def days_after(time: WorkingTime, start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative where `end` is earlier."""
    if end < start:
        return -days_after(time, end, start)
    return days_within(time, start + timedelta(days=1), end)


def days_within(time: WorkingTime, first: date, last: date) -> int:
    """Working days from `first` to `last`, both included; 0 where `last` is earlier. Outside the calendar's range Monday to Friday."""
    if last < first:
        return 0
    final = time.end - timedelta(days=1)
    inside = max(first, time.origin), min(last, final)
    if inside[0] > inside[1]:
        return workdays_within(first, last)
    within = time.minutes[(inside[0] - time.origin).days : (inside[1] - time.origin).days + 1]
    before = workdays_within(first, time.origin - timedelta(days=1)) if first < time.origin else 0
    return before + int(np.count_nonzero(within)) + (workdays_after(final, last) if last > final else 0)


def later(time: WorkingTime, day: date, count: int) -> date:
    """The working day that is `count` after `day`, or before it where negative; 0 leaves it. At most the end of the range."""
    if count == 0:
        return day
    worked = np.flatnonzero(time.minutes > 0)
    place = (day - time.origin).days
    at = int(np.searchsorted(worked, place, "right")) - 1 + count if count > 0 else int(np.searchsorted(worked, place)) + count
    return time.origin + timedelta(days=int(worked[min(max(at, 0), len(worked) - 1)]))


def off_within(working: Working, person: Person | None, team: Team | None, first: date, last: date) -> Iterator[Off]:
    """The days from `first` to `last` on which this person, or team, would work by the week alone, and does not."""
    hours = working.hours(person, team)
    week, made = working.weeks.minutes(hours), working.minutes(person, team)
    found: Off | None = None
    for offset in range(max(0, (last - first).days + 1)):
        day = first + timedelta(days=offset)
        place = working.place(day)
        if not hours.minutes[day.weekday()]:
            continue
        why: Why | None = None
        if not week[place]:
            why = "day off" if day in hours.days_off else "holiday"
        elif not made[place]:
            why = "away"
        if found and why == found.why:
            found = Off(found.first, day, found.why)
            continue
        if found:
            yield found
        found = Off(day, day, why) if why else None
    if found:
        yield found
