"""Entries of calendars that syncd makes: one effect whatever happens, mails to guests only for what concerns them, clear refusals."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.google_calendar import KIND
from connectors.google_calendar.entry import id_of
from syncd.contract import AuthFailed, Connector, Misconfigured, RateLimited, Refused, SyncError, Unavailable
from syncd.demo.google_twin import GoogleTwin, Told
from syncd.model.action import Action, Receipt
from syncd.model.ref import Ref
from tests.connectors.contract import SECRET, OpenGate
from tests.connectors.google_calendar_desk import ACCOUNT, PERSON, Desk, key_pair
from tests.connectors.google_calendar_given import RELEASES, connected, fetched, running, settings

EVENTS = "/calendar/v3/calendars/releases%40acme.example/events"
KEY, ANN, BOB = "cal/board-review", "ann@acme.example", "bob@acme.example"
REVIEW: dict[str, Any] = {
    "title": "Review: checkout",
    "text": "What moved, and why.",
    "start": "2026-05-12T09:00:00Z",
    "end": "2026-05-12T10:00:00Z",
    "zone": "Europe/Berlin",
    "attendees": [ANN, BOB],
}


@pytest.fixture
def twin() -> Iterator[GoogleTwin]:
    made = running()
    yield made
    made.server.stop()


def entry(remote_id: str | None = None, key: str = KEY, calendar: str = RELEASES, **changes: Any) -> Action:
    target = Ref("cal", "calendars", calendar, key=calendar)
    return Action(
        verb="event", target=target, project="", key=key, body="", digest="d", remote_id=remote_id, extra=REVIEW | changes
    )


def gone(remote_id: str | None = None) -> Action:
    target = Ref("cal", "calendars", RELEASES, key=RELEASES)
    extra = {"cancelled": True}
    return Action(verb="event", target=target, project="", key=KEY, body="", digest="d", remote_id=remote_id, extra=extra)


def made(twin: GoogleTwin, connector: Connector | None = None, **changes: Any) -> Receipt:
    return (connector or connected(twin)).deliver(entry(**changes))


def only(twin: GoogleTwin) -> dict[str, Any]:
    (event,) = twin.instances(RELEASES)
    return event


def whys(twin: GoogleTwin) -> list[str]:
    return [mail.why for mail in twin.told]


def sent(twin: GoogleTwin, method: str) -> list[str]:
    return [entry.line for entry in twin.server.requests(f"^{method} ")]


# --- one effect ------------------------------------------------------------------------------------------------------------------


def test_an_entry_is_made_with_its_guests_and_our_key(twin: GoogleTwin) -> None:
    receipt = made(twin)
    event = only(twin)
    assert (receipt.remote_id, receipt.created, receipt.url) == (event["id"], True, event["htmlLink"])
    assert (event["summary"], event["description"]) == ("Review: checkout", "What moved, and why.")
    assert event["start"] == {"dateTime": "2026-05-12T11:00:00+02:00", "timeZone": "Europe/Berlin"}
    assert [guest["email"] for guest in event["attendees"]] == [ANN, BOB]
    assert event["extendedProperties"] == {"private": {"syncd": KEY}}
    assert twin.told == [Told(event["id"], "invited", (ANN, BOB))]


def test_the_same_entry_again_changes_nothing_and_mails_nobody(twin: GoogleTwin) -> None:
    first = made(twin)
    before = only(twin)
    for remote_id in (None, first.remote_id):
        again = made(twin, remote_id=remote_id)
        assert (again.remote_id, again.created) == (first.remote_id, False)
    assert (only(twin), whys(twin)) == (before, ["invited"])
    assert sent(twin, "PATCH") == []


def test_another_text_is_changed_in_place_and_mails_nobody(twin: GoogleTwin) -> None:
    first = made(twin)
    again = made(twin, title="Review: web", text="")
    assert (again.remote_id, again.created) == (first.remote_id, False)
    assert (only(twin)["summary"], only(twin)["description"]) == ("Review: web", "")
    assert whys(twin) == ["invited"]
    assert ["sendUpdates=none" in line for line in sent(twin, "PATCH")] == [True]


def test_another_time_is_told_to_the_guests(twin: GoogleTwin) -> None:
    receipt = made(twin)
    made(twin, remote_id=receipt.remote_id, start="2026-05-13T09:00:00Z", end="2026-05-13T10:00:00Z")
    assert only(twin)["start"]["dateTime"] == "2026-05-13T11:00:00+02:00"
    assert whys(twin) == ["invited", "changed"]


def test_an_entry_becomes_a_whole_day_and_an_hour_again(twin: GoogleTwin) -> None:
    made(twin)
    made(twin, start="2026-05-12", end="2026-05-14", zone=None)
    assert (only(twin)["start"], only(twin)["end"]) == ({"date": "2026-05-12"}, {"date": "2026-05-14"})
    made(twin)
    assert only(twin)["start"] == {"dateTime": "2026-05-12T11:00:00+02:00", "timeZone": "Europe/Berlin"}


def test_the_same_instant_written_otherwise_is_no_other_time(twin: GoogleTwin) -> None:
    made(twin)
    made(twin, start="2026-05-12T11:00:00+02:00", end="2026-05-12T12:00:00")
    assert sent(twin, "PATCH") == []


def test_other_guests_are_told_and_answers_that_were_given_stay(twin: GoogleTwin) -> None:
    event = made(twin)
    answered = [{"email": ANN, "responseStatus": "accepted"}, {"email": BOB, "responseStatus": "needsAction"}]
    twin.edit(RELEASES, event.remote_id, attendees=answered)
    made(twin, attendees=["ANN@acme.example", {"email": "cy@acme.example", "name": "Cy"}])
    assert [(one["email"], one["responseStatus"]) for one in only(twin)["attendees"]] == [
        (ANN, "accepted"),
        ("cy@acme.example", "needsAction"),
    ]
    assert twin.told[1:] == [
        Told(event.remote_id, "changed", (ANN, "cy@acme.example")),
        Told(event.remote_id, "cancelled", (BOB,)),
    ]


def test_rooms_and_the_organizer_stay_in_the_list(twin: GoogleTwin) -> None:
    receipt = made(twin)
    room = {"email": "room@resource.calendar.google.com", "resource": True}
    owner = {"email": RELEASES, "organizer": True, "self": True}
    twin.edit(RELEASES, receipt.remote_id, attendees=[{"email": ANN}, {"email": BOB}, room, owner])
    made(twin)
    assert sent(twin, "PATCH") == []
    made(twin, attendees=[ANN])
    assert [one["email"] for one in only(twin)["attendees"]] == [ANN, room["email"], RELEASES]


def test_an_entry_is_taken_back_once_and_again(twin: GoogleTwin) -> None:
    receipt = made(twin)
    connector = connected(twin)
    for remote_id in (None, receipt.remote_id, None):
        assert connector.deliver(gone(remote_id)).remote_id == receipt.remote_id
    assert twin.instances(RELEASES) == []
    assert whys(twin) == ["invited", "cancelled"]


def test_taking_back_what_never_was_is_no_failure(twin: GoogleTwin) -> None:
    assert connected(twin).deliver(gone()).remote_id == id_of(KEY)


@pytest.mark.parametrize("known", [True, False])
def test_an_entry_that_was_deleted_is_there_again_under_its_id(twin: GoogleTwin, known: bool) -> None:
    receipt = made(twin)
    twin.delete(RELEASES, receipt.remote_id)
    again = made(twin, remote_id=receipt.remote_id if known else None)
    assert (again.remote_id, only(twin)["status"], only(twin)["summary"]) == (receipt.remote_id, "confirmed", "Review: checkout")
    assert whys(twin) == ["invited", "changed"]


def test_an_entry_comes_back_as_an_hour_where_it_was_a_whole_day(twin: GoogleTwin) -> None:
    made(twin, start="2026-05-12", end="2026-05-13", zone=None)
    connected(twin).deliver(gone())
    made(twin)
    assert only(twin)["start"] == {"dateTime": "2026-05-12T11:00:00+02:00", "timeZone": "Europe/Berlin"}


def test_two_keys_are_two_entries(twin: GoogleTwin) -> None:
    assert made(twin).remote_id != made(twin, key="cal/another").remote_id
    assert len(twin.instances(RELEASES)) == 2


@given(st.text(max_size=200))
def test_ids_are_what_google_takes(key: str) -> None:
    id = id_of(key)
    assert set(id) <= set("0123456789abcdefghijklmnopqrstuv")
    assert 5 <= len(id) <= 1024
    assert id == id_of(key) != id_of(key + "x")


def test_a_text_is_text_and_no_html(twin: GoogleTwin) -> None:
    made(twin, text='<a href="https://evil.example">R&D</a>')
    assert only(twin)["description"] == '&lt;a href="https://evil.example"&gt;R&amp;D&lt;/a&gt;'
    made(twin, text='<a href="https://evil.example">R&D</a>')
    assert sent(twin, "PATCH") == []


# --- answers that get lost -------------------------------------------------------------------------------------------------------

LOST: list[dict[str, Any]] = [
    {"status": 502, "body": {}},
    {"status": 503, "headers": {"Retry-After": "0"}, "body": {}},
    {"how": "reset"},
    {"how": "answer", "status": 200, "body": "<html>"},
]


@pytest.mark.parametrize("fault", LOST, ids=["502", "503", "reset", "html"])
@pytest.mark.parametrize(("method", "change"), [("POST", {}), ("PATCH", {"title": "Other"}), ("DELETE", {"cancelled": True})])
def test_a_write_whose_answer_is_lost_is_sent_once_and_has_one_effect(
    twin: GoogleTwin, fault: dict[str, Any], method: str, change: dict[str, Any]
) -> None:
    if method != "POST":
        made(twin)
    twin.server.fail(f"^{method} ", times=0, after_commit=True, **fault)
    twin.server.log.clear()
    with pytest.raises(Unavailable):
        made(twin, **change)
    assert len(sent(twin, method)) == 1
    twin.server.faults.clear()
    made(twin, **change)
    assert [event["summary"] for event in twin.instances(RELEASES)] == (
        [] if "cancelled" in change else [change.get("title", "Review: checkout")]
    )
    assert len(twin.told) == (2 if method == "DELETE" else 1)


def test_a_write_has_a_deadline(twin: GoogleTwin) -> None:
    twin.server.fail("^POST ", how="slow", delay_s=1.5)
    with pytest.raises(Unavailable, match="no answer in time"):
        made(twin, connected(twin, timeout_s=0.3))


def test_a_deletion_that_is_answered_with_an_empty_200_has_happened(twin: GoogleTwin) -> None:
    made(twin)
    twin.server.fail("^DELETE ", status=200, body=b"", after_commit=True)
    assert connected(twin).deliver(gone()).remote_id == id_of(KEY)


# --- refusals --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Refused),
        (422, Refused),
        (413, Refused),
        (403, AuthFailed),
        (401, AuthFailed),
        (404, Unavailable),
        (412, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_refused_write_says_what_to_do_next(twin: GoogleTwin, method: str, status: int, expected: type[SyncError]) -> None:
    if method != "POST":
        made(twin)
    twin.server.fail(f"^{method} ", status=status, body={"message": "no"}, times=0)
    if (method, status) == ("DELETE", 404):
        twin.server.fail("^GET ", status=404, body={"message": "no"}, times=0)
    with pytest.raises(expected) as caught:
        connected(twin).deliver(gone() if method == "DELETE" else entry(title="Other"))
    assert f"writing an entry into {RELEASES}: " in caught.value.text
    assert "\n" not in caught.value.text
    assert SECRET not in caught.value.text


def test_an_account_that_may_only_read_is_told_how_to_share(twin: GoogleTwin) -> None:
    twin.calendars[RELEASES].role = "reader"
    for action in (entry(), gone()):
        with pytest.raises(AuthFailed) as caught:
            connected(twin).deliver(action)
        assert caught.value.scope == RELEASES
        assert caught.value.text == (
            f"writing an entry into {RELEASES}: the account may not change it (403): You need to have writer access to this "
            'calendar. Share the calendar with it, "Make changes to events"; its token needs the scope calendar.events'
        )
    assert fetched(connected(twin))[-1].complete


def test_a_token_without_the_right_to_write_reads_on(twin: GoogleTwin) -> None:
    twin.scopes[SECRET] = frozenset({"https://www.googleapis.com/auth/calendar.readonly"})
    with pytest.raises(AuthFailed, match=r"its token needs the scope calendar\.events") as caught:
        made(twin)
    assert caught.value.scope == RELEASES
    assert fetched(connected(twin))[-1].complete


def test_a_calendar_that_is_hidden_is_no_proof_that_an_entry_is_gone(twin: GoogleTwin) -> None:
    made(twin)
    twin.calendars[RELEASES].readers = frozenset({"boss@acme.example"})
    for action in (gone(), entry()):
        with pytest.raises(Unavailable, match=r"not found, or not shared with this account \(404\)"):
            connected(twin).deliver(action)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"start": None}, "its start '' is neither a date nor an instant"),
        ({"end": "soon"}, "its end 'soon' is neither"),
        ({"start": "2026-05-12T09:00:00", "zone": None}, "has no offset, and no zone is given"),
        ({"zone": "Mars/Base"}, "'Mars/Base' is no time zone"),
        ({"attendees": ["ann"]}, "a guest has no e-mail address"),
        ({"attendees": 7}, "a guest has no e-mail address"),
        ({"end": "2026-05-12T08:00:00Z"}, "The specified time range is empty"),
        ({"end": "2026-05-13"}, "both be date or both be dateTime"),
    ],
)
def test_what_google_would_never_take_is_refused(twin: GoogleTwin, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused) as caught:
        made(twin, **changes)
    assert f"writing an entry into {RELEASES}: " in caught.value.text
    assert why in caught.value.text
    assert twin.instances(RELEASES) == []


@pytest.mark.parametrize(("verb", "stream"), [("comment", "calendars"), ("label", "calendars"), ("event", "events")])
def test_nothing_else_is_taken(twin: GoogleTwin, verb: Any, stream: str) -> None:
    action = Action(verb=verb, target=Ref("cal", stream, RELEASES), project="", key=KEY, body="", digest="d", extra=REVIEW)
    with pytest.raises(Refused):
        connected(twin).deliver(action)
    assert twin.server.log == []


# --- who writes ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    return key_pair()


@pytest.fixture
def desk(twin: GoogleTwin, pair: tuple[str, str], tmp_path: Path) -> Desk:
    desk = Desk(twin, tmp_path / "google.json")
    twin.service_account(ACCOUNT, pair[1], subjects=[PERSON])
    desk.hold_account(pair[0])
    return desk


def test_the_right_to_write_is_asked_for_when_something_is_written(desk: Desk) -> None:
    connector = desk.connect()
    fetched(connector)
    assert {scope.rpartition("/")[2] for known in desk.twin.scopes.values() for scope in known} == {"calendar.readonly"}
    connector.deliver(entry())
    assert desk.twin.scopes["ya29.2"] == {"https://www.googleapis.com/auth/calendar.events"}
    assert only(desk.twin)["creator"] == {"email": PERSON}
    assert len(desk.twin.server.requests("^POST /token")) == 2
    connector.close()


def test_an_account_that_may_only_act_as_a_reader_reads_on(desk: Desk) -> None:
    desk.twin.delegated = {"calendar.readonly"}
    connector = desk.connect()
    with pytest.raises(AuthFailed, match=r"Let it act for `subject` with the scope calendar\.events") as caught:
        connector.deliver(entry())
    assert caught.value.scope == RELEASES
    assert RELEASES in caught.value.text
    assert fetched(connector)[-1].complete


def test_a_service_account_invites_nobody_in_its_own_name(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match="Name the person for whom it acts in `subject`") as caught:
        desk.connect(subject=None).deliver(entry())
    assert caught.value.scope == RELEASES
    desk.connect(subject=None).deliver(entry(attendees=[]))
    assert "attendees" not in only(desk.twin)


def test_writes_are_counted_as_writes_and_looks_are_not(twin: GoogleTwin) -> None:
    gate = OpenGate()
    connector = KIND.connect(settings(twin), gate)
    connector.deliver(entry())
    assert (gate.asked, gate.writes) == (1, 1)
    connector.deliver(entry(title="Other"))  # taken, looked at, changed
    assert (gate.asked, gate.writes) == (4, 3)
    connector.deliver(gone())
    assert (gate.asked, gate.writes) == (5, 4)
    assert gate.asked == len(twin.server.log)


def test_a_limit_on_writes_is_waited_for(twin: GoogleTwin) -> None:
    body = {"error": {"code": 403, "message": "Calendar usage limits exceeded.", "errors": [{"reason": "quotaExceeded"}]}}
    twin.server.fail("^POST ", status=403, body=body)
    with pytest.raises(RateLimited):
        made(twin)
