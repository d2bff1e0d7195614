"""Jira's answers and failures, as the six errors."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from connectors.http import from_status
from syncd.contract import AuthFailed, RateLimited, SyncError
from syncd.contract.headers import retry_after


class Answered(Exception):
    """An answer that is no success. It never leaves this package."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__(str(answer.status_code))
        self.answer = answer


def refuse(answer: requests.Response, *_: Any, **__: Any) -> None:
    """A response hook that raises Answered where the answer is an error, a redirect, or was given to nobody.

    It stands before the library's own check, which trips over error bodies that are `null` or a list.
    """
    if answer.status_code >= 300 or _given_to_nobody(answer.headers):
        raise Answered(answer)


def translate(answer: requests.Response, *, now: datetime, what: str, scope: str | None, write: bool) -> SyncError:
    """The error that an answer means."""
    reason = answer.headers.get("X-Authentication-Denied-Reason", "")
    if answer.status_code == 403 and "CAPTCHA" in reason.upper():
        return AuthFailed(f"{what}: Jira asks for a captcha after failed logins (403). Log in once by browser as this account")
    if answer.status_code < 300:
        return AuthFailed(f"{what}: Jira did not accept the credentials and answered as to a stranger. Make a new token")
    if lacks_scope(answer):
        cure = "Make a token with the scopes that connectors/jira/README.md names"
        return AuthFailed(f"{what}: the token lacks a scope for this ({answer.status_code}). {cure}", scope=scope)
    if answer.status_code == 401:
        why = "the credentials were not accepted (401): wrong, expired or revoked"
        return AuthFailed(f"{what}: {why}. Make a new token and put it into `token_file`")
    until = _reset(answer.headers) if answer.status_code == 429 and not retry_after(answer.headers, now) else None
    if until and until > now:
        return RateLimited(f"{what}: the server limits us until {until:%H:%M:%S} UTC", until=until, scope=scope)
    return from_status(answer.status_code, answer.headers, answer.content, now=now, what=what, scope=scope, write=write)


def lacks_scope(answer: requests.Response) -> bool:
    """Whether the platform says that the token is good and does not allow this."""
    return answer.status_code in (401, 403) and b"scope does not match" in (answer.content or b"").lower()


def _given_to_nobody(headers: Mapping[str, str]) -> bool:
    """Where strangers may look, Jira answers a wrong token with success and what strangers may see."""
    return "AUTHENTICATED_FAILED" in headers.get("X-Seraph-LoginReason", "").upper()


def _reset(headers: Mapping[str, str]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(headers.get("X-RateLimit-Reset", ""))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
