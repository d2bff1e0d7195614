"""The connector itself: what the contract asks for, by the modules beside this one."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.icalendar_records import Asked, records
from connectors.icalendar_text import NoCalendar, take_apart
from connectors.ics import KIND, STREAMS, CalendarOptions, IcsOptions
from connectors.ics.source import Found, Sources
from syncd.contract import (
    Account,
    AuthFailed,
    Gate,
    Gone,
    Limits,
    Misconfigured,
    Notice,
    Page,
    Refused,
    Settings,
    Stream,
    SyncError,
    Unavailable,
)
from syncd.model.action import Action, Receipt
from syncd.model.raw import Json, RawRecord, Scope
from syncd.model.ref import Ref


class Ics:
    """One connection to some calendars; each is a scope, and each read gives all of it or, where nothing changed, nothing."""

    streams: Mapping[str, Stream] = STREAMS
    limits: Limits = KIND.limits

    def __init__(self, settings: Settings, gate: Gate) -> None:
        assert isinstance(settings.options, IcsOptions)
        self._settings, self._options = settings, settings.options
        self._sources = Sources(settings, gate)

    def check(self) -> Account:
        """Nobody is told who we are, so the first calendar that has an address stands for it, and is asked."""
        first = next((one for one in self._options.calendars if one.file is None), None)
        if first is not None:
            try:
                self._sources.read(first, {}, what=f"reading {first.id}")
            except (AuthFailed, Misconfigured) as error:
                if error.scope is None:
                    raise
        name = self._settings.user or (first or self._options.calendars[0]).id
        return Account(id=name, name=name)

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:  # noqa: ARG002
        """The calendars. One that is not there is only told when it is read: to ask before would cost a request."""
        return [_scope(one) for one in self._options.calendars]

    def weigh(self, stream: str, scope: Scope) -> int | None:  # noqa: ARG002
        """One request gives all of it."""
        return 1

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """The fields of events are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """The whole calendar as one page; an empty one where it is as it was. What it does not hold any more is gone."""
        asked = self._asked(stream, scope)
        known = _load(since, asked)
        found = self._sources.read(self._calendar(scope.id), known, what=_what(scope))
        if found is None:
            yield Page(complete=True)
            return
        cursor = _dump(found, asked)
        if found.sum == known.get("sum"):
            yield Page(cursor=cursor, complete=True)
            return
        yield Page(tuple(self._records(found, asked)), cursor=cursor, complete=True, whole=True)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record, out of the whole calendar: one that this does not hold is gone."""
        scope = _scope(self._calendar(ref.id.partition("/")[0]))
        asked = self._asked(ref.stream, scope)
        found = self._sources.read(self._calendar(scope.id), {}, what=_what(scope))
        assert found is not None
        for record in self._records(found, asked):
            if record.ref == ref:
                return record
        raise Gone(f"reading {ref.label}: its calendar does not hold it any more", kind="deleted", scope=scope.id)

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids at once."""
        found = self._sources.read(self._calendar(scope.id), {}, what=_what(scope))
        assert found is not None
        yield [record.ref.id for record in self._records(found, self._asked(stream, scope))]

    def find(self, target: Ref, key: str) -> str | None:  # noqa: ARG002
        """Events of a file have no comments."""
        return None

    def deliver(self, action: Action) -> Receipt:
        """Nothing can be written to a file or feed."""
        raise Refused(f"writing on {action.target.label}: a calendar as a file or feed can only be read")

    def close(self) -> None:
        """Let go of sockets."""
        self._sources.close()

    def _calendar(self, id: str) -> CalendarOptions:
        for one in self._options.calendars:
            if one.id == id:
                return one
        raise Unavailable(f"calendar {id}: it is not configured any more", scope=id)

    def _asked(self, stream: str, scope: Scope) -> Asked:
        return Asked(scope, self._settings.now().date(), self._settings.fields.get(stream), self._settings.zone)

    def _records(self, found: Found, asked: Asked) -> Iterator[RawRecord]:
        scope = asked.scope
        try:
            text = take_apart(found.body)
        except NoCalendar as error:
            raise Unavailable(f"{_what(scope)}: the calendar {error.text}. Check where it comes from", scope=scope.id) from None
        for data in records(text, asked):
            id, url = str(data["series"]), data.get("url")
            ref = Ref(self._settings.connection, "events", id, key=id, url=url if isinstance(url, str) else None)
            yield RawRecord(ref, scope, {"id": id, **data}, asked.fields)


def _scope(calendar: CalendarOptions) -> Scope:
    return Scope(calendar.id, calendar.id, calendar.facts)


def _what(scope: Scope) -> str:
    return f"reading events of {scope.name}"


def _dump(found: Found, asked: Asked) -> str:
    known = {"v": 1, "mark": asked.mark, "sum": found.sum, "etag": found.etag, "modified": found.modified}
    return json.dumps({name: value for name, value in known.items() if value}, separators=(",", ":"))


def _load(since: str | None, asked: Asked) -> Mapping[str, Json]:
    """What is known of the calendar as it was; nothing where it would be read as other records now, as in another month."""
    try:
        known = json.loads(since or "{}")
        return known if isinstance(known, dict) and known.get("mark") == asked.mark else {}
    except ValueError:
        return {}
