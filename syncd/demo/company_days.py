"""When things happen in the simulated company: working days around the day on which its story begins, and a clock that can be moved."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncd.schedule.holidays_of import holidays_of
from syncd.schedule.workdays import is_workday

ZONE, REGION = "Europe/Berlin", "DE-BE"


_AROUND = 200
"""So many days before and after today have a number."""


class Moment:
    """The clock of the company: its past while that is told, later real time moved by `shift`."""

    def __init__(self, real: Callable[[], datetime]) -> None:
        self._real = real
        self._told: datetime | None = None
        self.shift = timedelta(0)

    def now(self) -> datetime:
        """The instant it is there (UTC)."""
        return self._told or self._real() + self.shift

    def tell(self, at: datetime) -> None:
        """Stand still at an instant of the past."""
        self._told = at

    def run_from(self, at: datetime) -> None:
        """Run from that instant on."""
        self._told, self.shift = None, at - self._real()

    def run(self) -> None:
        """Run with the real time."""
        self._told, self.shift = None, timedelta(0)


class Days:
    """Working days counted from the first day of the story: the last one before today, so that its next day is today."""

    def __init__(self, now: datetime) -> None:
        today = now.astimezone(ZoneInfo(ZONE)).date()
        around = (today + timedelta(days=offset) for offset in range(-_AROUND, _AROUND))
        off = holidays_of(REGION, today - timedelta(days=_AROUND), today + timedelta(days=_AROUND))
        self._days = [day for day in around if is_workday(day) and day not in off]
        self._first = bisect_left(self._days, today) - 1
        self.first = self._days[self._first]

    def day(self, count: int) -> date:
        """The working day that is so many after the first one."""
        return self._days[self._first + count]

    def iso(self, count: int) -> str:
        """The same as `YYYY-MM-DD`."""
        return self.day(count).isoformat()

    def at(self, count: int, hour: int = 9, minute: int = 0) -> datetime:
        """That day at that time in the company's zone, as UTC."""
        return datetime.combine(self.day(count), time(hour, minute), ZoneInfo(ZONE)).astimezone(UTC)

    def stamp(self, count: int, hour: int = 9) -> str:
        """The same as GitHub and GitLab write it."""
        return f"{self.at(count, hour):%Y-%m-%dT%H:%M:%SZ}"
