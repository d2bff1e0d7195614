"""Reading a calendar: in full at first, then what changed since the sync token.

The sync token comes with the last page. A full read is also made where Google has forgotten the token, where the mapping reads other fields
than before (all parameters must stay the same), where there is no token, and every four weeks; then the whole calendar is one
page, so that what is not in it any more is deleted in the same transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.google_calendar.address import ids_of_cancelled, ref_of
from connectors.google_calendar.client import Client, Event
from connectors.google_calendar.cursor import Cursor, dump, load
from connectors.google_calendar.errors import Forgotten
from syncd.contract import Page, Unavailable
from syncd.model.raw import RawRecord, Scope

_ALWAYS = frozenset({"id", "status", "recurringEventId", "originalStartTime", "start", "end", "htmlLink", "updated"})
_PERSONAL = frozenset(
    {"summary", "description", "location", "attendees", "attachments", "conferenceData", "hangoutLink", "gadget"}
)
"""What nobody needs to know of an absence: when, of which type and whose it is, stands elsewhere."""
_OF_PEOPLE = ("absences", "appointments")
_IDENTITY = "nextPageToken,nextSyncToken,items(id,status,recurringEventId,originalStartTime)"
_MOST_PAGES = 400
"""So many pages of 2,500 events: a calendar with more is a defect, there or here."""

Walk = Iterator[tuple[Mapping[str, Any], Cursor]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One calendar, about to be read. `wanted`: the fields that the mapping reads, None for all."""

    client: Client
    connection: str
    scope: Scope
    wanted: frozenset[str] | None = None

    @property
    def what(self) -> str:
        """For error texts."""
        return f"reading events of {self.scope.name}"

    @property
    def unasked(self) -> frozenset[str]:
        """The fields that are left alone whoever reads them: titles and guests of absences, unless the configuration wants them."""
        facts = self.scope.facts
        return _PERSONAL if facts.get("holds") in _OF_PEOPLE and not facts.get("titles") else frozenset()

    @property
    def selection(self) -> str | None:
        """The fields of an event to ask for: titles and guests are not fetched where no mapping reads them."""
        return None if self.wanted is None else ",".join(self.client.selectable((self.wanted | _ALWAYS) - self.unasked))

    @property
    def fields(self) -> str | None:
        """The same, for a list."""
        return f"nextPageToken,nextSyncToken,items({self.selection})" if self.selection else None


def pages(reading: Reading, since: str | None) -> Iterator[Page]:
    """The calendar from the stored cursor on."""
    first = Cursor(fields=reading.fields, full=reading.client.today.isoformat())
    start = load(since) if since is not None else first
    if start is not first and not start.leads_on(reading.fields, reading.client.today):
        yield _whole(reading, first)
        return
    try:
        for answer, cursor in _walk(reading, start):
            yield _page(reading, answer, cursor)
    except Forgotten:
        yield _whole(reading, first)


def census(reading: Reading) -> Iterator[Sequence[str]]:
    """The ids of all events, a page at a time."""
    for answer, _ in _walk(reading, Cursor(fields=_IDENTITY)):
        yield [record(reading, event).ref.id for event in _events(reading, answer) if not _is_cancelled(event)]


def record(reading: Reading, event: Event) -> RawRecord:
    """The event with its identity. Without what was not to be asked for, should it have come all the same."""
    event = {name: value for name, value in event.items() if name not in reading.unasked} if reading.unasked else event
    try:
        ref = ref_of(reading.connection, reading.scope.id, event)
    except KeyError:
        raise Unavailable(f"{reading.what}: an event has no id", scope=reading.scope.id) from None
    return RawRecord(ref, reading.scope, event, None if reading.wanted is None else reading.wanted | _ALWAYS)


def _walk(reading: Reading, cursor: Cursor) -> Walk:
    """Each page with the cursor to go on from. A page may be empty and not be the last."""
    seen = {cursor.page}
    for _ in range(_MOST_PAGES):
        answer = reading.client.events(reading.scope.id, cursor, what=reading.what)
        onward = answer.get("nextPageToken")
        if not onward:
            yield answer, replace(cursor, sync=answer.get("nextSyncToken"), page=None)
            return
        if onward in seen:
            raise Unavailable(
                f"{reading.what}: Google names a page as the next one that was read already", scope=reading.scope.id
            )
        seen.add(onward)
        cursor = replace(cursor, page=onward)
        yield answer, cursor
    raise Unavailable(f"{reading.what}: there is no end after {_MOST_PAGES} pages", scope=reading.scope.id)


def _page(reading: Reading, answer: Mapping[str, Any], cursor: Cursor) -> Page:
    events = _events(reading, answer)
    deleted = tuple(id for event in events if _is_cancelled(event) for id in _gone(reading, event))
    return Page(_records(reading, events), cursor=dump(cursor), complete=cursor.page is None, deleted=deleted)


def _whole(reading: Reading, first: Cursor) -> Page:
    found: dict[str, RawRecord] = {}
    cursor = first
    for answer, cursor in _walk(reading, first):  # noqa: B007
        found |= {one.ref.id: one for one in _records(reading, _events(reading, answer))}
    return Page(tuple(found.values()), cursor=dump(cursor), complete=True, whole=True)


def _records(reading: Reading, events: Sequence[Event]) -> tuple[RawRecord, ...]:
    return tuple(record(reading, event) for event in events if not _is_cancelled(event))


def _events(reading: Reading, answer: Mapping[str, Any]) -> list[Event]:
    events: list[Event] = answer.get("items") or []
    if not all(isinstance(event, dict) for event in events):
        raise Unavailable(f"{reading.what}: the answer is no list of events. Check `url`", scope=reading.scope.id)
    return events


def _gone(reading: Reading, event: Event) -> tuple[str, ...]:
    try:
        return ids_of_cancelled(reading.scope.id, event)
    except KeyError:
        raise Unavailable(f"{reading.what}: a deleted event has no id", scope=reading.scope.id) from None


def _is_cancelled(event: Event) -> bool:
    return event.get("status") == "cancelled"
