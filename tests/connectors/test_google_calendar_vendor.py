"""What is Google Calendar's own: sync tokens and how they end, recurrences, limits, addresses, and what is not asked for."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.google_calendar import CalendarOptions, GoogleCalendarOptions
from connectors.google_calendar.cursor import ANEW
from syncd.config.mappings import mapping_reader
from syncd.contract import AuthFailed, Gone, Misconfigured, RateLimited, Refused, Unavailable
from syncd.demo.google_twin import GoogleTwin
from syncd.demo.twin import Logged
from syncd.mapping import Applied, apply, fields_read, parse, unfetched
from syncd.model.action import Action
from syncd.model.raw import Scope
from syncd.model.ref import Ref
from syncd.model.rows import Absence, Window
from tests.connectors.contract import NOW, SECRET
from tests.connectors.google_calendar_given import (
    LEAVE,
    LIST,
    RELEASES,
    Clock,
    at,
    connected,
    cursor,
    fetched,
    id_of,
    options,
    records,
    releases,
    running,
)

WEEKLY = ["RRULE:FREQ=WEEKLY;COUNT=4"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def twin(clock: Clock) -> Iterator[GoogleTwin]:
    made = running(clock)
    yield made
    made.server.stop()


def asked(entry: Logged) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(entry.line.split()[1]).query).items()}


def weekly(twin: GoogleTwin, summary: str = "maintenance", **fields: Any) -> dict[str, Any]:
    return twin.event(RELEASES, summary, at(6, 18), at(6, 20), **({"recurrence": WEEKLY} | fields))


# --- sync tokens ---------------------------------------------------------------------------------------------------------------


def test_a_forgotten_sync_token_ends_in_one_whole_page_without_what_was_deleted(twin: GoogleTwin) -> None:
    kept, lost = (twin.event(RELEASES, name, at(5, 9), at(5, 10)) for name in ("kept", "lost"))
    connector = connected(twin)
    since = cursor(fetched(connector))
    twin.delete(RELEASES, lost["id"])
    twin.expire_sync_tokens()
    (page,) = fetched(connector, since)
    assert (page.whole, page.complete, page.deleted) == (True, True, ())
    assert {record.ref.id for record in page.records} == {f"{RELEASES}/{kept['id']}"}
    (quiet,) = fetched(connector, page.cursor)
    assert (quiet.records, quiet.deleted, quiet.whole) == ((), (), False)


def test_a_calendar_of_many_pages_that_was_forgotten_is_one_page_all_the_same(twin: GoogleTwin) -> None:
    for n in range(7):
        twin.event(RELEASES, str(n), at(5, 9), at(5, 10))
    twin.most_per_page = 2
    connector = connected(twin)
    since = cursor(fetched(connector))
    twin.expire_sync_tokens()
    pages = fetched(connector, since)
    assert [len(page.records) for page in pages] == [7]


def test_a_calendar_that_cannot_be_read_to_its_end_is_never_whole(twin: GoogleTwin) -> None:
    for n in range(5):
        twin.event(RELEASES, str(n), at(5, 9), at(5, 10))
    twin.most_per_page = 2
    connector = connected(twin)
    since = cursor(fetched(connector))
    twin.expire_sync_tokens()
    twin.server.fail("pageToken", status=500)
    with pytest.raises(Unavailable):
        fetched(connector, since)


def test_a_read_that_was_cut_off_too_long_ago_begins_anew(twin: GoogleTwin) -> None:
    events = [twin.event(RELEASES, str(n), at(5, 9), at(5, 10)) for n in range(5)]
    twin.most_per_page = 2
    connector = connected(twin)
    first = next(iter(connector.fetch("events", releases(connector), None)))
    twin.delete(RELEASES, events[0]["id"])
    twin.expire_page_tokens()
    (page,) = fetched(connector, first.cursor)
    assert page.whole
    assert {record.ref.id for record in page.records} == {f"{RELEASES}/{event['id']}" for event in events[1:]}


def test_a_410_without_any_token_is_no_reason_to_forget(twin: GoogleTwin) -> None:
    twin.server.fail(LIST, status=410, body={"error": {"code": 410, "message": "Gone"}}, times=0)
    connector = connected(twin)
    with pytest.raises(Unavailable):
        fetched(connector)
    assert len(twin.server.log) == 1


def test_google_that_forgets_again_and_again_is_asked_once_more_only(twin: GoogleTwin) -> None:
    for n in range(5):
        twin.event(RELEASES, str(n), at(5, 9), at(5, 10))
    twin.most_per_page = 2
    twin.server.fail("pageToken", status=410, body={}, times=0)
    with pytest.raises(Unavailable):
        fetched(connected(twin))
    assert len(twin.server.log) == 4


def test_other_fields_are_read_in_full_because_parameters_must_not_change(twin: GoogleTwin) -> None:
    event = weekly(twin)
    before = connected(twin, fields={"events": frozenset({"summary"})})
    since = cursor(fetched(before))
    after = connected(twin, fields={"events": frozenset({"summary", "location"})})
    (page,) = fetched(after, since)
    assert page.whole
    assert len(page.records) == 4
    assert event["id"] in page.records[0].ref.id


def test_without_a_sync_token_the_calendar_is_read_in_full_each_time(twin: GoogleTwin) -> None:
    event = weekly(twin)
    answer = {"items": [{**event, "id": "abcde"}]}
    twin.server.fail(LIST, status=200, body=answer, times=0)
    connector = connected(twin)
    (first,) = fetched(connector)
    assert first.complete
    (second,) = fetched(connector, first.cursor)
    assert second.whole
    assert [record.ref.id for record in second.records] == [f"{RELEASES}/abcde"]


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '{"v":1}', '{"sync":7,"full":"someday"}'])
def test_a_cursor_of_another_making_is_read_in_full(twin: GoogleTwin, text: str) -> None:
    weekly(twin)
    (page,) = fetched(connected(twin), text)
    assert page.whole
    assert len(page.records) == 4


def test_what_comes_over_the_horizon_of_an_endless_recurrence_arrives_within_four_weeks(twin: GoogleTwin, clock: Clock) -> None:
    twin.horizon = timedelta(days=60)
    weekly(twin, recurrence=["RRULE:FREQ=WEEKLY"])
    connector = connected(twin)
    pages = fetched(connector)
    clock.moment += ANEW - timedelta(days=1)
    (quiet,) = fetched(connector, cursor(pages))
    assert quiet.records == ()
    clock.moment += timedelta(days=1)
    (page,) = fetched(connector, quiet.cursor)
    assert len(page.records) == len(records(pages)) + 4


def test_every_request_that_goes_on_says_the_same_as_the_first(twin: GoogleTwin) -> None:
    for n in range(3):
        twin.event(RELEASES, str(n), at(5, 9), at(5, 10))
    twin.most_per_page = 2
    connector = connected(twin, fields={"events": frozenset({"summary"})})
    since = cursor(fetched(connector))
    fetched(connector, since)
    said = [{n: v for n, v in asked(entry).items() if n not in ("pageToken", "syncToken")} for entry in twin.server.log]
    assert said == [said[0]] * 3
    assert "timeMin" not in said[0]
    assert said[0]["singleEvents"] == "true"


# --- pages ---------------------------------------------------------------------------------------------------------------------


def test_an_empty_page_is_not_the_last_one(twin: GoogleTwin) -> None:
    event = weekly(twin)
    twin.server.fail(LIST, status=200, body={"items": [], "nextPageToken": "x"})
    twin.server.fail("pageToken=x", status=200, body={"items": [event], "nextSyncToken": "y"})
    pages = fetched(connected(twin))
    assert [(len(page.records), page.complete) for page in pages] == [(0, False), (1, True)]


@pytest.mark.parametrize("onward", [["x", "x"], ["x", "y", "x"]])
def test_pages_that_go_in_circles_are_an_error_and_no_end(twin: GoogleTwin, onward: list[str]) -> None:
    for token in onward:
        twin.server.fail(LIST, status=200, body={"items": [], "nextPageToken": token})
    with pytest.raises(Unavailable, match="that was read already"):
        fetched(connected(twin))


def test_an_empty_calendar_is_empty(twin: GoogleTwin) -> None:
    (page,) = fetched(connected(twin))
    assert (page.records, page.complete) == ((), True)
    twin.server.fail(LIST, status=200, body={"items": None, "nextSyncToken": "t"})
    (page,) = fetched(connected(twin))
    assert (page.records, page.complete) == ((), True)


@pytest.mark.parametrize(
    "body", [{}, {"error": {"message": "no"}}, {"items": {}}, {"items": [7]}, {"items": None}, {"items": [{}]}, []]
)
def test_an_answer_of_another_shape_is_never_an_empty_calendar(twin: GoogleTwin, body: object) -> None:
    twin.server.fail(LIST, status=200, body=body, times=0)
    with pytest.raises(Unavailable):
        fetched(connected(twin))


# --- recurrences ---------------------------------------------------------------------------------------------------------------


def test_a_recurrence_is_known_by_its_event_and_the_original_starts(twin: GoogleTwin) -> None:
    event = weekly(twin)
    assert sorted(records(fetched(connected(twin)))) == [
        f"{RELEASES}/{event['id']}@2026-05-{day}T18:00:00Z" for day in ("06", "13", "20", "27")
    ]


def test_a_moved_instance_stays_the_same_event(twin: GoogleTwin) -> None:
    event = weekly(twin)
    connector = connected(twin)
    pages = fetched(connector)
    moved = twin.instances(RELEASES, event["id"])[1]
    twin.move(RELEASES, moved["id"], at(15, 8), at(15, 9))
    (page,) = fetched(connector, cursor(pages))
    assert [record.ref.id for record in page.records] == [id_of(RELEASES, moved)]
    assert page.records[0].ref.id in records(pages)
    assert page.records[0].data["start"]["dateTime"] == "2026-05-15T10:00:00+02:00"


def test_a_cancelled_instance_is_deleted_and_the_others_stay(twin: GoogleTwin) -> None:
    event = weekly(twin)
    connector = connected(twin)
    pages = fetched(connector)
    gone = twin.instances(RELEASES, event["id"])[2]
    twin.delete(RELEASES, gone["id"])
    (page,) = fetched(connector, cursor(pages))
    assert (page.records, page.deleted) == ((), (id_of(RELEASES, gone),))


def test_a_deleted_recurrence_takes_all_its_instances_along(twin: GoogleTwin) -> None:
    event = weekly(twin)
    connector = connected(twin)
    pages = fetched(connector)
    twin.delete(RELEASES, event["id"])
    (page,) = fetched(connector, cursor(pages))
    assert set(page.deleted) == set(records(pages))


def test_a_recurrence_at_another_hour_has_other_instances(twin: GoogleTwin) -> None:
    event = weekly(twin)
    connector = connected(twin)
    pages = fetched(connector)
    twin.move(RELEASES, event["id"], at(6, 19), at(6, 21))
    (page,) = fetched(connector, cursor(pages))
    assert set(page.deleted) == set(records(pages))
    assert len(page.records) == 4


def test_a_cancelled_instance_of_which_only_the_id_is_left_is_known(twin: GoogleTwin) -> None:
    """Google promises no more than the id."""
    event = weekly(twin)
    connector = connected(twin)
    pages = fetched(connector)
    bare = {"id": f"{event['id']}_20260513T180000Z", "status": "cancelled"}
    twin.server.fail(LIST, status=200, body={"items": [bare], "nextSyncToken": "t"})
    (page,) = fetched(connector, cursor(pages))
    assert page.deleted == (f"{RELEASES}/{event['id']}@2026-05-13T18:00:00Z",)
    assert page.deleted[0] in records(pages)


def test_whole_days_stay_days_and_instants_keep_their_hour_through_summer_time(twin: GoogleTwin) -> None:
    twin.event(LEAVE, "away", date(2026, 10, 24), date(2026, 10, 26))
    twin.event(RELEASES, "night", at(5, 20), at(5, 21), recurrence=["RRULE:FREQ=MONTHLY;INTERVAL=6;COUNT=2"])
    connector = connected(twin)
    _, leave = connector.scopes("events")
    assert isinstance(leave, Scope)
    (away,) = connector.fetch("events", leave, None)
    assert away.records[0].data["start"] == {"date": "2026-10-24"}
    starts = [record.data["start"]["dateTime"] for record in records(fetched(connector)).values()]
    assert starts == ["2026-05-05T22:00:00+02:00", "2026-11-05T22:00:00+01:00"]


# --- single events -------------------------------------------------------------------------------------------------------------


def test_one_instance_can_be_read_whether_or_not_its_key_is_known(twin: GoogleTwin) -> None:
    weekly(twin)
    twin.event(LEAVE, "away", date(2026, 5, 11), date(2026, 5, 12), recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    connector = connected(twin)
    for calendar in (RELEASES, LEAVE):
        for instance in twin.instances(calendar):
            bare = Ref("cal", "events", id_of(calendar, instance))
            found = connector.fetch_one(bare)
            assert found.ref == bare
            assert found.scope.facts["holds"] == ("windows" if calendar == RELEASES else "absences")
            assert connector.fetch_one(found.ref).data == found.data


def test_a_deleted_event_is_gone_on_googles_own_word(twin: GoogleTwin) -> None:
    event = twin.event(RELEASES, "x", at(5, 9), at(5, 10))
    connector = connected(twin)
    (ref,) = (record.ref for record in records(fetched(connector)).values())
    twin.delete(RELEASES, event["id"])
    with pytest.raises(Gone) as caught:
        connector.fetch_one(ref)
    assert caught.value.kind == "deleted"
    twin.server.fail(".", status=410, body={"error": {"code": 410, "message": "Resource has been deleted"}})
    with pytest.raises(Gone):
        connector.fetch_one(ref)


def test_another_event_at_the_address_is_not_the_one_that_was_asked_for(twin: GoogleTwin) -> None:
    event = twin.event(RELEASES, "x", at(5, 9), at(5, 10))
    other = Ref("cal", "events", f"{RELEASES}/other", key=f"{RELEASES}/{event['id']}")
    with pytest.raises(Unavailable, match="another event"):
        connected(twin).fetch_one(other)


def test_nothing_can_be_written(twin: GoogleTwin) -> None:
    connector = connected(twin)
    target = Ref("cal", "events", f"{RELEASES}/x")
    assert connector.find(target, "abc123") is None
    with pytest.raises(Refused):
        connector.deliver(Action(verb="comment", target=target, project="", key="abc123", body="hello", digest="d"))
    assert twin.server.log == []


# --- what is asked for ---------------------------------------------------------------------------------------------------------


def test_only_what_the_mapping_reads_is_asked_for(twin: GoogleTwin) -> None:
    weekly(twin, description="a secret plan", location="Berlin")
    wanted = frozenset({"summary", "location", "no_such_field"})
    connector = connected(twin, fields={"events": wanted})
    found = list(records(fetched(connector)).values())
    (fields,) = {asked(entry)["fields"] for entry in twin.server.log}
    assert "no_such_field" not in fields  # Google would refuse the whole request
    assert all("description" not in record.data and record.data["location"] == "Berlin" for record in found)
    assert all(record.fields and record.fields >= wanted for record in found)
    assert "description" not in connector.fetch_one(found[0].ref).data


def test_all_fields_are_asked_for_where_it_cannot_be_told_what_is_read(twin: GoogleTwin) -> None:
    weekly(twin, description="what it is about")
    found = records(fetched(connected(twin)))
    assert all(record.data["description"] and record.fields is None for record in found.values())


def test_a_census_asks_for_ids_only(twin: GoogleTwin) -> None:
    weekly(twin, description="what it is about")
    connector = connected(twin)
    ids = [id for page in connector.census("events", releases(connector)) for id in page]
    assert len(ids) == 4
    assert "summary" not in asked(twin.server.log[-1])["fields"]


def test_the_configuration_of_a_calendar_is_what_mappings_see(twin: GoogleTwin) -> None:
    windows, leave = (scope for scope in connected(twin).scopes("events") if isinstance(scope, Scope))
    assert windows.facts == {"holds": "windows", "private": False}
    assert leave.facts == {"holds": "absences", "region": "DE-BE", "private": False}
    assert twin.server.log == []


# --- refusals ------------------------------------------------------------------------------------------------------------------


def refusal(status: int, reason: str) -> dict[str, Any]:
    error = {"code": status, "message": f"because of {reason}", "errors": [{"domain": "usageLimits", "reason": reason}]}
    return {"status": status, "body": {"error": error}, "times": 0}


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"])
def test_a_403_that_is_a_limit_is_waited_for(twin: GoogleTwin, reason: str) -> None:
    twin.server.fail(LIST, **refusal(403, reason))
    with pytest.raises(RateLimited) as caught:
        fetched(connected(twin))
    assert caught.value.until == NOW + timedelta(seconds=20)
    twin.server.faults.clear()
    twin.server.fail(LIST, **refusal(403, reason), headers={"Retry-After": "7"})
    with pytest.raises(RateLimited) as caught:
        fetched(connected(twin))
    assert caught.value.until == NOW + timedelta(seconds=7)


def test_a_403_on_one_calendar_leaves_the_others(twin: GoogleTwin) -> None:
    twin.server.fail(LIST, **refusal(403, "forbidden"))
    with pytest.raises(AuthFailed) as caught:
        fetched(connected(twin))
    assert caught.value.scope == RELEASES
    assert "because of forbidden" in caught.value.text
    assert connected(twin).check().id


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": {"code": 403, "message": "m", "errors": [{"reason": "accessNotConfigured"}]}}, Misconfigured),
        ({"error": {"code": 403, "message": "m", "details": [{"reason": "SERVICE_DISABLED"}]}}, Misconfigured),
        ({"error": {"code": 403, "message": "m", "errors": [{"reason": "insufficientPermissions"}]}}, AuthFailed),
        ({"error": {"code": 403, "message": "m", "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}, 7]}}, AuthFailed),
    ],
)
def test_a_403_about_the_token_itself_turns_the_connection_off(twin: GoogleTwin, body: Any, expected: type[Exception]) -> None:
    twin.server.fail(LIST, status=403, body=body, times=0)
    for ask in (lambda: fetched(connected(twin)), lambda: connected(twin).check()):
        with pytest.raises(expected) as caught:
            ask()
        assert caught.value.scope is None  # type: ignore[attr-defined]


def test_a_calendar_that_is_not_shared_with_us_is_no_fault_of_the_connection(twin: GoogleTwin) -> None:
    twin.calendar("board@acme.example", readers={"boss@acme.example"})
    only = options("board@acme.example")
    connector = connected(twin, options=only.model_copy(update={"calendars": only.calendars[-1:]}))
    assert connector.check().id == "board@acme.example"
    (scope,) = connector.scopes("events")
    assert isinstance(scope, Scope)
    with pytest.raises(Unavailable) as caught:
        list(connector.fetch("events", scope, None))
    assert caught.value.scope == "board@acme.example"
    assert caught.value.text == (
        "reading events of board@acme.example: not found, or not shared with this account (404). Share it, or correct its `id`"
    )


def test_a_redirect_is_not_followed_with_our_token(twin: GoogleTwin) -> None:
    twin.server.fail(LIST, status=302, headers={"Location": f"{twin.server.url}/elsewhere"})
    with pytest.raises(Misconfigured):
        fetched(connected(twin))
    assert twin.server.requests("elsewhere") == []


# --- addresses -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/calendar/v3/", "/calendar/v3", "", "/"])
def test_the_address_may_be_written_in_several_ways(twin: GoogleTwin, path: str) -> None:
    weekly(twin)
    assert len(records(fetched(connected(twin, url=f"{twin.server.url}{path}")))) == 4


def test_an_address_without_a_calendar_api_is_told(twin: GoogleTwin) -> None:
    with pytest.raises(Misconfigured, match="there is no Calendar API"):
        connected(twin, url=f"{twin.server.url}/other/").check()


def test_characters_of_calendar_ids_are_part_of_the_path(twin: GoogleTwin) -> None:
    id = "en.german#holiday@group.v.calendar.google.com"
    twin.calendar(id)
    twin.event(id, "Tag der Arbeit", date(2026, 5, 1), date(2026, 5, 2))
    connector = connected(twin, options=options(id))
    scope = list(connector.scopes("events"))[-1]
    assert isinstance(scope, Scope)
    (page,) = connector.fetch("events", scope, None)
    assert connector.fetch_one(page.records[0].ref).ref == page.records[0].ref


def test_the_environment_of_googles_libraries_does_not_matter(twin: GoogleTwin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")
    monkeypatch.setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "example.com")
    monkeypatch.setenv("GOOGLE_API_USE_MTLS_ENDPOINT", "always")
    monkeypatch.setenv("GOOGLE_API_USE_CLIENT_CERTIFICATE", "true")
    weekly(twin)
    assert len(records(fetched(connected(twin)))) == 4


def test_the_token_is_the_one_of_the_moment(twin: GoogleTwin) -> None:
    tokens = iter([SECRET, "ya29.renewed"])
    twin.tokens["ya29.renewed"] = "bot@acme.example"
    connector = connected(twin, secret=lambda: next(tokens))
    since = cursor(fetched(connector))
    del twin.tokens[SECRET]
    assert fetched(connector, since)[-1].complete


@pytest.mark.parametrize("token", [None, "", "two\nlines", "umläut"])
def test_a_token_that_cannot_be_sent_is_told(twin: GoogleTwin, token: str | None) -> None:
    with pytest.raises(AuthFailed, match="no token that Google could take"):
        connected(twin, secret=lambda: token).check()
    assert twin.server.log == []


def test_recorded_records_come_back_as_they_are(twin: GoogleTwin) -> None:
    weekly(twin)
    recorded = [json.loads(json.dumps(event)) for event in twin.instances(RELEASES)]
    recorded.append({"id": "abcde", "status": "confirmed", "start": {"date": "2026-05-05"}, "futureField": {"x": [1]}})
    other = running()
    other.load(recorded, calendar=RELEASES)
    assert [record.data for record in records(fetched(connected(other))).values()] == recorded
    other.server.stop()


# --- what becomes of it --------------------------------------------------------------------------------------------------------


def test_the_default_mapping_makes_windows_and_absences_of_what_it_asked_for(twin: GoogleTwin) -> None:
    mapping = parse("google_calendar.default", mapping_reader(Path()))
    weekly(twin, "weekly maintenance", description="what it is about")
    twin.event(LEAVE, "away", date(2026, 5, 11), date(2026, 5, 13), by="ann@acme.example")
    calendars = [CalendarOptions(id=RELEASES, holds="windows", scope="checkout"), CalendarOptions(id=LEAVE, holds="absences")]
    connector = connected(twin, options=GoogleCalendarOptions(calendars=calendars), fields=fields_read(mapping))
    found = [
        r
        for s in connector.scopes("events")
        if isinstance(s, Scope)
        for p in connector.fetch("events", s, None)
        for r in p.records
    ]
    assert not [name for record in found for name in unfetched(mapping, record)]
    made = [apply(mapping, record) for record in found]
    *windows, absence = (row for one in made if isinstance(one, Applied) for row in one.rows)
    window = windows[0]
    assert isinstance(window, Window)
    assert len(windows) == 4
    assert (window.window_kind, window.scope, window.start, window.end) == ("maintenance", "checkout", at(6, 18), at(6, 20))
    assert isinstance(absence, Absence)
    assert absence.person
    assert (absence.person.email, absence.start, absence.end) == ("ann@acme.example", date(2026, 5, 11), date(2026, 5, 13))
