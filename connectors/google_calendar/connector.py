"""The connector itself: what the contract asks for, by the modules beside this one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.google_calendar import KIND, STREAMS, CalendarOptions, GoogleCalendarOptions, read
from connectors.google_calendar.address import calendar_of, event_of
from connectors.google_calendar.client import Client
from syncd.contract import Account, AuthFailed, Gate, Limits, Notice, Page, Refused, Settings, Stream, SyncError, Unavailable
from syncd.model.action import Action, Receipt
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref


class GoogleCalendar:
    """One connection to Google Calendar; its scopes are the configured calendars."""

    streams: Mapping[str, Stream] = STREAMS
    limits: Limits = KIND.limits

    def __init__(self, settings: Settings, gate: Gate) -> None:
        assert isinstance(settings.options, GoogleCalendarOptions)
        self._settings, self._options = settings, settings.options
        self._client = Client(settings, gate)

    def check(self) -> Account:
        """A service account or the person it acts for; a token tells nobody's name, so the first calendar stands for it."""
        first = self._options.calendars[0].id
        try:
            self._client.greet(first)
        except AuthFailed as error:
            if error.scope is None:
                raise
        known = self._options.subject or (self._client.account.name if self._client.account else first)
        return Account(id=known, name=known)

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:  # noqa: ARG002
        """The configured calendars. One that is not there is only told when it is read: to ask before would cost a request."""
        return [Scope(calendar.id, calendar.id, _facts(calendar)) for calendar in self._options.calendars]

    def weigh(self, stream: str, scope: Scope) -> int | None:  # noqa: ARG002
        """Google does not count."""
        return None

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """Google's fields are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """Pages in an order of Google's own, which stays the same."""
        return read.pages(self._reading(scope), since)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The event by its address. A 404 is never Gone: Google hides in the same words."""
        what, reading = f"reading {ref.label}", self._reading(self._home(ref))
        found = read.record(reading, self._client.event(reading.scope.id, event_of(ref), reading.selection, what=what))
        if found.ref != ref:
            raise Unavailable(f"{what}: another event has its address now", scope=reading.scope.id)
        return found

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:  # noqa: ARG002
        """All ids, a page at a time."""
        return read.census(self._reading(scope))

    def find(self, target: Ref, key: str) -> str | None:  # noqa: ARG002
        """Events have no comments."""
        return None

    def deliver(self, action: Action) -> Receipt:
        """Refused: no stream takes anything."""
        raise Refused(f"writing on {action.target.label}: events of Google Calendar take no comments")

    def close(self) -> None:
        """Let go of sockets."""
        self._client.close()

    def _reading(self, scope: Scope) -> read.Reading:
        return read.Reading(self._client, self._settings.connection, scope, self._settings.fields.get("events"))

    def _home(self, ref: Ref) -> Scope:
        """The scope that the event is read through; of a calendar that is not configured any more, one taken as private."""
        id = calendar_of(ref)
        known = next((scope for scope in self.scopes("events") if isinstance(scope, Scope) and scope.id == id), None)
        return known or Scope(id, id, {"private": True})


def _facts(calendar: CalendarOptions) -> dict[str, object]:
    """All that the configuration says of it, but what it leaves open."""
    return {name: value for name, value in calendar.model_dump(exclude={"id"}).items() if value is not None}
