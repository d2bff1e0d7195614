"""The part of RFC 5545 that the Google twin expands: rules by day, week, month and year, and single dates taken out."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

Start = date | datetime
"""A whole day, or an instant with its zone."""

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}


def starts(first: Start, recurrence: Sequence[str], until: date) -> Iterator[Start]:
    """Every start up to the horizon `until`. Clock times stay what they are through changes to summer time.

    Raises ValueError for what it does not know.
    """
    left_out = {_moment(text, first) for line in recurrence if line.startswith("EXDATE") for text in _values(line)}
    for line in recurrence:
        if line.startswith("RRULE:"):
            yield from (start for start in _of_rule(first, _parts(line), until) if start not in left_out)
        elif not line.startswith("EXDATE"):
            raise ValueError(f"the twin does not expand {line!r}")


def _of_rule(first: Start, rule: dict[str, str], until: date) -> Iterator[Start]:
    count = int(rule.get("COUNT", 10**6))
    last = _moment(rule["UNTIL"], first) if "UNTIL" in rule else None
    for start in _candidates(first, rule):
        day = start.date() if isinstance(start, datetime) else start
        if count == 0 or day > until or (last is not None and start > last):
            return
        count -= 1
        yield start


def _candidates(first: Start, rule: dict[str, str]) -> Iterator[Start]:
    step, days = int(rule.get("INTERVAL", 1)), rule.get("BYDAY", "")
    match rule["FREQ"]:
        case "DAILY" if not days:
            yield from (first + timedelta(days=n * step) for n in range(10**5))
        case "WEEKLY":
            wanted = sorted(_DAYS.index(name) for name in days.split(",")) if days else [first.weekday()]
            monday = first - timedelta(days=first.weekday())
            found = (monday + timedelta(weeks=n * step, days=day) for n in range(10**4) for day in wanted)
            yield from (start for start in found if start >= first)
        case "MONTHLY" | "YEARLY" if not days:
            months = step if rule["FREQ"] == "MONTHLY" else 12 * step
            yield from (start for n in range(10**4) if (start := _months_on(first, n * months)) is not None)
        case _:
            raise ValueError(f"the twin does not expand {rule}")


def _months_on(first: Start, months: int) -> Start | None:
    """The same day of a later month; None where that month has no such day, or the calendar ends."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    try:
        return first.replace(year=year, month=month + 1)
    except ValueError:
        return None


def _parts(line: str) -> dict[str, str]:
    rule = dict(part.split("=", 1) for part in line.removeprefix("RRULE:").split(";"))
    if rule.keys() - _KNOWN:
        raise ValueError(f"the twin does not expand {line!r}")
    return rule


def _values(line: str) -> list[str]:
    return line.partition(":")[2].split(",")


def _moment(text: str, like: Start) -> Start:
    """A value of a rule, as `like` is: a day, or an instant, which without Z is in the event's own zone."""
    if not isinstance(like, datetime):
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d").replace(hour=23, minute=59, tzinfo=like.tzinfo)
    found = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC if text.endswith("Z") else like.tzinfo)
    return found.astimezone(like.tzinfo)
