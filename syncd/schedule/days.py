"""Pure. Working days of a calendar as people count them, and why some days are none."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, timedelta

from syncd.model.record import record
from syncd.model.rows import Person
from syncd.model.teams import Team
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.workdays import workdays_after, workdays_within
from syncd.schedule.working import Why, Working


@record(frozen=True, slots=True)
class Off:
    """Neighbouring days without work, or with less, on which there would be more, by the week alone, and why."""

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
    origin, counted = time.origin.toordinal(), time.counted
    begins, ends = first.toordinal() - origin, last.toordinal() - origin + 1
    if ends <= 0 or begins >= len(counted) - 1:
        return workdays_within(first, last)
    before = workdays_within(first, time.origin - timedelta(days=1)) if begins < 0 else 0
    behind = workdays_after(time.end - timedelta(days=1), last) if ends > len(counted) - 1 else 0
    return before + counted[min(ends, len(counted) - 1)] - counted[max(begins, 0)] + behind


def later(time: WorkingTime, day: date, count: int) -> date:
    """The working day that is `count` after `day`, or before it where negative; 0 leaves it. At most the end of the range."""
    if count == 0:
        return day
    worked, place = time.worked, (day - time.origin).days
    at = bisect_right(worked, place) - 1 + count if count > 0 else bisect_left(worked, place) + count
    return time.origin + timedelta(days=worked[min(max(at, 0), len(worked) - 1)])


def off_within(
    working: Working, person: Person | None, team: Team | None, first: date, last: date, *, partly: bool = False
) -> Iterator[Off]:
    """The days from `first` to `last` on which this person, or team, would work by the week alone, and does not: neighbours as one.
    `partly`: also those on which they work for a part of it."""
    off = working.off(person, team)
    begin = bisect_left(off.places, (first - working.origin).days)
    end = bisect_right(off.places, (last - working.origin).days)
    while begin < end:
        at = begin + 1
        while at < end and off.numbers[at] == off.numbers[at - 1] + 1 and off.why(at) == off.why(begin):
            at += 1
        if partly or not off.gone[begin]:
            each = " a day" if off.gone[begin] and at - begin > 1 else ""
            yield Off(off.day(begin), off.day(at - 1), f"{off.why(begin)}{each}")
        begin = at
