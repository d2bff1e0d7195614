"""Reading a calendar: in full at first, then what changed. What is gone is told by the server, or not in a full read any more.

A full read is also made where the server has forgotten the sync token, and where the same events would give other records: in another
month, for another mapping. Then the calendar is one page, so that what it does not hold is deleted in the same transaction.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.caldav.listing import Calendar, Forgotten
from connectors.icalendar_records import Asked, records
from connectors.icalendar_text import NoCalendar, take_apart
from syncd.contract import Page
from syncd.model.raw import Json, RawRecord
from syncd.model.ref import Ref

_MOST_MARKS = 5000
"""Of so many events the state is remembered where there are no sync tokens. A calendar with more is read anew when it changed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One calendar, about to be read."""

    calendar: Calendar
    connection: str
    asked: Asked


def pages(reading: Reading, since: str | None) -> Iterator[Page]:
    """The calendar from the stored cursor on."""
    known = _load(since, reading)
    try:
        if "token" in known:
            yield from _changed(reading, str(known["token"]))
        elif isinstance(known.get("marks"), dict) or "ctag" in known:
            yield from _compared(reading, known)
        else:
            yield _whole(reading)
    except Forgotten:
        yield _whole(reading)


def record(reading: Reading, path: str, content: str) -> RawRecord | None:
    """The event at a path; None where it holds none, or one that was called off."""
    scope = reading.asked.scope
    try:
        found: Mapping[str, Json] | None = next(records(take_apart(content.encode()), reading.asked), None)
    except NoCalendar as error:
        found = {"series": path, "occurrences": [], "problem": f"its content {error.text}"}
    if found is None:
        return None
    ref = Ref(reading.connection, "events", path, key=path)
    return RawRecord(ref, scope, {"id": path, **found}, reading.asked.fields)


def census(reading: Reading) -> Iterator[Sequence[str]]:
    """The ids of all events at once."""
    yield list(reading.calendar.events())


def _whole(reading: Reading) -> Page:
    changes = reading.calendar.changes(None)
    if changes is not None:
        marks, cursor = dict(changes.there), _dump(reading, {"token": changes.token})
    else:
        ctag = reading.calendar.state()
        marks = reading.calendar.events()
        cursor = _dump(reading, _marked(ctag, marks))
    found = [
        one for held, _ in reading.calendar.contents(list(marks)) for one in _records(reading, held) if isinstance(one, RawRecord)
    ]
    return Page(tuple(found), cursor=cursor, complete=True, whole=True)


def _changed(reading: Reading, token: str) -> Iterator[Page]:
    changes = reading.calendar.changes(token)
    assert changes is not None
    yield from _these(reading, list(changes.there), list(changes.gone), _dump(reading, {"token": changes.token}))


def _compared(reading: Reading, known: Mapping[str, Json]) -> Iterator[Page]:
    """Without sync tokens: nothing where the calendar's mark is the same, else what has another mark than before."""
    ctag = reading.calendar.state()
    if ctag is not None and ctag == known.get("ctag"):
        yield Page(complete=True)
        return
    before = known.get("marks")
    if not isinstance(before, dict):
        yield _whole(reading)
        return
    marks = reading.calendar.events()
    changed = [path for path, mark in marks.items() if not mark or before.get(path) != mark]
    gone = [path for path in before if path not in marks]
    yield from _these(reading, changed, gone, _dump(reading, _marked(ctag, marks)))


def _these(reading: Reading, changed: list[str], gone: list[str], cursor: str) -> Iterator[Page]:
    """Pages of what changed. The cursor comes with the last one: what is read twice is the same."""
    deleted = gone
    for held, went in reading.calendar.contents(changed):
        found = _records(reading, held)
        deleted = deleted + went + [one for one in found if isinstance(one, str)]
        yield Page(tuple(one for one in found if isinstance(one, RawRecord)))
    yield Page(cursor=cursor, complete=True, deleted=tuple(deleted))


def _records(reading: Reading, held: Mapping[str, str]) -> list[RawRecord | str]:
    """The records, and the paths of what is no event or one that was called off."""
    return [record(reading, path, content) or path for path, content in held.items()]


def _marked(ctag: str | None, marks: Mapping[str, str]) -> dict[str, Json]:
    """What to remember of a calendar without sync tokens."""
    return {"ctag": ctag, "marks": dict(marks) if len(marks) <= _MOST_MARKS else None}


def _dump(reading: Reading, known: Mapping[str, Json]) -> str:
    held = {"v": 1, "mark": reading.asked.mark} | {name: value for name, value in known.items() if value is not None}
    return json.dumps(held, separators=(",", ":"))


def _load(since: str | None, reading: Reading) -> Mapping[str, Json]:
    """What is known of the calendar; nothing where it would be read as other records now."""
    try:
        known = json.loads(since or "{}")
        return known if isinstance(known, dict) and known.get("mark") == reading.asked.mark else {}
    except ValueError:
        return {}
