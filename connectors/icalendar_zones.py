"""The time zones that calendars name: those of the time zone database, Windows' own names, and those that a calendar defines itself.

The library keeps the zones that calendars define for all calendars together, by name; here each calendar has its own.
"""

import re
from collections.abc import Mapping
from datetime import tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import icalendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_NOT_YEARLY = re.compile(r"^RRULE[^\r\n]*(?:FREQ=(?!YEARLY)|INTERVAL=(?!1\b))", re.IGNORECASE | re.MULTILINE)
_LOCATION = re.compile(r"^X-LIC-LOCATION[^:\r\n]*:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
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
        return None if definition is None else _made(definition)


def iana(name: str) -> str | None:
    """The name in the time zone database of what a calendar calls a zone: `W. Europe Standard Time`, `/mozilla.org/1/Europe/Berlin`."""
    bare = name.strip().strip('"').strip("/")
    parts = bare.split("/")
    tails = ("/".join(parts[n:]) for n in range(len(parts) if name.lstrip('" ').startswith("/") else 1))
    return next((one for one in (WINDOWS_TO_OLSON.get(bare), *tails) if one in _known()), None)


def name_of(zone: tzinfo | None) -> str | None:
    """Its name in the time zone database, where it has one."""
    return zone.key if isinstance(zone, ZoneInfo) else None


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def _made(definition: str) -> tzinfo | None:
    """The zone as the calendar defines it; None where it cannot be understood. Its changes come yearly, if they follow a rule at all."""
    if len(definition) > _LARGEST or _NOT_YEARLY.search(definition):
        return None
    try:
        made = icalendar.Timezone.from_ical(definition)
        return made.to_tz(lookup_tzid=False) if isinstance(made, icalendar.Timezone) else None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        return None
