"""Google's calendar API v3 over the state of a twin: every address that it answers, and lists of events with their sync tokens.

Recurrences are only ever shown expanded; a list that asks otherwise, or for something else that the twin does not do, is refused
in so many words.
"""

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from syncd.demo import google_hooks, google_lists, google_writes
from syncd.demo.google_access import Function, calendar_for, role, within
from syncd.demo.google_shapes import error, selected
from syncd.demo.google_tokens import token
from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.google_twin import Calendar, GoogleTwin, Row

API = "/calendar/v3"
MOST = 2500
_READ = "calendar.readonly calendar.events calendar.events.readonly"
_WRITE = "calendar.events calendar.events.owned"
_NOT_WITH_SYNC = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMax",
    "timeMin",
    "updatedMin",
)
_KNOWN = {"alt", "fields", "maxResults", "pageToken", "prettyPrint", "showDeleted", "singleEvents", "syncToken"}
_STAYS = ("fields", "showDeleted", "singleEvents")
"""Parameters that must be the same in every request that goes on from a token."""

Refused = Response


def routes(twin: "GoogleTwin") -> list[Route]:
    """Every address that the twin answers, each with the scopes of which Google wants one."""
    events, event = f"{API}/calendars/{{calendar}}/events", f"{API}/calendars/{{calendar}}/events/{{event}}"
    account, busy = f"{API}/users/me/calendarList", "calendar.readonly calendar.freebusy calendar.events.freebusy"
    own = "calendar.readonly calendar.calendarlist calendar.calendarlist.readonly"
    known: list[tuple[str, str, str, Function]] = [
        ("GET", events, _READ, _list),
        ("GET", event, _READ, _get),
        ("POST", events, _WRITE, google_writes.insert),
        ("PATCH", event, _WRITE, google_writes.patch),
        ("PUT", event, _WRITE, google_writes.update),
        ("DELETE", event, _WRITE, google_writes.delete),
        ("GET", account, own, google_lists.calendar_list),
        ("GET", f"{account}/{{calendar}}", own, google_lists.list_entry),
        ("GET", f"{API}/calendars/{{calendar}}", "calendar.readonly calendar.calendars.readonly", google_lists.calendar),
        ("POST", f"{API}/freeBusy", busy, google_lists.free_busy),
        ("POST", f"{events}/watch", f"{_READ} {_WRITE}", google_hooks.watch),
        ("POST", f"{API}/channels/stop", f"{_READ} {_WRITE}", google_hooks.stop),
    ]
    answered: list[Route] = [(method, path, within(twin, scopes, function)) for method, path, scopes, function in known]
    return [*answered, ("POST", "/token", lambda request: token(twin, request))]


# --- lists -----------------------------------------------------------------------------------------------------------------


def _list(twin: "GoogleTwin", request: Request) -> Response:
    calendar = calendar_for(twin, request)
    if calendar is None:
        return error(404, "notFound", "Not Found")
    position = _position(twin, calendar, request)
    if isinstance(position, Response):
        return position
    if request.query.get("syncToken") is None and request.query.get("pageToken") is None:
        twin.extend(calendar)
    rows = sorted((row for row in calendar.rows.values() if _shown(row, request, position)), key=lambda row: row.place)
    some = rows[: min(int(request.query.get("maxResults", 250)), twin.most_per_page, MOST)]
    answer = {
        "kind": "calendar#events",
        "etag": f'"{twin.number}"',
        "summary": calendar.title,
        "updated": max((row.event["updated"] for row in some if "updated" in row.event), default="2026-01-01T00:00:00.000Z"),
        "timeZone": calendar.zone,
        "accessRole": role(twin, request, calendar),
        "defaultReminders": [],
        "items": [row.event for row in some],
    }
    if len(some) < len(rows):
        answer["nextPageToken"] = _pack(position | {"after": some[-1].place, "age": twin.page_age})
    else:
        answer["nextSyncToken"] = _pack(position | {"since": position["at"], "after": 0, "age": twin.sync_age})
    return Response(selected(answer, request.query.get("fields")))


def _shown(row: "Row", request: Request, position: Mapping[str, Any]) -> bool:
    if row.place <= position["after"] or row.changed <= position["since"]:
        return False
    return row.event["status"] != "cancelled" or position["since"] >= 0 or request.query.get("showDeleted") == "true"


def _position(twin: "GoogleTwin", calendar: "Calendar", request: Request) -> dict[str, Any] | Refused:
    """Where in the list the request stands: `since` the change that its sync token knows (-1: none), `after` the last place of the
    page before, `at` the change that the next sync token will know, which is the one at the first page."""
    query = request.query
    stays = {name: query.get(name) for name in _STAYS}
    fresh = {"calendar": calendar.id, "stays": stays, "since": -1, "after": 0, "at": twin.number}
    wrong = _wrong(query)
    if wrong or ("pageToken" not in query and "syncToken" not in query):
        return wrong or fresh
    name = "pageToken" if "pageToken" in query else "syncToken"
    token = _unpack(query[name])
    if name == "syncToken" and token.get("age") != twin.sync_age:
        gone = "Sync token is no longer valid, a full sync is required."
        return error(410, "fullSyncRequired", gone, domain="calendar")
    if (name == "pageToken" and token.get("age") != twin.page_age) or token.get("calendar") != calendar.id:
        return error(400, "invalid", f"Invalid {name} value.")
    if token["stays"] != stays:
        return error(400, "invalid", f"The {name} was given to a request with other parameters.")
    return token | ({"at": twin.number} if name == "syncToken" else {})


def _wrong(query: Mapping[str, str]) -> Response | None:
    if "syncToken" in query:
        together = [name for name in _NOT_WITH_SYNC if name in query]
        if together or query.get("showDeleted") == "false":
            return error(400, "invalid", f"{', '.join(together) or 'showDeleted'} cannot be given together with syncToken.")
    if not query.get("maxResults", "250").isdigit() or int(query.get("maxResults", 250)) < 1:
        return error(400, "invalidParameter", "Invalid value for maxResults.")
    if query.get("singleEvents") != "true" or query.keys() - _KNOWN:
        unknown = ", ".join(sorted(query.keys() - _KNOWN)) or "recurring events that are not expanded"
        return error(400, "badRequest", f"The twin does not know {unknown}.")
    return None


def _pack(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def _unpack(token: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


# --- single events ---------------------------------------------------------------------------------------------------------------


def _get(twin: "GoogleTwin", request: Request) -> Response:
    calendar = calendar_for(twin, request)
    row = calendar.rows.get(request.args["event"]) if calendar else None
    return Response(selected(row.event, request.query.get("fields"))) if row else error(404, "notFound", "Not Found")
