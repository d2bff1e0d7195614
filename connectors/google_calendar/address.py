"""Identity of events: an instance of a recurring event is known by the event and the start that it had at first."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncd.model.ref import Ref

_INSTANCE = re.compile(r"(?P<series>.+)_(?P<day>\d{8})(?P<time>T\d{6}Z)?")
"""How Google makes the id of an instance from its event's and its original start."""


def ref_of(connection: str, calendar: str, event: Mapping[str, Any]) -> Ref:
    """The identity of an event of a calendar. Raises KeyError where it has no id."""
    own = _own(event)
    key = f"{calendar}/{own}"
    return Ref(connection, "events", _identity(calendar, event, own) or key, key=key, url=event.get("htmlLink"))


def ids_of_cancelled(calendar: str, event: Mapping[str, Any]) -> tuple[str, ...]:
    """Every id that a cancelled event may be known by: only the event's own id is sure to be left. Raises KeyError without one."""
    own = _own(event)
    return (_identity(calendar, event, own) or f"{calendar}/{own}",)


def calendar_of(ref: Ref) -> str:
    """The calendar that an event belongs to."""
    return ref.id.partition("/")[0]


def event_of(ref: Ref) -> str:
    """The event's own id, as addresses need it: from the key, else made as Google makes it."""
    calendar, _, event = ref.id.partition("/")
    if ref.key and ref.key.startswith(f"{calendar}/"):
        return ref.key.removeprefix(f"{calendar}/")
    series, _, start = event.rpartition("@")
    return f"{series}_{re.sub('[-:]', '', start)}" if series else event


def _identity(calendar: str, event: Mapping[str, Any], own: str) -> str | None:
    """Of an instance, else None. Where a field is missing, its id says the same."""
    series, start = event.get("recurringEventId"), _start(event.get("originalStartTime"))
    if not series or not start:
        found = _INSTANCE.fullmatch(own) if "_" in own else None
        series, start = (found["series"], _written_out(found)) if found else (None, None)
    return f"{calendar}/{series}@{start}" if series and start else None


def _own(event: Mapping[str, Any]) -> str:
    if not event.get("id"):
        raise KeyError("id")
    return str(event["id"])


def _start(original: object) -> str | None:
    """A date, or an instant in UTC: the offset that it is written with follows the zone of the calendar, which may change."""
    if not isinstance(original, Mapping):
        return None
    try:
        found = datetime.fromisoformat(str(original["dateTime"]))
        zone = found.tzinfo or ZoneInfo(str(original["timeZone"]))
        return found.replace(tzinfo=zone).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (KeyError, ValueError, OSError):
        return original.get("dateTime") or original.get("date")


def _written_out(found: re.Match[str]) -> str:
    day, time = found["day"], found["time"] or ""
    clock = f"T{time[1:3]}:{time[3:5]}:{time[5:7]}Z" if time else ""
    return f"{day[:4]}-{day[4:6]}-{day[6:]}{clock}"
