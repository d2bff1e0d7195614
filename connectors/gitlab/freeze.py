"""When a freeze period holds: its cron expressions as the intervals of some months.

GitLab freezes from a time of `freeze_start` to the next one of `freeze_end`, both in `cron_timezone`
(https://docs.gitlab.com/user/project/releases/#prevent-unintentional-releases-by-setting-a-deploy-freeze).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from connectors.gitlab.cron import plain

BEFORE, AHEAD = timedelta(days=30), timedelta(days=180)
"""How far back and ahead of today intervals are given."""
MOST = 1000
"""So many intervals are given at most: an expression may fire every minute."""
_NAMED: Mapping[str, str] = {
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Mountain Time (US & Canada)": "America/Denver",
    "Central Time (US & Canada)": "America/Chicago",
    "Eastern Time (US & Canada)": "America/New_York",
    "Atlantic Time (Canada)": "America/Halifax",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "Beijing": "Asia/Shanghai",
    "Mumbai": "Asia/Kolkata",
    "New Delhi": "Asia/Kolkata",
    "Edinburgh": "Europe/London",
    "Bern": "Europe/Zurich",
    "International Date Line West": "Etc/GMT+12",
    "Midway Island": "Pacific/Midway",
    "American Samoa": "Pacific/Pago_Pago",
    "Guadalajara": "America/Mexico_City",
    "Central America": "America/Guatemala",
    "Quito": "America/Lima",
    "Brasilia": "America/Sao_Paulo",
    "Georgetown": "America/Guyana",
    "Greenland": "America/Nuuk",
    "Mid-Atlantic": "Atlantic/South_Georgia",
    "Cape Verde Is.": "Atlantic/Cape_Verde",
    "West Central Africa": "Africa/Algiers",
    "Pretoria": "Africa/Johannesburg",
    "St. Petersburg": "Europe/Moscow",
    "Abu Dhabi": "Asia/Muscat",
    "Ekaterinburg": "Asia/Yekaterinburg",
    "Islamabad": "Asia/Karachi",
    "Chennai": "Asia/Kolkata",
    "Sri Jayawardenepura": "Asia/Colombo",
    "Astana": "Asia/Almaty",
    "Hanoi": "Asia/Bangkok",
    "Osaka": "Asia/Tokyo",
    "Sapporo": "Asia/Tokyo",
    "Solomon Is.": "Pacific/Guadalcanal",
    "New Caledonia": "Pacific/Noumea",
    "Marshall Is.": "Pacific/Majuro",
    "Wellington": "Pacific/Auckland",
    "Nuku'alofa": "Pacific/Tongatapu",
    "Tokelau Is.": "Pacific/Fakaofo",
    "Chatham Is.": "Pacific/Chatham",
    "Samoa": "Pacific/Apia",
}
"""Names that GitLab takes beside those of the time zone database and that are not the last word of one of them."""

Interval = tuple[datetime, datetime]


def expanded(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The freeze period with `occurrences`, the intervals around today as instants in UTC; with `problem` where its expressions or
    zone cannot be understood."""
    try:
        zone = _zone(str(row.get("cron_timezone") or "UTC"))
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        crons = str(row.get("freeze_start")), str(row.get("freeze_end"))
        found = list(_between(*crons, zone, today - BEFORE, today + AHEAD))
        if len(found) == MOST:  # what is to come counts more than what was
            found = list(_between(*crons, zone, today, today + AHEAD))
    except CronSimError as error:
        return {**row, "occurrences": [], "problem": f"the cron expressions cannot be understood ({error})"}
    except _NoZone as error:
        return {**row, "occurrences": [], "problem": f"cron_timezone {error} is no known time zone"}
    return {**row, "occurrences": [{"start": _text(start), "end": _text(end)} for start, end in found]}


def _between(start: str, end: str, zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[Interval]:
    """The intervals that touch that time, in order. A start within an interval begins none."""
    at = _next(end, first, zone, reverse=True) or first
    for _ in range(MOST):
        begins = _next(start, at - timedelta(minutes=1), zone)
        if begins is None or begins >= last:
            return
        ends = _next(end, begins, zone)
        if ends is None:
            return
        if ends > first:
            yield begins, ends
        at = ends


def _next(cron: str, after: datetime, zone: ZoneInfo, *, reverse: bool = False) -> datetime | None:
    """The first time after (or before) an instant, in UTC; None where there is none for decades."""
    found = next(CronSim(plain(cron), after.astimezone(zone), reverse=reverse), None)
    return None if found is None else found.astimezone(UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    """The zone of a name of the time zone database, or of one of GitLab's own (`Berlin`)."""
    known = available_timezones()
    if name in known:
        return ZoneInfo(name)
    word = name.replace(" ", "_")
    cities = sorted(zone for zone in known if zone.rpartition("/")[2] == word and "/" in zone)
    place = _NAMED.get(name) or next(iter(cities), None)
    if place is None:
        raise _NoZone(repr(name))
    return ZoneInfo(place)


class _NoZone(Exception):
    """A time zone that nobody knows."""


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
