"""Whether a rule of recurrence can be followed: it comes true, and not without end or measure."""

from calendar import isleap
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

MOST = 1000
"""So many occurrences of one event are kept at most: more than two a day."""
MOST_STEPS = 100_000
"""So many steps may lie between the first occurrence and the last one that counts: two and a half centuries of days."""
MOST_STEPS_IN_ALL = 10_000_000
"""So many for all events of a calendar."""

_STEP_S = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600, "DAILY": 86_400, "WEEKLY": 604_800, "MONTHLY": 2_419_200}
_YEAR_S = 31_536_000
_LATE = range(9932, 9960)
"""Near the last year that can be counted: what does not come true in the forty years from there never does. All kinds of years."""
_SEARCH = 25_000
"""What such a search may take."""
_SPARE = timedelta(days=2)
"""More than any two zones are apart."""


class Rules:
    """Looks at the rules of one calendar from one day to another. Raises nothing."""

    def __init__(self, since: date, until: date) -> None:
        self._since = datetime.combine(since, time()) - _SPARE
        self._until = datetime.combine(until, time()) + _SPARE
        self._left = MOST_STEPS_IN_ALL

    def against(self, rule: str, start: date) -> str | None:
        """Why a rule (RRULE, as it is written) of an event that starts then cannot be followed; None where it can.

        The library that expands it counts from the first occurrence on, and would do so for ever.
        """
        try:
            parts = dict(part.split("=", 1) for part in rule.upper().split(";") if part)
            if "COUNT" in parts and "UNTIL" in parts:
                return "its rule ends twice (COUNT and UNTIL)"
            at = start.replace(tzinfo=None) if isinstance(start, datetime) else datetime.combine(start, time())
            last = min([self._until, *_end(parts)])
            steps = _steps(parts, at, last)
            if steps > MOST_STEPS:
                return f"its rule would have to be followed more than {MOST_STEPS} times"
            self._left -= steps
            if self._left < 0:
                return "the rules of this calendar would have to be followed too many times"
            if not _comes_true(parts, at):
                self._left -= _SEARCH
                return "its rule never comes true"
            return _too_often(parts, at, self._since, last)
        except (ValueError, KeyError, TypeError, OverflowError, IndexError, AttributeError):
            return "its rule of recurrence cannot be understood"


def _end(parts: dict[str, str]) -> list[datetime]:
    """The day after UNTIL, where the rule has one."""
    if "UNTIL" not in parts:
        return []
    return [datetime.strptime(parts["UNTIL"][:8], "%Y%m%d") + _SPARE]  # noqa: DTZ007


def _steps(parts: dict[str, str], at: datetime, last: datetime) -> int:
    interval, count = int(parts.get("INTERVAL", 1)), int(parts.get("COUNT", 1))
    is_quick = parts["FREQ"] in ("SECONDLY", "MINUTELY", "HOURLY")
    if interval < 1 or count < 1 or (is_quick and "BYSETPOS" in parts):  # the library would look for ever
        raise ValueError("a rule that goes nowhere")
    every = _STEP_S.get(parts["FREQ"], _YEAR_S) * interval
    steps = max(1, int((last - at).total_seconds() / every))
    if "COUNT" in parts and not any(name.startswith("BY") for name in parts):
        return min(steps, count)
    return steps


def _comes_true(parts: dict[str, str], at: datetime) -> bool:
    endless = {name: value for name, value in parts.items() if name not in ("COUNT", "UNTIL")}
    first = date(at.year, 1, 1).weekday()
    year = next(one for one in _LATE if isleap(one) is isleap(at.year) and date(one, 1, 1).weekday() == first)
    return next(iter(rrulestr(_text(endless), dtstart=at.replace(year=year))), None) is not None


def _too_often(parts: dict[str, str], at: datetime, since: datetime, last: datetime) -> str | None:
    rule = rrulestr(_text({name: value for name, value in parts.items() if name != "UNTIL"}), dtstart=at)
    inside = 0
    for n, moment in enumerate(islice(rule, MOST_STEPS + 1)):
        if moment >= last:
            break
        inside += moment >= since
        if inside > MOST or n >= MOST_STEPS:
            return f"it recurs more than {MOST} times in the months that are read"
    return None


def _text(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())
