"""Reading calendars of a real Radicale: discovery, what changed, what is gone, what a server lacks, and what is no answer of CalDAV."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from radicale import server

from connectors.caldav import KIND, CalDavOptions, CalendarOptions
from syncd.contract import AuthFailed, Connector, Misconfigured, Notice, Refused, Settings, SyncError, Unavailable
from syncd.demo.twin import Request, Response
from syncd.model.action import Action
from syncd.model.raw import Scope
from syncd.model.ref import Ref
from tests.connectors.caldav_given import (
    LEAVE,
    RELEASES,
    Radicale,
    configuration,
    connected,
    cursor,
    deleted,
    is_sync,
    options,
    pages,
    records,
    running,
)
from tests.connectors.contract import NOW, SECRET, OpenGate
from tests.connectors.ics_given import event

PLAIN = "DTSTART:20260506T180000Z"
WINDOWS = (RELEASES, "windows")
MULTISTATUS = '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">{}</d:multistatus>'


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Radicale]:
    made = running(tmp_path)
    made.make(RELEASES, "Releases of Acme")
    made.make(LEAVE, "Leave")
    for n in (1, 2, 3):
        made.put(f"{RELEASES}{n}.ics", event(str(n), PLAIN, title=f"deploy {n}"))
    yield made
    made.server.stop()


def names(found: list[Scope | SyncError | Notice]) -> list[str]:
    return [one.name for one in found if isinstance(one, Scope)]


def errors(found: list[Scope | SyncError | Notice]) -> list[str]:
    return [one.text for one in found if isinstance(one, SyncError)]


def listing(there: Radicale, *entries: tuple[str, str], exclude: list[str] | None = None) -> list[Scope | SyncError | Notice]:
    return list(connected(there, options=options(*entries, exclude=exclude or [])).scopes("events"))


def ids(*numbers: int) -> set[str]:
    return {f"{RELEASES}{n}.ics" for n in numbers}


# --- Radicale by itself ----------------------------------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[str]:
    """Radicale's own server with a file of passwords, in a thread."""
    (tmp_path / "users").write_text(f"ann:{SECRET}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = configuration(
        tmp_path, type="htpasswd", htpasswd_filename=str(tmp_path / "users"), htpasswd_encryption="plain", delay="0"
    )
    found.update({"server": {"hosts": f"127.0.0.1:{port}"}}, "tests")
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=server.serve, args=(found, theirs), daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            requests.get(f"{base}/.web/", timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.05)
    yield base
    ours.close()
    thread.join(10)
    theirs.close()
    logging.getLogger("radicale").handlers.clear()


def test_a_server_of_its_own_is_read_from_its_well_known_address_to_the_last_change(alone: str) -> None:
    signed = ("ann", SECRET)
    made = requests.request("MKCALENDAR", f"{alone}{RELEASES}", auth=signed, timeout=10)
    assert made.status_code == 201

    def put(name: str, *lines: str) -> None:
        body = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", event(name, *lines), "END:VCALENDAR", ""])
        kind = {"Content-Type": "text/calendar"}
        assert requests.put(f"{alone}{RELEASES}{name}.ics", body, auth=signed, headers=kind, timeout=10).status_code in (201, 204)

    put("1", PLAIN, "RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:deploy")
    put("2", PLAIN)
    calendars = CalDavOptions(calendars=[CalendarOptions(id="rel*", holds="windows")])
    given = Settings("dav", f"{alone}/", calendars, lambda: NOW, user="ann", secret=lambda: SECRET, timeout_s=20)
    connector = KIND.connect(given, OpenGate())
    assert connector.check().name == "ann"
    first = pages(connector)
    assert set(records(first)) == ids(1, 2)
    assert len(records(first)[f"{RELEASES}1.ics"].data["occurrences"]) == 3
    put("3", PLAIN)
    assert requests.delete(f"{alone}{RELEASES}2.ics", auth=signed, timeout=10).status_code == 200
    second = pages(connector, cursor(first))
    assert (set(records(second)), deleted(second)) == (ids(3), ids(2))
    wrong = Settings("dav", f"{alone}/", calendars, lambda: NOW, user="ann", secret=lambda: "wrong", timeout_s=20)
    with pytest.raises(AuthFailed) as caught:
        KIND.connect(wrong, OpenGate()).check()
    assert caught.value.scope is None


# --- which calendars -------------------------------------------------------------------------------------------------------


def test_calendars_by_path_name_last_part_and_pattern(there: Radicale) -> None:
    there.make("/ann/tasks/", "Tasks", component="VTODO")
    assert names(listing(there, WINDOWS)) == [RELEASES]  # nobody was asked
    assert names(listing(there, ("releases of acme", "windows"), ("leave", "absences"))) == ["Releases of Acme", "Leave"]
    assert sorted(names(listing(there, ("all", "windows")))) == ["Leave", "Releases of Acme"]
    assert names(listing(there, ("*", "windows"), exclude=["*acme"])) == ["Leave"]
    assert names(listing(there, ("/ann/rel*", "windows"))) == ["Releases of Acme"]


def test_what_matches_nothing_is_told_and_what_two_entries_mean_is_read_once(there: Radicale) -> None:
    found = listing(there, ("nope*", "windows"), ("missing", "windows"), ("leave", "absences"), ("L*", "windows"))
    assert names(found) == ["Leave"]
    assert [one.facts["holds"] for one in found if isinstance(one, Scope)] == ["absences"]
    assert ["none of 2" in text for text in errors(found)] == [True, True]
    assert len([one for one in found if isinstance(one, Notice)]) == 1
    assert "excluded" in errors(listing(there, ("L*", "windows"), exclude=["leave"]))[0]


def test_the_address_may_be_that_of_a_calendar_itself(there: Radicale) -> None:
    url = f"{there.server.url}{LEAVE}"
    assert names(list(connected(there, ("*", "absences"), url=url).scopes("events"))) == ["Leave"]
    assert connected(there, url=url).check().id


def test_an_address_that_leads_on_is_followed_on_the_same_server_only(there: Radicale) -> None:
    def moved(request: Request) -> Response | None:
        if request.path == "/":
            return Response("", 405)
        if request.path == "/.well-known/caldav":
            return Response("", 301, {"Location": where})
        return None

    there.twist, where = moved, "/ann/"
    assert sorted(names(listing(there, ("all", "windows")))) == ["Leave", "Releases of Acme"]
    where = "http://127.0.0.1:9/ann/"
    with pytest.raises(Misconfigured) as caught:
        listing(there, ("all", "windows"))
    assert "127.0.0.1" in caught.value.text
    assert "nothing was sent" in caught.value.text


def test_a_home_on_another_server_gets_no_credentials(there: Radicale) -> None:
    there.twist = lambda _: Response(
        MULTISTATUS.format(
            "<d:response><d:href>/</d:href><d:propstat><d:prop><c:calendar-home-set><d:href>https://p1.acme.example/1/</d:href>"
            "</c:calendar-home-set></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        ),
        207,
    )
    with pytest.raises(Misconfigured) as caught:
        listing(there, ("all", "windows"))
    assert "https://p1.acme.example" in caught.value.text
    assert len(there.server.log) == 1


def test_a_server_that_has_no_caldav_is_told(there: Radicale) -> None:
    there.twist = lambda _: Response("<html>nothing here</html>", 404)
    with pytest.raises(Misconfigured) as caught:
        connected(there).check()
    assert "Check `url`" in caught.value.text


def test_a_token_alone_signs_in(tmp_path: Path) -> None:
    made = running(tmp_path, bearer=True)
    made.twist = lambda request: Response(MULTISTATUS.format(""), 207) if request.method == "PROPFIND" else None
    with pytest.raises(Misconfigured):  # let in, and told of nothing
        connected(made, user=None).check()
    with pytest.raises(AuthFailed):
        connected(made).check()
    made.server.stop()


# --- what changed ----------------------------------------------------------------------------------------------------------


def test_what_changed_is_told_by_the_sync_token(there: Radicale) -> None:
    connector = connected(there, WINDOWS)
    first = pages(connector)
    assert first[-1].whole
    assert set(records(first)) == ids(1, 2, 3)
    there.put(f"{RELEASES}2.ics", event("2", PLAIN, title="edited"))
    there.put(f"{RELEASES}4.ics", event("4", PLAIN, title="new"))
    there.drop(f"{RELEASES}1.ics")
    there.server.log.clear()
    second = pages(connector, cursor(first))
    assert (set(records(second)), deleted(second)) == (ids(2, 4), ids(1))
    assert not any(page.whole for page in second)
    assert len(there.server.log) == 2
    there.server.log.clear()
    third = pages(connector, cursor(second))
    assert (records(third), deleted(third), len(there.server.log)) == ({}, set(), 1)


def test_a_token_that_was_forgotten_leads_to_a_full_read(there: Radicale) -> None:
    connector = connected(there, WINDOWS)
    forgotten = cursor(pages(connector)).replace("/ns/sync/", "/ns/sync/0")
    there.drop(f"{RELEASES}1.ics")
    (page,) = pages(connector, forgotten)
    assert page.whole
    assert set(records([page])) == ids(2, 3)


def test_in_another_month_the_calendar_is_read_anew(there: Radicale) -> None:
    first = cursor(pages(connected(there, WINDOWS)))
    (page,) = pages(connected(there, WINDOWS, now=lambda: datetime(2026, 6, 1, tzinfo=UTC)), first)
    assert page.whole


@pytest.mark.parametrize("status", [403, 405, 501])
def test_without_sync_tokens_marks_are_compared(there: Radicale, status: int) -> None:
    refusal = '<d:error xmlns:d="DAV:"><d:supported-report/></d:error>'
    there.twist = lambda request: Response(refusal, status) if is_sync(request) else None
    connector = connected(there, WINDOWS)
    first = pages(connector)
    assert set(records(first)) == ids(1, 2, 3)
    there.server.log.clear()
    assert pages(connector, cursor(first))[0].records == ()
    assert [entry.line.partition(" ")[0] for entry in there.server.log] == ["PROPFIND"]
    there.put(f"{RELEASES}2.ics", event("2", PLAIN, title="edited"))
    there.drop(f"{RELEASES}3.ics")
    second = pages(connector, cursor(first))
    assert (set(records(second)), deleted(second)) == (ids(2), ids(3))
    assert records(second)[f"{RELEASES}2.ics"].data["summary"] == "edited"


def test_an_event_that_is_called_off_is_gone_and_a_list_of_tasks_is_none(there: Radicale) -> None:
    connector = connected(there, WINDOWS)
    first = cursor(pages(connector))
    there.put(f"{RELEASES}2.ics", event("2", PLAIN, "STATUS:CANCELLED"))
    there.put(f"{RELEASES}9.ics", event("9", "DUE:20260506T180000Z").replace("VEVENT", "VTODO"))
    second = pages(connector, first)
    assert (records(second), deleted(second)) == ({}, ids(2, 9))


def test_an_event_that_cannot_be_read_is_a_record_and_the_others_follow(there: Radicale) -> None:
    there.put(f"{RELEASES}bad.ics", event("bad", PLAIN, "DTEND:20260506T170000Z"))
    found = records(pages(connected(there, WINDOWS)))
    assert "before it starts" in found[f"{RELEASES}bad.ics"].data["problem"]
    assert len(found) == 4


def test_a_record_is_known_by_its_path_and_its_times_by_their_uid(there: Radicale) -> None:
    record = records(pages(connected(there, WINDOWS)))[f"{RELEASES}1.ics"]
    assert (record.data["id"], record.data["uid"], record.data["series"]) == (f"{RELEASES}1.ics", "1", "/ann/releases/1")


def test_one_event_is_read_by_itself_in_its_own_calendar(there: Radicale) -> None:
    connector = connected(there, ("releases*", "freezes"))
    found = connector.fetch_one(Ref("dav", "events", f"{RELEASES}1.ics"))
    assert found.scope.facts["holds"] == "freezes"
    unknown = connected(there, (LEAVE, "absences")).fetch_one(Ref("dav", "events", f"{RELEASES}1.ics"))
    assert "summary" not in unknown.data
    with pytest.raises(Unavailable):
        connector.fetch_one(Ref("dav", "events", f"{RELEASES}nope.ics"))


# --- what is no answer -----------------------------------------------------------------------------------------------------

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<d:multistatus xmlns:d="DAV:"><d:response><d:href>&b;</d:href></d:response></d:multistatus>'
)


@pytest.mark.parametrize(
    "answer",
    [
        Response(BOMB, 207),
        Response("<d:multistatus xmlns:d='DAV:'>", 207),
        Response("", 207),
        Response("<html>log in</html>", 200),
        Response(MULTISTATUS.format(""), 207),  # no sync token: not all of it
    ],
    ids=["bomb", "cut", "empty", "html", "no token"],
)
def test_an_answer_that_is_none_is_never_an_empty_calendar(there: Radicale, answer: Response) -> None:
    there.twist = lambda request: answer if is_sync(request) else None
    with pytest.raises(Unavailable) as caught:
        pages(connected(there, WINDOWS))
    assert caught.value.scope == RELEASES


def test_an_event_that_an_answer_leaves_out_is_not_taken_for_gone(there: Radicale) -> None:
    there.twist = lambda request: Response(MULTISTATUS.format(""), 207) if b"multiget" in request.body else None
    with pytest.raises(Unavailable) as caught:
        pages(connected(there, WINDOWS))
    assert "leaves an event out" in caught.value.text


def test_a_long_list_comes_in_parts(there: Radicale) -> None:
    """RFC 6578, section 3.6: 507 for the calendar itself, with a token to go on from."""
    parts = iter(((1, "t1", True), (2, "t2", True), (3, "t3", False)))

    def part(request: Request) -> Response | None:
        if not is_sync(request):
            return None
        n, token, more = next(parts)
        found = f"<d:response><d:href>{RELEASES}{n}.ics</d:href><d:propstat><d:prop><d:getetag>{n}</d:getetag></d:prop>"
        found += "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        if more:
            found += f"<d:response><d:href>{RELEASES}</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
        return Response(MULTISTATUS.format(f"{found}<d:sync-token>{token}</d:sync-token>"), 207)

    there.twist = part
    found = pages(connected(there, WINDOWS))
    assert set(records(found)) == ids(1, 2, 3)
    assert '"token":"t3"' in cursor(found)


def test_a_calendar_that_may_not_be_read_is_off_alone(there: Radicale) -> None:
    there.twist = lambda request: Response("", 403) if request.path == RELEASES else None
    with pytest.raises(AuthFailed) as caught:
        pages(connected(there, WINDOWS))
    assert caught.value.scope == RELEASES


def test_nothing_is_written(there: Radicale) -> None:
    connector: Connector = connected(there)
    target = Ref("dav", "events", f"{RELEASES}1.ics")
    with pytest.raises(Refused):
        connector.deliver(Action(verb="comment", target=target, project="", key="k", body="", digest="d"))
