"""Channels for push messages: one for each calendar, made where there is none that lasts for another day, and the old one stopped."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from googleapiclient.errors import HttpError

from connectors.google_calendar import KIND
from connectors.google_calendar.api import Api
from connectors.google_calendar.errors import reasons_of, translate
from connectors.google_calendar.sign_in import READ
from connectors.http import expect, from_exception
from syncd.contract import Gate, HookOrder, HookStep, Misconfigured, RateLimited, Settings, SyncError, Unavailable
from syncd.model.raw import Json, Scope

LASTS = timedelta(days=28)
"""What is asked for. Google may give less, and says so."""
RENEW_BEFORE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as it is remembered: Google lists them nowhere. `mark` tells address and secret without holding them."""

    id: str
    resource: str
    expires: datetime
    mark: str

    def to_keep(self) -> Json:
        """For the store."""
        return {"id": self.id, "resource": self.resource, "expires": self.expires.isoformat(), "mark": self.mark}


def register(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:
    """A step for each calendar, or what it met. Raises what concerns the whole connection."""
    known = order.known or {}
    with closing(Api(settings, gate, READ)) as api:
        for place in calendars(settings, gate):
            if isinstance(place, Scope):
                yield _step(api, place.id, order, _kept(known.get(place.id)))
            else:
                yield HookStep(place.scope or settings.connection, "nothing", keep=known.get(place.scope or ""), error=place)


def calendars(settings: Settings, gate: Gate) -> Iterator[Scope | SyncError]:
    """The calendars that the connection reads."""
    with closing(KIND.connect(settings, gate)) as connector:
        for found in connector.scopes("events"):
            if isinstance(found, Scope | SyncError):
                yield found


def _step(api: Api, calendar: str, order: HookOrder, there: Channel | None) -> HookStep:
    mark = hashlib.sha256(f"{order.url}\n{order.secret}\n{calendar}".encode()).hexdigest()[:24]
    before = there.to_keep() if there else None
    if there is not None and there.mark == mark and there.expires - api.now > RENEW_BEFORE:
        return HookStep(calendar, "nothing", f"its channel lasts until {there.expires:%Y-%m-%d %H:%M} UTC", keep=before)
    does: Literal["renew", "create"] = "renew" if there is not None else "create"
    if order.dry_run:
        return HookStep(calendar, does, "a channel for its events", keep=before)
    try:
        made = _watch(api, calendar, order, mark)
    except RateLimited:
        raise
    except SyncError as error:
        if error.scope is None:
            raise
        return HookStep(calendar, "nothing", keep=before, error=error)
    if there is not None:
        _stop(api, there)
    note = f"a channel for its events, until {made.expires:%Y-%m-%d %H:%M} UTC"
    return HookStep(calendar, does, note, keep=made.to_keep())


def _watch(api: Api, calendar: str, order: HookOrder, mark: str) -> Channel:
    what, now = f"asking for push messages of {calendar}", api.now
    id = f"syncd-{mark}-{now:%Y%m%d%H%M%S}"
    body = {
        "id": id,
        "type": "web_hook",
        "address": order.url,
        "token": order.secret,
        "expiration": str(round((now + LASTS).timestamp() * 1000)),
    }
    try:
        answer = api.events.watch(calendarId=calendar, body=body).execute(num_retries=0)
    except HttpError as error:
        if any("webhook" in reason for reason in reasons_of(error.content)):
            raise Misconfigured(
                f"{what}: Google does not send to this address ({error.resp.status}). It must be https, with a certificate that is "
                "generally trusted; correct [web] public_url",
                scope=calendar,
            ) from None
        raise translate(error, now=now, what=what, scope=calendar) from None
    except Exception as error:
        raise from_exception(error, what=what, scope=calendar) from None
    return _made(expect(answer, dict, what=what, scope=calendar), id, mark, what, calendar)


def _made(answer: Mapping[str, Any], id: str, mark: str, what: str, calendar: str) -> Channel:
    try:
        expires = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
        return Channel(str(answer.get("id") or id), str(answer["resourceId"]), expires, mark)
    except (KeyError, ValueError, OverflowError, OSError):
        raise Unavailable(f"{what}: the answer is no channel. Check `url`", scope=calendar) from None


def _stop(api: Api, channel: Channel) -> None:
    """End the channel before. One that cannot be ended runs out by itself, and what it says twice is looked at once."""
    with suppress(HttpError, SyncError, OSError):
        request = api.channels.stop(body={"id": channel.id, "resourceId": channel.resource})
        request.postproc = lambda _answer, content: content
        request.execute(num_retries=0)


def _kept(value: Json | None) -> Channel | None:
    if not isinstance(value, dict):
        return None
    try:
        return Channel(value["id"], value["resource"], datetime.fromisoformat(value["expires"]), value["mark"])
    except (KeyError, TypeError, ValueError):
        return None
