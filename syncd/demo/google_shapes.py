"""What Google's calendar API answers: events, cancelled events and errors, field by field as its description says."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from syncd.demo.twin import Response

Event = dict[str, Any]
IDENTITY = ("kind", "etag", "id", "recurringEventId", "originalStartTime")
"""All that Google says of a cancelled event for sure, and more than it promises."""


def event(calendar: str, number: int, summary: str, by: str, at: str) -> Event:
    """A new event, as it is before it has a time. `number` makes its id, in the characters that Google allows."""
    id = hashlib.sha256(f"{calendar}/{number}".encode()).hexdigest()[:26]
    return {
        "kind": "calendar#event",
        "etag": f'"{number}"',
        "id": id,
        "status": "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid={quote(id)}",
        "created": at,
        "updated": at,
        "summary": summary,
        "creator": {"email": by},
        "organizer": {"email": calendar, "self": True},
        "iCalUID": f"{id}@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
    }


def instance(series: Mapping[str, Any], original: date | datetime, start: Event, end: Event) -> Event:
    """One event of a recurring one."""
    moved = {
        "id": f"{series['id']}_{compact(original)}",
        "htmlLink": f"{series['htmlLink']}_{compact(original)}",
        "start": start,
        "end": end,
        "recurringEventId": series["id"],
        "originalStartTime": start,
    }
    return {name: value for name, value in series.items() if name != "recurrence"} | moved


def cancelled(of: Mapping[str, Any]) -> Event:
    """What is left of a deleted event."""
    return {name: of[name] for name in IDENTITY if name in of} | {"status": "cancelled"}


def moment(at: date | datetime, zone: str) -> Event:
    """A start or end: a whole day, or an instant written with the offset of the calendar's zone."""
    if not isinstance(at, datetime):
        return {"date": at.isoformat()}
    local = at.astimezone(ZoneInfo(zone))
    return {"dateTime": local.isoformat(timespec="seconds"), "timeZone": zone}


def read_moment(value: Mapping[str, str]) -> date | datetime:
    """The day or instant of a start or end, the instant in the zone that it names."""
    if "date" in value:
        return date.fromisoformat(value["date"])
    found = datetime.fromisoformat(value["dateTime"])
    return found.astimezone(ZoneInfo(value["timeZone"])) if "timeZone" in value else found


def compact(at: date | datetime) -> str:
    """An original start as ids have it."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if isinstance(at, datetime) else f"{at:%Y%m%d}"


def stamp(at: datetime) -> str:
    """`updated`, in milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def calendar(id: str, title: str, zone: str) -> Event:
    """A calendar as everybody sees it."""
    return {"kind": "calendar#calendar", "etag": '"cal"', "id": id, "summary": title, "timeZone": zone}


def list_entry(id: str, title: str, zone: str, role: str) -> Event:
    """A calendar in an account's list."""
    own = {"colorId": "9", "backgroundColor": "#7bd148", "foregroundColor": "#000000", "selected": True, "defaultReminders": []}
    return calendar(id, title, zone) | {"kind": "calendar#calendarListEntry", "accessRole": role} | own


def selected(answer: Event, fields: str | None) -> Event:
    """A partial answer: names at the top, and those in brackets inside of them."""
    if not fields:
        return answer
    wanted = dict(re.findall(r"(\w+)(?:\(([^)]*)\))?", fields.replace("items(", "items (").replace(" (", "(")))
    kept = {name: answer[name] for name in wanted if name in answer}
    for name, inside in wanted.items():
        if inside and isinstance(kept.get(name), list):
            kept[name] = [{n: one[n] for n in inside.split(",") if n in one} for one in kept[name]]
    return kept


def error(status: int, reason: str, message: str, domain: str = "global", headers: Mapping[str, str] | None = None) -> Response:
    """An error of a Google API."""
    one = {"domain": domain, "reason": reason, "message": message}
    return Response({"error": {"errors": [one], "code": status, "message": message}}, status, headers or {})
