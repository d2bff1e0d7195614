"""Pure. An entry of a calendar as an action wants it, in Google's words, and how it differs from the one that is there."""

import hashlib
import html
from base64 import b32hexencode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncd.contract import Refused
from syncd.model.action import Action

Event = dict[str, Any]
PROPERTY = "syncd"
"""The private extended property that holds our key: only this calendar's copy of the event has it, guests do not see it."""


def id_of(key: str) -> str:
    """The event's id: 52 letters and digits of base32hex, as Google wants them (https://developers.google.com/workspace/calendar/api/
    v3/reference/events#id)."""
    return b32hexencode(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()).decode().rstrip("=").lower()


def wanted(action: Action, what: str) -> Event:
    """The event without its id. A description is HTML there, so the text is escaped. Raises Refused where a time or guest is none."""
    extra = action.extra
    zone = extra.get("zone")
    if zone is not None and not _is_zone(zone):
        raise Refused(f"{what}: {str(zone)[:60]!r} is no time zone")
    return {
        "summary": str(extra.get("title") or ""),
        "description": html.escape(str(extra.get("text") or ""), quote=False),
        "start": _moment(extra.get("start"), zone, f"{what}: its start"),
        "end": _moment(extra.get("end"), zone, f"{what}: its end"),
        "attendees": _guests(extra.get("attendees") or [], what),
        "extendedProperties": {"private": {PROPERTY: action.key}},
    }


def difference(want: Event, there: Mapping[str, Any]) -> tuple[Event, bool]:
    """What to patch, and whether the guests are to be told of it: of another time, of other guests, of an entry that is back."""
    if there.get("status") == "cancelled":
        times = {name: _over(want[name], there.get(name)) for name in ("start", "end")}
        return want | times | {"status": "confirmed"}, True
    patch = {name: want[name] for name in ("summary", "description") if want[name] != (there.get(name) or "")}
    if _private(there).get(PROPERTY) != want["extendedProperties"]["private"][PROPERTY]:
        patch["extendedProperties"] = want["extendedProperties"]
    loud = False
    for name in ("start", "end"):
        moved = _instant(want[name]) != _instant(there.get(name))
        if moved or want[name].get("timeZone", _zone(there.get(name))) != _zone(there.get(name)):
            patch[name] = _over(want[name], there.get(name))
        loud |= moved
    guests = _kept(want["attendees"], there.get("attendees") or [])
    if guests is not None:
        patch["attendees"], loud = guests, True
    return patch, loud


def _kept(want: Sequence[Event], there: Sequence[Event]) -> list[Event] | None:
    """The guests to write, with the answers that they gave already; None where they are there. The organizer and rooms stay."""
    known = {_address(one): one for one in there}
    own = [address for address, one in known.items() if any(one.get(name) for name in ("organizer", "self", "resource"))]
    addresses = {_address(one): one for one in want}
    if addresses.keys() - known.keys() or known.keys() - addresses.keys() - set(own):
        return [known.get(address, one) for address, one in addresses.items()] + [known[a] for a in own if a not in addresses]
    return None


def _guests(given: Any, what: str) -> list[Event]:
    """Addresses, or objects with an `email`; each once."""
    found: dict[str, Event] = {}
    for one in given if isinstance(given, list | tuple) else [given]:
        guest = {"email": one} if isinstance(one, str) else one
        if not isinstance(guest, Mapping) or "@" not in str(guest.get("email")):
            raise Refused(f"{what}: a guest has no e-mail address")
        named = {"displayName": str(guest["name"])} if guest.get("name") else {}
        found.setdefault(_address(guest), {"email": str(guest["email"]).strip()} | named)
    return list(found.values())


def _moment(value: object, zone: str | None, what: str) -> Event:
    """A whole day, or an instant; one without an offset is in the zone."""
    text = str(value or "")
    try:
        if len(text) == 10:
            return {"date": date.fromisoformat(text).isoformat()}
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{what} {text[:40]!r} is neither a date nor an instant") from None
    if at.tzinfo is None and zone is None:
        raise Refused(f"{what} {text[:40]!r} has no offset, and no zone is given")
    return {"dateTime": at.isoformat(timespec="seconds")} | ({"timeZone": zone} if zone else {})


def _over(want: Event, there: Any) -> Event:
    """A patch merges objects: what a start or end had as a whole day, or as an instant, has to be taken away by name. Of a deleted
    event Google may remember more than it shows."""
    had = there if isinstance(there, Mapping) and there else ("date", "dateTime", "timeZone")
    return {name: None for name in had if name in ("date", "dateTime", "timeZone") and name not in want} | want


def _instant(value: Any) -> date | datetime | None:
    if not isinstance(value, Mapping):
        return None
    try:
        if "dateTime" not in value:
            return date.fromisoformat(str(value.get("date")))
        at = datetime.fromisoformat(str(value["dateTime"]))
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(str(value.get("timeZone"))))
    except (ValueError, KeyError, OSError):
        return None


def _zone(value: Any) -> Any:
    return value.get("timeZone") if isinstance(value, Mapping) else None


def _private(event: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = event.get("extendedProperties")
    found = properties.get("private") if isinstance(properties, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _address(guest: Mapping[str, Any]) -> str:
    return str(guest.get("email") or "").strip().casefold()


def _is_zone(name: object) -> bool:
    try:
        return bool(ZoneInfo(str(name)))
    except (KeyError, ValueError, OSError):
        return False
