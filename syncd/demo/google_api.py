"""Google's calendar API v3 over the state of a twin: lists with their pages and sync tokens, single events, and service accounts.

Recurrences are only ever shown expanded; a list that asks otherwise, or for something else that the twin does not do, is refused
in so many words.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from syncd.demo.google_shapes import error
from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.google_twin import Calendar, GoogleTwin, Row

API = "/calendar/v3"
MOST = 2500
_SCOPES = {"https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/calendar.readonly"}
_AUDIENCE = "https://oauth2.googleapis.com/token"
"""Whom Google's library addresses in an assertion, wherever the token endpoint is."""
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
    """Every address that the twin answers."""
    return [
        ("GET", f"{API}/calendars/{{calendar}}/events", lambda request: _list(twin, request)),
        ("GET", f"{API}/calendars/{{calendar}}/events/{{event}}", lambda request: _get(twin, request)),
        ("POST", "/token", lambda request: _token(twin, request)),
    ]


def authorize(twin: "GoogleTwin") -> Callable[[Request], Response | None]:
    """Refuse who shows no known access token; the token endpoint itself takes everybody."""

    def check(request: Request) -> Response | None:
        if _who(twin, request) or (request.method, request.path) == ("POST", "/token"):
            return None
        message = "Request had invalid authentication credentials. Expected OAuth 2 access token."
        return error(401, "authError", message, headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'})

    return check


def _who(twin: "GoogleTwin", request: Request) -> str | None:
    return twin.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))


def _calendar(twin: "GoogleTwin", request: Request) -> "Calendar | None":
    """The calendar, where there is one that this account may read: Google does not tell these cases apart."""
    found = twin.calendars.get(request.args["calendar"])
    hidden = found and found.readers is not None and _who(twin, request) not in found.readers
    return None if hidden else found


# --- lists -----------------------------------------------------------------------------------------------------------------


def _list(twin: "GoogleTwin", request: Request) -> Response:
    calendar = _calendar(twin, request)
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
        "accessRole": "reader",
        "defaultReminders": [],
        "items": [row.event for row in some],
    }
    if len(some) < len(rows):
        answer["nextPageToken"] = _pack(position | {"after": some[-1].place, "age": twin.page_age})
    else:
        answer["nextSyncToken"] = _pack(position | {"since": position["at"], "after": 0, "age": twin.sync_age})
    return Response(_selected(answer, request.query.get("fields")))


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


def _selected(answer: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """A partial answer: names at the top, and those in brackets inside of them."""
    if not fields:
        return answer
    wanted = dict(re.findall(r"(\w+)(?:\(([^)]*)\))?", fields.replace("items(", "items (").replace(" (", "(")))
    kept = {name: answer[name] for name in wanted if name in answer}
    for name, inside in wanted.items():
        if inside and isinstance(kept.get(name), list):
            kept[name] = [{n: one[n] for n in inside.split(",") if n in one} for one in kept[name]]
    return kept


# --- single events, and signing in -------------------------------------------------------------------------------------------


def _get(twin: "GoogleTwin", request: Request) -> Response:
    calendar = _calendar(twin, request)
    row = calendar.rows.get(request.args["event"]) if calendar else None
    return Response(_selected(row.event, request.query.get("fields"))) if row else error(404, "notFound", "Not Found")


def _token(twin: "GoogleTwin", request: Request) -> Response:
    """An access token for a signed assertion (RFC 7523); what it says has to fit the account and its signature."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    # Only here is the library needed, and the command line loads this module for its help.
    import google.auth.exceptions
    import google.auth.jwt

    if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
        return Response({"error": "unsupported_grant_type", "error_description": "Invalid grant_type"}, 400)
    try:
        said = google.auth.jwt.decode(form.get("assertion", ""), verify=False)  # type: ignore[no-untyped-call]
        key = twin.accounts.get(said.get("iss", ""), "")
        google.auth.jwt.decode(form["assertion"], certs=key, audience=[_AUDIENCE, f"{request.base_url}/token"])  # type: ignore[no-untyped-call]
    except (ValueError, google.auth.exceptions.GoogleAuthError):
        return Response({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
    if not set(said.get("scope", "").split()) & _SCOPES or said.get("sub", said["iss"]) not in {said["iss"], *twin.subjects}:
        description = (
            "Client is unauthorized to retrieve access tokens using this method, or not for any of the scopes requested."
        )
        return Response({"error": "unauthorized_client", "error_description": description}, 401)
    token = f"ya29.{len(twin.tokens)}"
    twin.tokens[token] = said.get("sub", said["iss"])
    return Response({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})
