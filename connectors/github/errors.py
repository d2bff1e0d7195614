"""GitHub's refusals as the six errors: its two rate limits answer 403 as well as 429, and name their end in three ways."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from connectors.http import from_status, vendor_message
from syncd.contract import AuthFailed, RateLimited, Refused, SyncError, Unavailable
from syncd.contract.headers import retry_after

_PATIENCE = timedelta(minutes=1)
_WINDOW = timedelta(minutes=65)
"""The primary limit is counted per hour: a reset that is said to lie further off is not believed."""


def refusal(
    status: int,
    headers: Mapping[str, str],
    body: str,
    *,
    now: datetime,
    what: str,
    scope: str | None = None,
    write: bool = False,
    renewal: str = "Make a new token and put it in place",
) -> SyncError:
    """The error that an answer means. `headers` are looked up without regard to case; `body` is text; `renewal` is the cure of a 401."""
    if status in (403, 429):
        until = _limited_until(status, headers, body, now)
        if until is not None:
            return RateLimited(f"{what}: GitHub limits us until {until:%H:%M:%S} UTC", until=until, scope=scope)
        if write and _closed(body):
            return Refused(f"{what}: {vendor_message(body)}", scope=scope)
    said = vendor_message(body)
    tail = f": {said}" if said else ""
    if status == 401:
        return AuthFailed(f"{what}: the credentials were not accepted (401){tail}. {renewal}")
    if status == 403 and (lacking := needed(headers, body)):
        return AuthFailed(f"{what}: not allowed (403){tail}. {lacking}", scope=scope)
    if status == 404 and (lacking := needed(headers, body)):
        return Unavailable(f"{what}: not found, or hidden from this account (404){tail}. {lacking}", scope=scope, absent=True)
    return from_status(status, headers, body, now=now, what=what, scope=scope, write=write)


def _limited_until(status: int, headers: Mapping[str, str], body: str, now: datetime) -> datetime | None:
    """`retry-after` first, else the reset of a used-up primary limit, else a minute; None where a 403 is no limit at all.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    asked = retry_after(headers, now)
    if asked is not None:
        return asked
    if headers.get("x-ratelimit-remaining", "").strip() == "0":
        return _reset(headers.get("x-ratelimit-reset", ""), now) or now + _PATIENCE
    return now + _PATIENCE if status == 429 or _secondary(body) else None


def needed(headers: Mapping[str, str], body: str) -> str | None:
    """What to grant, where the answer says what the credentials lack.

    Fine-grained tokens and Apps: https://github.blog/changelog/2023-08-10-x-accepted-github-permissions-header-for-fine-grained-permission-actors
    Classic tokens: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
    """
    said = vendor_message(body).lower()
    if "not accessible by" in said:
        who = "App and its installation" if "by integration" in said else "token"
        if who == "token" and "checks=" in headers.get("x-accepted-github-permissions", ""):
            return "A fine-grained token cannot be given it: sign in as a GitHub App, or with a classic token"
        accepted = _accepted(headers.get("x-accepted-github-permissions", ""))
        return f"Grant the {who} {accepted or 'the permission for it, for this repository'}"
    if "organization saml" in said or "saml enforcement" in said:
        return "Authorise the token for the organisation's single sign-on"
    has = scopes_of(headers)
    if has is None or "repo" in has:
        return None
    return f"The token's scopes are {', '.join(sorted(has)) or 'none'}: a private repository needs `repo`"


def _accepted(value: str) -> str:
    """ "issues=read,metadata=read; pull_requests=read" -> "issues: read and metadata: read, or pull_requests: read"."""
    ways = [re.findall(r"(\w+)=(\w+)", way) for way in value.split(";")]
    return ", or ".join(" and ".join(f"{name}: {level}" for name, level in way) for way in ways if way)


def scopes_of(headers: Mapping[str, str]) -> frozenset[str] | None:
    """The scopes of a classic token; None where the answer names none, as for every other credential."""
    value = headers.get("x-oauth-scopes")
    return None if value is None else frozenset(part.strip() for part in value.split(",") if part.strip())


def _reset(value: str, now: datetime) -> datetime | None:
    """The instant that epoch seconds name, where it lies ahead."""
    if not value.strip().isdecimal() or len(value.strip()) > 11:
        return None
    moment = datetime.fromtimestamp(int(value), UTC)
    return min(moment, now + _WINDOW) if moment > now else None


def _secondary(body: str) -> bool:
    said = vendor_message(body).lower()
    return "rate limit" in said or "abuse detection" in said


def _closed(body: str) -> bool:
    """Whether the place takes no comments from anybody: a locked conversation, an archived repository."""
    said = vendor_message(body).lower()
    return "locked" in said or "archived" in said
