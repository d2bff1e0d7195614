"""When calendars are busy: one request for up to 50 of them and up to 52 days, one record per calendar.

It is for calendars of which the account may see no more than that. The window is the last 14 and the next 90 days; Google refuses
one of more than some three months ("timeRangeTooLong"), so it is asked for in two halves.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from connectors.google_calendar.client import Client
from syncd.contract import Unavailable
from syncd.model.raw import Scope

BEFORE, AFTER, HALF = timedelta(days=14), timedelta(days=90), timedelta(days=52)
MOST = 50
"""So many calendars Google takes in one request."""

_GOOD_FOR = timedelta(minutes=5)
Busy = dict[str, Any]


class Diary:
    """Asks for calendars together; each answer serves once, and not for long."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: tuple[str, ...] = ()
        self._ready: dict[str, Busy] = {}
        self._at = datetime.min.replace(tzinfo=UTC)

    def expect(self, calendars: Sequence[str]) -> None:
        """These are about to be asked for."""
        self._known = tuple(calendars)
        self._ready.clear()

    def of(self, scope: Scope, now: datetime) -> Busy:
        """The record of a calendar: `id`, `timeMin`, `timeMax`, `busy`. Raises Unavailable where Google could not tell."""
        if scope.id not in self._ready or now - self._at > _GOOD_FOR:
            self._ready = {one["id"]: one for one in self._ask(scope, now)}
            self._at = now
        found = self._ready.pop(scope.id)
        if error := found.pop("error", None):
            raise Unavailable(f"{_what(scope)}: {error}", scope=scope.id)
        return found

    def _ask(self, scope: Scope, now: datetime) -> Iterator[Busy]:
        start = datetime.combine(now.astimezone(UTC).date(), time(), UTC) - BEFORE
        marks = (start, start + HALF, start + BEFORE + AFTER)
        together = self._beside(scope.id)
        halves = [
            self._client.busy(together, _text(since), _text(until), what=_what(scope), scope=scope.id)
            for since, until in pairwise(marks)
        ]
        for id in together:
            yield {"id": id, "timeMin": _text(marks[0]), "timeMax": _text(marks[-1])} | _joined([half.get(id) for half in halves])

    def _beside(self, id: str) -> tuple[str, ...]:
        """The calendar, with those that are asked for in one request with it."""
        for first in range(0, len(self._known), MOST):
            if id in (some := self._known[first : first + MOST]):
                return some
        return (id,)


def _joined(halves: Sequence[Any]) -> Busy:
    """`busy` over both halves, or `error`: what Google says, or that it says nothing."""
    for half in halves:
        if isinstance(half, Mapping) and half.get("errors"):
            return {"error": _meaning(half["errors"])}
        if not isinstance(half, Mapping) or not isinstance(half.get("busy"), list):
            return {"error": "Google's answer leaves it out"}
    earlier, later = ([dict(one) for one in half["busy"]] for half in halves)
    try:
        if earlier and later and _start(later[0]) <= _end(earlier[-1]):  # one time, which the border cut in two
            later[0] = {"start": earlier[-1]["start"], "end": max(earlier.pop(), later[0], key=_end)["end"]}
        return {"busy": earlier + later}
    except (KeyError, ValueError, TypeError):
        return {"error": "Google's answer names times without a start or an end"}


def _start(period: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(period["start"])


def _end(period: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(period["end"])


def _meaning(errors: object) -> str:
    reasons = [str(one.get("reason"))[:60] for one in errors if isinstance(one, Mapping)] if isinstance(errors, list) else []
    if "notFound" in reasons:
        return "not found, or not shared with this account (notFound). Share it, or correct its `id`"
    return f"Google could not tell ({', '.join(reasons) or 'without a reason'})"


def _what(scope: Scope) -> str:
    return f"reading when {scope.name} is busy"


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
