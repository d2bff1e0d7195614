"""Google's answers as the six errors."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from googleapiclient.errors import HttpError

from connectors.http import from_status, vendor_message
from syncd.contract import AuthFailed, Misconfigured, SyncError, Unavailable

_LIMITED = {"ratelimitexceeded", "userratelimitexceeded", "quotaexceeded", "dailylimitexceeded", "rate_limit_exceeded"}
_OFF = {"accessnotconfigured", "service_disabled"}
_NARROW = {"insufficientpermissions", "access_token_scope_insufficient"}
_ALONE = "forbiddenforserviceaccounts"


@dataclass(frozen=True, slots=True)
class Right:
    """What a request needs of its token: `to` do what, and the least `scope` for it. `all`: without it the connection is no use."""

    to: str
    scope: str
    all: bool = False


EVENTS = Right("read events", "calendar.readonly", all=True)
LIST = Right("read the list of calendars", "calendar.calendarlist.readonly")
CALENDAR = Right("read the calendar's own record", "calendar.readonly")
BUSY = Right("ask when calendars are busy", "calendar.freebusy")


class Forgotten(Unavailable):
    """Google does not know the sync token or page token any more: the calendar is to be read in full."""


def translate(
    error: HttpError, *, now: datetime, what: str, scope: str | None, by_token: bool = False, right: Right = EVENTS
) -> SyncError:
    """The error that an answer to a read means. `by_token`: the request went on from a token.

    A limit comes as 403 or as 429, told apart by its reason (https://developers.google.com/workspace/calendar/api/guides/errors).
    """
    status, reasons = error.resp.status, reasons_of(error.content)
    if by_token and status in (400, 410):
        return Forgotten(f"{what}: Google does not know any more how far it was read ({status})", scope=scope)
    if status == 403 and reasons & _NARROW:
        return AuthFailed(
            f"{what}: the token may not {right.to} (403). Make one with the scope {right.scope}",
            scope=None if right.all else scope,
        )
    return _any(error, now=now, what=what, scope=scope)


def refusal(error: HttpError, *, now: datetime, what: str, calendar: str) -> SyncError:
    """The error that an answer to a write means: what the account or its token may not do is that calendar's fault alone."""
    status, reasons = error.resp.status, reasons_of(error.content)
    if status == 403 and _ALONE in reasons:
        return Misconfigured(
            f"{what}: a service account invites nobody in its own name (403). Name the person for whom it acts in `subject`",
            scope=calendar,
        )
    if status == 403 and not reasons & (_LIMITED | _OFF):
        said = f": {text}" if (text := vendor_message(error.content).rstrip(".")) else ""
        return AuthFailed(
            f'{what}: the account may not change it (403){said}. Share the calendar with it, "Make changes to events"; '
            "its token needs the scope calendar.events",
            scope=calendar,
        )
    if status in (409, 412):
        return Unavailable(f"{what}: somebody else changed it at the same time ({status})", scope=calendar)
    return _any(error, now=now, what=what, scope=calendar, write=True)


def _any(error: HttpError, *, now: datetime, what: str, scope: str | None, write: bool = False) -> SyncError:
    status, reasons = error.resp.status, reasons_of(error.content)
    if status == 403 and reasons & _LIMITED:
        status = 429
    if status == 403 and reasons & _OFF:
        return Misconfigured(
            f"{what}: the Calendar API is not enabled (403). Enable it in the Google Cloud project of the account"
        )
    if status == 404 and is_googles(error.content):
        return Unavailable(
            f"{what}: not found, or not shared with this account (404). Share it, or correct its `id`", scope=scope
        )
    return from_status(status, error.resp, error.content, now=now, what=what, scope=scope, write=write)


def refused(
    status: int, headers: Mapping[str, str], body: bytes, *, now: datetime, what: str, needs: str, person: bool = False
) -> SyncError:
    """The error that an answer of the token endpoint means. It refuses a key with 400 (RFC 6749, section 5.2).

    `needs`: the scope that is asked for. `person`: it is a person's own sign-in that was refused, not a service account's key.
    """
    if status not in (400, 401, 403):
        return from_status(status, headers, body, now=now, what=what)
    said = vendor_message(body)
    why = f" ({said})" if said else ""
    if person:
        return AuthFailed(f"{what}: Google has ended this sign-in{why}. Sign in anew, with the scope {needs}")
    if "unauthorized_client" in said:
        return AuthFailed(f"{what}: Google did not accept the key{why}. Let it act for `subject` with the scope {needs}")
    return AuthFailed(f"{what}: Google did not accept the key{why}. Make a new one, or let it act for `subject`")


def is_googles(body: bytes) -> bool:
    """Whether an error body is one of a Google API, and not that of some other server."""
    return isinstance(_error(body), Mapping)


def reasons_of(body: bytes) -> frozenset[str]:
    """The reasons that Google names, in small letters."""
    return frozenset(_reasons(body))


def _reasons(body: bytes) -> Iterator[str]:
    error = _error(body)
    for name in ("errors", "details"):
        found = error.get(name) if isinstance(error, Mapping) else None
        for one in found if isinstance(found, list) else []:
            if isinstance(one, Mapping):
                yield str(one.get("reason")).casefold()


def _error(body: bytes) -> Any:
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return decoded.get("error") if isinstance(decoded, Mapping) else None
