"""The connector itself: what the contract asks for, by the modules beside this one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.google_calendar import KIND, STREAMS, GoogleCalendarOptions, read
from connectors.google_calendar.address import calendar_of, event_of
from connectors.google_calendar.client import Client
from connectors.google_calendar.freebusy import Diary
from connectors.google_calendar.lists import CalendarList
from connectors.google_calendar.scopes import chosen, closed, meant_by
from connectors.google_calendar.write import Writer
from connectors.scoping import is_glob
from syncd.contract import Account, AuthFailed, Gate, Limits, Notice, Page, Refused, Settings, Stream, SyncError, Unavailable
from syncd.model.action import Action, Receipt
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref


class GoogleCalendar:
    """One connection to Google Calendar; the scopes of each stream are the calendars that the configuration means."""

    streams: Mapping[str, Stream] = STREAMS
    limits: Limits = KIND.limits

    def __init__(self, settings: Settings, gate: Gate) -> None:
        assert isinstance(settings.options, GoogleCalendarOptions)
        self._settings, self._gate, self._options = settings, gate, settings.options
        self._client = Client(settings, gate)
        self._list, self._diary = CalendarList(self._client), Diary(self._client)
        self._writer: Writer | None = None

    def check(self) -> Account:
        """A service account or the person it acts for; a token tells nobody's name, so the first calendar stands for it."""
        named = next((one.id for one in self._options.calendars if not is_glob(one.pattern)), None)
        try:
            self._client.greet(named)
        except AuthFailed as error:
            if error.scope is None:
                raise
        tokens = self._client.tokens
        known = tokens.name or named or self._options.calendars[0].id
        return Account(id=known, name=known, expires_at=tokens.expires_at, granted=tokens.granted)

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        """The calendars. One that is named outright and not there is only told when it is read: to ask before would cost a request."""
        self._list.begin(stream)
        found = list(chosen(self._options, self._list.entries))
        if stream == "freebusy":
            self._diary.expect([scope.id for scope in found if isinstance(scope, Scope)])
        return found if stream != "calendars" else [self._as_target(one) for one in found]

    def weigh(self, stream: str, scope: Scope) -> int | None:  # noqa: ARG002
        """Google does not count events. The other streams take a request for many calendars, at the most one or two for each."""
        return {"calendars": 1, "freebusy": 2}.get(stream)

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """Google's fields are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Events: pages in an order of Google's own, which stays the same. The other streams have one record for a calendar."""
        if stream == "events":
            return read.pages(self._reading(scope), since)
        return (Page((self._one(stream, each),), cursor="1", complete=True) for each in (scope,))

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record by its address. A 404 is never Gone: Google hides in the same words."""
        scope = self._home(calendar_of(ref) if ref.stream == "events" else ref.id)
        if ref.stream == "calendars":
            return self._record(ref.stream, scope, self._client.calendar(scope.id, what=f"reading {ref.label}"))
        if ref.stream == "freebusy":
            return self._one(ref.stream, scope)
        what, reading = f"reading {ref.label}", self._reading(scope)
        found = read.record(reading, self._client.event(scope.id, event_of(ref), reading.selection, what=what))
        if found.ref != ref:
            raise Unavailable(f"{what}: another event has its address now", scope=scope.id)
        return found

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids, a page at a time."""
        return read.census(self._reading(scope)) if stream == "events" else iter([(scope.id,)])

    def find(self, target: Ref, key: str) -> str | None:  # noqa: ARG002
        """Calendars and events have no comments."""
        return None

    def deliver(self, action: Action) -> Receipt:
        """An entry of a calendar, made, changed or taken back. Raises Refused for anything else."""
        if action.verb != "event" or action.target.stream != "calendars":
            raise Refused(f"writing on {action.target.label}: Google Calendar takes entries of calendars, and no {action.verb}")
        if self._writer is None:
            self._writer = Writer(self._settings, self._gate)
        return self._writer.take_back(action) if action.extra.get("cancelled") else self._writer.put(action)

    def close(self) -> None:
        """Let go of sockets."""
        self._client.close()
        if self._writer is not None:
            self._writer.close()

    def _reading(self, scope: Scope) -> read.Reading:
        return read.Reading(self._client, self._settings.connection, scope, self._settings.fields.get("events"))

    def _one(self, stream: str, scope: Scope) -> RawRecord:
        if stream == "freebusy":
            return self._record(stream, scope, self._diary.of(scope, self._settings.now()))
        return self._record(stream, scope, self._list.record(scope))

    def _record(self, stream: str, scope: Scope, data: Mapping[str, Any]) -> RawRecord:
        return RawRecord(Ref(self._settings.connection, stream, scope.id, key=scope.id), scope, data)

    def _as_target(self, one: Scope | SyncError | Notice) -> Scope | SyncError | Notice:
        """A calendar that can be written to, or why not, as far as the account's list says it."""
        if not isinstance(one, Scope):
            return one
        return Scope(one.id, one.name, one.facts, closed(self._list.known(one.id)))

    def _home(self, id: str) -> Scope:
        """The scope that a record is read through; of a calendar that is not configured any more, one taken as private."""
        return meant_by(self._options, id) or Scope(id, id, {"private": True})
