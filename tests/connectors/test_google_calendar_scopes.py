"""Which calendars are read: named ones, patterns over the account's list, exclusions, and what is said of those that lead nowhere."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.google_calendar import CalendarOptions, GoogleCalendarOptions
from syncd.contract import AuthFailed, Connector, Misconfigured, Notice, RateLimited, SyncError, Unavailable
from syncd.demo.google_twin import GoogleTwin
from syncd.model.raw import Scope
from syncd.model.ref import Ref
from tests.connectors.contract import SECRET
from tests.connectors.google_calendar_given import LEAVE, RELEASES, at, connected, running

ROOM = "room@resource.calendar.google.com"
LIST = "^GET /calendar/v3/users/me/calendarList"


@pytest.fixture
def twin() -> Iterator[GoogleTwin]:
    made = running()
    made.calendar(ROOM)
    yield made
    made.server.stop()


def meaning(twin: GoogleTwin, *entries: tuple[str, str], exclude: list[str] | None = None, **changes: Any) -> Connector:
    calendars = [CalendarOptions.model_validate({"id": id, "holds": holds}) for id, holds in entries]
    return connected(twin, options=GoogleCalendarOptions(calendars=calendars, exclude=exclude or []), **changes)


def ids(found: list[Any]) -> list[str]:
    return [one.id for one in found if isinstance(one, Scope)]


def texts(found: list[Any]) -> list[str]:
    return [one.text for one in found if not isinstance(one, Scope)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*@acme.example", [RELEASES, LEAVE]),
        ("RELEASES@*", [RELEASES]),
        ("all", [RELEASES, LEAVE, ROOM]),
        ("ALL", [RELEASES, LEAVE, ROOM]),
        ("*", [RELEASES, LEAVE, ROOM]),
    ],
)
def test_a_pattern_takes_what_the_accounts_list_has(twin: GoogleTwin, pattern: str, expected: list[str]) -> None:
    found = list(meaning(twin, (pattern, "windows")).scopes("events"))
    assert ids(found) == expected
    assert texts(found) == []
    assert [one.facts for one in found if isinstance(one, Scope)] == [{"holds": "windows", "private": False}] * len(expected)


def test_events_are_read_through_a_pattern(twin: GoogleTwin) -> None:
    event = twin.event(LEAVE, "away", at(5, 9), at(5, 10))
    connector = meaning(twin, ("leave*", "absences"))
    (scope,) = connector.scopes("events")
    assert isinstance(scope, Scope)
    (page,) = connector.fetch("events", scope, None)
    assert [record.ref.id for record in page.records] == [f"{LEAVE}/{event['id']}"]
    found = connector.fetch_one(page.records[0].ref)
    assert found.scope.facts["holds"] == "absences"
    assert len(twin.server.requests(LIST)) == 1


def test_exclusions_narrow_patterns_and_not_names(twin: GoogleTwin) -> None:
    connector = meaning(twin, ("*", "windows"), exclude=["*@resource.*", "leave@*"])
    assert ids(list(connector.scopes("events"))) == [RELEASES]
    connector = meaning(twin, (ROOM, "windows"), exclude=["*@resource.*"])
    assert ids(list(connector.scopes("events"))) == [ROOM]
    connector = meaning(twin, ("*", "windows"), exclude=["leave@*"])
    assert connector.fetch_one(Ref("cal", "freebusy", LEAVE)).scope.facts == {"private": True}


def test_a_calendar_that_two_entries_mean_is_read_once_as_the_first_says(twin: GoogleTwin) -> None:
    found = list(meaning(twin, (RELEASES.upper(), "freezes"), ("*@acme.example", "windows")).scopes("events"))
    assert ids(found) == [RELEASES.upper(), LEAVE]
    assert isinstance(found[0], Scope)
    assert found[0].facts["holds"] == "freezes"
    assert texts(found) == [
        f"{RELEASES} is named twice, by '{RELEASES.upper()}' and by '*@acme.example'; it is read once",
    ]
    assert all(isinstance(one, Scope | Notice) for one in found)


def test_a_pattern_that_matches_nothing_is_told_and_the_others_follow(twin: GoogleTwin) -> None:
    found = list(meaning(twin, ("*@nope.example", "windows"), (LEAVE, "absences")).scopes("events"))
    (error,) = (one for one in found if isinstance(one, SyncError))
    assert isinstance(error, Misconfigured)
    assert error.scope == "*@nope.example"
    assert error.text == (
        "calendars: '*@nope.example' matches nothing (none of 3 that the account sees fits). Correct it, or take it out"
    )
    assert ids(found) == [LEAVE]


def test_a_list_of_many_pages_is_read_to_its_end_and_once_for_all_streams(twin: GoogleTwin) -> None:
    for n in range(7):
        twin.calendar(f"team{n}@acme.example")
    twin.most_per_page = 4
    connector = meaning(twin, ("team*", "absences"))
    for stream in ("events", "calendars", "freebusy"):
        assert len(ids(list(connector.scopes(stream)))) == 7
    assert len(twin.server.requests(LIST)) == 3
    twin.calendar("team7@acme.example")
    assert len(ids(list(connector.scopes("events")))) == 8


def test_a_list_whose_pages_go_in_circles_is_an_error_and_no_end(twin: GoogleTwin) -> None:
    twin.server.fail(LIST, status=200, body={"items": [], "nextPageToken": "x"}, times=0)
    (error,) = meaning(twin, ("*", "windows")).scopes("events")
    assert isinstance(error, Unavailable)
    assert len(twin.server.log) == 2


@pytest.mark.parametrize(
    ("fault", "kind", "text"),
    [
        ({"status": 500, "body": {}}, Unavailable, "listing the account's calendars: the server answered 500"),
        ({"status": 403, "body": {"error": {"errors": [{"reason": "forbidden"}]}}}, AuthFailed, "not allowed (403)"),
        ({"status": 200, "body": {"items": [{}]}}, Unavailable, "the answer is no list of calendars"),
        ({"how": "reset"}, Unavailable, "could not be reached"),
    ],
)
def test_a_list_that_cannot_be_had_is_told_for_each_pattern_and_named_calendars_follow(
    twin: GoogleTwin, fault: dict[str, Any], kind: type[SyncError], text: str
) -> None:
    twin.server.fail(LIST, times=0, **fault)
    found = list(meaning(twin, ("*@acme.example", "windows"), (LEAVE, "absences")).scopes("events"))
    (error,) = (one for one in found if isinstance(one, SyncError))
    assert isinstance(error, kind)
    assert error.scope == "*@acme.example"
    assert text in error.text
    assert ids(found) == [LEAVE]


def test_a_token_that_may_not_read_the_list_is_told_with_the_scope_that_it_needs(twin: GoogleTwin) -> None:
    twin.scopes[SECRET] = frozenset({"https://www.googleapis.com/auth/calendar.events.readonly"})
    connector = meaning(twin, ("*", "windows"), (LEAVE, "absences"))
    found = list(connector.scopes("events"))
    assert texts(found) == [
        "listing the account's calendars: the token may not read the list of calendars (403). "
        "Make one with the scope calendar.calendarlist.readonly"
    ]
    assert connector.check().id == LEAVE
    with pytest.raises(AuthFailed, match=r"scope calendar\.calendarlist\.readonly"):
        meaning(twin, ("*", "windows")).check()


@pytest.mark.parametrize("stream", ["events", "calendars", "freebusy"])
def test_what_concerns_the_whole_connection_is_no_fault_of_a_pattern(twin: GoogleTwin, stream: str) -> None:
    twin.server.fail(LIST, status=401, body={}, times=1)
    connector = meaning(twin, ("*", "windows"))
    with pytest.raises(AuthFailed):
        list(connector.scopes(stream))
    twin.server.fail(LIST, status=429, headers={"Retry-After": "17"}, body={}, times=1)
    with pytest.raises(RateLimited):
        list(connector.scopes(stream))


def test_checking_asks_for_the_list_where_only_patterns_are_given(twin: GoogleTwin) -> None:
    assert meaning(twin, ("*@acme.example", "windows")).check().id == "*@acme.example"
    assert [entry.line.partition("?")[0] for entry in twin.server.log] == [LIST.removeprefix("^")]


def test_only_calendars_that_the_account_has_in_its_list_fit(twin: GoogleTwin) -> None:
    twin.calendar("unlisted@acme.example", listed=False)
    twin.calendar("board@acme.example", readers={"boss@acme.example"})
    assert ids(list(meaning(twin, ("*@acme.example", "windows")).scopes("events"))) == [RELEASES, LEAVE]
