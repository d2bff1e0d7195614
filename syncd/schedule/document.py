"""Pure. A plan as a document (of JSON or TOML): read into records, with everything that is wrong with it."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from syncd.model.amount import Amount, amount
from syncd.model.problem import Problem
from syncd.schedule.calendar import DAY, NINE, Calendar
from syncd.schedule.compiled import RELATIONS

FIRST, LAST = date(1970, 1, 1), date(2100, 12, 31)
_SPAN = f"Give a date from {FIRST} to {LAST}, as 2026-01-31."
_LENGTH = "Give a number and a unit: m, h, d, w for working time, em, eh, ed, ew for elapsed time; as 3d, 12h, 2ed."
_OTHERS = {
    **dict.fromkeys(("type", "kind", "relationship"), "relation"),
    **dict.fromkeys(("predecessor", "source"), "from"),
    **dict.fromkeys(("successor", "target"), "to"),
    **dict.fromkeys(("predecessors", "depends_on", "dependencies", "links"), "links"),
    **dict.fromkeys(("tasks", "activities"), "items"),
    "lead": "lag",
    "working_days": "weekdays",
}
"""What others call keys of ours, in all tables: passed over they would give other dates without a word."""
_DEFAULT = ""
"""The name of the plan's own calendar."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item: what it takes, from when on it may start, in which calendar. `place`: where the document has it. What cannot be read
    stays in the network without a duration, so that its links are checked with the others."""

    id: str
    duration: Amount
    not_earlier: date | datetime | None
    calendar: str
    place: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """One link between items, by id."""

    predecessor: str
    successor: str
    relation: str
    lag: Amount
    place: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a document says. `calendars` has the plan's own one under the empty name."""

    start: date | datetime | None
    deadline: date | datetime | None
    zone: str | None
    calendars: Mapping[str, Calendar]
    items: Sequence[Entry]
    links: Sequence[Tie]

    @property
    def computable(self) -> bool:
        """Whether there is anything to compute and all that it takes."""
        return self.start is not None and _DEFAULT in self.calendars and bool(self.items)


@dataclass(slots=True)
class Reader:
    """Reads one document and collects what is wrong."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def plan(self, document: object) -> Plan:
        """The plan without what cannot be read."""
        if not isinstance(document, Mapping):
            self.wrong("", "it holds no plan", 'Give an object with "start", "items" and "links".')
            return Plan(None, None, None, {}, (), ())
        self.known("", document, ("start", "deadline", "zone", "calendar", "calendars", "items", "links"))
        zone = self.zone(document.get("zone"))
        start = self.moment("start", document.get("start"), zone)
        if document.get("start") is None:
            self.wrong("start", "it is missing", _SPAN)
        deadline = self.moment("deadline", document.get("deadline"), zone)
        named = self.calendars(document)
        items = self.items(document.get("items"), named, zone)
        links = self.links(document.get("links"), {item.id for item in items})
        calendars = {name: one for name, one in named.items() if one is not None}
        return Plan(start, deadline, zone.key if zone else None, calendars, items, links)

    def wrong(self, key: str, text: str, cure: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, key, text, cure))

    def known(self, key: str, given: Mapping[str, Any], names: Sequence[str]) -> None:
        """Note keys that are misspelt, and what others call ours. What resembles no key of ours is left alone."""
        for name in given:
            other = _OTHERS.get(str(name), "")
            near = [] if name in names else difflib.get_close_matches(str(name), names, 1, 0.75)
            if other in names and other not in given:
                near = [other]
            elif other == "links" and "duration" in names:
                self.wrong(_at(key, name), "an item has no such key", 'Write "links" beside "items", each with "from" and "to".')
            if near:
                self.wrong(_at(key, name), "there is no such key", f"Write {near[0]}.")

    def zone(self, given: object) -> ZoneInfo | None:
        if given is None:
            return None
        try:
            return ZoneInfo(str(given))
        except (OSError, ValueError, KeyError):
            self.wrong("zone", f"{given!r} is no time zone", "Give a name of the IANA list, as Europe/Berlin.")
            return None

    def moment(self, key: str, given: object, zone: ZoneInfo | None) -> date | datetime | None:
        """A date, or a local date and time; with an offset it is read as an instant in the plan's zone."""
        if given is None:
            return None
        found = _moment(given)
        if found is None:
            self.wrong(key, f"{given!r} is no date", _SPAN)
            return None
        if isinstance(found, datetime) and found.tzinfo:
            if zone is None:
                self.wrong(
                    key, f"{given!r} has an offset, but the plan has no zone", 'Give "zone", or the time without an offset.'
                )
                return None
            if FIRST.year < found.year <= LAST.year:
                found = found.astimezone(zone).replace(tzinfo=None)
        if not FIRST <= (found.date() if isinstance(found, datetime) else found) <= LAST:
            self.wrong(key, f"{given} lies outside {FIRST} to {LAST}", _SPAN)
            return None
        return found

    def calendars(self, document: Mapping[str, Any]) -> dict[str, Calendar | None]:
        """All calendars by name, the plan's own one under the empty name; None: there, but wrong."""
        found = {_DEFAULT: self.calendar("calendar", _or(document.get("calendar"), {}))}
        named = _or(document.get("calendars"), {})
        if not isinstance(named, Mapping):
            self.wrong("calendars", "it is no object", "Give calendars by name.")
            return found
        return found | {str(name): self.calendar(f"calendars.{name}", given) for name, given in named.items()}

    def calendar(self, key: str, given: object) -> Calendar | None:
        if not isinstance(given, Mapping):
            self.wrong(key, "it is no calendar", 'Give an object with "weekdays", "hours_per_day" and "holidays".')
            return None
        before = len(self.problems)
        self.known(key, given, ("weekdays", "hours_per_day", "holidays", "start_of_day"))
        minutes = self.hours(f"{key}.hours_per_day", given.get("hours_per_day", 8))
        weekdays = self.weekdays(f"{key}.weekdays", given.get("weekdays", [1, 2, 3, 4, 5]))
        off = self.holidays(f"{key}.holidays", _or(given.get("holidays"), []))
        begins = self.begins(f"{key}.start_of_day", given.get("start_of_day"), minutes)
        if len(self.problems) > before:
            return None
        return Calendar(tuple(minutes if day in weekdays else 0 for day in range(1, 8)), frozenset(off), {}, 1.0, begins)

    def hours(self, key: str, given: object) -> int:
        if isinstance(given, int | float) and not isinstance(given, bool) and 1 / 60 <= given <= 24:
            return round(given * 60)
        self.wrong(key, f"{given!r} is no number of hours of a day", "Give a number above 0, up to 24.")
        return 480

    def weekdays(self, key: str, given: object) -> set[int]:
        if not isinstance(given, list | tuple) or not all(type(day) is int and 1 <= day <= 7 for day in given):
            self.wrong(key, f"{given!r} are no weekdays", "Give a list of numbers from 1 (Monday) to 7 (Sunday).")
            return {1}
        if not given:
            self.wrong(key, "the calendar has no working day", "Name at least one weekday, from 1 (Monday) to 7 (Sunday).")
        return set(given)

    def holidays(self, key: str, given: object) -> list[date]:
        if not isinstance(given, list | tuple):
            self.wrong(key, "it is no list", "Give a list of dates.")
            return []
        found = [self.moment(f"{key}[{number}]", one if one is not None else "", None) for number, one in enumerate(given)]
        for number, one in enumerate(found):
            if isinstance(one, datetime):
                self.wrong(f"{key}[{number}]", f"{given[number]!r} is no date", _SPAN)
        return [one for one in found if one is not None and not isinstance(one, datetime)]

    def begins(self, key: str, given: object, minutes: int) -> int:
        """The minute at which a day begins: 09:00, or earlier where the day would run past midnight."""
        if given is None:
            return min(NINE, DAY - minutes)
        found = re.fullmatch(r"(\d\d?):(\d\d)", given) if isinstance(given, str) else None
        begins = given if isinstance(given, time) else None
        if found and int(found[1]) < 24 and int(found[2]) < 60:
            begins = time(int(found[1]), int(found[2]))
        if begins is None:
            self.wrong(key, f"{given!r} is no time of the day", "Give hours and minutes, as 09:00.")
        elif begins.hour * 60 + begins.minute + minutes > DAY:
            self.wrong(key, f"a day that begins at {given} and has {minutes / 60:g} hours runs past midnight", "Begin earlier.")
        return begins.hour * 60 + begins.minute if begins else NINE

    def items(self, given: object, calendars: Mapping[str, object], zone: ZoneInfo | None) -> list[Entry]:
        if not isinstance(given, list | tuple) or not given:
            self.wrong("items", "there are none", 'Give a list of objects with "id" and "duration".')
            return []
        found: dict[str, Entry] = {}
        for number, one in enumerate(given):
            entry = self.item(f"items[{number}]", one, calendars, zone)
            if entry and entry.id in found:
                self.wrong(
                    entry.place, f"{entry.id!r} is the id of {found[entry.id].place} too", "Give each item an id of its own."
                )
            elif entry:
                found[entry.id] = entry
        return list(found.values())

    def item(self, key: str, given: object, calendars: Mapping[str, object], zone: ZoneInfo | None) -> Entry | None:
        name = _id(given.get("id")) if isinstance(given, Mapping) else None
        if not isinstance(given, Mapping) or name is None:
            self.wrong(key, "it has no id", 'Give an object with "id" (a text) and "duration".')
            return None
        before = len(self.problems)
        self.known(key, given, ("id", "duration", "not_earlier_than", "calendar"))
        length = self.length(f"{key}.duration", given.get("duration"), "Give 0 or more.")
        moment = self.moment(f"{key}.not_earlier_than", given.get("not_earlier_than"), zone)
        calendar = _DEFAULT if given.get("calendar") is None else str(given["calendar"])
        if calendar not in calendars:
            known = ", ".join(sorted(one for one in calendars if one)) or "none"
            self.wrong(f"{key}.calendar", f"there is no calendar {calendar!r}", f'Known in "calendars": {known}.')
        good = length is not None and len(self.problems) == before and calendars[calendar] is not None
        if not good or length is None:
            return Entry(name, Amount(0, "m", elapsed=False), None, _DEFAULT, key, readable=False)
        return Entry(name, length, moment, calendar, key, readable=True)

    def length(self, key: str, given: object, least: str = "") -> Amount | None:
        """An amount. With `least`, one below 0 is wrong, and this is its cure."""
        if given is None:
            self.wrong(key, "it is missing", _LENGTH)
            return None
        found = amount(given)
        if isinstance(found, str):
            self.wrong(key, found, _LENGTH)
        elif least and found.value < 0:
            self.wrong(key, f"{given!r} is below zero", least)
        return None if isinstance(found, str) else found

    def links(self, given: object, ids: set[str]) -> list[Tie]:
        if given is not None and not isinstance(given, list | tuple):
            self.wrong("links", "it is no list", 'Give a list of objects with "from" and "to".')
            return []
        read = (self.link(f"links[{number}]", one, ids) for number, one in enumerate(given or ()))
        return [one for one in read if one is not None]

    def link(self, key: str, given: object, ids: set[str]) -> Tie | None:
        if not isinstance(given, Mapping):
            self.wrong(key, "it is no link", 'Give an object with "from" and "to".')
            return None
        before = len(self.problems)
        self.known(key, given, ("from", "to", "relation", "lag"))
        ends = [self.end(f"{key}.{name}", given.get(name), ids) for name in ("from", "to")]
        relation = str(given.get("relation") or "FS").upper()
        if relation not in RELATIONS:
            self.wrong(f"{key}.relation", f"{given['relation']!r} is no relation", f"Give one of {', '.join(RELATIONS)}.")
        lag = self.length(f"{key}.lag", given["lag"] if given.get("lag") is not None else 0)
        if lag is None or len(self.problems) > before or not ids.issuperset(ends):
            return None
        return Tie(ends[0], ends[1], relation, lag, key)

    def end(self, key: str, given: object, ids: set[str]) -> str:
        name = _id(given)
        if name is None:
            self.wrong(key, "it is missing", "Give the id of an item.")
        elif name not in ids:
            near = difflib.get_close_matches(name, _some(ids), 1)
            self.wrong(key, f"there is no item {name!r}", f"Did you mean {near[0]!r}?" if near else "Give the id of an item.")
        return name or ""


def _some(ids: set[str]) -> list[str]:
    """Few enough ids to look for similar ones."""
    return sorted(ids) if len(ids) <= 1000 else []


def _or(given: object, otherwise: object) -> object:
    return otherwise if given is None else given


def _at(key: str, name: object) -> str:
    return f"{key}.{name}" if key else str(name)


def _id(given: object) -> str | None:
    """Texts, and numbers as texts."""
    if isinstance(given, bool) or not isinstance(given, str | int) or given == "":
        return None
    return str(given)


def _moment(given: object) -> date | datetime | None:
    if isinstance(given, date):
        return given
    try:
        if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given):
            return date.fromisoformat(given)
        if isinstance(given, str) and re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", given):
            return datetime.fromisoformat(given)
    except ValueError:
        pass
    return None
