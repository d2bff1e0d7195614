"""Pure. Monday to Friday: dates counted and moved in working days.

Every date has an `index`: the number of working days up to and including it, so that a Saturday has the index of its Friday.
Counting is a difference of indices, moving a sum. The closed form agrees with NumPy's busday functions (a test compares them) and
takes a tenth of their time for single dates, which is what the network is made of.
"""

from datetime import date
from functools import lru_cache
from math import ceil

MINUTES_PER_DAY = 480
"""Working minutes of one working day."""

_WEEK = 5
_LAST = date.max.toordinal()


def index(day: date) -> int:
    """The number of working days from the beginning of the calendar up to and including `day`."""
    return _index(day.toordinal())


def _index(ordinal: int) -> int:
    weeks, weekday = divmod(ordinal, 7)  # ordinal 1, of the year 1, is a Monday
    return weeks * _WEEK + (weekday if weekday < _WEEK else _WEEK)


def day_at(position: int) -> date:
    """The working day of that index. Beyond the calendar's ends: its first or last day."""
    weeks, weekday = divmod(position - 1, _WEEK)
    return date.fromordinal(min(max(weeks * 7 + weekday + 1, 1), _LAST))


def workdays_after(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative where `end` is earlier."""
    return index(end) - index(start)


@lru_cache(65536)
def workdays_within(first: date, last: date) -> int:
    """Working days from `first` to `last`, both included; 0 where `last` is earlier."""
    return max(0, _index(last.toordinal()) - _index(first.toordinal() - 1))


def add_workdays(day: date, count: int) -> date:
    """The working day that is `count` after `day`, or before it where negative. 0 leaves the day as it is."""
    if count == 0:
        return day
    return day_at(index(day) + count + (count < 0 and not is_workday(day)))


def roll_forward(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day if is_workday(day) else day_at(index(day) + 1)


def start_for(finish: date, days: int) -> date:
    """The last working day on which work of `days` working days can start and still end on `finish`."""
    return day_at(index(finish) - max(days, 1) + 1)


def is_workday(day: date) -> bool:
    """Whether people work on that day."""
    return day.weekday() < _WEEK


def whole_days(minutes: float) -> int:
    """Minutes of working time in working days, rounded up."""
    return ceil(minutes / MINUTES_PER_DAY)
