"""The calendars of the Google twin as such: the account's list of them, their own records, and when they are busy."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from syncd.demo import google_shapes
from syncd.demo.google_access import calendar_for, role, who
from syncd.demo.google_shapes import error
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.google_twin import Calendar, GoogleTwin

_LONGEST = timedelta(days=92)
_MOST_ASKED = 50
_NO_TIME = ("workingLocation", "birthday")


def calendar_list(twin: "GoogleTwin", request: Request) -> Response:
    """The calendars that the account has in its list, as it may use them; 250 to a page at the most."""
    entries = [entry for one in twin.calendars.values() if (entry := _entry(twin, request, one))]
    size = min(int(request.query.get("maxResults", 100)), twin.most_per_page, 250)
    first = int(request.query.get("pageToken", 0))
    onward = {"nextPageToken": str(first + size)} if first + size < len(entries) else {"nextSyncToken": f"list-{twin.number}"}
    answer = {"kind": "calendar#calendarList", "etag": f'"{twin.number}"', "items": entries[first : first + size]}
    return Response(answer | onward)


def list_entry(twin: "GoogleTwin", request: Request) -> Response:
    """One calendar, where it is in the account's list."""
    found = twin.calendars.get(request.args["calendar"])
    entry = _entry(twin, request, found) if found else None
    return Response(entry) if entry else error(404, "notFound", "Not Found")


def calendar(twin: "GoogleTwin", request: Request) -> Response:
    """What everybody who may read the calendar sees of it."""
    found = calendar_for(twin, request)
    return Response(google_shapes.calendar(found.id, found.title, found.zone)) if found else error(404, "notFound", "Not Found")


def _entry(twin: "GoogleTwin", request: Request, one: "Calendar") -> dict[str, Any] | None:
    shared = role(twin, request, one)
    if not one.listed or shared is None:
        return None
    primary = {"primary": True} if one.id == who(twin, request) else {}
    return google_shapes.list_entry(one.id, one.title, one.zone, shared) | primary


# --- when they are busy ------------------------------------------------------------------------------------------------------


def free_busy(twin: "GoogleTwin", request: Request) -> Response:
    """The times that events of each calendar take, cut to the interval, those that touch each other joined."""
    asked = request.json
    since, until = (datetime.fromisoformat(asked[name]) for name in ("timeMin", "timeMax"))
    if until <= since:
        return error(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
    if until - since > _LONGEST:
        return error(400, "timeRangeTooLong", "The requested time range is too long.", domain="calendar")
    ids = [one["id"] for one in asked.get("items", [])]
    answers = {id: _busy(twin, request, id, since, until, many=len(ids) > _MOST_ASKED) for id in ids}
    kind = {"kind": "calendar#freeBusy", "timeMin": asked["timeMin"], "timeMax": asked["timeMax"]}
    return Response(kind | {"calendars": answers})


def _busy(twin: "GoogleTwin", request: Request, id: str, since: datetime, until: datetime, *, many: bool) -> dict[str, Any]:
    found = twin.calendars.get(id)
    if many or found is None or role(twin, request, found) is None:
        return {"errors": [{"domain": "global", "reason": "tooManyCalendarsRequested" if many else "notFound"}], "busy": []}
    cut = [(max(start, since), min(end, until)) for start, end in _times(found) if start < until and end > since]
    return {"busy": [{"start": _text(start), "end": _text(end)} for start, end in _joined(sorted(cut))]}


def _times(home: "Calendar") -> Iterator[tuple[datetime, datetime]]:
    for row in home.rows.values():
        event = row.event
        free = event.get("transparency") == "transparent" or event.get("eventType") in _NO_TIME
        if event["status"] != "cancelled" and not free:
            yield _instant(event["start"], home.zone), _instant(event["end"], home.zone)


def _joined(times: list[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    last: tuple[datetime, datetime] | None = None
    for start, end in times:
        if last and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last


def _instant(value: dict[str, str], zone: str) -> datetime:
    at = google_shapes.read_moment(value)
    if isinstance(at, datetime):
        return at
    assert isinstance(at, date)
    return datetime.combine(at, time(), ZoneInfo(zone))


def _text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
