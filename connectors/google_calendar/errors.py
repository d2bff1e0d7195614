"""Google's answers as the six errors."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from googleapiclient.errors import HttpError

from connectors.http import from_status, vendor_message
from syncd.contract import AuthFailed, Misconfigured, SyncError, Unavailable

_LIMITED = {"ratelimitexceeded", "userratelimitexceeded", "quotaexceeded", "dailylimitexceeded", "rate_limit_exceeded"}
_OFF = {"accessnotconfigured", "service_disabled"}
_NARROW = {"insufficientpermissions", "access_token_scope_insufficient"}


class Forgotten(Unavailable):
    """Google does not know the sync token or page token any more: the calendar is to be read in full."""


def translate(error: HttpError, *, now: datetime, what: str, scope: str | None, by_token: bool = False) -> SyncError:
    """The error that an answer means. `by_token`: the request went on from a token.

    A limit comes as 403 or as 429, told apart by its reason (https://developers.google.com/workspace/calendar/api/guides/errors).
    """
    status, reasons = error.resp.status, set(_reasons(error.content))
    if by_token and status in (400, 410):
        return Forgotten(f"{what}: Google does not know any more how far it was read ({status})", scope=scope)
    if status == 403 and reasons & _LIMITED:
        status = 429
    if status == 403 and reasons & _OFF:
        return Misconfigured(
            f"{what}: the Calendar API is not enabled (403). Enable it in the Google Cloud project of the account"
        )
    if status == 403 and reasons & _NARROW:
        return AuthFailed(f"{what}: the token may not read events (403). Make one with the scope calendar.readonly")
    if status == 404 and is_googles(error.content):
        return Unavailable(
            f"{what}: not found, or not shared with this account (404). Share it, or correct its `id`", scope=scope
        )
    return from_status(status, error.resp, error.content, now=now, what=what, scope=scope)


def refused(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime, what: str) -> SyncError:
    """The error that an answer of the token endpoint means. It refuses a key with 400 (RFC 6749, section 5.2)."""
    if status in (400, 401, 403):
        said = vendor_message(body)
        why = f" ({said})" if said else ""
        return AuthFailed(f"{what}: Google did not accept the key{why}. Make a new one, or let it act for `subject`")
    return from_status(status, headers, body, now=now, what=what)


def is_googles(body: bytes) -> bool:
    """Whether an error body is one of a Google API, and not that of some other server."""
    return isinstance(_error(body), Mapping)


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
    except ValueError:
        return None
    return decoded.get("error") if isinstance(decoded, Mapping) else None
