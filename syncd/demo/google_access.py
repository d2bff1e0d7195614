"""Who may do what at the Google twin: access tokens with their scopes, and what a calendar is shared as."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from syncd.demo.google_shapes import error
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.google_twin import Calendar, GoogleTwin

PREFIX = "https://www.googleapis.com/auth/"
ROLES = ("freeBusyReader", "reader", "writer", "owner")
"""From the least to the most."""

Function = Callable[["GoogleTwin", Request], Response]


def authorize(twin: "GoogleTwin") -> Callable[[Request], Response | None]:
    """Refuse who shows no known access token; the token endpoint itself takes everybody."""

    def check(request: Request) -> Response | None:
        if who(twin, request) or (request.method, request.path) == ("POST", "/token"):
            return None
        message = "Request had invalid authentication credentials. Expected OAuth 2 access token."
        return error(401, "authError", message, headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'})

    return check


def within(twin: "GoogleTwin", scopes: str, function: Function) -> Callable[[Request], Response]:
    """The function, for tokens that have one of these scopes (short, separated by spaces). A token of no known scope has all."""
    enough = {PREFIX + scope for scope in ("calendar", *scopes.split())}

    def checked(request: Request) -> Response:
        granted = twin.scopes.get(_token(request))
        if granted is not None and not granted & enough:
            message = "Request had insufficient authentication scopes."
            answer = error(403, "insufficientPermissions", message)
            info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
            return Response({"error": answer.body["error"] | {"status": "PERMISSION_DENIED", "details": [info]}}, 403)
        return function(twin, request)

    return checked


def who(twin: "GoogleTwin", request: Request) -> str | None:
    """The account of the request's token."""
    return twin.tokens.get(_token(request))


def role(twin: "GoogleTwin", request: Request, calendar: "Calendar") -> str | None:
    """What the calendar is shared with the account as, or None."""
    account = who(twin, request) or ""
    if calendar.readers is not None and account not in calendar.readers:
        return None
    return calendar.roles.get(account, calendar.role)


def calendar_for(twin: "GoogleTwin", request: Request, least: str = "reader") -> "Calendar | None":
    """The calendar, where there is one that this account may read: Google does not tell these cases apart."""
    found = twin.calendars.get(request.args["calendar"])
    shared = role(twin, request, found) if found else None
    return found if shared and ROLES.index(shared) >= ROLES.index(least) else None


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")
