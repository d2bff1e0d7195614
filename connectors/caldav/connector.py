"""The connector itself: what the contract asks for, by the modules beside this one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.caldav import KIND, STREAMS, CalDavOptions, read
from connectors.caldav.dav import Dav
from connectors.caldav.discover import chosen, place
from connectors.caldav.listing import Calendar
from connectors.icalendar_records import Asked
from syncd.contract import Account, Gate, Limits, Notice, Page, Refused, Settings, Stream, SyncError, Unavailable
from syncd.model.action import Action, Receipt
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref


class CalDav:
    """One connection to a CalDAV server; the scopes are the calendars that the configuration means."""

    streams: Mapping[str, Stream] = STREAMS
    limits: Limits = KIND.limits

    def __init__(self, settings: Settings, gate: Gate) -> None:
        assert isinstance(settings.options, CalDavOptions)
        self._settings, self._options = settings, settings.options
        self._dav = Dav(settings, gate)

    def check(self) -> Account:
        """The principal that the server takes us for."""
        there = place(self._dav, f"signing in to {self._settings.connection}")
        name = self._settings.user or there.name
        id = there.principal or name or self._dav.base
        return Account(id=id, name=name or id)

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:  # noqa: ARG002
        """The calendars. One that is named by its path and not there is only told when it is read: to ask before would cost a request."""
        return list(chosen(self._options, self._dav, f"listing the calendars of {self._settings.connection}"))

    def weigh(self, stream: str, scope: Scope) -> int | None:  # noqa: ARG002
        """How many events there are is not told without listing them."""
        return None

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """The fields of events are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """All events as one page, then pages of what changed."""
        return read.pages(self._reading(stream, scope), since)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The event at its path. A 404 is never Gone: servers hide in the same words."""
        what, scope = f"reading {ref.label}", self._home(ref)
        content = self._dav.get(ref.id, what=what, scope=scope.id)
        found = read.record(self._reading(ref.stream, scope), ref.id, content.decode("utf-8", "replace"))
        if found is None or found.data["series"] == ref.id:
            raise Unavailable(f"{what}: no event is there now", scope=scope.id)
        return found

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids at once."""
        return read.census(self._reading(stream, scope))

    def find(self, target: Ref, key: str) -> str | None:  # noqa: ARG002
        """Events have no comments."""
        return None

    def deliver(self, action: Action) -> Receipt:
        """Nothing is written."""
        raise Refused(f"writing on {action.target.label}: CalDAV calendars are only read")

    def close(self) -> None:
        """Let go of sockets."""
        self._dav.close()

    def _reading(self, stream: str, scope: Scope) -> read.Reading:
        asked = Asked(scope, self._settings.now().date(), self._settings.fields.get(stream), self._settings.zone)
        return read.Reading(Calendar(self._dav, scope), self._settings.connection, asked)

    def _home(self, ref: Ref) -> Scope:
        """The scope that an event is read through; of a calendar that is not configured any more, one taken as private and personal."""
        path = f"{ref.id.rpartition('/')[0]}/"
        found = (one for one in self.scopes(ref.stream) if isinstance(one, Scope) and one.id == path)
        return next(found, Scope(path, path, {"private": True, "holds": "absences"}))
