"""What answers say of limits and of time, in the headers that vendors use: how much is left, until when nothing may be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syncd.contract.headers import LONGEST, instant, retry_after

_LIMITS = (403, 429)


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of `limit` requests until `reset`, as far as the vendor says."""

    remaining: int
    limit: int | None = None
    reset: datetime | None = None


def quota(headers: Mapping[str, str], now: datetime) -> Quota | None:
    """GitHub and Jira write `X-RateLimit-*`, GitLab and the IETF draft `RateLimit-*`. None where the answer says nothing."""
    return _quota(_lowered(headers), now)


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _quota(lowered: Mapping[str, str], now: datetime) -> Quota | None:
    for prefix in ("x-ratelimit-", "ratelimit-"):
        remaining = _number(lowered.get(f"{prefix}remaining"))
        if remaining is not None:
            limit = _number(lowered.get(f"{prefix}limit"))
            return Quota(remaining, limit, instant(lowered.get(f"{prefix}reset"), now))
    return None


@dataclass(frozen=True, slots=True)
class ServerTime:
    """What the server's clock said in an answer, to the second, and what ours said then."""

    said: datetime
    at: datetime

    @property
    def ahead_s(self) -> float:
        """So many seconds the server's clock is ahead of ours."""
        return (self.said - self.at).total_seconds()


def _server_time(said: str | None, now: datetime) -> ServerTime | None:
    """By the `Date` of an answer; None where it has none that can be read."""
    found = instant(said, now) if said else None
    return ServerTime(found, now) if found is not None else None


@dataclass(frozen=True, slots=True)
class Heard:
    """What one answer says: of the quota, until when to pause, of the server's clock."""

    quota: Quota | None
    until: datetime | None
    time: ServerTime | None


def heard(status: int, headers: Mapping[str, str], now: datetime) -> Heard:
    """All of it: every answer is asked, so its headers are looked at once."""
    lowered = _lowered(headers)
    left = _quota(lowered, now)
    return Heard(left, _pause(status, lowered, left, now), _server_time(lowered.get("date"), now))


def pause_until(status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when the vendor wants nothing from these credentials; None where it does not say so.

    A refusal with `Retry-After`; else an answer after which nothing is left of the quota, until its reset.
    """
    lowered = _lowered(headers)
    return _pause(status, lowered, _quota(lowered, now), now)


def _pause(status: int, lowered: Mapping[str, str], left: Quota | None, now: datetime) -> datetime | None:
    if status in _LIMITS and (until := retry_after(lowered, now)) is not None:
        return until
    reset = left.reset if left is not None and left.remaining <= 0 else None
    return reset and min(reset, now + LONGEST)


def _number(text: str | None) -> int | None:
    text = (text or "").strip().partition(".")[0].partition(";")[0].partition(",")[0]
    return int(text) if text.isdigit() and len(text) <= 12 else None
