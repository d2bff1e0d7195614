"""A Google Calendar on loopback: calendars and their events, and what people do with them. Its REST API is in `google_api`."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syncd.demo import google_access, google_api, google_shapes
from syncd.demo.google_recurrence import Start, starts
from syncd.demo.google_shapes import Event
from syncd.demo.twin import TwinServer


@dataclass(slots=True)
class Row:
    """An event as a list shows it. `series`: what it was expanded from; `changed`: the number of its last change; `place` in lists."""

    event: Event
    series: str
    changed: int
    place: int


@dataclass(slots=True)
class Calendar:
    """`events`: single and recurring ones by id; `changes`: by id of the instance, None where it was taken out; `rows`: expanded,
    and `members` their ids by `series`. `bin`: what was deleted. `role`: what it is shared as, `roles` with single accounts; `listed`:
    whether accounts have it in their lists."""

    id: str
    zone: str
    title: str
    readers: frozenset[str] | None = None
    events: dict[str, Event] = field(default_factory=dict)
    changes: dict[str, Event | None] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    bin: dict[str, Event] = field(default_factory=dict)
    role: str = "writer"
    roles: dict[str, str] = field(default_factory=dict)
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """A mail that guests of an event got: `invited`, `changed` or `cancelled`."""

    event: str
    why: str
    guests: tuple[str, ...]


class GoogleTwin:
    """The state of one Google.

    `tokens`: access token -> account, `scopes`: what it may, where that is not everything; `accounts`: service account -> public key
    (PEM); `subjects`: in whose name they may act, with the scopes `delegated`; `clients`: OAuth client -> secret; `grants`: refresh
    token -> account and scopes; `told`: the mails to guests.
    `horizon`: how far from today a recurrence without an end is expanded. `most_per_page` bounds what a page holds.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        tokens: Mapping[str, str],
        *,
        horizon: timedelta = timedelta(days=730),
        most_per_page: int = 2500,
        latency_s: float = 0,
    ) -> None:
        self.now, self.horizon, self.most_per_page = now, horizon, most_per_page
        self.tokens = dict(tokens)
        self.accounts: dict[str, str] = {}
        self.subjects: set[str] = set()
        self.scopes: dict[str, frozenset[str]] = {}
        self.delegated: set[str] = {"calendar", "calendar.readonly", "calendar.events"}
        self.clients: dict[str, str] = {}
        self.grants: dict[str, tuple[str, frozenset[str]]] = {}
        self.told: list[Told] = []
        self.calendars: dict[str, Calendar] = {}
        self.sync_age, self.page_age = 0, 0
        self.number = 0
        self.channels: dict[str, dict[str, Any]] = {}
        self._places = itertools.count(1)
        self.server = TwinServer(google_api.routes(self), google_access.authorize(self), latency_s)

    # --- calendars and who may read them ------------------------------------------------------------------------------------

    def calendar(
        self,
        id: str,
        zone: str = "Europe/Berlin",
        *,
        title: str | None = None,
        readers: Iterable[str] | None = None,
        role: str = "writer",
        listed: bool = True,
    ) -> str:
        """A new calendar, shared with `readers` only or with everybody, or the one there is; gives its id."""
        shared = None if readers is None else frozenset(readers)
        self.calendars.setdefault(id, Calendar(id, zone, title or id, shared, role=role, listed=listed))
        return id

    def service_account(self, address: str, public_key: str, subjects: Iterable[str] = ()) -> None:
        """An account that signs in with a key, and may act for these persons."""
        self.accounts[address] = public_key
        self.subjects |= set(subjects)

    def person(self, account: str, refresh_token: str, client: tuple[str, str], scopes: Iterable[str]) -> None:
        """Somebody who let an OAuth client (id and secret) act for them, with these scopes (short)."""
        self.clients[client[0]] = client[1]
        self.grants[refresh_token] = (account, frozenset(google_access.PREFIX + scope for scope in scopes))

    def expire_sync_tokens(self) -> None:
        """From now on every sync token given so far is answered with 410."""
        self.sync_age += 1

    def expire_page_tokens(self) -> None:
        """From now on every page token given so far is refused."""
        self.page_age += 1

    # --- what people do ------------------------------------------------------------------------------------------------------

    def event(
        self,
        calendar: str,
        summary: str,
        start: Start,
        end: Start,
        *,
        recurrence: Sequence[str] = (),
        by: str = "someone@acme.example",
        **fields: Any,
    ) -> Event:
        """A new event; whole days end on the day after. `recurrence`: lines of RFC 5545."""
        home = self.calendars[calendar]
        made = google_shapes.event(calendar, self.next_number(), summary, by, self.stamp())
        made |= {"start": google_shapes.moment(start, home.zone), "end": google_shapes.moment(end, home.zone)}
        home.events[made["id"]] = made | ({"recurrence": list(recurrence)} if recurrence else {}) | fields
        self._expand(home, made["id"])
        return home.events[made["id"]]

    def edit(self, calendar: str, id: str, **fields: Any) -> Event:
        """Change an event, a whole recurring one, or one instance of it."""
        home = self.calendars[calendar]
        made = fields | {"etag": f'"{self.next_number()}"', "updated": self.stamp()}
        if id in home.events:
            home.events[id] |= made
            self._expand(home, id)
            return home.events[id]
        home.changes[id] = (home.changes.get(id) or {}) | made
        self._expand(home, home.rows[id].series)
        return home.rows[id].event

    def move(self, calendar: str, id: str, start: Start, end: Start) -> Event:
        """Put an event or one instance at another time; an instance stays known by its original start."""
        zone = self.calendars[calendar].zone
        return self.edit(calendar, id, start=google_shapes.moment(start, zone), end=google_shapes.moment(end, zone))

    def delete(self, calendar: str, id: str) -> None:
        """Take away an event, a recurring one with all its instances, or one instance."""
        home = self.calendars[calendar]
        self.next_number()
        series = id if id in home.events else home.rows[id].series
        if id in home.events:
            home.bin[id] = home.events.pop(id)
        else:
            home.changes[id] = None
        self._expand(home, series)

    def instances(self, calendar: str, series: str | None = None) -> list[Event]:
        """What lists show at the moment: all events, or the instances of a recurring one."""
        rows = self.calendars[calendar].rows.values()
        return [r.event for r in rows if r.event["status"] != "cancelled" and series in (None, r.series)]

    def load(self, records: Iterable[Mapping[str, Any]], calendar: str | None = None) -> None:
        """Take vendor records in as they are, into the calendar of their organizer or the one given."""
        for record in records:
            home = self.calendars[self.calendar(calendar or str((record.get("organizer") or {}).get("email") or "primary"))]
            self.next_number()
            home.events[str(record["id"])] = dict(record)
            self._expand(home, str(record["id"]))

    # --- what its API does ---------------------------------------------------------------------------------------------------

    def put(self, calendar: str, event: Event) -> Event:
        """Keep an event, or one instance, as it is given; it was changed now."""
        home = self.calendars[calendar]
        id = event["id"]
        stamped = event | {"etag": f'"{self.next_number()}"', "updated": self.stamp()}
        known = home.rows.get(id)
        if known is not None and known.series != id:
            home.changes[id] = stamped
        else:
            home.events[id] = stamped
        self._expand(home, known.series if known else id)
        return home.rows[id].event

    def tell(self, event: str, why: str, guests: tuple[str, ...]) -> None:
        """Send a mail to guests."""
        self.told.append(Told(event, why, guests))

    def next_number(self) -> int:
        """The number of the next change."""
        self.number += 1
        return self.number

    def stamp(self) -> str:
        """The moment, as events have it."""
        return google_shapes.stamp(self.now())

    # --- inner ---------------------------------------------------------------------------------------------------------------

    def extend(self, calendar: Calendar) -> None:
        """Expand what has no end up to the horizon of today. Nobody changed anything: sync tokens do not report it."""
        for id, event in calendar.events.items():
            if any("RRULE" in line and "COUNT" not in line and "UNTIL" not in line for line in event.get("recurrence", ())):
                self._expand(calendar, id, changed=0)

    def _expand(self, home: Calendar, series: str, changed: int | None = None) -> None:
        """Show the event anew: what differs from before has changed, what was shown and is no more is cancelled."""
        number = self.number if changed is None else changed
        shown = {event["id"]: event for event in self._instances(home, series)}
        for id in sorted(home.members.get(series, set()) - shown.keys()):
            row = home.rows[id]
            if row.event["status"] != "cancelled":
                row.event, row.changed = google_shapes.cancelled(row.event), number
        for id, event in shown.items():
            if id not in home.rows or home.rows[id].event != event:
                self._keep(home, series, event, number)

    def _instances(self, home: Calendar, series: str) -> Iterator[Event]:
        event = home.events.get(series)
        if event is None or not event.get("recurrence"):
            yield from [event] if event else []
            return
        first, end = (google_shapes.read_moment(event[name]) for name in ("start", "end"))
        length = end - first
        horizon = (self.now() + self.horizon).date()
        for start in starts(first, event["recurrence"], horizon):
            times = (google_shapes.moment(at, home.zone) for at in (start, start + length))
            made = google_shapes.instance(event, start, *times)
            change = home.changes.get(made["id"], {})
            if change is not None:
                yield made | change

    def _keep(self, home: Calendar, series: str, event: Event, number: int) -> None:
        before = home.rows.get(event["id"])
        place = before.place if before else next(self._places)
        home.members.setdefault(series, set()).add(event["id"])
        home.rows[event["id"]] = Row(dict(event), series, number, place)
