"""Google's push messages: no body, a token that is sent along, channels that expire and are made anew.

https://developers.google.com/workspace/calendar/api/guides/push
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import unquote

from connectors.proof import same
from syncd.contract import Delivery, Distrusted, Gate, HookOrder, HookScheme, HookStep, Settings

_GREETING = "sync"
_CALENDAR = re.compile(r"/calendars/([^/?]+)/events")
"""Where the address of what changed names the calendar."""


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Delivery | Distrusted:  # noqa: ARG001
    """`X-Goog-Channel-Token`. The first message of a channel only says that it is there."""
    given = headers.get("x-goog-channel-token")
    if not given:
        return Distrusted("no signature")
    if not same(given, secret):
        return Distrusted("wrong signature")
    channel, number = headers.get("x-goog-channel-id"), headers.get("x-goog-message-number")
    news = headers.get("x-goog-resource-state") != _GREETING
    found = _CALENDAR.search(headers.get("x-goog-resource-uri", ""))
    place = unquote(found[1]) if found else None
    return Delivery(f"{channel} {number}" if channel and number else None, (("events", None),), news=news, place=place)


def sync(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:
    """One channel for each calendar. Imports Google's libraries, which takes half a second."""
    from connectors.google_calendar.register import register

    return register(settings, gate, order)


HOOKS = HookScheme(verify, sync, renews=True)
