"""What the default mapping makes of each type of event, in the shapes that Google documents, and of the optional streams.

Shapes: https://developers.google.com/workspace/calendar/api/guides/calendar-status and the reference of events.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.google_calendar import CalendarOptions, GoogleCalendarOptions
from syncd.contract import Connector
from syncd.demo.google_twin import GoogleTwin
from syncd.mapping import Applied, apply, fields_read, unfetched
from syncd.model.action import Action
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.model.rows import Absence, Row
from tests.connectors.google_calendar_given import LEAVE, RELEASES, at, connected, cursor, running
from tests.mapping.mapping_world import default

MAPPING = default("google_calendar.default")
ANN = "ann@acme.example"
HOLDS = ("windows", "freezes", "absences", "appointments", "holidays", "milestones")
OUT: dict[str, Any] = {
    "eventType": "outOfOffice",
    "transparency": "opaque",
    "visibility": "public",
    "outOfOfficeProperties": {
        "autoDeclineMode": "declineOnlyNewConflictingInvitations",
        "declineMessage": "Declined because I am out of office.",
    },
}
FOCUS: dict[str, Any] = {
    "eventType": "focusTime",
    "transparency": "opaque",
    "focusTimeProperties": {"autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb", "declineMessage": "Later."},
}
PLACE: dict[str, Any] = {
    "eventType": "workingLocation",
    "transparency": "transparent",
    "visibility": "public",
    "workingLocationProperties": {"type": "officeLocation", "officeLocation": {"buildingId": "b1", "label": "Berlin"}},
}
BIRTHDAY: dict[str, Any] = {
    "eventType": "birthday",
    "transparency": "transparent",
    "visibility": "private",
    "birthdayProperties": {"type": "birthday"},
    "recurrence": ["RRULE:FREQ=YEARLY"],
}
MAIL: dict[str, Any] = {"eventType": "fromGmail", "source": {"title": "Your flight", "url": "https://mail.google.com/x"}}


@pytest.fixture
def twin() -> Iterator[GoogleTwin]:
    made = running()
    made.calendar(ANN)
    yield made
    made.server.stop()


def reading(twin: GoogleTwin, calendar: str, holds: str, **options: Any) -> Connector:
    calendars = [CalendarOptions.model_validate({"id": calendar, "holds": holds, "titles": True})]
    return connected(twin, options=GoogleCalendarOptions(calendars=calendars, **options), fields=fields_read(MAPPING))


def rows(connector: Connector, stream: str = "events", since: str | None = None) -> list[Row]:
    """The rows of a stream, read through the connector with the fields that the mapping asks for."""
    found: list[RawRecord] = []
    for scope in connector.scopes(stream):
        assert isinstance(scope, Scope)
        for page in connector.fetch(stream, scope, since):
            found += page.records
    assert not [name for record in found for name in unfetched(MAPPING, record)]
    made = [apply(MAPPING, record) for record in found]
    assert all(isinstance(one, Applied) for one in made), made
    return [row for one in made if isinstance(one, Applied) for row in one.rows]


@pytest.mark.parametrize("holds", HOLDS)
def test_out_of_office_is_an_absence_whatever_the_calendar_holds(twin: GoogleTwin, holds: str) -> None:
    twin.event(ANN, "Out of office: training", at(6, 7), at(7, 16), by=ANN, **OUT)
    (row,) = rows(reading(twin, ANN, holds))
    assert isinstance(row, Absence)
    assert (row.absence_kind, row.start, row.end, row.all_day) == ("out_of_office", at(6, 7), at(7, 16), False)
    assert row.person
    assert row.person.email == ANN


@pytest.mark.parametrize("holds", HOLDS)
def test_focus_time_is_taken_and_no_absence_from_work(twin: GoogleTwin, holds: str) -> None:
    twin.event(ANN, "Focus time", at(6, 7), at(6, 9), by=ANN, **FOCUS)
    (row,) = rows(reading(twin, ANN, holds))
    assert isinstance(row, Absence)
    assert (row.absence_kind, row.start, row.end) == ("busy", at(6, 7), at(6, 9))


@pytest.mark.parametrize("holds", HOLDS)
@pytest.mark.parametrize("shape", [PLACE, BIRTHDAY, MAIL], ids=lambda shape: str(shape["eventType"]))
def test_where_people_work_birthdays_and_mails_are_nothing(twin: GoogleTwin, holds: str, shape: dict[str, Any]) -> None:
    fields = {name: value for name, value in shape.items() if name != "recurrence"}
    twin.event(ANN, "Office", date(2026, 5, 6), date(2026, 5, 7), by=ANN, recurrence=shape.get("recurrence", ()), **fields)
    assert rows(reading(twin, ANN, holds)) == []


def test_of_a_persons_own_calendar_only_what_is_marked_out_of_office_is_leave(twin: GoogleTwin) -> None:
    twin.event(ANN, "Meeting on canary-4711", at(6, 7), at(6, 9), by=ANN)
    twin.event(ANN, "Away", at(7, 7), at(7, 9), by=ANN, **OUT)
    own = GoogleCalendarOptions(calendars=[CalendarOptions(id=ANN, holds="appointments")])
    connector = connected(twin, options=own, fields=fields_read(MAPPING))
    (row,) = rows(connector)
    assert isinstance(row, Absence)
    assert row.start == at(7, 7)
    scope = next(one for one in connector.scopes("events") if isinstance(one, Scope))
    assert "canary" not in str([record.data for page in connector.fetch("events", scope, None) for record in page.records])


def test_a_type_that_is_not_known_yet_is_what_its_calendar_holds(twin: GoogleTwin) -> None:
    twin.event(LEAVE, "away", date(2026, 5, 6), date(2026, 5, 7), by=ANN, eventType="siesta")
    twin.event(LEAVE, "away", date(2026, 5, 8), date(2026, 5, 9), by=ANN, eventType="default")
    assert [row.absence_kind for row in rows(reading(twin, LEAVE, "absences")) if isinstance(row, Absence)] == ["leave"] * 2


def test_a_moved_instance_is_the_same_absence_and_a_cancelled_one_is_none(twin: GoogleTwin) -> None:
    series = twin.event(ANN, "Out of office", at(6, 7), at(6, 9), by=ANN, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"], **OUT)
    connector = reading(twin, ANN, "absences")
    before = {row.ref: row for row in rows(connector) if isinstance(row, Absence)}
    assert len(before) == 3
    (scope,) = connector.scopes("events")
    assert isinstance(scope, Scope)
    since = cursor(list(connector.fetch("events", scope, None)))
    first, second, _ = twin.instances(ANN, series["id"])
    twin.move(ANN, first["id"], at(8, 10), at(8, 12))
    twin.delete(ANN, second["id"])
    (moved,) = rows(connector, since=since)
    assert isinstance(moved, Absence)
    assert (moved.start, before[moved.ref].start) == (at(8, 10), at(6, 7))
    (page,) = connector.fetch("events", scope, since)
    assert [Ref("cal", "events", id) in before for id in page.deleted] == [True]


def test_what_syncd_entered_itself_says_nothing_new(twin: GoogleTwin) -> None:
    connector = reading(twin, RELEASES, "windows")
    extra = {"title": "Review", "start": "2026-05-12", "end": "2026-05-13"}
    target = Ref("cal", "calendars", RELEASES)
    connector.deliver(Action(verb="event", target=target, project="", key="k", body="", digest="d", extra=extra))
    twin.event(RELEASES, "deploy", at(5, 9), at(5, 10))
    assert [getattr(row, "title", None) for row in rows(connector)] == ["deploy"]


def test_the_times_that_a_calendar_is_busy_are_absences_of_their_kind(twin: GoogleTwin) -> None:
    for day in (6, 7):
        twin.event(ANN, "secret", at(day, 9), at(day, 11))
    found = rows(reading(twin, ANN, "absences"), "freebusy")
    assert [(row.ref.id, row.absence_kind, row.start, row.end) for row in found if isinstance(row, Absence)] == [
        (f"{ANN}@2026-05-0{day}T09:00:00Z", "busy", at(day, 9), at(day, 11)) for day in (6, 7)
    ]
    assert {row.person.email for row in found if isinstance(row, Absence) and row.person} == {ANN}


@pytest.mark.parametrize(
    ("id", "holds"),
    [("c_4711@group.calendar.google.com", "absences"), ("room@resource.calendar.google.com", "absences"), (RELEASES, "windows")],
)
def test_a_calendar_of_a_group_a_room_or_of_windows_is_nobodys(twin: GoogleTwin, id: str, holds: str) -> None:
    twin.calendar(id)
    twin.event(id, "secret", datetime(2026, 5, 6, 9, tzinfo=UTC), datetime(2026, 5, 6, 10, tzinfo=UTC))
    (row,) = rows(reading(twin, id, holds), "freebusy")
    assert isinstance(row, Absence)
    assert (row.person, row.absence_kind) == (None, "busy")


def test_a_calendars_own_record_is_a_place_to_write_and_no_row(twin: GoogleTwin) -> None:
    assert rows(reading(twin, ANN, "absences"), "calendars") == []
