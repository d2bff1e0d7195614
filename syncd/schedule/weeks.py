"""Pure. Weeks as minutes per day over the whole range: the pattern of a week less public holidays and days off."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from syncd.model.teams import Hours
from syncd.schedule.calendar import DAY, Ints
from syncd.schedule.holidays_of import holidays_of, incomplete, unknown


@dataclass(frozen=True, slots=True, eq=False)
class Weeks:
    """Minutes of work per day from `origin` up to and without `end`, each week made once."""

    origin: date
    end: date
    zone: str
    _minutes: dict[Hours, Ints] = field(default_factory=dict)
    _zones: dict[str, ZoneInfo] = field(default_factory=dict)

    def minutes(self, hours: Hours) -> Ints:
        """Minutes per day. Not to be written to."""
        if hours not in self._minutes:
            made = np.array(hours.minutes, np.int64)[(np.arange((self.end - self.origin).days) + self.origin.weekday()) % 7]
            last = self.end - timedelta(days=1)
            off = hours.days_off | (holidays_of(hours.region, self.origin, last) if hours.region else frozenset())
            made[[(day - self.origin).days for day in off if self.origin <= day <= last]] = 0
            made.flags.writeable = False
            self._minutes[hours] = made
        return self._minutes[hours]

    def starts(self, hours: Hours) -> int:
        """The minute at which a working day begins: as written, or so early that it ends by midnight."""
        return max(0, min(hours.starts.hour * 60 + hours.starts.minute, DAY - max(hours.minutes)))

    def zone_of(self, hours: Hours) -> ZoneInfo:
        """The zone of these people; one that does not exist is that of the model."""
        name = hours.zone or self.zone
        if name not in self._zones:
            self._zones[name] = _zone(name) or _zone(self.zone) or ZoneInfo("UTC")
        return self._zones[name]


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def faults(hours: Hours) -> Iterator[str]:
    """What is wrong with a week, one line each, with how it is counted."""
    if not any(hours.minutes):
        yield "no working day: counted with a week that has some"
    if hours.starts.hour * 60 + hours.starts.minute + max(hours.minutes) > DAY:
        yield f"a working day from {hours.starts:%H:%M} would run past midnight: counted as if it began earlier"
    if hours.zone and _zone(hours.zone) is None:
        yield f"there is no time zone {hours.zone}: the model's counts"
    if hours.region and (reason := unknown(hours.region) or incomplete(hours.region)):
        yield f"region {hours.region}: {reason}"
