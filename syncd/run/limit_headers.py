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
    lowered = {name.lower(): value for name, value in headers.items()}
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


def server_time(headers: Mapping[str, str], now: datetime) -> ServerTime | None:
    """The `Date` of an answer; None where it has none that can be read."""
    said = next((value for name, value in headers.items() if name.lower() == "date"), None)
    found = instant(said, now) if said else None
    return ServerTime(found, now) if found is not None else None


def pause_until(status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when the vendor wants nothing from these credentials; None where it does not say so.

    A refusal with `Retry-After`; else an answer after which nothing is left of the quota, until its reset.
    """
    if status in _LIMITS and (until := retry_after(headers, now)) is not None:
        return until
    left = quota(headers, now)
    reset = left.reset if left is not None and left.remaining <= 0 else None
    return reset and min(reset, now + LONGEST)


def _number(text: str | None) -> int | None:
    text = (text or "").strip().partition(".")[0].partition(";")[0].partition(",")[0]
    return int(text) if text.isdigit() and len(text) <= 12 else None
