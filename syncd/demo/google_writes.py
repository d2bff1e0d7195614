"""What is written to the Google twin over its API: entries made under an id of one's own, changed, replaced and taken away.

The rules are Google's: the alphabet of ids, ids that stay taken after a deletion, patches that merge objects and replace lists, and
who is told (https://developers.google.com/workspace/calendar/api/v3/reference/events).
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from syncd.demo import google_shapes
from syncd.demo.google_access import ROLES, calendar_for, role, who
from syncd.demo.google_shapes import Event, error
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.google_twin import Calendar, GoogleTwin

_ID = re.compile("[0-9a-v]{5,1024}")
_KNOWN = {"attendees", "description", "end", "extendedProperties", "id", "location", "start", "status", "summary", "transparency"}
_PARAMETERS = {"alt", "conferenceDataVersion", "fields", "maxAttendees", "prettyPrint", "sendUpdates", "supportsAttachments"}


class _RefusedError(Exception):
    def __init__(self, status: int, reason: str, message: str, domain: str = "global") -> None:
        self.answer = error(status, reason, message, domain=domain)


def writing(function: "Callable[[GoogleTwin, Calendar, Request], Response]") -> "Callable[[GoogleTwin, Request], Response]":
    """The function, for accounts that may write to the calendar."""

    def written(twin: "GoogleTwin", request: Request) -> Response:
        try:
            return function(twin, _home(twin, request), request)
        except _RefusedError as refused:
            return refused.answer

    return written


@writing
def insert(twin: "GoogleTwin", home: "Calendar", request: Request) -> Response:
    """A new event. An id that was ever used is taken, even by an event that was deleted."""
    body = _body(request)
    made = google_shapes.event(home.id, twin.next_number(), "", who(twin, request) or "", twin.stamp())
    id = body.get("id", made["id"])
    if not _ID.fullmatch(str(id)):
        raise _RefusedError(400, "invalid", "Invalid resource id value.")
    if id in home.rows:
        raise _RefusedError(409, "duplicate", "The requested identifier already exists.")
    own = {"id": id, "iCalUID": f"{id}@google.com", "htmlLink": f"https://www.google.com/calendar/event?eid={id}"}
    event = {name: value for name, value in made.items() if value != ""} | own
    return _keep(twin, home, request, event | body | _settled(twin, request, home, body), "invited")


@writing
def patch(twin: "GoogleTwin", home: "Calendar", request: Request) -> Response:
    """The event with what is given: objects are merged, lists replaced, null takes away. A deleted one may be confirmed again."""
    before = _found(home, request)
    merged = _merged(before, _body(request))
    if merged.get("status") == "cancelled":
        if home.rows[before["id"]].event["status"] != "cancelled":
            return delete(twin, request)
        return Response(home.rows[before["id"]].event)
    return _keep(twin, home, request, merged | _settled(twin, request, home, merged), "changed", before)


@writing
def update(twin: "GoogleTwin", home: "Calendar", request: Request) -> Response:
    """The event anew: what is not given is taken away."""
    before, body = _found(home, request), _body(request)
    kept = {name: value for name, value in before.items() if name not in _KNOWN - {"id", "status"}}
    return _keep(twin, home, request, kept | body | _settled(twin, request, home, body), "changed", before)


@writing
def delete(twin: "GoogleTwin", home: "Calendar", request: Request) -> Response:
    """The event is cancelled. Whoever deletes it again is told that."""
    id = request.args["event"]
    if id not in home.rows:
        raise _RefusedError(404, "notFound", "Not Found")
    before = home.rows[id].event
    if before["status"] == "cancelled":
        raise _RefusedError(410, "deleted", "Resource has been deleted")
    twin.delete(home.id, id)
    _tell(twin, request, before, "cancelled")
    return Response(None, 204)


def _home(twin: "GoogleTwin", request: Request) -> "Calendar":
    if unknown := request.query.keys() - _PARAMETERS:
        raise _RefusedError(400, "badRequest", f"The twin does not know {', '.join(sorted(unknown))}.")
    if request.query.get("sendUpdates", "none") not in ("all", "externalOnly", "none"):
        raise _RefusedError(400, "invalidParameter", "Invalid value for sendUpdates.")
    home = calendar_for(twin, request)
    if home is None:
        raise _RefusedError(404, "notFound", "Not Found")
    if ROLES.index(role(twin, request, home) or "reader") < ROLES.index("writer"):
        raise _RefusedError(403, "requiredAccessLevel", "You need to have writer access to this calendar.", "calendar")
    return home


def _body(request: Request) -> Event:
    body = request.json
    if not isinstance(body, dict) or (unknown := body.keys() - _KNOWN):
        raise _RefusedError(400, "badRequest", f"The twin does not know {sorted(unknown) if isinstance(body, dict) else 'this'}.")
    return body


def _found(home: "Calendar", request: Request) -> Event:
    """The event, with what Google remembers of it where it was deleted."""
    id = request.args["event"]
    if id not in home.rows:
        raise _RefusedError(404, "notFound", "Not Found")
    row = home.rows[id].event
    return home.bin.get(id, {}) | row if row["status"] == "cancelled" else dict(home.events.get(id, row))


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> Event:
    merged = dict(before)
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            merged[name] = _merged(merged.get(name) or {}, value)
        else:
            merged[name] = value
    return merged


def _settled(twin: "GoogleTwin", request: Request, home: "Calendar", event: Mapping[str, Any]) -> Event:
    """Start, end and guests as Google keeps them. Raises what it refuses."""
    start, end = (_moment(event, name, home.zone) for name in ("start", "end"))
    if (start.keys() & {"date"}) != (end.keys() & {"date"}):
        raise _RefusedError(400, "invalid", "Start and end times must either both be date or both be dateTime.")
    if google_shapes.read_moment(end) < google_shapes.read_moment(start):
        raise _RefusedError(400, "timeRangeEmpty", "The specified time range is empty.", "calendar")
    guests = [{"responseStatus": "needsAction"} | one for one in event.get("attendees") or []]
    if not all(re.fullmatch(r"[^@\s]+@[^@\s]+", str(one.get("email"))) for one in guests):
        raise _RefusedError(400, "invalid", "Invalid attendee email.")
    if guests and who(twin, request) in twin.accounts:
        message = "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority."
        raise _RefusedError(403, "forbiddenForServiceAccounts", message, "calendar")
    return {"start": start, "end": end, "status": event.get("status", "confirmed")} | ({"attendees": guests} if guests else {})


def _moment(event: Mapping[str, Any], name: str, zone: str) -> Event:
    value = event.get(name) or {}
    if not isinstance(value, dict) or ("date" in value) == ("dateTime" in value):
        raise _RefusedError(400, "required" if not value else "invalid", f"Missing or invalid {name} time.")
    try:
        if "date" in value:
            return google_shapes.moment(google_shapes.read_moment(value), zone)
        at = datetime.fromisoformat(value["dateTime"])
        named = value.get("timeZone") or zone
        if at.tzinfo is None and "timeZone" not in value:
            raise _RefusedError(400, "invalid", f"Missing time zone definition for {name} time.")
        return google_shapes.moment(at if at.tzinfo else at.replace(tzinfo=ZoneInfo(named)), named)
    except (ValueError, KeyError, OSError):
        raise _RefusedError(400, "invalid", f"Invalid {name} time.") from None


def _keep(
    twin: "GoogleTwin", home: "Calendar", request: Request, event: Event, why: str, before: Mapping[str, Any] | None = None
) -> Response:
    moved = before is not None and any(before.get(name) != event[name] for name in ("start", "end"))
    kept = twin.put(home.id, event | {"sequence": event.get("sequence", 0) + moved})
    _tell(twin, request, kept, why)
    gone = {one["email"] for one in (before or {}).get("attendees", ())} - {one["email"] for one in kept.get("attendees", ())}
    if gone:
        _tell(twin, request, {"id": kept["id"], "attendees": [{"email": one} for one in sorted(gone)]}, "cancelled")
    return Response(google_shapes.selected(kept, request.query.get("fields")))


def _tell(twin: "GoogleTwin", request: Request, event: Mapping[str, Any], why: str) -> None:
    guests = tuple(one["email"] for one in event.get("attendees", ()))
    if guests and request.query.get("sendUpdates", "none") != "none":
        twin.tell(event["id"], why, guests)
