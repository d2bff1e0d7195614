"""Pure. Lengths of time as people write them: "3d", "12h", "-1w", "2ed" for two elapsed days."""

import math
import re
from dataclasses import dataclass

_FORM = re.compile(r"([+-]?\d{1,12}(?:\.\d{1,12})?)\s*(e?)(m|h|d|w)")
_ELAPSED = {"m": 1, "h": 60, "d": 1440, "w": 10080}
WORKDAY, WORKWEEK = 480, 2400
"""Minutes of a working day and of a working week, where nobody's calendar is asked."""
LONGEST = 100_000 * 1440
"""Minutes of the longest time that is taken seriously: 100,000 days."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a unit, of working time or of elapsed time (a day of 24 hours, a week of seven days)."""

    value: float
    unit: str
    elapsed: bool

    def minutes(self, day: int, week: int) -> int:
        """Whole minutes, where a working day and a working week have that many."""
        length = _ELAPSED[self.unit] if self.elapsed else {"m": 1, "h": 60, "d": day, "w": week}[self.unit]
        return math.floor(self.value * length + 0.5)


def amount(given: object) -> Amount | str:
    """The amount, or what is wrong with it."""
    if given in (0, "0") and not isinstance(given, bool):
        return Amount(0, "m", elapsed=False)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return f"{given} has no unit" if math.isfinite(given) else f"{given} is no length of time"
    found = _FORM.fullmatch(given.strip().lower()) if isinstance(given, str) else None
    if found is None:
        return f"{_shown(given)} is no length of time"
    read = Amount(float(found[1]), found[3], found[2] == "e")
    if abs(read.value) * _ELAPSED[read.unit] > LONGEST:
        return f"{_shown(given)} is longer than 100,000 days"
    return read


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 40 else text[:39] + "…"
