"""One event of a calendar (VEVENT), read by the library and put right: its times with their zones, its end, or why it cannot be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import icalendar
from icalendar.prop import vBroken, vDDDTypes

from connectors.icalendar_text import Block, value_of
from connectors.icalendar_zones import NoZone, Zones

_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SEQUENCE", "STATUS")
_NEEDED = (*_TIMES, "DURATION", "RRULE", "STATUS")
_OF_AGE = ("SEQUENCE", "LAST-MODIFIED")
"""What may be missing, and is taken for that where it cannot be understood."""
_MAY_BE_EMPTY = ("EXDATE", "RDATE", "RRULE")
STAMP = "X-STAMP"
"""When the event was written (DTSTAMP), as text. It is no part of what is said of the event."""
_ZONE = "X-TZID"
"""Stands for TZID in what the library reads: it would look zones up in a list that it keeps for all calendars."""
_DIGITS = re.compile(r"\d{8}")
_IS_DAY = re.compile(r"[A-Z-]+(?:;[^:;]*)*;VALUE=DATE[;:]")
_TIME_OF_DAY = re.compile(r"\b(\d{8})T\d{6}Z?\b", re.IGNORECASE)
"""What some programs write behind a value of which they say that it is a day."""
_IDLE = re.compile(r";?\b(?:X-[\w-]+=[^;]*|RSCALE=GREGORIAN|SKIP=OMIT)", re.IGNORECASE)
"""Parts of a rule that change nothing: those of programs' own (RFC 2445), and what a rule means anyhow (RFC 7529)."""
_WHOLE_DAYS = re.compile(r"\+?P(?:(\d+)W)?(?:(\d+)D)?", re.IGNORECASE)
_DAY = timedelta(days=1)
_LAST_YEAR = 9000


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
    text = "\r\n".join(["BEGIN:VEVENT", *_lines(block), "END:VEVENT", ""])
    try:
        event = icalendar.Event.from_ical(text)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, OverflowError):
        event = None
    if not isinstance(event, icalendar.Event):
        raise Unreadable("the event cannot be understood")
    if "DTSTART" not in event and "RECURRENCE-ID" in event and is_off(block):
        event["DTSTART"] = event["RECURRENCE-ID"]  # one time that was called off need not say it twice
    _check(event)
    try:
        _in_zones(event, times)
        _put_whole_days(event)
        _put_end(event, value_of(block, "DURATION") or "")
        _put_until(event)
    except NoZone as error:
        raise Unreadable(f"no time zone {error.name[:40]!r} is known") from None
    except (TypeError, OverflowError, ValueError, AttributeError):
        raise Unreadable("its times do not fit together") from None
    event[STAMP] = block.stamp
    if is_off(block):
        event["STATUS"] = "CANCELLED"
    return event


def is_off(block: Block) -> bool:
    """Whether the event, or the time of it that the block is about, was called off."""
    return block.home.method == "CANCEL" or (value_of(block, "STATUS") or "").upper() == "CANCELLED"


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


def _lines(block: Block) -> Iterator[str]:
    """The lines as the library understands them, without those that say nothing."""
    for line in block.lines:
        name, colon, value = line.partition(":")
        if not value.strip() and name.upper().startswith(_MAY_BE_EMPTY):
            continue
        if name.upper().startswith("RRULE"):
            yield f"{name}{colon}{_IDLE.sub('', ''.join(value.split())).strip(';')}"
        else:
            yield _hidden_zone(line)


def _hidden_zone(line: str) -> str:
    """The line of a time, with its zone under another name, and in quotes where it holds colons and has none, as in
    `TZID=GMT+05:30:20260504T020000`: times themselves hold none."""
    head = line.upper()
    if not head.startswith(_TIMES):
        return line
    line = line.rstrip()
    if _IS_DAY.match(head):
        line = _TIME_OF_DAY.sub(r"\1", line)
    if ";TZID=" not in head:
        return line
    at = head.index(";TZID=")
    said, _, value = line[at + 6 :].rpartition(":")
    zone, semicolon, more = said.partition(";")
    if ":" in zone and '"' not in zone and _DIGITS.match(value):
        return f'{line[:at]};{_ZONE}="{zone}"{semicolon}{more}:{value}'
    return f"{line[:at]};{_ZONE}={line[at + 6 :]}"


def _check(event: icalendar.Event) -> None:
    for name in _ONCE:
        if len(each(event, name)) > 1:
            raise Unreadable(f"the event has more than one {name}")
    for name in _NEEDED:
        for value in each(event, name):
            if isinstance(value, vBroken):
                raise Unreadable(f"its {name} cannot be understood: {str(value)[:60]!r}")
    for name in _OF_AGE:
        if any(isinstance(value, vBroken) for value in each(event, name)):
            event.pop(name)
    if "DTSTART" not in event:
        raise Unreadable("the event has no DTSTART")
    if "EXRULE" in event:
        raise Unreadable("it has a rule of exceptions (EXRULE), which iCalendar has given up; write EXDATE")


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


def _put_end(event: icalendar.Event, duration: str) -> None:
    """DTEND, whether it is written down, follows from DURATION or is understood (RFC 5545, section 3.6.1)."""
    start = moment(event, "DTSTART")
    end = _end(event, start, duration)
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


def _end(event: icalendar.Event, start: Any, duration: str) -> Any:
    if "DTEND" in event:
        return moment(event, "DTEND")
    if "DURATION" not in event:
        return start + _DAY if is_day(start) else start
    lasts = moment(event, "DURATION")
    if not isinstance(lasts, timedelta) or (is_day(start) and lasts.seconds):
        raise Unreadable("its DURATION does not fit its DTSTART")
    if is_day(start) or start.tzinfo is None or "RRULE" in event or "RDATE" in event:
        return start + lasts
    return _later(start, lasts, duration)


def _later(start: datetime, lasts: timedelta, duration: str) -> datetime:
    """The end of what lasts so long: days are those of the calendar, hours are exact, also in the night in which the clocks change
    (RFC 5545, section 3.3.6). What recurs keeps its hours on the clock instead."""
    found = _WHOLE_DAYS.match(duration)
    days = timedelta(weeks=int(found[1] or 0), days=int(found[2] or 0)) if found else timedelta()
    return ((start + days).astimezone(UTC) + (lasts - days)).astimezone(start.tzinfo)


def _put_whole_days(event: icalendar.Event) -> None:
    """Days where Outlook says that the times, midnights all of them, mean whole days."""
    held = [value for name in ("DTSTART", "DTEND", "RECURRENCE-ID") for value in each(event, name)]
    is_meant = str(event.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).upper() == "TRUE"
    if not is_meant or not all(isinstance(one.dt, datetime) and one.dt.time() == time() for one in held):
        return
    zone = moment(event, "DTSTART").tzinfo
    for rule in each(event, "RRULE"):
        if ends := rule.get("UNTIL"):
            rule["UNTIL"] = [one if is_day(one) else (one.astimezone(zone) if one.tzinfo else one).date() for one in ends]
    for value in held:
        value.dt = value.dt.date()


def _put_until(event: icalendar.Event) -> None:
    """UNTIL of a rule of times: where it is a day, all of this day. One near the end of all years, as programs write it, is none."""
    start = moment(event, "DTSTART")
    for rule in each(event, "RRULE"):
        ends = rule.get("UNTIL", [])
        if any(one.year > _LAST_YEAR for one in ends):
            del rule["UNTIL"]
        elif not is_day(start) and any(map(is_day, ends)):
            last = [datetime.combine(one, time(23, 59, 59), start.tzinfo) if is_day(one) else one for one in ends]
            rule["UNTIL"] = [one.astimezone(UTC) if one.tzinfo else one for one in last]


def _utc(moment: Any) -> Any:
    return moment.timestamp() if isinstance(moment, datetime) and moment.tzinfo else moment
