"""The time zones that calendars name: those of the time zone database, Windows' own names, and those that a calendar defines itself.

The library keeps the zones that calendars define for all calendars together, by name; here each calendar has its own.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import icalendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_NOT_YEARLY = re.compile(r"^RRULE[^\r\n]*(?:FREQ=(?!YEARLY)|INTERVAL=(?!1\b))", re.IGNORECASE | re.MULTILINE)
_LOCATION = re.compile(r"^X-LIC-LOCATION[^:\r\n]*:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_OFFSET = re.compile(r"\(?(?:UTC|GMT)\s*(?:([+-])(\d{1,2})[:.]?(\d\d)?)?\)?(.*)", re.IGNORECASE)
_UTC = ("z", "coordinated universal time")
_AMERICAN = re.compile(r"(\w+) Time \(", re.IGNORECASE)
_SEASONS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
_LARGEST = 10_000
"""So many characters the definition of a zone may have: half a century of changes, one by one."""


class NoZone(Exception):
    """A time zone that nobody knows. `name` is how the calendar calls it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Zones:
    """The zones of one calendar, by the ids that its events name."""

    def __init__(self, defined: Mapping[str, str]) -> None:
        self._defined = defined
        self._found: dict[str, tzinfo | None] = {}

    def of(self, name: str) -> tzinfo:
        """The zone of an id. Raises NoZone."""
        if name not in self._found:
            self._found[name] = self._look(name)
        if (found := self._found[name]) is None:
            raise NoZone(name)
        return found

    def _look(self, name: str) -> tzinfo | None:
        definition = self._defined.get(name)
        known = iana(name)
        if known is None and definition is not None and (place := _LOCATION.search(definition)):
            known = iana(place[1].strip())
        if known is not None:
            return ZoneInfo(known)
        return (_made(definition) if definition is not None else None) or _described(name)


def iana(name: str) -> str | None:
    """The name in the time zone database of what a calendar calls a zone: `W. Europe Standard Time`, `/mozilla.org/1/Europe/Berlin`."""
    bare = name.strip().strip('"').strip("/")
    parts = bare.split("/")
    is_path = name.lstrip('" ').startswith("/") or "://" in bare
    tails = ("/".join(parts[n:]) for n in range(len(parts) if is_path else 1))
    known = _known()
    found = (known.get(one.casefold().replace(" ", "_")) for one in tails)
    return next((one for one in found if one), None) or _windows(bare)


def name_of(zone: tzinfo | None) -> str | None:
    """Its name in the time zone database, where it has one."""
    return zone.key if isinstance(zone, ZoneInfo) else None


@cache
def _known() -> Mapping[str, str]:
    """The names of the time zone database, in small letters as some programs write them."""
    return {name.casefold(): name for name in available_timezones()}


def _windows(name: str) -> str | None:
    found = WINDOWS_TO_OLSON.get(name)
    return _known().get(found.casefold()) if found else None


def _described(name: str) -> tzinfo | None:
    """The zone of an offset (`GMT+05:30`), or of the description that Windows shows, as in `(UTC+01:00) Amsterdam, Berlin`: that of the
    first city whose clocks are known and have that offset in one half of the year. Exchange numbers names that it defines."""
    bare = name.strip().strip('"').strip()
    if known := _windows(re.sub(r" \d$", "", bare)):
        return ZoneInfo(known)
    found = _OFFSET.fullmatch("UTC" if bare.casefold() in _UTC else bare)
    if found is None:
        return None
    sign, hours, minutes, places = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    if not places.strip() or "universal" in places.casefold() or "universell" in places.casefold():
        return (timezone(offset) if offset else UTC) if abs(offset) < timedelta(hours=24) else None
    if american := _AMERICAN.match(places.strip()):
        known = _windows(f"{american[1].title()} Standard Time")
        return ZoneInfo(known) if known else None
    zones = (ZoneInfo(zone) for place in re.split("[,/]", places) for zone in _of_city(place))
    return next((zone for zone in zones if offset in {at.astimezone(zone).utcoffset() for at in _SEASONS}), None)


def _of_city(place: str) -> list[str]:
    ending = f"/{place.strip().casefold().replace(' ', '_')}"
    return sorted(name for folded, name in _known().items() if folded.endswith(ending))


def _made(definition: str) -> tzinfo | None:
    """The zone as the calendar defines it; None where it cannot be understood. Its changes come yearly, if they follow a rule at all."""
    if len(definition) > _LARGEST or _NOT_YEARLY.search(definition):
        return None
    try:
        made = icalendar.Timezone.from_ical(definition)
        return made.to_tz(lookup_tzid=False) if isinstance(made, icalendar.Timezone) else None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        return None
