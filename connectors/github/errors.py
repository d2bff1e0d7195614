"""GitHub's refusals as the six errors: its two rate limits answer 403 as well as 429, and name their end in three ways."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from connectors.http import from_status, retry_after, vendor_message
from syncd.contract import RateLimited, Refused, SyncError

_PATIENCE = timedelta(minutes=1)
_WINDOW = timedelta(minutes=65)
"""The primary limit is counted per hour: a reset that is said to lie further off is not believed."""


def refusal(
    status: int, headers: Mapping[str, str], body: str, *, now: datetime, what: str, scope: str | None = None, write: bool = False
) -> SyncError:
    """The error that an answer means. `headers` are looked up without regard to case; `body` is text."""
    if status in (403, 429):
        until = _limited_until(status, headers, body, now)
        if until is not None:
            return RateLimited(f"{what}: GitHub limits us until {until:%H:%M:%S} UTC", until=until, scope=scope)
        if write and _closed(body):
            return Refused(f"{what}: {vendor_message(body)}", scope=scope)
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
