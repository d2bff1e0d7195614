"""The calendars themselves, and when they are busy: what is asked, how often, and that an error is never an empty diary."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.google_calendar import KIND, CalendarOptions, GoogleCalendarOptions
from syncd.contract import AuthFailed, Connector, Page, SyncError, Unavailable
from syncd.demo.google_twin import GoogleTwin
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from tests.connectors.contract import SECRET, OpenGate, read
from tests.connectors.google_calendar_given import LEAVE, RELEASES, Clock, at, connected, options, running, settings

ASKED = "^POST /calendar/v3/freeBusy"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def twin(clock: Clock) -> Iterator[GoogleTwin]:
    made = running(clock)
    yield made
    made.server.stop()


def scope_of(connector: Connector, stream: str, id: str = RELEASES) -> Scope:
    return next(one for one in connector.scopes(stream) if isinstance(one, Scope) and one.id == id)


def record(connector: Connector, stream: str, id: str = RELEASES) -> RawRecord:
    (page,) = connector.fetch(stream, scope_of(connector, stream, id), None)
    assert isinstance(page, Page)
    (found,) = page.records
    return found


# --- busy ------------------------------------------------------------------------------------------------------------------------


def test_a_calendar_is_one_record_with_the_times_that_are_taken(twin: GoogleTwin) -> None:
    twin.event(RELEASES, "secret", at(6, 9), at(6, 11))
    twin.event(RELEASES, "free", at(7, 9), at(7, 11), transparency="transparent")
    twin.event(LEAVE, "away", date(2026, 5, 11), date(2026, 5, 12))
    connector = connected(twin)
    found = record(connector, "freebusy")
    assert (found.ref, found.ref.key) == (Ref("cal", "freebusy", RELEASES), RELEASES)
    assert found.data == {
        "id": RELEASES,
        "timeMin": "2026-04-21T00:00:00Z",
        "timeMax": "2026-08-03T00:00:00Z",
        "busy": [{"start": "2026-05-06T09:00:00Z", "end": "2026-05-06T11:00:00Z"}],
    }
    assert record(connector, "freebusy", LEAVE).data["busy"] == [
        {"start": "2026-05-11T04:00:00Z", "end": "2026-05-12T04:00:00Z"}  # New York's day
    ]


def test_fifty_calendars_are_asked_for_at_once(twin: GoogleTwin) -> None:
    names = [twin.calendar(f"team{n}@acme.example") for n in range(60)]
    connector = connected(twin, options=options(*names))
    found, _, cursors = read(connector, "freebusy")
    assert len(found) == 62
    bodies = [json.loads(entry.body) for entry in twin.server.requests(ASKED)]
    assert [len(body["items"]) for body in bodies] == [50, 50, 12, 12]
    spans = {(datetime.fromisoformat(body["timeMin"]), datetime.fromisoformat(body["timeMax"])) for body in bodies}
    assert all(until - since <= timedelta(days=60) for since, until in spans)  # Google takes some three months
    twin.server.log.clear()
    read(connector, "freebusy", cursors)
    assert len(twin.server.log) == 4


def test_what_the_border_of_two_requests_cuts_is_one(twin: GoogleTwin) -> None:
    border = datetime(2026, 6, 12, tzinfo=UTC)
    twin.event(RELEASES, "long", border - timedelta(hours=3), border + timedelta(hours=5))
    twin.event(RELEASES, "later", border + timedelta(hours=6), border + timedelta(hours=7))
    busy = record(connected(twin), "freebusy").data["busy"]
    assert busy == [
        {"start": "2026-06-11T21:00:00Z", "end": "2026-06-12T05:00:00Z"},
        {"start": "2026-06-12T06:00:00Z", "end": "2026-06-12T07:00:00Z"},
    ]


def test_a_calendar_that_google_tells_nothing_of_is_an_error_and_the_others_follow(twin: GoogleTwin) -> None:
    connector = connected(twin, options=options("nope@acme.example"))
    scopes = [one for one in connector.scopes("freebusy") if isinstance(one, Scope)]
    with pytest.raises(Unavailable) as caught:
        list(connector.fetch("freebusy", scopes[-1], None))
    assert caught.value.scope == "nope@acme.example"
    assert caught.value.text == (
        "reading when nope@acme.example is busy: not found, or not shared with this account (notFound). "
        "Share it, or correct its `id`"
    )
    for scope in scopes[:-1]:
        (page,) = connector.fetch("freebusy", scope, None)
        assert page.complete
    assert len(twin.server.log) == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"errors": [{"domain": "global", "reason": "internalError"}], "busy": []}, r"could not tell \(internalError\)"),
        ({"errors": [{}]}, r"could not tell \(None\)"),
        ({"errors": "x"}, r"without a reason"),
        ({}, "leaves it out"),
        (None, "leaves it out"),
        ({"busy": None}, "leaves it out"),
        ({"busy": [{"start": "2026-05-06T09:00:00Z"}]}, "without a start or an end"),
    ],
)
def test_an_answer_that_says_nothing_is_never_an_empty_diary(twin: GoogleTwin, said: Any, why: str) -> None:
    twin.server.fail(ASKED, status=200, body={"calendars": {RELEASES: said, LEAVE: {"busy": []}}}, times=0)
    connector = connected(twin)
    with pytest.raises(Unavailable, match=why) as caught:
        record(connector, "freebusy")
    assert caught.value.scope == RELEASES
    assert record(connector, "freebusy", LEAVE).data["busy"] == []


def test_asking_is_no_write(twin: GoogleTwin) -> None:
    gate = OpenGate()
    connector = KIND.connect(settings(twin), gate)
    record(connector, "freebusy")
    assert (gate.asked, gate.writes) == (2, 0)
    assert all("x-syncd-reads" not in entry.headers for entry in twin.server.log)


def test_an_answer_serves_once_and_not_for_long(twin: GoogleTwin, clock: Clock) -> None:
    connector = connected(twin)
    release, leave = (one for one in connector.scopes("freebusy") if isinstance(one, Scope))
    list(connector.fetch("freebusy", release, None))
    clock.moment += timedelta(minutes=6)
    twin.event(LEAVE, "away", at(6, 9), at(6, 10))
    (page,) = connector.fetch("freebusy", leave, None)
    assert len(page.records[0].data["busy"]) == 1
    assert connector.fetch_one(Ref("cal", "freebusy", LEAVE)).data == page.records[0].data


def test_a_token_that_may_not_ask_is_told_for_this_stream_alone(twin: GoogleTwin) -> None:
    twin.scopes[SECRET] = frozenset({"https://www.googleapis.com/auth/calendar.events.readonly"})
    connector = connected(twin)
    with pytest.raises(AuthFailed, match=r"may not ask when calendars are busy \(403\)\. .* calendar\.freebusy") as caught:
        record(connector, "freebusy")
    assert caught.value.scope == RELEASES
    assert connector.check().id


def test_the_day_that_begins_is_no_change(twin: GoogleTwin, clock: Clock) -> None:
    first = record(connected(twin), "freebusy").data
    clock.moment += timedelta(days=1)
    second = record(connected(twin), "freebusy").data
    moved = {name for name in first if first[name] != second[name]}
    assert moved == set(KIND.streams["freebusy"].own)


# --- calendars -------------------------------------------------------------------------------------------------------------------


def test_a_calendars_record_is_its_entry_in_the_list(twin: GoogleTwin) -> None:
    connector = connected(twin)
    found = record(connector, "calendars", LEAVE)
    assert (found.ref.id, found.ref.key) == (LEAVE, LEAVE)
    assert (found.data["accessRole"], found.data["timeZone"], found.data["summary"]) == ("writer", "America/New_York", LEAVE)
    assert len(twin.server.log) == 1
    assert connector.fetch_one(found.ref).data == found.data


def test_the_accounts_own_calendar_may_be_named_as_google_does(twin: GoogleTwin) -> None:
    own = twin.calendar("bot@acme.example", role="reader")
    connector = connected(twin, options=options("primary"))
    assert scope_of(connector, "calendars", "primary").closed
    assert record(connector, "calendars", "primary").data["id"] == own


def test_a_calendar_outside_of_the_list_is_read_by_itself(twin: GoogleTwin) -> None:
    twin.calendars[LEAVE].listed = False
    connector = connected(twin)
    found = record(connector, "calendars", LEAVE)
    assert found.data == {
        "kind": "calendar#calendar",
        "etag": '"cal"',
        "id": LEAVE,
        "summary": LEAVE,
        "timeZone": "America/New_York",
    }
    assert scope_of(connector, "calendars", LEAVE).closed is None
    assert connector.fetch_one(found.ref).data == found.data


@pytest.mark.parametrize("role", ["reader", "freeBusyReader"])
def test_a_calendar_that_may_only_be_read_takes_nothing(twin: GoogleTwin, role: str) -> None:
    twin.calendars[RELEASES].role = role
    connector = connected(twin)
    assert scope_of(connector, "calendars").closed == (
        f'the account may only read it ({role}). Share it with the account, "Make changes to events"'
    )
    assert scope_of(connector, "calendars", LEAVE).closed is None
    assert scope_of(connector, "events").closed is None
    assert "event" in KIND.streams["calendars"].takes


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 403, "body": {"error": {"errors": [{"reason": "insufficientPermissions"}]}}},
        {"status": 404, "body": {"message": "no"}},
        {"status": 500, "body": {}},
    ],
)
def test_where_the_list_is_not_to_be_had_calendars_are_read_by_themselves(twin: GoogleTwin, fault: dict[str, Any]) -> None:
    twin.server.fail("^GET /calendar/v3/users/me/calendarList", times=0, **fault)
    connector = connected(twin)
    if fault["status"] == 500:  # whether it is in the list cannot be told
        with pytest.raises(Unavailable):
            record(connector, "calendars")
    else:
        assert record(connector, "calendars").data["kind"] == "calendar#calendar"
    assert len(twin.server.requests(r"calendarList\?")) == 1


def test_a_calendar_that_is_not_there_is_an_error_of_its_own(twin: GoogleTwin) -> None:
    connector = connected(twin, options=options("nope@acme.example"))
    with pytest.raises(Unavailable) as caught:
        record(connector, "calendars", "nope@acme.example")
    assert caught.value.scope == "nope@acme.example"
    assert "\n" not in caught.value.text


@pytest.mark.parametrize("stream", ["calendars", "freebusy"])
def test_a_second_read_is_as_short_as_the_first_and_the_census_asks_nothing(twin: GoogleTwin, stream: str) -> None:
    connector = connected(twin)
    first, _, cursors = read(connector, stream)
    again, deleted, _ = read(connector, stream, cursors)
    assert first == again
    assert deleted == set()
    assert len(twin.server.log) <= 4
    twin.server.log.clear()
    assert list(connector.census(stream, Scope(LEAVE, LEAVE))) == [(LEAVE,)]
    assert twin.server.log == []


def test_how_many_requests_a_first_read_takes(twin: GoogleTwin) -> None:
    connector = connected(twin)
    scope = Scope(LEAVE, LEAVE)
    assert [connector.weigh(stream, scope) for stream in KIND.streams] == [None, 1, 2]
    assert twin.server.log == []


def test_the_optional_streams_are_read_only_where_they_are_wanted() -> None:
    assert [name for name, stream in KIND.streams.items() if not stream.optional] == ["events"]


def test_a_refused_calendar_stops_no_other(twin: GoogleTwin) -> None:
    calendars = [CalendarOptions(id=id, holds="windows") for id in ("nope@acme.example", RELEASES)]
    connector = connected(twin, options=GoogleCalendarOptions(calendars=calendars))
    outcomes: list[str] = []
    for stream in KIND.streams:
        for scope in connector.scopes(stream):
            assert isinstance(scope, Scope)
            try:
                outcomes.append(str(len(list(connector.fetch(stream, scope, None)))))
            except SyncError as error:
                outcomes.append(error.scope or "all")
    assert outcomes == ["nope@acme.example", "1"] * 3
