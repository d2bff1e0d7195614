"""Events of a calendar as raw records, in the words of Google's: one for each UID, with the times at which it takes place.

A record holds what was asked for and no more. Recurrences are expanded from a quarter of a year ago to more than a year ahead, from the
first day of a month: for a month a rule without an end means the same. An event that cannot be read is a record with a `problem`.
"""

import hashlib
import re
from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from connectors.icalendar_events import STAMP, Times, Unreadable, each, is_day, is_off, moment, read
from connectors.icalendar_options import PERSONAL, UNASKED
from connectors.icalendar_rules import MOST, Rules
from connectors.icalendar_text import Block, Home, Text, value_of
from connectors.icalendar_zones import NoZone, Zones, name_of
from syncd.model.raw import Json, Scope

BACK, AHEAD = 3, 15
"""So many months before and after the month that it is now; the last is not taken whole."""
ALWAYS = frozenset({"id", "uid", "series", "status", "occurrences", "problem", "visibility", "updated"})
"""The fields that a record has whoever reads them. Each occurrence has its times, `eventType`, `transparency` and `hint`."""

_LONGEST_UID = 400
_OF_AGE = ("LAST-MODIFIED", "SEQUENCE")
"""What may differ between two answers that say the same."""
_FREEZE = re.compile(r"\b(?:freeze|no[ -](?:deploy|release)\w*|moratorium|blackout)\b", re.IGNORECASE)
_MAINTENANCE = re.compile(r"\b(?:maintenance|wartung)", re.IGNORECASE)
_TRAINING = re.compile(r"\b(?:training|course|workshop|conference)\b", re.IGNORECASE)
_HINTS: Mapping[object, Mapping[str, re.Pattern[str]]] = {
    "windows": {"freeze": _FREEZE, "maintenance": _MAINTENANCE},
    "absences": {"training": _TRAINING},
}
"""What titles and categories say of an event, by what the calendar holds: so much is kept even where they are not."""
_TYPES = {"OOF": "outOfOffice", "WORKINGELSEWHERE": "workingLocation"}
_TEXTS = {"summary": "SUMMARY", "description": "DESCRIPTION", "location": "LOCATION"}


def horizon(today: date) -> tuple[date, date]:
    """The first day that is read of what recurs, and the first that is not any more."""
    months = today.year * 12 + today.month - 1
    first, last = months - BACK, months + AHEAD
    return date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1)


@dataclass(frozen=True)  # no slots: `cached_property` needs a place to keep its value
class Asked:
    """What is wanted of a calendar. `wanted`: the fields that the mapping reads, None for all. `today`: in UTC. `zone`: that of times
    which name none, where neither the configuration of the calendar nor the calendar itself names one."""

    scope: Scope
    today: date
    wanted: frozenset[str] | None = None
    zone: str | None = None

    @property
    def fields(self) -> frozenset[str] | None:
        """What a record says that it was asked for."""
        return None if self.wanted is None else self.wanted | ALWAYS

    @cached_property
    def mark(self) -> str:
        """Changes where the same calendar would be read as other records."""
        said = [
            sorted(self.wanted) if self.wanted is not None else None,
            sorted(self.scope.facts.items(), key=str),
            horizon(self.today),
            self.zone,
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def records(text: Text, asked: Asked) -> Iterator[dict[str, Json]]:
    """The records of a calendar, in its order. What was called off as a whole is left out."""
    making = _Making(text, asked)
    for uid, blocks in _by_uid(text.events).items():
        found = making.record(uid, blocks)
        if found is not None:
            yield found


def _by_uid(blocks: Iterable[Block]) -> dict[str, list[Block]]:
    """An event without a UID is known by what it says."""
    found: dict[str, list[Block]] = {}
    for block in blocks:
        found.setdefault(_uid(block), []).append(block)
    return found


def _uid(block: Block) -> str:
    uid = value_of(block, "UID")
    if uid is not None and len(uid) <= _LONGEST_UID:
        return uid
    said = uid or "\n".join(line for line in block.lines if not line.upper().startswith(_OF_AGE))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class _Making:
    text: Text
    asked: Asked
    rules: Rules = field(init=False)
    _defined: dict[str, str] = field(init=False)
    _times: dict[int, Times] = field(default_factory=dict)

    def __post_init__(self) -> None:
        homes = {id(block.home): block.home for block in self.text.events}
        object.__setattr__(self, "rules", Rules(*horizon(self.asked.today)))
        object.__setattr__(self, "_defined", {name: zone for home in homes.values() for name, zone in home.zones.items()})

    def times(self, home: Home) -> Times:
        """How the times of a calendar are read: by its own zones, else by those of the others in the same text."""
        found = self._times.get(id(home))
        if found is None:
            found = self._times[id(home)] = Times(Zones(ChainMap(home.zones, self._defined)), self._floating(home))
        return found

    def _floating(self, home: Home) -> tzinfo | None:
        said = self.asked.scope.facts.get("zone")
        if said is None and home.zone:
            try:
                return Zones(home.zones).of(home.zone)
            except NoZone:
                pass
        name = said or self.asked.zone
        return ZoneInfo(str(name)) if name else None

    def record(self, uid: str, blocks: Sequence[Block]) -> dict[str, Json] | None:
        if all(map(is_off, blocks)):  # such a block need not say when it would have been (RFC 5546, section 3.2.5)
            return None
        base = {"uid": uid, "series": f"{self.asked.scope.id.rstrip('/')}/{uid}"}
        try:
            events = [read(block, self.times(block.home)) for block in blocks]
            found = self._series(events)
        except Unreadable as error:
            return base | {"occurrences": [], "problem": error.reason}
        except (OverflowError, ValueError):  # at the ends of the calendar
            return base | {"occurrences": [], "problem": "its times are further away than can be counted"}
        return None if found is None else base | found

    def _series(self, events: Sequence[icalendar.Event]) -> dict[str, Json] | None:
        core = _core([one for one in events if "RECURRENCE-ID" not in one])
        others = _exceptions([one for one in events if "RECURRENCE-ID" in one], core)
        if _is_off(core) if core else all(map(_is_off, others)):
            return None
        main = core or others[0]
        said = self._said(main)
        held = [self._occurrence(at, original, said) for at, original in self._held(core, others)]
        return {
            "status": str(main.get("STATUS", "CONFIRMED")).lower(),
            "visibility": next((one for one in map(_visibility, events) if one != "public"), "public"),
            "updated": _updated(events),
            **said,
            "occurrences": held,
        }

    def _held(
        self, core: icalendar.Event | None, others: Sequence[icalendar.Event]
    ) -> Iterator[tuple[icalendar.Event, date | None]]:
        """Each time at which it takes place, with the start that this one had at first; None of an event that does not recur."""
        if core is not None and not others and not ("RRULE" in core or "RDATE" in core):
            yield core, None
            return
        taken: set[str] = set()
        for at in sorted(self._expanded(core, others), key=lambda one: _text(moment(one, "DTSTART"))):
            original = moment(at, "RECURRENCE-ID")
            if _text(original) in taken:  # one that follows a change of all later ones has the id of the first of them
                original = moment(at, "DTSTART")
            taken.add(_text(original))
            if not _is_off(at):
                yield at, original

    def _expanded(self, core: icalendar.Event | None, others: Sequence[icalendar.Event]) -> list[icalendar.Event]:
        dates = [one for name in ("RDATE", "EXDATE") for value in _each(core, name) for one in value.dts]
        if len(others) + len(dates) > MOST:
            raise Unreadable(f"it has more than {MOST} exceptions")
        for rule in _each(core, "RRULE"):
            assert core is not None
            against = self.rules.against(rule.to_ical().decode(), moment(core, "DTSTART"))
            if against:
                raise Unreadable(against)
        calendar = icalendar.Calendar()
        for event in (*([core] if core is not None else []), *others):
            calendar.add_component(event)
        try:
            found = list(recurring_ical_events.of(calendar).between(*horizon(self.asked.today)))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
            raise Unreadable("its recurrence cannot be followed") from None
        if len(found) > MOST:
            raise Unreadable(f"it recurs more than {MOST} times in the months that are read")
        return found

    def _occurrence(self, event: icalendar.Event, original: date | None, said: Mapping[str, Json]) -> dict[str, Json]:
        start, end = moment(event, "DTSTART"), moment(event, "DTEND")
        own = {name: value for name, value in self._said(event).items() if value != said.get(name)}
        busy = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
        free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or busy == "FREE"
        return {
            **({"original": _text(original)} if original is not None else {}),
            "start": _in_words(start),
            "end": _in_words(end),
            "eventType": _TYPES.get(busy, "default"),
            "transparency": "transparent" if free else "opaque",
            **({"hint": hint} if (hint := self._hint(event)) else {}),
            **own,
        }

    def _said(self, event: icalendar.Event) -> dict[str, Json]:
        """What the event says beside its times, as far as it is asked for and nobody is to be left alone with it."""
        wanted = self.asked.wanted
        found = {name: value for name, value in _words(event) if value and (wanted is None or name in wanted)}
        return {name: value for name, value in found.items() if name not in self._unasked(event)}

    def _unasked(self, event: icalendar.Event) -> Collection[str]:
        if _visibility(event) != "public":
            return PERSONAL
        if self.asked.scope.facts.get("titles"):
            return ()
        is_away = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "OOF"
        return PERSONAL if is_away else UNASKED.get(str(self.asked.scope.facts.get("holds")), PERSONAL)

    def _hint(self, event: icalendar.Event) -> str | None:
        said = " ".join([_first(event, "SUMMARY"), *_categories(event)])
        return next(
            (name for name, words in _HINTS.get(self.asked.scope.facts.get("holds"), {}).items() if words.search(said)), None
        )


def _core(events: Sequence[icalendar.Event]) -> icalendar.Event | None:
    """The event itself, which its exceptions refer to: the latest, where it is there more than once."""
    newest = max(map(_age, events), default=None)
    latest = [one for one in events if _age(one) == newest]
    if len({(_text(moment(one, "DTSTART")), _text(moment(one, "DTEND")), str(one.get("RRULE"))) for one in latest}) > 1:
        raise Unreadable("two different events have its UID")
    return latest[-1] if latest else None


def _exceptions(events: Sequence[icalendar.Event], core: icalendar.Event | None) -> list[icalendar.Event]:
    """The latest one for each time of the event, which it names in the way that the event does."""
    latest: dict[str, icalendar.Event] = {}
    for event in sorted(events, key=_age):
        if core is not None:
            named: Any = event["RECURRENCE-ID"]
            named.dt = _as_named(named.dt, moment(core, "DTSTART"))
        latest[_text(moment(event, "RECURRENCE-ID"))] = event
    return list(latest.values())


def _as_named(original: Any, start: Any) -> Any:
    """The time of an event that one of its exceptions means: programs write days for times, and times without their zone."""
    if is_day(start):
        return original.date() if isinstance(original, datetime) else original
    if is_day(original):
        return datetime.combine(original, start.timetz())
    return original.replace(tzinfo=start.tzinfo) if original.tzinfo is None else original


def _age(event: icalendar.Event) -> tuple[int, str, str]:
    """Grows with each change (RFC 5546, section 2.1.5)."""
    return _sequence(event), str(event.get(STAMP, "")), _updated([event]) or ""


def _each(event: icalendar.Event | None, name: str) -> list[Any]:
    return [] if event is None else each(event, name)


def _sequence(event: icalendar.Event) -> int:
    said: Any = event.get("SEQUENCE", 0)
    return int(said)


def _is_off(event: icalendar.Event) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _visibility(event: icalendar.Event) -> str:
    """A class that nobody knows is private (RFC 5545, section 3.8.1.3)."""
    said = str(event.get("CLASS", "PUBLIC")).lower()
    return said if said in ("public", "confidential") else "private"


def _updated(events: Sequence[icalendar.Event]) -> str | None:
    found = [
        value.dt for event in events for value in each(event, "LAST-MODIFIED") if isinstance(getattr(value, "dt", None), datetime)
    ]
    return max(map(_text, found), default=None)


def _words(event: icalendar.Event) -> Iterator[tuple[str, Json]]:
    yield from ((name, _first(event, of)) for name, of in _TEXTS.items())
    yield "url", _first(event, "URL")
    yield "categories", _categories(event)
    yield "organizer", next((_person(one) for one in each(event, "ORGANIZER")), None)
    yield "attendees", [_person(one) for one in each(event, "ATTENDEE")]


def _first(event: icalendar.Event, name: str) -> str:
    return next((str(value) for value in each(event, name)), "")


def _categories(event: icalendar.Event) -> list[str]:
    return [str(word) for value in each(event, "CATEGORIES") for word in getattr(value, "cats", [value])]


def _person(value: Any) -> dict[str, Json]:
    address = str(value).strip()
    email = address[7:] if address[:7].lower() == "mailto:" else address if "@" in address and ":" not in address else ""
    said = value.params.get("CN", "")
    name = (",".join(map(str, said)) if isinstance(said, list) else str(said)).strip('"')  # a comma without quotes makes a list
    return ({"email": email} if email else {"id": address}) | ({"displayName": name} if name else {})


def _in_words(at: Any) -> dict[str, Json]:
    if is_day(at):
        return {"date": at.isoformat()}
    zone = name_of(at.tzinfo) or ("UTC" if at.tzinfo is UTC else None)
    return {"dateTime": at.isoformat(timespec="seconds")} | ({"timeZone": zone} if zone else {})


def _text(at: Any) -> str:
    """A day, an instant in UTC, or a time without a zone."""
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return at.isoformat() if isinstance(at, date) else str(at)
