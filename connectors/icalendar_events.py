"""One event of a calendar (VEVENT), read by the library and put right: its times with their zones, its end, or why it cannot be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import icalendar
from icalendar.prop import vBroken, vDDDTypes

from connectors.icalendar_text import Block
from connectors.icalendar_zones import NoZone, Zones

_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SEQUENCE", "STATUS")
_NEEDED = (*_TIMES, "DURATION", "RRULE", "STATUS", "SEQUENCE")
_ZONE = "X-TZID"
"""Stands for TZID in what the library reads: it would look zones up in a list that it keeps for all calendars."""
_DAY = timedelta(days=1)


class Unreadable(Exception):
    """An event that cannot be read. `reason` is for people, and holds no more of the event than a time."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Times:
    """How the times of one calendar are read. `floating`: the zone of those that name none, where it is known."""

    zones: Zones
    floating: tzinfo | None = None


def read(block: Block, times: Times) -> icalendar.Event:
    """The event, with DTSTART and DTEND, all its times in their zones. Raises Unreadable."""
    if block.broken:
        raise Unreadable("the event has no END:VEVENT")
    text = "\r\n".join(["BEGIN:VEVENT", *map(_hidden_zone, block.lines), "END:VEVENT", ""])
    try:
        event = icalendar.Event.from_ical(text)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, OverflowError):
        event = None
    if not isinstance(event, icalendar.Event):
        raise Unreadable("the event cannot be understood")
    _check(event)
    try:
        _in_zones(event, times)
        _put_end(event)
    except NoZone as error:
        raise Unreadable(f"no time zone {error.name[:40]!r} is known") from None
    except (TypeError, OverflowError, ValueError, AttributeError):
        raise Unreadable("its times do not fit together") from None
    return event


def each(event: icalendar.Event, name: str) -> list[Any]:
    """All values of a property."""
    found: Any = event.get(name)
    return found if isinstance(found, list) else [] if found is None else [found]


def moment(event: icalendar.Event, name: str) -> Any:
    """The day, the time or the span of a property that the event has."""
    found: Any = event[name]
    return found.dt


def is_day(moment: object) -> bool:
    """Whether it is a day, without a time."""
    return isinstance(moment, date) and not isinstance(moment, datetime)


def _hidden_zone(line: str) -> str:
    head = line.upper()
    if not head.startswith(_TIMES) or ";TZID=" not in head:
        return line
    at = head.index(";TZID=")
    return f"{line[:at]};{_ZONE}={line[at + 6 :]}"


def _check(event: icalendar.Event) -> None:
    for name in _NEEDED:
        values = each(event, name)
        if len(values) > 1 and name in _ONCE:
            raise Unreadable(f"the event has more than one {name}")
        for value in values:
            if isinstance(value, vBroken):
                raise Unreadable(f"its {name} cannot be understood: {str(value)[:60]!r}")
    if "DTSTART" not in event:
        raise Unreadable("the event has no DTSTART")


def _in_zones(event: icalendar.Event, times: Times) -> None:
    """Give times that have no offset the zone that they name, or else the calendar's."""
    for name in _TIMES:
        for value in each(event, name):
            named = value.params.get(_ZONE)
            zone = None
            for one in _ddd(value):
                if zone is None:
                    zone = times.zones.of(str(named)) if named and _is_bare(one.dt) else times.floating
                one.dt = _placed(one.dt, zone)


def _ddd(value: Any) -> Iterator[vDDDTypes]:
    yield from getattr(value, "dts", None) or [value]


def _is_bare(moment: Any) -> bool:
    first = moment[0] if isinstance(moment, tuple) else moment
    return isinstance(first, datetime) and first.tzinfo is None


def _placed(moment: Any, zone: tzinfo | None) -> Any:
    if isinstance(moment, tuple):
        return tuple(_placed(one, zone) for one in moment)
    return moment.replace(tzinfo=zone) if _is_bare(moment) else moment


def _put_end(event: icalendar.Event) -> None:
    """DTEND, whether it is written down, follows from DURATION or is understood (RFC 5545, section 3.6.1)."""
    start = moment(event, "DTSTART")
    end = _end(event, start)
    if not isinstance(start, date) or not isinstance(end, date) or is_day(start) is not is_day(end):
        raise Unreadable("it begins on a day and ends at a time, or the other way round")
    if _is_bare(start) is not _is_bare(end):
        raise Unreadable("only one of its two times says in which zone it is")
    if _utc(end) < _utc(start):
        raise Unreadable(f"it ends ({end}) before it starts ({start})")
    if is_day(start) and end == start:  # some programs write the last day, not the one after it
        end += _DAY
    event.pop("DURATION", None)
    event["DTEND"] = vDDDTypes(end)


def _end(event: icalendar.Event, start: Any) -> Any:
    if "DTEND" in event:
        return moment(event, "DTEND")
    if "DURATION" not in event:
        return start + _DAY if is_day(start) else start
    lasts = moment(event, "DURATION")
    if not isinstance(lasts, timedelta) or (is_day(start) and lasts.seconds):
        raise Unreadable("its DURATION does not fit its DTSTART")
    return start + lasts


def _utc(moment: Any) -> Any:
    return moment.timestamp() if isinstance(moment, datetime) and moment.tzinfo else moment
