"""Pure. Instants as the headers of answers write them: one reading for whoever sends and for whoever paces."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

_EPOCH = 10**9
"""A number from here on is an instant in seconds since 1970; a smaller one is seconds from now."""

LONGEST = timedelta(hours=1)
"""Vendors count their limits per hour at most: one that asks for more patience is asked again after this."""

_NUMBER = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*(?:[;,].*)?", re.ASCII | re.DOTALL)
"""The first of several, without its parameters: `60;w=3600` in the drafts of the IETF."""


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The instant that `Retry-After` names, at most `LONGEST` from now. None where there is none, or none that can be read."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    said = instant(value, now)
    return None if said is None else min(said, now + LONGEST)


def instant(text: str | None, now: datetime) -> datetime | None:
    """The instant in UTC: seconds from now or since 1970, with a fraction or without; an HTTP date; or ISO 8601. None for all else."""
    text = (text or "").strip()
    number = _NUMBER.fullmatch(text)
    try:
        if number:
            seconds = float(number[1])
            return datetime.fromtimestamp(seconds, UTC) if seconds >= _EPOCH else now + timedelta(seconds=seconds)
        return _date(text)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=64)
def _date(text: str) -> datetime | None:
    """A date in words. Many answers of one second bear the same."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
        except ValueError:
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None
