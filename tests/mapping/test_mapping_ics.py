"""What calendars of iCalendar become by what they hold, and freezes that are Jira issues."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.icalendar_records import Asked, records
from connectors.icalendar_text import take_apart
from syncd.mapping import Applied, apply, fields_read, unfetched
from syncd.model.raw import Scope
from syncd.model.remarks import Rejected
from syncd.model.rows import Absence, Item, Milestone, Person, Row, Window
from tests.connectors.ics_given import TODAY, calendar, event, raw
from tests.mapping.mapping_world import FOLDER, default, made, only, rejection

ICS, CALDAV = default("ics.default"), default("caldav.default")
BERLIN = ("DTSTART;TZID=W. Europe Standard Time:20260506T180000", "DURATION:PT2H")
DAYS = ("DTSTART;VALUE=DATE:20261220", "DTEND;VALUE=DATE:20270106")
ANN = "ORGANIZER;CN=Ann:mailto:ann@acme.example"


def results(*events: str, mapping: Any = ICS, **facts: Any) -> list[Applied | Rejected]:
    """What becomes of a calendar, read with the fields that the mapping asks for."""
    asked = Asked(Scope("cal", "cal", facts), TODAY, fields_read(mapping)["events"])
    found = [raw(data, asked) for data in records(take_apart(calendar(*events)), asked)]
    assert not [name for record in found for name in unfetched(mapping, record)]
    return [apply(mapping, record) for record in found]


def rows(*events: str, **facts: Any) -> list[Row]:
    found = results(*events, **facts)
    assert all(isinstance(one, Applied) for one in found), found
    return [row for one in found if isinstance(one, Applied) for row in one.rows]


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


@pytest.mark.parametrize("mapping", [ICS, CALDAV], ids=["ics", "caldav"])
def test_a_calendar_of_windows(mapping: Any) -> None:
    found = rows(
        event("1", *BERLIN, "RRULE:FREQ=WEEKLY;COUNT=2", "LOCATION:shop", title="Deploy window"),
        event("2", *DAYS, title="Year-end freeze"),
        event("3", *BERLIN, "CATEGORIES:Maintenance", "CLASS:PRIVATE", title="Storage"),
        mapping=mapping,
        holds="windows",
    )
    assert [
        (row.ref.id, row.window_kind, row.title, row.start, row.end, row.scope, row.zone, row.audience)
        for row in found
        if isinstance(row, Window)
    ] == [
        ("cal/1@2026-05-06T16:00:00Z", "deploy", "Deploy window", at(6, 16), at(6, 18), "shop", "Europe/Berlin", "connection"),
        ("cal/1@2026-05-13T16:00:00Z", "deploy", "Deploy window", at(13, 16), at(13, 18), "shop", "Europe/Berlin", "connection"),
        ("cal/2", "freeze", "Year-end freeze", date(2026, 12, 20), date(2027, 1, 6), None, None, "connection"),
        ("cal/3", "maintenance", None, at(6, 16), at(6, 18), None, "Europe/Berlin", "record"),
    ]


def test_a_calendar_of_freezes() -> None:
    found = rows(event("1", *DAYS, title="Quiet time"), holds="freezes", scope="checkout", zone="Europe/Berlin", private=True)
    (row,) = found
    assert isinstance(row, Window)
    assert (row.window_kind, row.scope, row.zone, row.audience) == ("freeze", "checkout", "Europe/Berlin", "scope")


def test_a_time_that_was_moved_is_the_same_window_and_has_its_own_title() -> None:
    series = event("1", *BERLIN, "RRULE:FREQ=WEEKLY;COUNT=2", title="Deploy")
    moved = event("1", "RECURRENCE-ID:20260513T160000Z", "DTSTART:20260514T080000Z", "DTEND:20260514T090000Z", title="Freeze!")
    before, after = (rows(*events, holds="windows")[1] for events in ([series], [series, moved]))
    assert isinstance(before, Window)
    assert isinstance(after, Window)
    assert before.ref == after.ref
    assert (after.title, after.window_kind, after.start) == ("Freeze!", "freeze", at(14, 8))


def test_a_calendar_of_absences() -> None:
    found = rows(
        event("1", "DTSTART;VALUE=DATE:20260511", "DTEND;VALUE=DATE:20260516", ANN, title="Vacation"),
        event("2", *BERLIN, ANN, title="Workshop on storage"),
        event("3", *BERLIN, ANN, "TRANSP:TRANSPARENT", title="reminder"),
        event("4", "DTSTART;VALUE=DATE:20260520", ANN, "TRANSP:TRANSPARENT", title="day off"),
        holds="absences",
    )
    assert [(row.absence_kind, row.start, row.end, row.all_day) for row in found if isinstance(row, Absence)] == [
        ("leave", date(2026, 5, 11), date(2026, 5, 16), True),
        ("training", at(6, 16), at(6, 18), False),
        ("leave", date(2026, 5, 20), date(2026, 5, 21), True),
    ]
    assert {row.person for row in found if isinstance(row, Absence)} == {Person("Ann", {"cal": "ann@acme.example"})}


@pytest.mark.parametrize(
    ("facts", "who"),
    [
        ({"person": "bob@acme.example"}, "bob@acme.example"),
        ({"titles": True}, "Ann Smith"),
        ({}, None),
    ],
)
def test_whose_absence_it_is_where_the_event_does_not_say(facts: dict[str, Any], who: str | None) -> None:
    (row,) = rows(event("1", *DAYS, title="Ann Smith"), holds="absences", **facts)
    assert isinstance(row, Absence)
    assert (row.person and (row.person.email or row.person.name)) == who


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("Ann Smith", "Ann Smith"),
        ("Ann Smith - Vacation", "Ann Smith"),
        ("Ann Smith – Annual leave (2 days)", "Ann Smith"),
        ("Ann Smith (Vacation, 0.5 days)", "Ann Smith"),
        ("Ann Smith: Urlaub", "Ann Smith"),
        ("Ann Smith [PTO]", "Ann Smith"),
        ("Ann Smith on vacation", "Ann Smith"),
        ("Ann Smith OOO", "Ann Smith"),
        ("Vacation: Ann Smith", "Ann Smith"),
        ("Sick leave (half day) - Ann Smith", "Ann Smith"),
        ("OOO: Ann Smith (morning)", "Ann Smith"),
        ("Jean-Luc O'Neil-Meyer", "Jean-Luc O'Neil-Meyer"),
        ("Billie Holiday", "Billie Holiday"),
        ("Holiday Golightly", "Holiday Golightly"),
        ("Smith, Ann", "Smith, Ann"),
        ("ann@acme.example", "ann@acme.example"),
        ("Vacation", "Vacation"),
    ],
)
def test_a_title_names_a_person_beside_the_kind_of_leave(title: str, who: str) -> None:
    (row,) = rows(event("1", *DAYS, title=title), holds="absences", titles=True)
    assert isinstance(row, Absence)
    assert row.person is not None
    assert row.person.name == who


def test_of_a_persons_own_calendar_only_what_is_marked_out_of_office_is_leave() -> None:
    found = rows(
        event("1", *BERLIN, ANN, title="Meeting"),
        event("2", *DAYS, ANN, title="Conference day"),
        event("3", *DAYS, ANN, "X-MICROSOFT-CDO-BUSYSTATUS:OOF", title="Vacation"),
        holds="appointments",
    )
    assert [(row.kind, row.ref.id[-1]) for row in found] == [("absence", "3")]


@pytest.mark.parametrize("holds", ["windows", "freezes", "absences", "appointments", "holidays", "milestones"])
def test_out_of_office_is_an_absence_whatever_the_calendar_holds_and_working_elsewhere_is_nothing(holds: str) -> None:
    found = rows(
        event("1", *BERLIN, ANN, "X-MICROSOFT-CDO-BUSYSTATUS:OOF", title="Away"),
        event("2", *DAYS, ANN, "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", title="Home"),
        holds=holds,
    )
    assert [(row.absence_kind, row.person and row.person.email) for row in found if isinstance(row, Absence)] == [
        ("out_of_office", "ann@acme.example")
    ]
    assert len(found) == 1


def test_holidays_and_milestones() -> None:
    (day,) = rows(event("1", "DTSTART;VALUE=DATE:20261003", title="Unity Day"), holds="holidays", region="DE-BE")
    assert isinstance(day, Absence)
    assert (day.absence_kind, day.region, day.start, day.end) == ("holiday", "DE-BE", date(2026, 10, 3), date(2026, 10, 4))
    (goal,) = rows(event("2", *DAYS, "DESCRIPTION:Commitment: Checkout", title="Launch"), holds="milestones")
    assert isinstance(goal, Milestone)
    assert (goal.title, goal.start, goal.due, goal.same_as) == ("Launch", date(2026, 12, 20), date(2027, 1, 5), ("checkout",))


def test_an_event_that_cannot_be_read_is_rejected_with_its_reason() -> None:
    bad, worse, good = results(
        event("1", "DTSTART:20261220T180000Z", "DTEND:20261219T180000Z", title="Freeze"),
        event("2", "DTSTART;TZID=Atlantis:20261220T180000", title="Freeze"),
        event("3", *DAYS, title="Freeze"),
        holds="freezes",
    )
    assert isinstance(bad, Rejected)
    assert "before it starts" in bad.reason
    assert isinstance(worse, Rejected)
    assert "no time zone 'Atlantis' is known" in worse.reason
    assert isinstance(good, Applied)
    assert len(good.rows) == 1


# --- freezes that are Jira issues ------------------------------------------------------------------------------------------

EXAMPLE = re.search(r"```toml\n(# freezes\.toml.+?)```", (FOLDER / "README.md").read_text("utf-8"), re.DOTALL)
assert EXAMPLE
FREEZES = made(EXAMPLE[1])


def issue(type: str = "Change freeze", **fields: Any) -> dict[str, Any]:
    return {
        "id": "10001",
        "key": "OPS-7",
        "fields": {
            "summary": "Year-end freeze",
            "issuetype": {"id": "10100", "name": type},
            "status": {"id": "1", "name": "Open", "statusCategory": {"key": "new"}},
            "project": {"id": "77", "key": "OPS"},
            "customfield_10015": "2026-12-20",
            "duedate": "2027-01-05",
            "created": "2026-05-01T09:00:00.000+0000",
            **fields,
        },
    }


def test_an_issue_of_the_configured_type_is_a_freeze_and_others_stay_work() -> None:
    row = only(FREEZES, issue())
    assert isinstance(row, Window)
    assert (row.window_kind, row.title, row.scope) == ("freeze", "Year-end freeze", "OPS")
    assert (row.start, row.end) == (date(2026, 12, 20), date(2027, 1, 6))
    assert isinstance(only(FREEZES, issue("Task")), Item)
    assert only(FREEZES, issue(components=[{"name": "checkout"}])).scope == "checkout"


def test_a_freeze_that_ends_before_it_starts_is_rejected_with_the_reason() -> None:
    found = rejection(FREEZES, issue(duedate="2026-12-01"))
    assert "the window ends (2026-12-02) before it starts (2026-12-20)" in found.reason


def test_a_freeze_of_one_day_is_that_day() -> None:
    row = only(FREEZES, issue(duedate="2026-12-20"))
    assert (row.start, row.end) == (date(2026, 12, 20), date(2026, 12, 21))
